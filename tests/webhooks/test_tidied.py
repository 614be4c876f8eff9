"""What is kept for a while is deleted after it, a portion at a time."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from helpdesk import duties, retention, tasks, webhooks
from helpdesk.models import IdempotencyKey, WebhookDelivery

pytestmark = pytest.mark.django_db
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def old(endpoint):
    """Let deliveries of these ages be there."""

    def old(*ages):
        for event, age in enumerate(ages, start=1000):
            WebhookDelivery.objects.create(
                endpoint=endpoint,
                event=event,
                kind="ticket.created",
                body="{}",
                happened_at=now() - age,
                status="delivered",
            )

    return old


def test_deliveries_are_kept_for_thirty_days_and_keys_for_one(old, token):
    old(31 * DAY, 30 * DAY, 29 * DAY, DAY)
    for age in (25, 23, 1):
        began_at = now() - timedelta(hours=age)
        IdempotencyKey.objects.create(token=token, key=str(age), began_at=began_at)
    duties.tidy(now())

    assert list(WebhookDelivery.objects.values_list("event", flat=True)) == [1002, 1003]
    assert set(IdempotencyKey.objects.values_list("key", flat=True)) == {"23", "1"}


def test_a_portion_at_a_time(token, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(duties, "AT_ONCE", 2)
    retention.tidy(now=now())  # not again within the hour
    for key in "abc":
        began_at = now() - 2 * DAY
        IdempotencyKey.objects.create(token=token, key=key, began_at=began_at)

    for left in (1, 0, 0):  # one statement for each kind of row, and whether an hour is over
        with django_assert_num_queries(5):
            duties.tidy(now())
        assert IdempotencyKey.objects.count() == left


def test_each_tick_tidies_up(old, monkeypatch):
    old(40 * DAY)
    tasks.tick()

    assert WebhookDelivery.objects.count() == 0


# -- for the owner -------------------------------------------------------------------------------


@pytest.fixture
def admin(client, eva):
    client.force_login(eva)

    def act(model, action, row):
        url = reverse(f"admin:helpdesk_{model}_changelist")
        return client.post(url, {"action": action, "_selected_action": row.pk}, follow=True)

    return act


def test_the_owner_switches_it_off_and_on(admin, endpoint):
    admin("webhookendpoint", "switch_off", endpoint)
    endpoint.refresh_from_db()
    assert endpoint.disabled_because == "Switched off by eva."

    admin("webhookendpoint", "switch_on", endpoint)
    endpoint.refresh_from_db()
    assert endpoint.disabled_at is None


def test_the_owner_sends_it_again(admin, delivery):
    duties.swept(now=now())
    page = admin("webhookdelivery", "send_again", delivery)

    assert page.status_code == 200
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("queued", 0)


@pytest.mark.parametrize("model", ["webhookendpoint", "webhookdelivery"])
def test_the_owner_looks_at_one(admin, client, delivery, model):
    row = delivery if model == "webhookdelivery" else delivery.endpoint
    page = client.get(reverse(f"admin:helpdesk_{model}_change", args=[row.pk]))

    assert page.status_code == 200
    assert webhooks.secret(delivery.endpoint) not in page.content.decode()
