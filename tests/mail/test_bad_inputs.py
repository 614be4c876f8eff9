"""Every bad mail that is known goes all the way in: nothing is lost, nothing stops the next one."""

import pytest
from django.utils.timezone import now

from helpdesk import journey
from policies.models import FollowUp, Promise
from tests.tickets.mail.builders import attached, multipart, part
from tests.tickets.mail.test_bad_mail import READ, REFUSED
from tickets.mail.contract import Nature
from tickets.models import Arrival, Attachment, Interaction, Shop, Ticket

FILED = {
    Nature.PERSONAL: Arrival.Verdict.TICKET,
    Nature.LIST: Arrival.Verdict.TICKET,
    Nature.AUTO_REPLY: Arrival.Verdict.AUTO_REPLY,
    Nature.BOUNCE: Arrival.Verdict.BOUNCE,
    Nature.LOOP: Arrival.Verdict.IGNORED,
}


@pytest.fixture
def arrive(by_mail):
    Shop.objects.update(official_email="help@shop.example")
    return lambda raw: journey.mail_arrived(raw, source="test", now=now())


@pytest.mark.parametrize(("raw", "because"), REFUSED)
def test_what_cannot_be_read_is_kept_and_put_aside(arrive, raw, because):
    arrival = arrive(raw)

    assert (arrival.verdict, arrival.because) == (Arrival.Verdict.QUARANTINED, because)
    assert bytes(Arrival.objects.get().raw) == raw
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(("raw", "expected"), READ)
def test_what_can_be_read_is_filed_with_what_was_odd_about_it(arrive, raw, expected):
    arrival = arrive(raw)

    nature = expected.get("nature", Nature.PERSONAL)
    assert arrival.verdict == FILED[nature]
    if nature == Nature.LOOP:
        return
    filed = Interaction.objects.get(direction="in")
    assert filed.ticket == Ticket.objects.get()
    assert (arrival.interaction, filed.is_verified) == (filed, True)
    for name in ("text", "subject"):
        if name in expected:
            assert (
                filed.whole_text or filed.text if name == "text" else filed.subject
            ) == expected[name]
    if "remarks" in expected:
        assert tuple(filed.remarks) == expected["remarks"]
    assert Promise.objects.exists() == (nature == Nature.PERSONAL)
    planned = FollowUp.objects.filter(rule="acknowledgement", status="planned")
    may_be_answered = expected.get("may_be_answered", nature == Nature.PERSONAL)
    assert planned.exists() <= may_be_answered


def test_its_files_are_kept_byte_for_byte(arrive):
    arrive(multipart(part("Hi"), attached("../../bill.pdf", b"%PDF-1.4 \xff")))

    kept = Attachment.objects.get()
    with kept.file.open() as file:
        content = file.read()
    assert (kept.name, content, kept.size) == ("bill.pdf", b"%PDF-1.4 \xff", 10)
    assert "bill" not in kept.file.name


def test_a_mail_after_a_bad_one_is_filed(arrive):
    arrive(b"\0" * 50)
    arrive(b"From: ann@example.com\nSubject: Wet\n\nIt is wet.")

    assert Ticket.objects.get().subject == "Wet"
