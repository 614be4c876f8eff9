"""A text through a real Kannel, answered through it, with the report of its delivery."""

import pytest
from django.utils.timezone import now

from helpdesk import duties, journey
from tests import gateways
from tests.conftest import CALLER
from tickets import outbox
from tickets.models import Arrival, Interaction, Ticket

SECRET = "kannels-secret"


@pytest.fixture
def kannel(live_server, settings, shop):
    """Run a Kannel that hands over to a live server of ours, and is what texts leave by."""
    settings.PUBLIC_URL = live_server.url
    hooks = f"{live_server.url}/hooks/kannel"
    with gateways.kannel(f"{hooks}/{SECRET}", hooks) as gateway:
        settings.KANNEL_URL, settings.KANNEL_SECRET = gateway.url, SECRET
        settings.KANNEL_USERNAME, settings.KANNEL_PASSWORD = "helpdesk", gateway.password
        settings.SMS_SENDER = "+16175550100"
        with gateway.operator() as operator:
            yield operator


@pytest.mark.django_db(transaction=True)
def test_both_ways_with_the_report(kannel, sara):
    kannel.send(CALLER, "My laptop does not start, åäö")
    gateways.until(Ticket.objects.exists)
    ticket = Ticket.objects.get()
    assert ticket.interactions.get().text == "My laptop does not start, åäö"

    duties.swept(now=now())
    gateways.until(lambda: len(kannel.received()) == 1)
    acknowledged = Interaction.objects.get(is_acknowledgement=True)
    assert kannel.received() == [f"+16175550100 {CALLER} text {acknowledged.text}"]

    answer = journey.staff_answered(
        ticket, outbox.routes(ticket)[0], "Bring it in, 50% off today.", by=sara, now=now()
    )
    duties.swept(now=now())
    gateways.until(lambda: len(kannel.received()) == 2)
    gateways.until(lambda: state(answer) == "delivered")

    assert ticket.promises.get().kept_by == answer
    assert ticket.promises.get().told_text == acknowledged.text
    assert Arrival.objects.filter(verdict=Arrival.Verdict.DELIVERY).exists()


def state(message):
    message.refresh_from_db()
    return message.status
