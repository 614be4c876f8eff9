"""The first page: what was promised next, and what waits besides."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk import duties, journey
from helpdesk.web import owed, today
from policies.models import Promise
from tests.conftest import boston
from tickets.models import Service, Ticket


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


def test_nobody_waits(page, promised, monday_nine):
    promised("Ingrid Berg", at=monday_nine)
    Promise.objects.update(status="kept", ended_at=monday_nine, ended_because="Called")

    text = page()

    assert "Nobody waits for a word from us" in text
    assert "0 promised and open 1 kept today 0 broken today" in text


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
    headings = ["Do Late Late Lars", "After one we broke Broken Bo", "Later today Next Nora"]
    assert order(text, *reversed(headings)) == headings
    assert "after one we broke They have not been told yet." in text


def test_a_stranger_is_known_by_the_number(page, missed, clock):
    missed(now=clock.at)

    ticket = Ticket.objects.get()
    assert f"To be identified {ticket} Call from (617) 555-0142 (617) 555-0142" in page()


def test_tried_without_an_answer_says_so(page, promised, tried, clock):
    promised("Ingrid Berg", at=clock.at)
    tried(now=clock.at + timedelta(hours=1))

    assert "Tried, no answer They have not been told yet." in page()


def test_what_breaks_soon_comes_before_what_is_due_later(page, promised, shop, sara, clock):
    """Within the hour, or past our own target, whatever is due before it otherwise."""
    ready = promised("Past Petra", at=boston(2026, 2, 25, 9), number="+16175550101")
    repair = Service.objects.get(name="Laptop repair")
    done = {"by": sara, "now": boston(2026, 2, 25, 9)}
    journey.promise_ended(Promise.objects.get(), "solved", because="The plug", **done)
    journey.quoted(ready, repair, accepted_how="phone", **done)  # by today, our target was Friday
    promised("Soon Sven", at=boston(2026, 3, 2, 9), number="+16175550102")
    promised("Later Lena", at=boston(2026, 3, 2, 11), number="+16175550103")
    clock.at = boston(2026, 3, 2, 12, 10)

    text = page()

    ours = "Our own target: past or within the hour Past Petra"
    words = ("Due within the hour Soon Sven", ours, "Later today Later Lena")
    assert [text.count(each) for each in words] == [1, 1, 1]
    assert order(text, *reversed(words)) == [*words]


def test_mine_is_what_is_promised_on_tickets_of_mine(page, promised, sara, per, clock):
    for n, (name, who) in enumerate([("Hers", sara), ("His", per), ("Nobodys", None)]):
        ticket = promised(f"{name} Berg", at=clock.at, number=f"+1617555010{n}")
        journey.ticket_assigned(ticket, who, now=clock.at)

    text = page("/?whose=me")

    assert re.findall(r"(\w+) Berg #", text) == ["Hers"]
    assert "Everybody's 3 Mine 1" in text
    assert re.findall(r"(\w+) Berg #", page()) == ["Hers", "His", "Nobodys"]


def test_nothing_mine_is_not_nothing_at_all(page, promised, clock):
    promised("Ingrid Berg", at=clock.at)

    assert "Nobody waits for a word from you" in page("/?whose=me")


def test_what_woke_says_why_until_somebody_deals_with_it(page, promised, sara, per, clock):
    ticket = promised("Ingrid Berg", at=boston(2026, 3, 1, 9))
    until = boston(2026, 3, 2, 8)
    put_aside = {"by": sara, "now": boston(2026, 3, 1, 10)}
    journey.ticket_snoozed(ticket, until, "Ask whether the part came", **put_aside)

    woke = f"{ticket} Ingrid Berg today 08:00 : “Ask whether the part came” (Sara Lind)"
    assert woke in page()
    assert "Awake again" not in page("/?whose=me")
    journey.ticket_assigned(ticket, sara, now=clock.at)
    assert "Awake again" not in page()


def test_what_still_sleeps_says_until_when(page, promised, sara, clock):
    ticket = promised("Ingrid Berg", at=clock.at)
    until = clock.at + timedelta(days=1)
    journey.ticket_snoozed(ticket, until, "Part", by=sara, now=clock.at)

    text = page()

    assert "Awake again" not in text
    assert "Snoozed until tomorrow 09:00 : Part" in text


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


def test_what_they_wrote_is_shown_and_never_run(client, promised, sara, clock):
    client.force_login(sara)
    evil = "<script>alert(1)</script>"
    promised(evil, at=clock.at, subject=evil)

    assert evil not in client.get("/").content.decode()


def test_pages_lose_nobody_however_much_is_done_meanwhile(page, promised, sara, clock, monkeypatch):
    monkeypatch.setattr(owed, "SIZE", 3)
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


def test_many_cost_no_more_queries_than_one(client, promised, per, sara, clock):
    client.force_login(sara)
    costs = set()
    for count in (1, 3, 300):
        for n in range(Ticket.objects.count(), count):
            ticket = promised(f"Berg {n}", at=clock.at, number=f"+1617555{1000 + n}")
            until = clock.at + timedelta(minutes=1)
            journey.ticket_snoozed(ticket, until, "Later", by=per, now=clock.at)
            journey.ticket_assigned(ticket, per, now=clock.at)
        clock.at += timedelta(minutes=2)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("today")).status_code == 200
        costs.add(len(captured))

    assert len(costs) == 1
    assert max(costs) <= 10
