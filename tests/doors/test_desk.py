"""How promises, times and numbers are shown on a page."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from helpdesk.templatetags import desk
from policies.models import Promise

STOCKHOLM = ZoneInfo("Europe/Stockholm")
TUESDAY = datetime(2026, 11, 24, 9, 41, tzinfo=STOCKHOLM)


def at(day, hour, minute=0, month=11, year=2026):
    return datetime(year, month, day, hour, minute, tzinfo=STOCKHOLM)


@pytest.fixture(autouse=True)
def _in_stockholm():
    with timezone.override(STOCKHOLM), translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("when", "said"),
    [
        pytest.param(at(24, 13, 45), "today 13:45", id="today"),
        pytest.param(at(24, 0, 0), "today 00:00", id="from midnight"),
        pytest.param(at(25, 9), "tomorrow 09:00", id="tomorrow"),
        pytest.param(at(23, 16, 10), "yesterday 16:10", id="yesterday"),
        pytest.param(at(26, 17), "Thu 17:00", id="this week"),
        pytest.param(at(30, 8), "Mon 08:00", id="six days ahead"),
        pytest.param(at(18, 8), "Wed 08:00", id="six days ago"),
        pytest.param(at(1, 8, month=12), "1 Dec 08:00", id="seven days ahead"),
        pytest.param(at(3, 17), "3 Nov 17:00", id="this year"),
        pytest.param(at(2, 9, month=1, year=2027), "2 Jan 2027 09:00", id="another year"),
    ],
)
def test_an_instant_is_said_as_the_desk_would(when, said):
    assert desk.due_text(when, TUESDAY) == said


def test_an_instant_is_said_in_the_time_of_the_shop():
    with timezone.override(ZoneInfo("America/New_York")):
        assert desk.due_text(at(24, 5), TUESDAY) == "yesterday 23:00"


def test_an_instant_carries_the_whole_of_it():
    assert desk.due(at(24, 13, 45), TUESDAY) == (
        '<time datetime="2026-11-24T13:45+01:00" title="Tuesday 24 November 2026 13:45">'
        "today 13:45</time>"
    )


def test_no_instant_is_nothing():
    assert desk.due(None, TUESDAY) == ""


def promise(**given):
    return Promise(**{"kind": "turnaround", "made_at": at(23, 9), "due_at": at(26, 17)} | given)


KEPT = {"status": "kept", "ended_because": "ready"}


@pytest.mark.parametrize(
    ("given", "mark", "text"),
    [
        pytest.param({}, "open", "2 days left", id="time enough"),
        pytest.param({"due_at": at(25, 11)}, "open", "1 day left", id="one day"),
        pytest.param({"due_at": at(25, 9)}, "open", "in 23 h 19 min", id="less than a day"),
        pytest.param({"due_at": at(24, 12)}, "soon", "in 2 h 19 min", id="the last quarter"),
        pytest.param({"target_at": TUESDAY}, "soon", "2 days left", id="past our own target"),
        pytest.param({"due_at": at(24, 9, 42)}, "soon", "in 1 min", id="a minute"),
        pytest.param({"due_at": TUESDAY}, "broken", "1 min late", id="due now"),
        pytest.param({"due_at": at(24, 9)}, "broken", "41 min late", id="overdue, not yet ended"),
        pytest.param({"due_at": at(23, 9)}, "broken", "1 day late", id="a day late"),
        pytest.param(KEPT | {"ended_at": at(26, 15)}, "kept", "kept 15:00", id="kept on its day"),
        pytest.param(
            KEPT | {"ended_at": at(24, 9)}, "kept", "kept today 09:00", id="kept a day before"
        ),
        pytest.param(
            KEPT | {"ended_at": at(24, 9), "target_at": at(25, 12)},
            "ahead",
            "early, today 09:00",
            id="before our own target",
        ),
        pytest.param({"status": "broken", "ended_at": at(26, 17)}, "broken", "broken", id="broken"),
        pytest.param(
            {"status": "superseded", "ended_at": at(24, 9)}, "plain", "superseded", id="superseded"
        ),
        pytest.param({"status": "void", "ended_at": at(24, 9)}, "plain", "void", id="void"),
    ],
)
def test_a_promise_stands(given, mark, text):
    assert desk.standing(promise(**given), now=TUESDAY) == desk.Standing(mark, text)


@pytest.mark.parametrize(
    ("given", "now", "at_", "target"),
    [
        pytest.param({}, at(23, 9), "0.0%", "", id="just made"),
        pytest.param({}, at(22, 9), "0.0%", "", id="a clock that ran back"),
        pytest.param({}, at(25, 1), "50.0%", "", id="half way"),
        pytest.param({"target_at": at(25, 1)}, at(23, 9), "0.0%", "50.0%", id="with our target"),
        pytest.param({"target_at": at(22, 1)}, at(23, 9), "0.0%", "0.0%", id="target before it"),
        pytest.param({}, at(28, 9), "100.0%", "", id="overdue"),
        pytest.param({"due_at": at(23, 9)}, at(23, 9), "100.0%", "", id="due at once"),
        pytest.param(
            KEPT | {"ended_at": at(25, 1)}, at(28, 9), "50.0%", "", id="stands where it ended"
        ),
    ],
)
def test_a_promise_line_stays_between_its_ends(given, now, at_, target):
    line = desk.line(promise(**given), now=now)
    assert (line.at, line.target) == (at_, target)


def test_a_promise_line_is_drawn_in_a_language_with_a_decimal_comma():
    template = Template("{% load desk %}{% promise_line promise now %}")
    with translation.override("sv"):
        drawn = template.render(Context({"promise": promise(), "now": TUESDAY}))
    assert 'x2="30.9%"' in drawn


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Sara Lindström", "SL"), ("Per", "P"), ("Anna Maria af Ugglas", "AU"), ("", "")],
)
def test_initials(name, letters):
    assert desk.initials(name) == letters


def test_money_is_said_in_the_language_of_the_page():
    with translation.override("sv"):
        assert desk.money(45000, "SEK") == "450,00\xa0kr"
    assert desk.money(None, "SEK") == ""


def test_a_number_is_said_as_dialled_here():
    assert desk.phone("+46855501420", "SE") == "08-555 014 20"
    assert desk.phone("+46855501420") == "+46 8 555 014 20"
    assert desk.phone(None) == ""


def test_a_promise_is_drawn_without_what_it_need_not_have():
    template = Template('{% include "parts/_promise.html" %}')
    made = promise(told_at=at(23, 9), told_text="Thursday.")
    drawn = template.render(Context({"promise": made, "now": TUESDAY}))
    assert "2 days left" in drawn
    assert "our target" not in drawn
    assert "style=" not in drawn
