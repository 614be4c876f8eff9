"""Machines that write to each other stop by themselves; nobody is flooded in another's name."""

import subprocess
import sys

import pytest

from helpdesk import duties, journey
from tests import mailservers
from tests.faults.stack import ROOT, Stack
from tests.races.together import at_once
from tests.tickets.mail.builders import mail
from tickets.models import Interaction, Shop

VICTIM = "victim@example.org"


class Desk:
    """A helpdesk with an address, which takes its mail by pipe."""

    def __init__(self, folder, name, smtp):
        folder.mkdir()
        self.address = f"help@{name}.example"
        self.stack = Stack(
            folder, EMAIL_URL=smtp.url, MAIL_FROM=self.address, PUBLIC_URL=f"https://{name}.example"
        )

    def receive(self, raw):
        done = subprocess.run(
            [sys.executable, "manage.py", "receive_mail"],
            cwd=ROOT,
            env=self.stack.env,
            input=raw,
            capture_output=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()

    def sweep(self):
        subprocess.run(
            [sys.executable, "manage.py", "sweep"],
            cwd=ROOT,
            env=self.stack.env,
            capture_output=True,
            check=True,
        )


@pytest.mark.parametrize("headers", ["kept", "stripped"])
def test_two_helpdesks_that_write_to_each_other_fall_silent(tmp_path, headers):
    """Also where something between them takes away every header that says what a mail is."""
    desks = {}

    def deliver(received):
        raw = received.raw.replace(b"\r\n", b"\n")
        if headers == "stripped":
            raw = without(raw, b"auto-submitted", b"x-auto-response-suppress", b"x-loop")
        desks[received.recipients[0]].receive(raw)

    with mailservers.Smtp(deliver=deliver) as smtp:
        one, other = Desk(tmp_path / "one", "one", smtp), Desk(tmp_path / "other", "other", smtp)
        desks |= {one.address: one, other.address: other}
        with one.stack, other.stack:
            spark = mail(to=other.address, message_id="<1@spark.example>", **{"from": one.address})
            other.receive(spark)
            for _ in range(2):
                other.sweep()
                one.sweep()

    assert len(smtp.mails) <= 2
    assert [it.recipients for it in smtp.mails][:1] == [(one.address,)]


def without(raw, *names):
    head, blank, body = raw.partition(b"\n\n")
    lines = head.replace(b"\n ", b" ").split(b"\n")
    kept = [line for line in lines if line.partition(b":")[0].lower() not in names]
    return b"\n".join(kept) + blank + body


@pytest.mark.django_db
def test_a_hundred_mails_in_a_victims_name_are_one_acknowledgement(arrive, smtp, minutes):
    for number in range(100):
        arrive("Buy now", message_id=f"<{number}@x.example>", **{"from": VICTIM})
    duties.swept(now=minutes(1))

    assert [it.recipients for it in smtp.mails] == [(VICTIM,)]
    assert "Buy now" not in smtp.mails[0].raw.decode()


@pytest.mark.django_db(transaction=True)
def test_nor_when_many_are_filed_and_answered_at_once(by_mail, smtp, minutes):
    def file(first):
        for number in range(first, 24, 4):
            raw = mail("Buy", message_id=f"<{number}@x.example>", **{"from": VICTIM})
            journey.mail_arrived(raw, source="test", now=minutes(0))
        duties.swept(now=minutes(1))

    done = at_once(*[lambda first=first: file(first) for first in range(4)])

    assert done == [None] * 4
    assert Interaction.objects.filter(direction="in").count() == 24
    assert [it.recipients for it in smtp.mails] == [(VICTIM,)]


@pytest.mark.django_db
def test_an_hour_later_there_may_be_another(arrive, smtp, minutes):
    for minute in (0, 59, 61, 62):
        sent = len(smtp.mails)
        arrive("Hi", message_id=f"<{minute}@x.example>", now=minutes(minute))
        duties.swept(now=minutes(minute))
        assert len(smtp.mails) - sent == (minute in (0, 61)), minute


@pytest.mark.django_db
def test_a_storm_from_everywhere_ends_at_the_shops_own_limit(arrive, smtp, minutes):
    Shop.objects.update(acknowledgements_per_hour=5)
    for number in range(20):
        arrive("Hi", message_id=f"<{number}@x.example>", **{"from": f"p{number}@example.org"})
    duties.swept(now=minutes(1))

    assert len(smtp.mails) == 5
    arrive("Hi", message_id="<late@x.example>", now=minutes(62), **{"from": "late@example.org"})
    duties.swept(now=minutes(62))
    assert len(smtp.mails) == 6
