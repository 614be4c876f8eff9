"""Tickets and promises for follow-ups to be about."""

import pytest

from helpdesk import duties, journey
from policies.models import FollowUp
from tests.conftest import boston
from tests.outgoing import gateway, mailed, postbox, prefers, texted
from tickets.models import Interaction, Service
from tickets.models.work import Kind

__all__ = ["gateway", "mailed", "postbox", "prefers", "texted"]


@pytest.fixture
def ticket(ingrid, sara, monday_nine):
    """Ingrid brought something in on Monday at nine."""
    contact = journey.Contact(
        kind=Kind.WALK_IN,
        direction=Interaction.Direction.IN,
        said="The screen stays black.",
        heard_at=monday_nine,
    )
    return journey.contact_logged(contact, by=sara, now=monday_nine, customer=ingrid).ticket


@pytest.fixture
def turnaround(ticket, sara, monday_nine):
    """Promised for Thursday at five."""
    repair = Service.objects.get(name="Laptop repair")
    journey.quoted(ticket, repair, by=sara, now=monday_nine, accepted_how="counter")
    return ticket.promises.get(kind="turnaround")


@pytest.fixture
def update(ticket, sara, monday_nine):
    """News promised for Tuesday at one."""
    tuesday = boston(2026, 3, 3, 13)
    return journey.promised(ticket, "Progress", tuesday, kind="update", by=sara, now=monday_nine)


@pytest.fixture
def planned(shop):
    """When a rule comes round, and what came of it: [(due, status, outcome)]."""

    def planned(slug):
        rows = FollowUp.objects.filter(rule=slug).order_by("pk")
        return [(row.due_at, row.status, row.outcome) for row in rows]

    return planned


@pytest.fixture
def outcomes(shop):
    """Let everything happen that is due at `now`; return what came of a rule."""

    def outcomes(slug, *, now):
        duties.swept(now=now)
        rows = FollowUp.objects.filter(rule=slug).order_by("pk")
        return [(row.status, row.outcome) for row in rows]

    return outcomes
