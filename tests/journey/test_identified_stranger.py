"""We learn who a stranger is."""

from datetime import timedelta

import pytest

from billing import gifts
from helpdesk import duties, journey
from helpdesk.journey import LastWay, StaysTheirs
from helpdesk.web import history
from tests.conftest import CALLER, boston
from tests.journey.ledger import fates
from tickets import devices, intake, phones, search
from tickets.models import ContactPoint, Customer, Ticket
from tickets.states import LostRace

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


# -- it was somebody else ------------------------------------------------------------------------


@pytest.fixture
def hand(sara):
    def hand(ticket, customer, *, now=NOON, **more):
        ticket.refresh_from_db()
        return journey.ticket_reassigned_to(ticket, customer, by=sara, now=now, **more)

    return hand


def whose():
    return [ticket.customer for ticket in Ticket.objects.order_by("pk")]


def test_what_they_are_promised_and_asked_for_follows_them(stranger, nils, shop):
    journey.customer_identified(stranger, nils)

    customers = history.with_balance(Customer.objects.all(), shop=shop, now=NOON)
    balance = history.balance(customers.get(pk=nils.pk))
    assert balance.ever.contacts == 1
    assert fates() == [("callback", "open")]
    assert stranger.promises.get().ticket.customer == nils


def test_a_ticket_taken_for_another_s_is_corrected(stranger, nils, ingrid, hand):
    journey.customer_identified(stranger, ingrid)

    handed = hand(stranger, nils)

    assert (stranger.customer, handed.moved, handed.stayed) == (nils, (stranger,), ())
    assert list(search.narrow(Ticket.objects.all(), "nils holm")) == [stranger]
    note = stranger.interactions.get(kind="note")
    assert note.text == "It was taken for Ingrid Berg's; it is from Nils Holm."


def test_the_number_stays_whose_it_was_unless_told(stranger, nils, ingrid, hand, missed):
    earlier = missed(now=NOON, call_id="2", number=ANOTHER).ticket
    later = intake.open_ticket(
        subject="Again", channel="call", now=NOON, point=earlier.contact_point
    )
    journey.customer_identified(earlier, ingrid)

    hand(earlier, nils)
    assert whose()[1:] == [nils, ingrid]
    hand(later, nils, with_number=True)

    assert whose()[1:] == [nils, nils]
    assert [point.value for point in nils.contact_points.all()] == [ANOTHER]
    assert [point.value for point in ingrid.contact_points.all()] == [CALLER]


def test_what_was_invoiced_stays_theirs(ingrid, nils, logged, close, hand):
    point = ingrid.contact_points.get()
    billed = close(logged(now=NOON, customer=ingrid, point=point).ticket, now=NOON)
    duties.swept(now=NOON + HOUR)
    waiting = logged(now=NOON, customer=ingrid, point=point).ticket

    with pytest.raises(StaysTheirs, match="was invoiced to Ingrid Berg, and stays theirs"):
        hand(billed, nils)
    handed = hand(waiting, nils, with_number=True)

    assert (handed.moved, handed.stayed) == ((waiting,), (billed,))
    assert whose() == [ingrid, nils]


def test_what_is_closed_is_invoiced_to_whom_it_belongs_by_then(ingrid, nils, logged, close, hand):
    ticket = close(logged(now=NOON, customer=ingrid).ticket, now=NOON)

    hand(ticket, nils)

    assert gifts.bill(ticket, now=NOON + HOUR).customer == nils


def test_it_may_be_nobody_s_again_until_it_is_closed(ingrid, logged, close, hand):
    ticket = logged(now=NOON, customer=ingrid).ticket
    hand(ticket, None)
    assert ticket.customer is None
    with pytest.raises(LostRace):
        hand(ticket, ingrid)

    journey.customer_identified(ticket, ingrid)
    close(ticket, now=NOON)
    with pytest.raises(StaysTheirs, match="is closed"):
        hand(ticket, None)


def test_a_device_goes_along_unless_it_was_here_before(ingrid, nils, logged, hand):
    new, old = (devices.write(ingrid, devices.Particulars(name)) for name in ("New", "Old"))
    tickets = [logged(now=NOON, customer=ingrid).ticket for _ in range(3)]
    for ticket, device in zip(tickets, (new, old, old), strict=True):
        devices.bring(ticket, device)

    for ticket in tickets[:2]:
        hand(ticket, nils)

    new.refresh_from_db()
    old.refresh_from_db()
    assert (new.customer, old.customer) == (nils, ingrid)
    assert [Ticket.objects.get(pk=it.pk).device for it in tickets] == [new, None, old]


# -- a number that is theirs no more -------------------------------------------------------------


def test_a_number_that_is_not_theirs_any_more_is_a_stranger_s(ingrid, logged, spoken):
    journey.customer_reached_by(ingrid, intake.reachable(ANOTHER, "US"))
    point = ContactPoint.objects.get(value=ANOTHER)
    ticket = logged(now=NOON, customer=ingrid, point=point).ticket

    journey.customer_not_reached_by(ingrid, point)

    ticket.refresh_from_db()
    assert (ticket.customer, ticket.contact_point.value) == (ingrid, CALLER)
    assert ticket.interactions.get().contact_point == point
    assert spoken(now=NOON + HOUR, number=ANOTHER).ticket.customer is None
    assert list(search.narrow(Customer.objects.all(), ANOTHER)) == []


def test_the_last_way_stays_while_something_is_promised(ingrid, logged, sara):
    point = ingrid.contact_points.get()
    promise = logged(now=NOON, customer=ingrid, point=point, wants_callback=True).promise

    with pytest.raises(LastWay, match="Ingrid Berg is promised something"):
        journey.customer_not_reached_by(ingrid, point)
    journey.promise_ended(promise, "kept", because="Called", by=sara, now=NOON)
    journey.customer_not_reached_by(ingrid, point)

    assert ingrid.contact_points.count() == 0
