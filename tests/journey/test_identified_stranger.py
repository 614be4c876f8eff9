"""We learn who a stranger is."""

from datetime import timedelta

import pytest

from helpdesk import journey
from tests.conftest import CALLER, boston
from tickets import intake, phones, search
from tickets.models import ContactPoint, Ticket

HOUR = timedelta(hours=1)
ANOTHER = "+16175550199"
NOON = boston(2026, 3, 2, 12)


@pytest.fixture
def stranger(missed, monday_nine):
    return missed(now=monday_nine).ticket


@pytest.fixture
def nils(shop, monday_nine):
    """A customer whose number we do not have."""
    return intake.new_customer("Nils Holm", shop=shop, now=monday_nine)


def test_the_ticket_is_theirs_and_so_is_the_number(stranger, nils):
    journey.customer_identified(stranger, nils)

    stranger.refresh_from_db()
    assert stranger.customer == nils
    assert [point.value for point in nils.contact_points.all()] == [CALLER]


def test_their_earlier_tickets_are_corrected(stranger, nils, missed, sara):
    journey.marked_spam(stranger, by=sara, now=NOON)
    journey.ticket_reopened(stranger, by=sara, now=NOON)
    second = intake.open_ticket(
        subject="Again", channel="call", now=NOON, point=stranger.contact_point
    )
    unrelated = missed(now=NOON, call_id="2", number=ANOTHER).ticket

    journey.customer_identified(second, nils)

    assert list(nils.tickets.order_by("pk")) == [stranger, second]
    unrelated.refresh_from_db()
    assert unrelated.customer is None


def test_they_are_found_by_their_name_and_number(stranger, nils):
    journey.customer_identified(stranger, nils)

    assert list(search.narrow(Ticket.objects.all(), "nils holm")) == [stranger]
    assert list(search.narrow(type(nils).objects.all(), "(617) 555-0142")) == [nils]


def test_the_next_call_is_from_them(stranger, nils, spoken, close):
    journey.customer_identified(stranger, nils)
    close(stranger, now=NOON)

    assert spoken(now=NOON + HOUR, call_id="2").ticket.customer == nils


def test_a_shared_number_says_nothing_about_other_tickets(stranger, nils, ingrid):
    journey.customer_identified(stranger, nils)

    stranger.refresh_from_db()
    assert stranger.customer == nils
    unknown = intake.open_ticket(
        subject="Who?", channel="call", now=NOON, point=stranger.contact_point
    )
    journey.customer_identified(
        intake.open_ticket(subject="Me", channel="call", now=NOON, point=stranger.contact_point),
        nils,
    )
    unknown.refresh_from_db()
    assert unknown.customer is None


def test_a_withheld_number_teaches_us_nothing(missed, nils, monday_nine):
    ticket = missed(now=monday_nine, number="anonymous").ticket

    journey.customer_identified(ticket, nils)

    ticket.refresh_from_db()
    assert (ticket.customer, nils.contact_points.count()) == (nils, 0)


def test_somebody_new_says_who_they_are(stranger, shop):
    point = ContactPoint.objects.get()

    met = journey.customer_met("Nils Holm", now=NOON, point=point, language="sv")

    stranger.refresh_from_db()
    assert (stranger.customer, met.language, met.since) == (met, "sv", NOON)
    assert list(met.contact_points.all()) == [point]


def test_it_turns_out_whose_number_it_is(stranger, nils):
    journey.number_learnt(ContactPoint.objects.get(), nils)

    stranger.refresh_from_db()
    assert stranger.customer == nils


def test_looking_up_a_number_writes_nothing(shop):
    caller = intake.caller(phones.read(CALLER, "US"))

    assert (caller.point, caller.customers, caller.customer) == (None, (), None)
    assert ContactPoint.objects.count() == 0


def test_a_caller_is_nobody_in_particular_while_two_share_the_number(ingrid, shop, monday_nine):
    point = ingrid.contact_points.get()
    arne = intake.new_customer("Arne Berg", shop=shop, now=monday_nine, point=point)

    caller = intake.caller(phones.read(CALLER, "US"))

    assert (caller.customers, caller.customer) == ((arne, ingrid), None)


def test_whoever_was_merged_into_another_does_not_share_it(ingrid, shop, monday_nine):
    point = ingrid.contact_points.get()
    double = intake.new_customer("I. Berg", shop=shop, now=monday_nine, point=point)
    double.merged_into = ingrid
    double.save()

    assert intake.caller(phones.read(CALLER, "US")).customer == ingrid
