"""F2: a worker dies when the mail is handed over and not yet written down: one more mail."""

import sys

import pytest

from tests import mailservers
from tests.faults.stack import Stack, eventually
from tests.tickets.mail.builders import mail

GIVEN_AWAY = """
from django.utils.timezone import now
from helpdesk import journey
from tickets.models import Interaction, User

arrival = journey.mail_arrived({raw!r}, source="test", now=now())
ticket = arrival.interaction.ticket
customer = journey.customer_met("Ingrid Berg", point=ticket.contact_point, now=now())
journey.customer_identified(ticket, customer)
ticket.refresh_from_db()
journey.ticket_closed(ticket, charge="free", by=User.objects.get(username="sara"), now=now())
"""

SWEEP = """
from django.utils.timezone import now
from helpdesk import duties

duties.swept(now=now())
"""

DIES = (
    """
import os
from django.core.mail import EmailMessage

real = EmailMessage.send

def dying(message, *given, **named):
    sent = real(message, *given, **named)
    if message.attachments:
        os._exit(137)
    return sent

EmailMessage.send = dying
"""
    + SWEEP
)

INVOICES = "SELECT count(*), max(total) > 0 FROM billing_invoice"


@pytest.fixture
def smtp():
    with mailservers.Smtp() as server:
        yield server


def with_files(smtp):
    return [it for it in smtp.mails if list(it.mail.iter_attachments())]


def test_it_is_sent_once_more_and_is_the_same(smtp, tmp_path):
    with Stack(tmp_path, EMAIL_URL=smtp.url) as stack:
        stack.python(GIVEN_AWAY.format(raw=mail()))
        child = stack.run([sys.executable, "-c", f"import django; django.setup()\n{DIES}"])
        assert child.wait(60) == 137, stack.log("command")
        assert len(with_files(smtp)) == 1

        def again():
            stack.python(SWEEP)
            return len(with_files(smtp)) > 1

        eventually(again)  # once the lease of the dead has run out
        stack.python(SWEEP)

        first, second = with_files(smtp)
        assert first.message_id == second.message_id
        assert first.recipients == second.recipients == ("ingrid@example.com",)
        assert payloads(first) == payloads(second)
        assert stack.sql(INVOICES) == [(1, True)]
        status = f"SELECT status FROM tickets_interaction WHERE provider_id = '{first.message_id}'"
        assert stack.sql(status) == [("sent",)]


def payloads(received):
    """Return what the parts of a mail are, byte by byte, without the boundary between them."""
    return [
        part.get_payload(decode=True) for part in received.mail.walk() if not part.is_multipart()
    ]
