"""Whoever fetches is killed, or the line breaks, at the worst moments: each mail is filed once."""

import pkgutil
import signal
import sys
from datetime import UTC, datetime

import pytest

from helpdesk import mailboxes
from tests import mailservers
from tests.faults.stack import Stack
from tests.tickets.mail.builders import mail
from tickets.models import Interaction, Ticket

MAILS = 3

# Each is a place in the code and how often it is passed before the second mail gets there.
MOMENTS = {
    "fetched, nothing written": ("helpdesk.mailboxes.journey", "mail_arrived", 1),
    "half written, not committed": ("helpdesk.journey.mail.arrivals", "keep", 1),
    "committed, position not noted": ("helpdesk.mailboxes", "_read_up_to", 1),
    "position noted, not flagged": ("tickets.channels.imap.OpenMailbox", "mark_seen", 1),
    "the first of all": ("helpdesk.mailboxes.journey", "mail_arrived", 0),
    "all done, not logged out": ("imaplib.IMAP4", "logout", 0),
}

FETCH = """
import os, pkgutil, signal, sys
from datetime import UTC, datetime
from helpdesk import mailboxes

place, name, passed = {moment!r}
place = pkgutil.resolve_name(place)
real, calls = getattr(place, name), []

def killed(*given, **named):
    calls.append(1)
    if len(calls) > passed:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given, **named)

setattr(place, name, killed)
mailboxes.fetch(clock=lambda: datetime.now(UTC))
"""

FILED = "SELECT text FROM tickets_interaction WHERE direction = 'in' ORDER BY text"


@pytest.fixture
def server():
    with mailservers.Imap() as server:
        for number in range(MAILS):
            server.put(mail(f"Mail {number}", message_id=f"<{number}@example.com>"))
        yield server


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed(server, tmp_path, moment):
    with Stack(tmp_path, IMAP_URL=server.url()) as stack:
        script = FETCH.format(moment=MOMENTS[moment])
        child = stack.run([sys.executable, "-c", f"import django; django.setup()\n{script}"])
        assert child.wait(60) == -signal.SIGKILL, stack.log("command")

        again = stack.run([sys.executable, "manage.py", "fetch_mail"])
        assert again.wait(60) == 0, stack.log("command")

        assert stack.sql(FILED) == [(f"Mail {number}",) for number in range(MAILS)]
        assert stack.sql("SELECT count(*) FROM tickets_ticket") == [(MAILS,)]
        assert stack.sql("SELECT count(*) FROM tickets_arrival") == [(MAILS,)]


@pytest.mark.django_db
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_line_breaks(server, by_mail, settings, monkeypatch, moment):
    settings.IMAP_URL = server.url()
    where, name, passed = MOMENTS[moment]
    place, calls = pkgutil.resolve_name(where), []
    real = getattr(place, name)

    def broken(*given, **named):
        calls.append(1)
        if len(calls) > passed:
            raise ConnectionResetError
        return real(*given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(place, name, broken)
        mailboxes.fetch(clock=clock)
    mailboxes.fetch(clock=clock)

    filed = Interaction.objects.filter(direction="in").order_by("text")
    assert [it.text for it in filed] == [f"Mail {number}" for number in range(MAILS)]
    assert Ticket.objects.count() == MAILS


def clock():
    return datetime.now(UTC)
