"""One thing done with many tickets of the list, and taken back."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from helpdesk import journey
from helpdesk.models import BulkAction
from helpdesk.web import bulk
from tests.conftest import boston
from tests.doors.pages import CHANGED, said, text
from tickets.models import Ticket, Watch

TUESDAY = boston(2026, 3, 3, 9)
MONDAY = boston(2026, 3, 9, 9)


@pytest.fixture
def at_desk(at_desk, monkeypatch):
    monkeypatch.setattr(bulk, "now", lambda: at_desk.at)
    return at_desk


@pytest.fixture
def three(make_ticket):
    return [make_ticket(f"Matter {n}") for n in range(3)]


@pytest.fixture
def do(at_desk):
    """Do something with tickets chosen on the list."""

    def do(what, tickets, query="", **form):
        numbers = [getattr(ticket, "pk", ticket) for ticket in tickets]
        form = {"do": what, "ticket": numbers, "seen": at_desk.at.isoformat()} | form
        return at_desk.post(f"/tickets/bulk/{query}", form)

    return do


@pytest.fixture
def undo(at_desk):
    def undo():
        return at_desk.post(f"/tickets/bulk/{BulkAction.objects.latest('pk').pk}/undo/")

    return undo


def now_are(field):
    return list(Ticket.objects.order_by("number").values_list(field, flat=True))


def bar(response):
    """What the list offers to undo, in words."""
    return response.context["done"] and response.context["done"].words


@pytest.mark.parametrize(
    ("to", "who", "words"),
    [
        ("me", "sara", "3 assigned to Sara Lind."),
        ("per", "per", "3 assigned to Per Holm."),
        ("nobody", None, "3 assigned to nobody."),
    ],
)
def test_assigned_and_given_back(at_desk, do, undo, three, per, eva, to, who, words):
    journey.ticket_assigned(three[0], eva, now=at_desk.at)

    response = do("assign", three, assignee=to)

    assert (response.status_code, response["Location"]) == (302, "/tickets/")
    assert now_are("assignee__username") == [who] * 3
    assert bar(at_desk.get("/tickets/")) == words
    assert said(undo()) == ["3 are as they were."]
    assert now_are("assignee__username") == ["eva", None, None]
    assert bar(at_desk.get("/tickets/")) is None


@pytest.mark.parametrize(("until", "at"), [("tomorrow", TUESDAY), ("monday", MONDAY)])
def test_snoozed_until_the_shop_opens(at_desk, do, undo, three, until, at):
    do("snooze", three[:2], until=until, because="Waits for the part")

    assert now_are("snoozed_until") == [at, at, None]
    response = at_desk.get("/tickets/")
    assert re.search(r"2 are snoozed", text(response))
    assert [ticket.pk for ticket in response.context["page"].rows] == [three[2].pk]
    assert bar(response).startswith("2 snoozed until ")
    undo()
    assert now_are("snoozed_until") == [None] * 3


def test_on_friday_tomorrow_is_monday(at_desk, do, three):
    at_desk.at = boston(2026, 3, 6, 12)

    do("snooze", three[:1], until="tomorrow", because="Later")

    assert now_are("snoozed_until")[0] == MONDAY


def test_spam_and_not(at_desk, do, undo, missed, monday_nine):
    ticket = missed(now=monday_nine).ticket

    do("spam", [ticket])

    assert now_are("status") == ["spam"]
    assert bar(at_desk.get("/tickets/")) == "1 is spam."
    assert said(undo()) == ["1 is as it was."]
    assert now_are("status") == ["open"]


def test_watched(do, three, sara):
    assert said(do("watch", three)) == ["You watch 3 more."]
    assert Watch.objects.filter(user=sara).count() == 3


def test_what_changed_meanwhile_is_left_and_named(at_desk, do, three, sara, per):
    seen = at_desk.at.isoformat()
    at_desk.at += timedelta(minutes=1)
    journey.ticket_closed(three[0], charge="free", by=per, now=at_desk.at)
    journey.ticket_assigned(three[1], per, now=at_desk.at)

    response = do("assign", three, assignee="me", seen=seen)

    left = f"{three[0]}, {three[1]}"
    assert said(response) == [f"Left as they are, because they changed or ended meanwhile: {left}."]
    assert now_are("assignee__username") == [None, "per", "sara"]


def test_undo_says_what_it_left(at_desk, do, undo, three, per):
    do("assign", three, assignee="me")
    three[0].refresh_from_db()
    journey.ticket_assigned(three[0], per, now=at_desk.at)

    assert said(undo()) == [
        "2 are as they were.",
        f"Left as they are, because they changed since: {three[0]}.",
    ]


def test_after_ten_minutes_it_stays(at_desk, do, undo, three):
    do("assign", three, assignee="me")
    at_desk.at += timedelta(minutes=10)

    assert bar(at_desk.get("/tickets/")) is None
    assert said(undo()) == [CHANGED]
    assert now_are("assignee__username") == ["sara"] * 3


def test_a_colleague_s_is_not_ours_to_undo(at_desk, three, per):
    numbers = [ticket.pk for ticket in three]
    theirs = journey.tickets_assigned_at_once(numbers, per, by=per, now=at_desk.at)

    assert bar(at_desk.get("/tickets/")) is None
    assert said(at_desk.post(f"/tickets/bulk/{theirs.pk}/undo/")) == [CHANGED]
    assert now_are("assignee") == [per.pk] * 3


@pytest.mark.parametrize(
    ("what", "form", "refusal"),
    [
        ("snooze", {"until": "tomorrow", "because": " "}, "Say why"),
        ("snooze", {"until": "x", "because": "Part"}, "Choose until when"),
        ("assign", {"assignee": "x"}, "Choose whom to assign them to"),
        ("nothing", {}, "Choose what to do with them"),
        ("", {}, "Choose what to do with them"),
    ],
)
def test_what_is_missing_is_said_and_what_was_chosen_is_kept(do, three, what, form, refusal):
    response = do(what, three[:2], query="?state=new", **form)

    assert response.status_code == 422
    assert refusal in text(response)
    assert len(re.findall(r"value=\"\d+\"\s+checked", response.content.decode())) == 2
    assert response.context["asked"].state == "new"
    assert now_are("assignee") == [None] * 3


@pytest.mark.parametrize("numbers", [[], ["x"], ["-1"], ["9" * 40], ["１"]])
def test_none_chosen(do, three, numbers):
    response = do("spam", numbers)

    assert response.status_code == 422
    assert "Choose the tickets first." in text(response)
    assert now_are("status") == ["new"] * 3


def test_back_to_where_one_was(do, three):
    response = do("assign", three, query="?state=new&q=matter", assignee="me")

    assert response["Location"] == "/tickets/?state=new&q=matter"


def test_three_hundred_are_done_two_hundred_at_a_time(do, make_ticket):
    tickets = [make_ticket(str(n)) for n in range(300)]

    response = do("assign", tickets, assignee="me")

    assert said(response) == ["At most 200 at a time: 100 were left as they are."]
    assert sorted(now_are("assignee__username"), key=str).count("sara") == 200


@pytest.mark.parametrize("seen", ["", "x", "2026-03-02", "2026-03-02T09:00:00"])
def test_a_mangled_page_is_taken_as_it_is(do, three, seen):
    do("assign", three, assignee="me", seen=seen)

    assert now_are("assignee__username") == ["sara"] * 3


def test_a_reload_does_nothing_and_comes_to_the_list(at_desk, do, three):
    do("assign", three, assignee="me")
    action = BulkAction.objects.get()

    for address in (reverse("tickets-bulk"), reverse("tickets-undo", args=[action.pk])):
        assert at_desk.get(address)["Location"] == "/tickets/"
    assert BulkAction.objects.get().undone_at is None
