"""Several workers who would send the same person word of the same things."""

import pytest
from django.core import mail

from helpdesk import duties, journey
from tests.conftest import boston
from tests.races.together import times
from tickets import notifications
from tickets.models import Notification, Shop

pytestmark = pytest.mark.django_db(transaction=True)
TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def waiting(ticket, sara, per, settings):
    """Three things wait for Per, to be mailed."""
    settings.EMAIL_URL, settings.MAIL_FROM = "smtp://127.0.0.1", "help@dahl.example"
    per.email, per.hears_by = "per@dahl.example", {"named": ["mail"]}
    per.save()
    for words in ("first", "second", "third"):
        journey.note_added(ticket, f"@per {words}", by=sara, now=TEN)


def lines():
    """Return how often each thing was told."""
    return sum(letter.body.count("You were named") for letter in mail.outbox)


def test_four_workers_send_each_thing_once(waiting):
    times(4, lambda: duties.swept(now=TEN))

    assert lines() == 3
    assert not Notification.objects.filter(due_at__isnull=False).exists()


def test_without_a_lease_what_is_taken_is_still_taken_once(waiting):
    """Two begin with different ones at the same moment: what one has taken the other leaves."""
    first, _second, third = notifications.due(TEN)
    shop = Shop.objects.current()
    rows = iter([first, third])
    times(
        2,
        lambda: notifications.deliver(next(rows), shop=shop, now=TEN, may_have_left=False),
    )

    assert lines() == 3
