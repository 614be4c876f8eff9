"""A shop in Boston, its staff, and a Monday morning."""

import re
import secrets
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings

from helpdesk import app, journey, opening
from tickets import intake, phones
from tickets.channels import cti
from tickets.channels.contract import CallEvent, CallEventKind, Direction, Outcome
from tickets.models import Attachment, User

# A machine busy with other things is slow, which says nothing of what is tried.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("patient", patient)
settings.load_profile("patient")

BOSTON = ZoneInfo("America/New_York")
CALLER = "+16175550142"


def boston(*parts):
    """An instant by the shop's clock; 2 March 2026 is a Monday."""
    return datetime(*parts, tzinfo=BOSTON).astimezone(UTC)


# What knows no database is the same on both: it is run once, with SQLite.
KNOWS_NO_DATABASE = re.compile(
    r"tests/(house|tickets/mail|tickets/channels)/"
    r"|tests/test_\w+\.py"
    r"|tests/tickets/test_(callstate|keywords|phones|segments|text)\.py"
    r"|tests/policies/test_(calendars|wording)\.py"
    r"|tests/billing/test_(money|paper)\.py"
)


def pytest_collection_modifyitems(config, items):
    """Leave out what takes minutes, unless asked for (ARGS="-m long"), and what was run before."""
    left_out = {item for item in items if item.get_closest_marker("long")}
    if "long" in config.option.markexpr:
        left_out = set()
    for item in items:
        only = item.get_closest_marker("only")
        if only is not None and only.args != (connection.vendor,):
            left_out.add(item)
    if connection.vendor == "postgresql":
        left_out |= {item for item in items if KNOWS_NO_DATABASE.match(item.nodeid)}
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


def ledger_moves(swept):
    """How much of what the clock did changed a ledger, or ended a call."""
    return sum(swept[duty] for duty in ("calls", "promises", "invoices"))


@pytest.fixture(autouse=True)
def quick_passwords(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def counted_anew(settings):
    """Share no cache: Redis would count from one test to the next, and for those beside it."""
    prefix = {"KEY_PREFIX": secrets.token_hex(8)}
    settings.CACHES = {name: cache | prefix for name, cache in settings.CACHES.items()}


@pytest.fixture(autouse=True)
def attachments_apart(monkeypatch, tmp_path):
    """Keep what tests attach out of the shop's own folder."""
    storage = Attachment._meta.get_field("file").storage
    monkeypatch.setattr(storage, "location", str(tmp_path / "attachments"))


@pytest.fixture(autouse=True, scope="session")
def bells_nobody_hears(tmp_path_factory):
    """Have those who ring leave their notes with us, and not where a developer's worker looks."""
    folder = tmp_path_factory.mktemp("broker")
    if app.conf.broker_url.startswith("filesystem:"):
        app.conf.broker_transport_options = {
            name: str(folder) for name in ("data_folder_in", "data_folder_out", "control_folder")
        }


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
def customer(shop):
    """Make somebody we have known since January, reached on `number`."""

    def customer(name, number=CALLER, **fields):
        with transaction.atomic():
            point = intake.known(phones.read(number, shop.region)).point
            since = boston(2026, 1, 5)
            return intake.new_customer(name, shop=shop, point=point, now=since, **fields)

    return customer


@pytest.fixture
def ingrid(customer):
    return customer("Ingrid Berg")


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


@pytest.fixture
def spoken(hear):
    """Let a call be answered and, a minute later, hung up."""

    def spoken(*, now, by="101", **call):
        users = {"users": (by,)} if call.get("direction") == "out" else {}
        hear("new_call", now=now, **call, **users)
        hear("answer", now=now, answering_number=by, **call)
        minute_later = now + timedelta(minutes=1)
        return hear("hangup", now=minute_later, outcome=Outcome.COMPLETED, **call)

    return spoken


@pytest.fixture
def tried(hear):
    """Let us call them and nobody answer."""

    def tried(*, now, by="101", outcome=Outcome.NO_ANSWER, call_id="out-1", **call):
        call |= {"direction": "out", "call_id": call_id}
        hear("new_call", now=now, users=(by,), **call)
        return hear("hangup", now=now + timedelta(minutes=1), outcome=outcome, **call)

    return tried
