"""A shop with a customer who texts, and a gateway of whichever manners."""

import pytest

from helpdesk import journey
from tests.conftest import CALLER
from tickets import outbox
from tickets.channels.contract import Inbound
from tickets.models import Ticket


@pytest.fixture
def twilio(settings):
    """Let texts leave by Twilio, at any address."""
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", "s3cret"
    settings.SMS_SENDER = "+16175550100"

    def at(url):
        settings.TWILIO_API_URL = url

    at("http://127.0.0.1:9")
    return at


@pytest.fixture
def text(shop):
    """Let a customer write to us."""
    count = iter(range(1, 1000))

    def text(said="My laptop does not start", *, now, sender=CALLER):
        inbound = Inbound("kannel", f"id-{next(count)}", sender, said)
        return journey.text_arrived(inbound, b"raw", content_type="", source="kannel", now=now)

    return text


@pytest.fixture
def answer(text, sara, twilio, monday_nine):
    """Sara has answered a text, and it has not left yet."""
    text(now=monday_nine)
    ticket = Ticket.objects.get()
    ways = outbox.routes(ticket)
    return journey.staff_answered(ticket, ways[0], "Bring it in.", by=sara, now=monday_nine)
