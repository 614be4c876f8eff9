"""What is kept for a while goes after it, by kind; what a ledger needs stays."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from billing.models import Invoice
from helpdesk import journey, retention
from helpdesk.models import AuditEntry, Draft
from policies.models import Promise
from tests.conftest import boston
from tests.doors.mails import arrive, mail
from tickets import arrivals
from tickets.models import Arrival, Attachment, Customer, Interaction, LoanDevice, Notice, Shop

TEN = boston(2026, 3, 2, 10)
DAY = timedelta(days=1)
LATER = TEN + 400 * DAY


@pytest.fixture
def keep(shop):
    """Say for how many days kinds are kept; all others for ever."""

    def keep(**days):
        named = {slug.replace("_", "-"): number for slug, number in days.items()}
        Shop.objects.update(days_kept=dict.fromkeys(retention.KINDS) | named)

    return keep


@pytest.fixture
def served(ingrid, sara):
    """Ingrid was helped for free, invoiced, and has not been heard of since."""
    said = journey.Contact("call", "in", "Her fan is loud", heard_at=TEN)
    ticket = journey.contact_logged(said, by=sara, now=TEN, customer=ingrid).ticket
    journey.ticket_closed(ticket, charge="free", by=sara, now=TEN)
    ticket.refresh_from_db()
    journey.ticket_billed(ticket, now=ticket.bill_at)
    return ticket


def aside(at, **more):
    return arrivals.keep(
        b"x", via="web", source="web form", content_type="", now=at, because="fast", **more
    )


def test_nothing_goes_that_the_owner_did_not_say(shop, sara, missed, served):
    AuditEntry.objects.create(at=TEN, user=sara, action="saw")
    missed(now=TEN)
    before = list(Arrival.objects.values_list("raw", flat=True))

    retention.tidy(now=LATER)

    assert list(Arrival.objects.values_list("raw", flat=True)) == before
    assert AuditEntry.objects.count() == 1
    assert not Customer.objects.filter(anonymised_at__isnull=False).exists()


def test_what_came_is_emptied_and_what_it_said_stays(keep):
    keep(arrivals=30)
    for day in (0, 31):
        arrive(mail("My laptop", id=f"m{day}"), now=TEN + day * DAY)
    said = list(Interaction.objects.filter(direction="in").values_list("text", flat=True))

    retention.tidy(now=TEN + 32 * DAY)

    assert [bool(raw) for raw in Arrival.objects.order_by("pk").values_list("raw", flat=True)] == [
        False,
        True,
    ]
    assert list(Interaction.objects.filter(direction="in").values_list("text", flat=True)) == said


def test_what_nobody_could_read_waits_for_people(keep):
    keep(arrivals=30)
    kept = arrivals.keep(
        b"x",
        via="email",
        source="box",
        content_type="",
        verdict="quarantined",
        because="No sender",
        now=TEN,
    )
    retention.tidy(now=LATER)

    kept.refresh_from_db()
    assert bytes(kept.raw) == b"x"


def test_web_messages_put_aside_are_let_go(keep):
    keep(put_aside=7)
    old = aside(TEN, verdict="quarantined")
    new = aside(TEN + 5 * DAY, verdict="quarantined")

    retention.tidy(now=TEN + 8 * DAY)

    for row in (old, new):
        row.refresh_from_db()
    assert (bytes(old.raw), old.verdict) == (b"", "ignored")
    assert (bytes(new.raw), new.verdict) == (b"x", "quarantined")


def test_files_go_after_the_end_of_the_ticket(keep, served, django_capture_on_commit_callbacks):
    keep(files=30)
    contact = served.interactions.earliest("pk")
    file = Attachment.objects.create(
        interaction=contact,
        name="me.jpg",
        size=1,
        sha256="x",
        file=ContentFile(b"x", name="file"),
    )
    with django_capture_on_commit_callbacks(execute=True):
        retention.tidy(now=TEN + 29 * DAY)
    assert file.file.storage.exists(file.file.name)
    Shop.objects.update(languages=["sv"])

    with django_capture_on_commit_callbacks(execute=True):
        retention.tidy(now=TEN + 31 * DAY)
    file.refresh_from_db()
    assert (file.name, file.file.storage.exists(file.file.name)) == ("(raderat)", False)
    assert not retention.KINDS["files"].found(TEN + 31 * DAY).exists()


def test_the_audit_and_notices_that_were_read(keep, sara, served):
    keep(audit=90, notices=7)
    contact = served.interactions.earliest("pk")
    for day in (0, 5):
        AuditEntry.objects.create(at=TEN + day * DAY, user=sara, action=f"on day {day}")
    Notice.objects.create(
        user=sara, interaction=contact, why="named", noticed_at=TEN, seen_at=TEN + DAY
    )
    Notice.objects.create(user=sara, ticket=served, why="watched", noticed_at=TEN)

    retention.tidy(now=TEN + 91 * DAY)

    assert [row.action for row in AuditEntry.objects.all()] == ["on day 5"]
    assert [row.why for row in Notice.objects.all()] == ["watched"]


def test_drafts_are_kept_for_two_weeks_unless_the_owner_says_otherwise(shop, sara):
    for day in (0, 5):
        Draft.objects.create(user=sara, form=f"call-{day}", saved_at=TEN + day * DAY)

    retention.tidy(now=TEN + 15 * DAY)

    assert [row.form for row in Draft.objects.all()] == ["call-5"]


def test_who_was_not_heard_of_for_long_is_anonymised(keep, served, ingrid):
    keep(customers=365)
    retention.tidy(now=TEN + 300 * DAY)
    ingrid.refresh_from_db()
    assert ingrid.anonymised_at is None

    retention.tidy(now=LATER)

    ingrid.refresh_from_db()
    assert (ingrid.name, ingrid.anonymised_at) == ("(erased)", LATER)
    assert Invoice.objects.get().buyer_name == "Ingrid Berg"


@pytest.mark.parametrize("holds", ["open", "owes", "has ours", "came back"])
def test_who_is_still_with_us_is_not(keep, served, ingrid, sara, holds):
    keep(customers=365)
    said = journey.Contact("call", "in", "Again", heard_at=TEN)
    again = journey.contact_logged(
        said, by=sara, now=TEN, customer=ingrid, is_new_matter=True
    ).ticket
    if holds == "has ours":
        lent = LoanDevice.objects.create(name="ThinkPad L13")
        journey.device_lent(lent, again, TEN.date(), by=sara, now=TEN)
    if holds != "open":
        charge = "charged" if holds == "owes" else "free"
        ended_at = LATER - DAY if holds == "came back" else TEN
        journey.ticket_closed(again, charge=charge, by=sara, now=ended_at)
        again.refresh_from_db()
        journey.ticket_billed(again, now=again.bill_at)

    retention.tidy(now=LATER)

    ingrid.refresh_from_db()
    assert ingrid.anonymised_at is None


def test_a_portion_at_a_time_until_it_is_through(keep, sara, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    keep(audit=90)
    for number in range(3):
        AuditEntry.objects.create(at=TEN, user=sara, action=str(number))

    left = []
    for _tick in range(3):
        retention.tidy(now=LATER)
        left.append(AuditEntry.objects.count())

    assert left == [1, 0, 0]


def test_it_is_looked_for_once_an_hour(keep, sara):
    keep(audit=90)
    retention.tidy(now=LATER)
    AuditEntry.objects.create(at=TEN, user=sara, action="saw")

    retention.tidy(now=LATER + timedelta(minutes=59))
    assert AuditEntry.objects.count() == 1
    retention.tidy(now=LATER + timedelta(minutes=61))
    assert AuditEntry.objects.count() == 0


def test_what_the_ledgers_are_made_of_is_never_among_it():
    kept = {Interaction, Promise, Invoice}

    assert kept & {kind.found(TEN).model for kind in retention.KINDS.values()} == set()
