"""The owner changes a policy at noon."""

from datetime import timedelta

import pytest

from billing.models import Invoice, Rate
from helpdesk import duties, journey
from policies.models import CallbackWindow, Promise
from tests.conftest import boston
from tests.journey.ledger import dues
from tickets.models import Customer

HOUR = timedelta(hours=1)
NOON = boston(2026, 3, 2, 12)


@pytest.fixture
def window(shop):
    """Write a new version of the callback window."""

    def window(minutes, **fields):
        calendar = CallbackWindow.objects.earliest("pk").calendar
        fields = {"valid_from": NOON, "made_at": boston(2026, 3, 1)} | fields
        return CallbackWindow.objects.create(calendar=calendar, minutes=minutes, **fields)

    return window


def test_promises_made_before_keep_their_terms(missed, window, monday_nine):
    missed(now=monday_nine)
    old = CallbackWindow.objects.get()

    window(60)

    assert (Promise.objects.get().window, dues()) == (old, [boston(2026, 3, 2, 13)])


def test_it_is_not_in_force_before_its_time(missed, window):
    window(60)

    missed(now=NOON - timedelta(microseconds=1))

    assert Promise.objects.get().window.minutes == 240


def test_from_noon_promises_are_made_by_the_new_one(missed, window):
    new = window(60)

    missed(now=NOON)

    assert (Promise.objects.get().window, dues()) == (new, [boston(2026, 3, 2, 13)])


def test_what_follows_a_broken_promise_is_by_the_new_one(missed, window, monday_nine):
    missed(now=monday_nine)
    new = window(60)

    duties.swept(now=boston(2026, 3, 2, 13))

    following = Promise.objects.open().get()
    assert (following.window, following.due_at) == (new, boston(2026, 3, 2, 14))


def test_of_two_from_the_same_instant_the_one_written_last_holds(missed, window):
    window(60)
    last = window(30)

    missed(now=NOON)

    assert Promise.objects.get().window == last


def test_a_kind_of_customer_may_have_a_window_of_its_own(missed, window, customer):
    customer("Dahl Holdings", kind=Customer.Kind.BUSINESS)
    businesses = window(60, customer_kind=Customer.Kind.BUSINESS)
    window(30, valid_from=NOON + HOUR)  # later, but for everybody

    missed(now=NOON + 2 * HOUR, call_id="1")
    missed(now=NOON + 2 * HOUR, call_id="2", number="+16175550199")

    first, second = Promise.objects.order_by("pk")
    assert (first.window, second.window.minutes) == (businesses, 30)


def test_a_new_rate_prices_what_comes_in_from_then_on(ticket, logged, ingrid, close):
    Rate.objects.create(hourly=9000, minimum_fee=6000, valid_from=NOON, made_at=NOON)
    came = logged(now=NOON, customer=ingrid).ticket
    close(ticket, now=NOON)
    duties.swept(now=NOON + HOUR)
    close(came, now=NOON)
    duties.swept(now=NOON + HOUR)

    assert list(Invoice.objects.order_by("number").values_list("total", flat=True)) == [4500, 6000]


def test_who_comes_back_after_an_invoice_comes_under_the_rate_of_that_day(
    ticket, logged, close, sara
):
    close(ticket, now=NOON - 2 * HOUR)
    duties.swept(now=NOON - HOUR)
    Rate.objects.create(hourly=9000, minimum_fee=6000, valid_from=NOON, made_at=NOON)
    ticket.refresh_from_db()
    journey.ticket_reopened(ticket, by=sara, now=NOON + HOUR)
    logged(now=NOON + HOUR, ticket=ticket, customer=ticket.customer)
    Rate.objects.create(hourly=9000, minimum_fee=7000, valid_from=NOON + 2 * HOUR, made_at=NOON)

    close(ticket, now=NOON + 3 * HOUR)
    duties.swept(now=NOON + 4 * HOUR)

    assert list(Invoice.objects.order_by("number").values_list("total", flat=True)) == [4500, 6000]
