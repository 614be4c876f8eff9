"""The queue of callbacks: who waits, who of us calls them, and what came of it."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk import duties, journey
from helpdesk.web import callbacks
from policies.models import CallbackClaim, Promise
from tests.conftest import boston
from tests.doors.pages import CHANGED, fresh, said, text
from tests.journey.ledger import fates
from tickets.models import Interaction, Ticket

TEN = boston(2026, 3, 2, 10)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock(monkeypatch):
    """What the page takes for now: Monday at ten, until a test sets `at`."""
    clock = SimpleNamespace(at=TEN)
    monkeypatch.setattr(callbacks, "now", lambda: clock.at)
    return clock


@pytest.fixture
def page(client, clock, sara):
    """Read the page as words, as Sara sees it."""
    client.force_login(sara)

    def page(by=client):
        response = by.get("/callbacks/")
        assert response.status_code == 200
        main = response.content.decode().partition("<main")[2].partition("</main>")[0]
        return " ".join(re.sub("<[^>]*>", " ", main).split())

    return page


@pytest.fixture
def press(client, page):
    """Press a button of a row, as Sara unless told otherwise."""

    def press(promise, what, by=client, **form):
        return by.post(f"/callbacks/{promise.pk}/{what}/", form)

    return press


@pytest.fixture
def colleague(per):
    client = Client()
    client.force_login(per)
    return client


@pytest.fixture
def promise(missed, ingrid, monday_nine):
    """Ingrid called at nine; she is called back by one."""
    missed(now=monday_nine)
    return Promise.objects.get()


# -- what is on it -------------------------------------------------------------------------------


def test_nobody_waits(page):
    assert "Nobody waits for a call" in page()


def test_who_where_about_what_and_by_when(page, promise, logged, client):
    logged("Is the screen here yet?", now=TEN, ticket=promise.ticket)

    words = page()

    assert f"Ingrid Berg {promise.ticket} Call from (617) 555-0142 (617) 555-0142" in words
    assert "Later today" in words
    assert "Call back today 13:00 in 3 h 0 min “Is the screen here yet?”" in words
    assert 'href="tel:+16175550142"' in client.get("/callbacks/").content.decode()


@pytest.fixture
def logged(sara):
    def logged(words, *, now, ticket):
        contact = journey.Contact("call", "in", words, heard_at=now)
        return journey.contact_logged(contact, by=sara, now=now, ticket=ticket)

    return logged


def test_other_promises_are_not_on_it(page, promise, sara):
    journey.promised(promise.ticket, "A price", TEN + HOUR, kind="update", by=sara, now=TEN)

    assert "A price" not in page()


def test_what_was_said_is_shown_and_never_run(client, page, promise, logged):
    logged("<script>alert(1)</script>", now=TEN, ticket=promise.ticket)

    assert "&lt;script&gt;alert(1)" in client.get("/callbacks/").content.decode()


def test_by_when_they_were_promised(page, missed, clock):
    for n, at in enumerate(
        [
            boston(2026, 2, 27, 14),  # Friday at two: by ten on Monday
            boston(2026, 3, 2, 9),  # by one
            boston(2026, 3, 2, 9, 30),  # by half past one
            boston(2026, 3, 2, 11),  # by three
            boston(2026, 3, 2, 16),  # by noon on Tuesday
        ]
    ):
        missed(now=at, call_id=f"c{n}", number=f"+1617555010{n}")
    clock.at = boston(2026, 3, 2, 12, 30)

    found = re.findall(r"Late |Due within the hour|Later today|Tomorrow|#\d+(?= Call from)", page())

    friday, nine, half_past, eleven, four = map(str, Ticket.objects.order_by("number"))
    assert found == [
        *("Late ", friday),
        *("Due within the hour", nine, half_past),
        *("Later today", eleven),
        *("Tomorrow", four),
    ]


def test_after_a_broken_one_comes_first(page, promise, clock):
    clock.at = promise.due_at
    duties.swept(now=clock.at)

    assert "Do After one we broke Ingrid Berg" in page()


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (1, "Tried once today 10:00 : no answer (Sara Lind)"),
        (2, "Tried twice, last today 10:01 : no answer (Sara Lind)"),
        (3, "Tried 3 times, last today 10:02 : no answer (Sara Lind)"),
    ],
)
def test_what_was_tried(page, promise, tried, times, words):
    for n in range(times):
        tried(now=TEN + timedelta(minutes=n), call_id=f"out-{n}")

    assert words in page()


def test_who_has_no_number_is_said_to_have_none(page, promise):
    promise.ticket.customer.contact_points.clear()
    type(promise.ticket).objects.update(contact_point=None)

    assert "No number is known." in page()


# -- who calls them ------------------------------------------------------------------------------


def test_who_calls_them_is_seen_by_all(page, press, promise, colleague, clock):
    response = press(promise, "claim")

    assert response["Location"] == f"/callbacks/#callback-{promise.pk}"
    assert "You are calling them, until 10:15" in page()
    theirs = page(colleague)
    assert "Sara Lind is calling them, until 10:15" in theirs
    assert "I call them" not in theirs
    clock.at += timedelta(minutes=15)
    assert "I call them" in page(colleague)


def test_the_second_is_told_who(press, promise, colleague):
    press(promise, "claim", by=colleague)

    response = press(promise, "claim")

    assert said(response) == ["Per Holm is calling them."]
    assert CallbackClaim.objects.get().user.username == "per"


def test_it_is_left_to_others(page, press, promise):
    press(promise, "claim")
    press(promise, "release")

    assert "I call them" in page()


def test_reached_is_written_on_the_page_for_it(client, press, promise):
    press(promise, "claim")

    html = client.get("/callbacks/").content.decode()
    address = f"/calls/new/?ticket={promise.ticket_id}&amp;direction=out"
    assert f'href="{address}"' in html
    assert client.get(address.replace("&amp;", "&")).status_code == 200


# -- what came of it -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "kind", "words"),
    [("call", "call", "No answer."), ("voicemail", "voicemail", "Left a voicemail.")],
)
def test_nobody_answered(page, press, promise, sara, how, kind, words):
    press(promise, "claim")
    response = press(promise, "tried", how=how)

    assert said(response) == [f"Ingrid Berg: {words} We try again today 14:00."]
    contact = Interaction.objects.get(direction="out")
    assert (contact.kind, contact.text, contact.staff) == (kind, words, sara)
    assert fates() == [("callback", "kept"), ("callback", "open")]
    assert "I call them" in page()


def test_too_late_it_is_broken_and_still_owed(press, promise, clock):
    clock.at = promise.due_at + HOUR

    press(promise, "tried", how="call")

    assert fates() == [("callback", "broken"), ("callback", "open")]


def test_pressed_twice_it_was_tried_once(press, promise):
    press(promise, "tried", how="call")

    response = press(promise, "tried", how="call")

    assert said(response)[-1] == CHANGED
    assert fates() == [("callback", "kept"), ("callback", "open")]


def test_what_the_phone_system_told_meanwhile_is_not_written_twice(press, promise, tried):
    tried(now=TEN)

    assert said(press(promise, "tried", how="call")) == [CHANGED]
    assert Interaction.objects.filter(direction="out").count() == 1


def test_solved_by_themselves(page, press, promise, sara):
    response = press(promise, "solved")

    assert said(response) == ["Ingrid Berg: solved by themselves. Nothing is owed."]
    ended = fresh(promise)
    assert (ended.status, ended.ended_by) == ("solved", sara)
    assert "Nobody waits for a call" in page()


def test_solved_too_late_counts_as_broken(press, promise, clock):
    clock.at = promise.due_at

    response = press(promise, "solved")

    assert said(response) == ["Its time had passed, so it counts as broken."]
    assert fresh(promise).status == "broken"


@pytest.mark.parametrize("what", ["tried", "solved", "claim"])
def test_what_has_ended_is_told(press, promise, sara, what):
    journey.promise_ended(promise, "solved", because="The plug", by=sara, now=TEN)

    assert said(press(promise, what)) == [CHANGED]


@pytest.mark.parametrize("what", ["claim", "release", "tried", "solved"])
def test_only_callbacks_are_called_back(press, promise, sara, what):
    price = journey.promised(promise.ticket, "A price", TEN + HOUR, kind="update", by=sara, now=TEN)

    assert press(price, what).status_code == 404


@pytest.mark.parametrize("what", ["claim", "release", "tried", "solved"])
def test_a_reload_does_nothing_and_comes_to_the_list(client, page, promise, what):
    assert client.get(f"/callbacks/{promise.pk}/{what}/")["Location"] == "/callbacks/"


# -- its cost ------------------------------------------------------------------------------------


def test_it_asks_as_much_for_one_as_for_three_hundred(client, page, missed, tried, per):
    asked, listed = set(), []
    for count in (1, 3, 300):
        for n in range(Promise.objects.open().count(), count):
            number = f"+1617555{1000 + n}"
            missed(now=boston(2026, 3, 2, 9), call_id=f"in-{n}", number=number)
            if n < 40:  # more than a page need not be tried
                tried(now=TEN, call_id=f"out-{n}", number=number)
                latest = Promise.objects.latest("pk")
                journey.callback_claimed(latest, by=per, now=TEN)
        with CaptureQueriesContext(connection) as queries:
            listed.append(text(client.get("/callbacks/")).count("Call back "))
        asked.add(len(queries))

    assert listed[:2] == [1, 3]
    assert len(asked) == 1
    assert max(asked) <= 10
