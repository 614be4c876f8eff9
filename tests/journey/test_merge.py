"""Two tickets turn out to be about one matter."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies.models import Promise
from tests.conftest import boston, ledger_moves
from tests.journey.ledger import dues, fates
from tickets import intake
from tickets.merging import NotMergeable
from tickets.models import Interaction, Service, Ticket

HOUR = timedelta(hours=1)
ANOTHER = "+16175550199"
NOON = boston(2026, 3, 2, 12)


@pytest.fixture
def earlier(missed, monday_nine):
    """A stranger called at nine."""
    return missed(now=monday_nine, call_id="1").ticket


@pytest.fixture
def later(missed, monday_nine):
    """And from another number at ten."""
    return missed(now=monday_nine + HOUR, call_id="2", number=ANOTHER).ticket


@pytest.fixture
def merge(sara):
    def merge(ticket, into, *, now=NOON):
        for each in (ticket, into):
            each.refresh_from_db()
        journey.tickets_merged(ticket, into, by=sara, now=now)
        for each in (ticket, into):
            each.refresh_from_db()

    return merge


def test_one_ends_and_says_into_which(earlier, later, merge, sara):
    merge(earlier, later)

    assert (earlier.status, earlier.merged_into) == (Ticket.Status.MERGED, later)
    assert (earlier.ended_at, earlier.ended_by, earlier.endings) == (NOON, sara, 1)
    assert (later.status, later.touched_at) == (Ticket.Status.NEW, NOON)


def test_what_was_said_is_read_on_the_other(earlier, later, merge):
    merge(earlier, later)

    assert list(later.interactions.order_by("pk")) == list(Interaction.objects.order_by("pk"))
    assert earlier.interactions.count() == 0


@pytest.mark.parametrize("into_the_later_one", [True, False])
def test_the_earlier_callback_survives(earlier, later, merge, into_the_later_one):
    ticket, into = (earlier, later) if into_the_later_one else (later, earlier)

    merge(ticket, into)

    owed = Promise.objects.open().get()
    assert (owed.ticket, owed.due_at) == (into, boston(2026, 3, 2, 13))
    assert Promise.objects.filter(status="superseded").count() == Promise.objects.count() - 1


def test_a_promise_goes_along_as_a_new_row(earlier, later, merge, sara):
    merge(earlier, later)

    carried = Promise.objects.open().get()
    was = carried.follows
    assert (was.ticket, was.status, was.ended_by) == (earlier, "superseded", sara)
    assert was.ended_because == f"Merged into #{later.pk}"
    assert (carried.made_at, carried.maker) == (NOON, sara)
    assert (carried.kind, carried.due_at, carried.cause) == (was.kind, was.due_at, was.cause)
    assert carried.window == was.window


def test_other_promises_all_go_along(ticket, logged, merge, sara, ingrid):
    into = logged(now=NOON, customer=ingrid).ticket
    friday, thursday = boston(2026, 3, 6, 12), boston(2026, 3, 5, 12)
    journey.quoted(
        ticket, Service.objects.get(name="Laptop repair"), by=sara, now=NOON, accepted_how="phone"
    )
    journey.promised(ticket, "The price", friday, kind="other", by=sara, now=NOON)
    journey.promised(into, "Progress", thursday, kind="update", by=sara, now=NOON)

    merge(ticket, into, now=NOON + HOUR)

    owed = Promise.objects.open().filter(ticket=into).order_by("due_at")
    assert list(owed.values_list("kind", "what", "due_at")) == [
        ("update", "Progress", thursday),
        ("turnaround", "Laptop repair", boston(2026, 3, 5, 17)),
        ("other", "The price", friday),
    ]
    turnaround = owed[1]
    assert (turnaround.target_at, turnaround.risks) == (boston(2026, 3, 4, 17), "parts")
    assert turnaround.quote == turnaround.follows.quote
    assert Promise.objects.open().filter(ticket=ticket).count() == 0


def test_an_overdue_promise_breaks(earlier, later, merge):
    merge(earlier, later, now=boston(2026, 3, 2, 13, 30))

    broken = Promise.objects.get(ticket=earlier)
    assert (broken.status, broken.ended_at) == ("broken", boston(2026, 3, 2, 13))
    assert dues() == [boston(2026, 3, 2, 14)]  # what the other ticket was promised


def test_and_another_follows_where_nothing_else_was_promised(earlier, ticket, merge):
    journey.customer_identified(earlier, ticket.customer)

    merge(earlier, ticket, now=boston(2026, 3, 2, 14))

    assert fates() == [("callback", "broken"), ("callback", "open")]
    following = Promise.objects.open().get()
    assert (following.ticket, following.follows.ticket) == (ticket, earlier)
    assert following.due_at == boston(2026, 3, 3, 10)


def test_it_is_about_whoever_one_of_them_was_about(earlier, later, merge, ingrid):
    journey.customer_identified(earlier, ingrid)

    merge(earlier, later)

    assert later.customer == ingrid
    assert later.contact_point.value == ANOTHER


def test_two_customers_are_refused(earlier, later, merge, shop, monday_nine):
    for ticket, name in ((earlier, "Ingrid Berg"), (later, "Nils Holm")):
        customer = intake.new_customer(name, shop=shop, now=monday_nine)
        journey.customer_identified(ticket, customer)

    with pytest.raises(NotMergeable, match="two customers: Ingrid Berg and Nils Holm"):
        merge(earlier, later)

    assert fates() == [("callback", "open"), ("callback", "open")]


def test_a_ticket_is_not_merged_into_itself(earlier, merge):
    with pytest.raises(NotMergeable, match="into itself"):
        merge(earlier, earlier)


def test_what_has_ended_is_not_merged(ticket, logged, close, merge, ingrid):
    other = logged(now=NOON, customer=ingrid).ticket
    close(other, now=NOON)

    for pair in ((ticket, other), (other, ticket)):
        with pytest.raises(NotMergeable, match="Only open tickets"):
            merge(*pair)


def test_a_merged_ticket_is_never_invoiced(earlier, later, merge):
    merge(earlier, later)

    assert ledger_moves(duties.swept(now=NOON + HOUR / 2)) == 0


def test_the_minutes_are_on_the_invoice_of_the_other(ticket, logged, merge, close, per, ingrid):
    journey.note_added(ticket, "Worked on it.", by=per, minutes=60, now=NOON)
    into = logged(now=NOON, customer=ingrid, minutes=60).ticket
    merge(ticket, into)

    close(into, now=NOON)
    duties.swept(now=NOON + HOUR)

    assert into.invoices.get().total == 18000


def test_a_call_joins_the_other_from_then_on(earlier, later, merge, spoken):
    merge(earlier, later)

    assert spoken(now=NOON + HOUR / 2, call_id="3", number=ANOTHER).ticket == later


def worried(ticket, concern, by, *, eased=False):
    journey.trouble_written(ticket, fault="Dead", concern=concern, by=by, now=NOON)
    journey.concern_acknowledged(ticket, "It is on us.", by=by, now=NOON)
    if eased:
        journey.concern_eased(ticket, by=by, now=NOON)


def test_a_concern_is_not_lost(earlier, later, merge, sara, per):
    worried(earlier, "Second time", sara)
    journey.ticket_watched(earlier, by=per)

    merge(earlier, later)

    assert (later.fault, later.concern, later.acknowledged_by) == ("Dead", "Second time", sara)
    assert list(later.watchers.all()) == [per]


def test_one_that_stands_opens_one_that_was_settled(earlier, later, merge, sara):
    worried(earlier, "Second time", sara)
    worried(later, "Too slow", sara, eased=True)

    merge(earlier, later)

    assert (later.concern, later.eased_at) == ("Too slow\nSecond time", None)
