"""Several workers at the same events and deliveries."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from helpdesk import duties, webhooks
from helpdesk.models import WebhookDelivery, WebhookEndpoint
from tests.races.together import at_once, times
from tickets.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


def test_however_many_spread_each_endpoint_is_told_once(endpoint, receiver, opened):
    second = webhooks.opened(endpoint.token, receiver.url, ["ticket.created"], now=now())
    opened(20)

    instant = now()
    assert times(4, lambda: webhooks.spread(instant)) == [None] * 4

    told = WebhookDelivery.objects.values_list("endpoint", "event")
    assert (len(told), len(set(told))) == (40, 40)
    assert second.deliveries.count() == 20
    assert Event.objects.count() == 0


def test_however_many_send_it_is_sent_once(endpoint, receiver, opened):
    opened(3)
    instant = now()
    webhooks.spread(instant)

    times(4, lambda: duties.swept(now=instant))

    assert (len(receiver.ids), len(set(receiver.ids))) == (3, 3)
    assert set(WebhookDelivery.objects.values_list("status", flat=True)) == {"delivered"}


def test_a_token_that_is_revoked_meanwhile_stops_nobody(endpoint, receiver, opened, grant):
    other = webhooks.opened(grant("other"), receiver.url, ["*"], now=now())
    opened(20)
    instant = now()

    spread, revoked = at_once(lambda: webhooks.spread(instant), endpoint.token.delete)

    assert spread is None
    assert WebhookEndpoint.objects.filter(pk=endpoint.pk).exists() is isinstance(revoked, Exception)
    assert other.deliveries.count() == 20


def test_written_while_others_spread_nothing_is_lost(endpoint, opened):
    instant = now() + timedelta(minutes=1)

    def busy():
        for _each in range(5):
            opened()

    at_once(busy, busy, *[lambda: webhooks.spread(instant)] * 2)
    webhooks.spread(instant)

    assert WebhookDelivery.objects.filter(kind="ticket.created").count() == 10
