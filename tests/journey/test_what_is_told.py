"""Programs can learn of everything that happens, whichever way it was written down."""

import pytest

from billing import gifts
from helpdesk import journey
from policies.models import Promise
from tests.conftest import CALLER, boston
from tickets.models import Event, Service, Ticket

pytestmark = pytest.mark.django_db
NOON = boston(2026, 3, 2, 12)


@pytest.fixture
def noted():
    """Say what was noted since one last asked, in order."""

    def noted():
        kinds = list(Event.objects.order_by("pk").values_list("kind", flat=True))
        Event.objects.all().delete()
        return kinds

    return noted


def test_a_missed_call_is_a_ticket_a_contact_and_a_promise(missed, monday_nine, noted):
    missed(now=monday_nine)

    assert noted() == ["ticket.created", "interaction.created", "promise.made"]


def test_the_rest_of_a_ticket_s_life_is_noted_as_it_happens(
    missed, monday_nine, ingrid, sara, noted
):
    missed(now=monday_nine, number=CALLER)
    ticket = Ticket.objects.get()
    noted()

    journey.promise_told(Promise.objects.get(), "By one.", now=NOON)
    assert noted() == ["promise.told"]
    journey.ticket_assigned(ticket, sara, now=NOON)
    assert noted() == ["ticket.updated"]
    journey.ticket_closed(ticket, charge="free", by=sara, now=NOON)
    assert sorted(noted()) == ["promise.ended", "ticket.closed"]
    gifts.bill(ticket, now=boston(2026, 3, 2, 13))
    assert noted() == ["invoice.issued", "invoice.settled"]
    journey.ticket_reopened(ticket, by=sara, now=NOON)
    assert noted() == ["ticket.reopened", "interaction.created"]


def test_what_is_only_touched_is_no_news(missed, monday_nine, shop, noted):
    missed(now=monday_nine)
    noted()

    Ticket.objects.update(touched_at=NOON, search_text="x")

    assert noted() == []


def test_an_event_knows_what_it_is_about(missed, monday_nine):
    missed(now=monday_nine)

    told = {event.kind: event.row for event in Event.objects.all()}

    assert told["ticket.created"] == Ticket.objects.get().number
    assert told["promise.made"] == Promise.objects.get().pk


def test_a_change_in_bulk_is_noted_too(missed, monday_nine, noted):
    missed(now=monday_nine)
    noted()

    Ticket.objects.update(service=Service.objects.first())

    assert noted() == ["ticket.updated"]
