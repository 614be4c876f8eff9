"""The first page: who is on the phone, and what was promised next."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk import duties, journey
from helpdesk.web import today
from policies.models import Promise
from tests.conftest import boston
from tests.doors.log_page import HTMX
from tickets.models import Call, Interaction, Ticket


@pytest.fixture
def clock(monkeypatch, monday_nine):
    """What the page takes for now: Monday at nine, until a test sets `at`."""
    clock = SimpleNamespace(at=monday_nine)
    monkeypatch.setattr(today, "now", lambda: clock.at)
    return clock


@pytest.fixture
def page(client, clock, sara):
    """Read the page as words, without its tags."""
    client.force_login(sara)

    def page(address="/"):
        response = client.get(address)
        assert response.status_code == 200
        main = response.content.decode().partition("<main")[2].partition("</main>")[0]
        return " ".join(re.sub("<[^>]*>", " ", main).replace("&amp;", "&").split())

    return page


@pytest.fixture
def promised(sara, customer):
    """Let a customer call at `at` and be promised a call back."""

    def promised(name, *, at, number="+16175550142", **more):
        contact = journey.Contact("call", "in", f"{name} asks", heard_at=at)
        return journey.contact_logged(
            contact, by=sara, now=at, customer=customer(name, number), wants_callback=True, **more
        ).ticket

    return promised


def order(text, *words):
    return sorted(words, key=text.index)


def test_nobody_waits(page):
    text = page()

    assert "Nobody waits for a word from us" in text
    assert "0 promised and open 0 kept today 0 broken today" in text


def test_says_who_waits_for_what_until_when_and_what_they_were_told(page, promised, per, clock):
    ticket = promised("Ingrid Berg", at=clock.at)
    journey.ticket_assigned(ticket, per, now=clock.at)
    clock.at += timedelta(hours=1)

    text = page()

    assert f"Ingrid Berg {ticket} Ingrid Berg asks" in text
    assert "Call back today 13:00 in 3 h 0 min" in text
    assert "Told today 09:00 : “We call back Monday to Friday" in text
    assert "Per Holm" in text


def test_one_click_logs_the_call_back(page, promised, client, clock):
    ticket = promised("Ingrid Berg", at=clock.at)

    html = client.get("/").content.decode() if page() else ""

    assert f'href="/calls/new/?ticket={ticket.pk}&amp;direction=out"' in html
    assert "Log the call back" in html


def test_the_broken_come_first_and_then_the_next_due(page, promised, sara, clock):
    promised("Broken Bo", at=boston(2026, 2, 27, 11), number="+16175550101")  # Friday, by three
    duties.swept(now=boston(2026, 2, 27, 15))  # and now by eleven on Monday
    promised("Next Nora", at=boston(2026, 3, 2, 9), number="+16175550102")
    promised("Late Lars", at=boston(2026, 2, 27, 14), number="+16175550103")  # by ten on Monday
    later = promised("Later Lena", at=boston(2026, 3, 2, 9), number="+16175550104")
    update = boston(2026, 3, 4, 12)
    journey.promised(later, "Say what it costs", update, kind="update", by=sara, now=clock.at)
    clock.at = boston(2026, 3, 2, 10, 30)

    text = page()

    assert order(text, "Next Nora", "Broken Bo", "Late Lars", "Say what it costs") == [
        "Late Lars",
        "Broken Bo",
        "Next Nora",
        "Say what it costs",
    ]
    assert order(text, "Today Next Nora", "Late, or after one we broke", "Later Later Lena")
    assert "after one we broke They have not been told yet." in text


def test_a_stranger_is_known_by_the_number(page, missed, clock):
    missed(now=clock.at)

    ticket = Ticket.objects.get()
    assert f"To be identified {ticket} Call from (617) 555-0142 (617) 555-0142" in page()


def test_tried_without_an_answer_says_so(page, promised, tried, clock):
    promised("Ingrid Berg", at=clock.at)
    tried(now=clock.at + timedelta(hours=1))

    assert "Tried, no answer They have not been told yet." in page()


def test_counts_what_was_kept_and_broken_today(page, promised, sara, clock):
    yesterday = promised("Bo", at=boston(2026, 2, 26, 9), number="+16175550101")
    duties.swept(now=boston(2026, 2, 27, 9))
    journey.ticket_closed(yesterday, charge="free", by=sara, now=boston(2026, 2, 27, 9, 1))
    kept = promised("Nora", at=boston(2026, 3, 2, 9), number="+16175550102")
    called = journey.Contact("call", "out", "Done", heard_at=boston(2026, 3, 2, 10))
    journey.contact_logged(called, by=sara, now=called.heard_at, ticket=kept)
    promised("Lars", at=boston(2026, 3, 2, 9), number="+16175550103")
    clock.at = boston(2026, 3, 2, 13)  # and nothing has swept

    assert "1 promised and open 1 kept today 1 broken today" in page()
    duties.swept(now=clock.at)
    assert "1 promised and open 1 kept today 1 broken today" in page()


def test_what_rings_is_on_top(page, hear, ingrid, clock, client):
    hear("new_call", now=clock.at)
    hear("new_call", now=clock.at, call_id="call-2", number="anonymous")
    hear("answer", now=clock.at, call_id="call-2", number="anonymous")
    clock.at += timedelta(minutes=1)

    text = page()

    assert "Number withheld on the line since 09:00" in text
    assert f"{ingrid.name} ringing since 09:00 (617) 555-0142" in text
    html = client.get("/").content.decode()
    for call in Interaction.objects.all():
        assert f'href="/calls/new/?call={call.pk}"' in html


def test_what_rings_is_asked_for_again_and_sent_only_when_it_changed(client, hear, sara, clock):
    client.force_login(sara)
    hear("new_call", now=clock.at)
    seen = f"{Call.objects.get().pk}r"

    same = client.get("/", {"seen": seen}, headers=HTMX)
    assert (same.status_code, same.content) == (204, b"")

    hear("answer", now=clock.at)
    changed = client.get("/", {"seen": seen}, headers=HTMX).content.decode()
    assert "on the line since" in changed
    assert "<html" not in changed


def test_what_they_wrote_is_shown_and_never_run(client, promised, sara, clock):
    client.force_login(sara)
    evil = "<script>alert(1)</script>"
    promised(evil, at=clock.at, subject=evil)

    assert evil not in client.get("/").content.decode()


def test_pages_lose_nobody_however_much_is_done_meanwhile(page, promised, sara, clock, monkeypatch):
    monkeypatch.setattr(today, "SIZE", 3)
    for n in range(8):
        at = boston(2026, 3, 2, 9, n)
        promised(f"Customer {n} of ours", at=at, number=f"+1617555{1000 + n}")

    first = page()
    assert "The first 3 of 8" in first
    last = Promise.objects.order_by("due_at")[2]
    journey.promise_ended(last, "kept", because="Called", by=sara, now=clock.at)
    second = page(f"/?after={last.pk}")
    third = page(f"/?after={Promise.objects.order_by('due_at')[5].pk}")

    shown = [re.findall(r"Customer (\d) of ours #", text) for text in (first, second, third)]
    assert shown == [["0", "1", "2"], ["3", "4", "5"], ["6", "7"]]


@pytest.mark.parametrize("after", ["", "x", "٣", "9" * 40, "4711"])
def test_a_place_that_does_not_exist_is_the_first_page(page, promised, clock, after):
    promised("Ingrid Berg", at=clock.at)

    assert "Ingrid Berg" in page(f"/?after={after}")


def test_many_cost_no_more_queries_than_one(client, promised, per, sara, hear, clock):
    client.force_login(sara)

    def wait(first, last):
        for n in range(first, last):
            ticket = promised(f"Berg {n}", at=clock.at, number=f"+1617555{1000 + n}")
            journey.ticket_assigned(ticket, per, now=clock.at)
            hear("new_call", now=clock.at, call_id=f"call-{n}", number=f"+1617555{1000 + n}")

    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("today")).status_code == 200
        return len(captured)

    wait(0, 1)
    one = cost()
    wait(1, 30)
    assert cost() == one
    assert one <= 12
    assert Ticket.objects.count() == 30
