"""What holds a text back: the night, the day's limits, other countries, and who asked for none."""

from datetime import timedelta

import pytest

from policies import calendars
from tests.conftest import CALLER, boston
from tickets import intake, limits, outbox, phones
from tickets.models import Interaction, Ticket
from tickets.models.work import Kind
from tickets.outbox import Letter, Route

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOON = boston(2026, 3, 2, 12)


@pytest.fixture
def queue(shop, twilio):
    """Let the machine write to a number about a ticket."""

    def queue(number=CALLER, *, now=NOON, is_automatic=True, sent_at=None):
        point = intake.known(phones.read(number, "US")).point
        ticket = Ticket.objects.first() or intake.open_ticket(
            subject="Wet", channel=Kind.SMS, point=point, now=now
        )
        letter = Letter("It is ready.", is_automatic=is_automatic)
        message = outbox.queue(ticket, Route(Kind.SMS, point), letter, now=now)
        if sent_at is not None:
            Interaction.objects.filter(pk=message.pk).update(
                status="sent", sent_at=sent_at, due_at=None
            )
        return message

    return queue


def held(message, shop, now=NOON):
    night = calendars.running(
        calendars.Interval(shop.quiet_from, shop.quiet_until), now, shop.tzinfo
    )
    return limits.hold(message, shop=shop, now=now, quiet_until=night[1] if night else None)


def test_by_day_it_leaves(queue, shop):
    assert held(queue(), shop) is None


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (boston(2026, 3, 2, 21), boston(2026, 3, 3, 8)),
        (boston(2026, 3, 3, 7, 59), boston(2026, 3, 3, 8)),
        (boston(2026, 3, 8, 1, 30), boston(2026, 3, 8, 8)),  # the night the clocks go forward
        (boston(2026, 3, 3, 8), None),
        (boston(2026, 3, 2, 20, 59), None),
    ],
)
def test_at_night_it_waits_for_the_morning(queue, shop, at, until):
    hold = held(queue(now=at), shop, now=at)

    assert (hold.until if hold else None) == until


def test_what_staff_write_leaves_at_night(queue, shop):
    at = boston(2026, 3, 2, 23)

    assert held(queue(now=at, is_automatic=False), shop, now=at) is None


def test_one_in_ten_minutes(queue, shop):
    queue(sent_at=NOON - 4 * MINUTE)

    assert held(queue(), shop).until == NOON + 6 * MINUTE


def test_five_a_day(queue, shop):
    for hours in range(1, 6):
        queue(sent_at=NOON - hours * HOUR)

    assert held(queue(), shop).until == NOON + 19 * HOUR


def test_so_many_a_day_to_all(queue, shop):
    shop.texts_per_day = 2
    queue("+16175550111", sent_at=NOON - HOUR)
    queue("+16175550122", sent_at=NOON - 2 * HOUR)

    assert held(queue(), shop).until == NOON + 22 * HOUR


@pytest.mark.parametrize(
    ("number", "also", "leaves"),
    [
        ("+46701234567", [], False),
        ("+46701234567", ["SE"], True),
        ("+15145550199", [], True),  # Canada shares the country code
        ("+19005550123", [], False),
    ],
)
def test_by_itself_it_goes_to_the_shops_own_countries(queue, shop, number, also, leaves):
    shop.text_countries = also

    assert (held(queue(number), shop) is None) == leaves


def test_staff_may_write_abroad(queue, shop):
    assert held(queue("+46701234567", is_automatic=False), shop) is None


def test_nothing_leaves_a_sample_shop(queue, shop):
    shop.is_sample = True

    assert held(queue(is_automatic=False), shop).until is None
