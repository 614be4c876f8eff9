"""A mail there and back again, by real servers and real processes."""

import smtplib
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from helpdesk import duties, mailboxes
from policies.models import Promise
from tests import mailservers
from tests.faults.stack import ROOT, Stack
from tests.tickets.mail.builders import mail
from tickets.models import Interaction, Ticket

ANSWER = """
from django.utils.timezone import now
from helpdesk import journey
from tickets import outbox
from tickets.models import Ticket, User

ticket = Ticket.objects.get()
route = outbox.routes(ticket)[0]
sara = User.objects.get(username="sara")
journey.staff_answered(ticket, route, "It dries.", by=sara, now=now())
"""
TOUCHES = "SELECT direction, text FROM tickets_interaction WHERE kind = 'email' ORDER BY id"


def reply(received, body, **changed):
    """What the customer's mail program makes of an answer."""
    headers = {
        "to": received.mail["Reply-To"],
        "subject": f"Re: {received.mail['Subject']}",
        "message_id": "<2@example.com>",
        "in_reply_to": received.message_id,
        "references": received.message_id,
    }
    quoted = "\n".join(f"> {line}" for line in received.text.splitlines())
    written = f"{body}\n\nOn Mon, Mar 2, 2026 at 9:00 AM Dahl <help@dahl.example> wrote:\n{quoted}"
    return mail(written, **headers | changed)


def test_by_smtp_and_pipe(tmp_path):
    def deliver(received):
        return None if received.recipients != ("help@dahl.example",) else piped(received)

    def piped(received):
        done = subprocess.run(
            [sys.executable, "manage.py", "receive_mail", "--source", "smtp"],
            cwd=ROOT,
            env=stack.env,
            input=received.raw,
            capture_output=True,
            timeout=90,
            check=False,
        )
        return mailservers.OK if done.returncode == 0 else f"451 {done.returncode}"

    with (
        mailservers.Smtp(deliver=deliver) as server,
        Stack(tmp_path, EMAIL_URL=server.url) as stack,
        smtplib.SMTP("127.0.0.1", server.port, timeout=90) as customer,
    ):
        ingrid = "ingrid@example.com"
        customer.sendmail(ingrid, ["help@dahl.example"], mail())
        manage(stack, "sweep")
        stack.python(ANSWER)
        manage(stack, "sweep")
        answer = server.mails[-1]
        customer.sendmail(ingrid, ["help@dahl.example"], reply(answer, "It is dry now."))

        assert [it.recipients[0] for it in server.mails] == [
            "help@dahl.example",
            ingrid,  # we have your message
            ingrid,  # the answer
            "help@dahl.example",
        ]
        assert stack.sql("SELECT count(*) FROM tickets_ticket") == [(1,)]
        (_, asked), _acknowledged, *rest = stack.sql(TOUCHES)
        assert (asked.strip(), rest) == (
            "It is wet.",
            [("out", "It dries."), ("in", "It is dry now.")],
        )
        kept = "SELECT verdict, source FROM tickets_arrival ORDER BY id"
        assert stack.sql(kept) == [("ticket", "smtp"), ("reply", "smtp")]


def manage(stack, *command):
    process = stack.run([sys.executable, "manage.py", *command])
    assert process.wait(90) == 0, stack.log("command")


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", ["", "help+{token}@dahl.example"])
def test_by_imap(by_mail, smtp, answered, settings, pattern):
    settings.MAIL_REPLY_TO = pattern

    def clock():
        return datetime.now(UTC)

    with mailservers.Imap() as server:
        settings.IMAP_URL = server.url()
        server.put(mail())
        mailboxes.fetch(clock=clock)
        duties.swept(now=clock())
        ticket = Ticket.objects.get()
        answered(ticket, now=clock())
        duties.swept(now=clock())
        acknowledgement, answer = smtp.mails

        server.put(reply(answer, "It is dry now."))
        assert mailboxes.fetch(clock=clock) == 1

    said = Interaction.objects.order_by("-pk").first()
    assert (said.ticket, said.text, said.is_verified) == (ticket, "It is dry now.", True)
    assert "> It dries." in said.whole_text
    assert Ticket.objects.count() == 1
    assert acknowledgement.mail["Auto-Submitted"] == "auto-replied"
    assert [it.status for it in Promise.objects.order_by("pk")] == ["kept", "open"]
