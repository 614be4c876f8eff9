"""A shop in Boston, its staff, and a Monday morning."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from helpdesk import journey, opening
from tickets.channels import cti
from tickets.channels.contract import CallEvent, CallEventKind, Direction, Outcome
from tickets.models import User

BOSTON = ZoneInfo("America/New_York")
CALLER = "+16175550142"


def boston(*parts):
    """An instant by the shop's clock; 2 March 2026 is a Monday."""
    return datetime(*parts, tzinfo=BOSTON).astimezone(UTC)


@pytest.fixture
def monday_nine():
    return boston(2026, 3, 2, 9)


@pytest.fixture
def shop(db):
    return opening.open_shop(
        opening.Plan(
            name="Dahl & Daughters",
            region="US",
            subdivision="MA",
            zone="America/New_York",
            currency="USD",
            languages=("en", "sv"),
            phone="+16175550100",
            offers=(
                opening.Offer("Laptop repair", days=3, target_days=2, risks="parts"),
                opening.Offer("Data recovery", days=10, target_days=5),
            ),
        ),
        now=boston(2026, 1, 1),
    )


@pytest.fixture
def sara(shop):
    return opening.hire("sara", "Sara Lind", User.Role.FRONT_DESK, "x", extension="101")


@pytest.fixture
def per(shop):
    return opening.hire("per", "Per Holm", User.Role.TECHNICIAN, "x", extension="102")


@pytest.fixture
def eva(shop):
    return opening.hire("eva", "Eva Dahl", User.Role.OWNER, "x", extension="103")


@pytest.fixture
def hear(shop):
    """Let the phone system say what happened to a call."""

    def hear(kind, *, now, call_id="call-1", number=CALLER, direction="in", **fields):
        ends = (number, "+16175550100")
        event = CallEvent(
            via=cti.SLUG,
            call_id=call_id,
            event=CallEventKind(kind),
            direction=Direction(direction),
            from_number=ends[0] if direction == "in" else ends[1],
            to_number=ends[1] if direction == "in" else ends[0],
            **fields,
        )
        return journey.call_event(event, b"raw", content_type="", source="pbx", now=now)

    return hear


@pytest.fixture
def missed(hear):
    """Let a call ring and be missed."""

    def missed(*, now, **call):
        hear("new_call", now=now, **call)
        return hear("hangup", now=now, outcome=Outcome.MISSED, cause="cancel", **call)

    return missed
