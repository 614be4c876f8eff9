"""Two people on one ticket: each sees the other, and that something changed."""

from datetime import timedelta

import pytest

from helpdesk import journey
from helpdesk.models import Presence
from helpdesk.web import presence
from tests.doors.pages import text


@pytest.fixture
def tell(at_desk, ticket, monkeypatch):
    """Tell that somebody has the ticket before them; Sara unless told otherwise."""
    monkeypatch.setattr(presence, "now", lambda: at_desk.at)

    def tell(user=None, **form):
        at_desk.client.force_login(user or at_desk.user)
        return at_desk.client.post(f"/tickets/{ticket.pk}/here/", form)

    return tell


def test_alone_there_is_nothing_to_say(tell, sara, ticket):
    response = tell()

    assert (response.status_code, text(response)) == (200, "")
    assert Presence.objects.get().user == sara


def test_two_see_each_other_and_who_writes(tell, per, at_desk, ticket):
    assert text(tell(per, is_writing="1")) == ""
    assert text(tell()) == "Per Holm is writing here."
    assert text(tell(per)) == "Sara Lind is looking at this."
    assert text(tell()) == "Per Holm is looking at this."


def test_the_page_says_it_as_it_was_rendered(tell, per, eva, sara, at_desk, ticket):
    tell(eva)
    tell(per, is_writing="1")
    tell()

    page = text(at_desk.get(f"/tickets/{ticket.pk}/"))

    assert "Per Holm is writing here. 1 other, too." in page
    assert "Sara Lind is looking" not in page


@pytest.mark.parametrize(("seconds", "words"), [(39, "Per Holm is looking at this."), (40, "")])
def test_who_has_been_silent_is_gone(tell, per, at_desk, ticket, seconds, words):
    tell(per)
    at_desk.at += timedelta(seconds=seconds)

    assert text(tell()) == words
    at_desk.client.force_login(at_desk.user)
    assert ("is looking at this" in text(at_desk.get(f"/tickets/{ticket.pk}/"))) == bool(words)


def test_what_was_said_is_not_said_again(tell, per):
    tell(per)
    first = tell()
    stands = {"state": first["Here-State"], "said": first["Here-Said"]}

    again = tell(**stands)
    tell(per, is_writing="1")
    now = tell(**stands)

    assert (again.status_code, now.status_code) == (204, 200)
    assert text(now) == "Per Holm is writing here."


CHANGES = {
    "noted": lambda it: journey.note_added(it.ticket, "x", by=it.per, now=it.at),
    "moved": lambda it: journey.ticket_moved(it.ticket, "waiting", by=it.per, now=it.at),
    "given": lambda it: journey.ticket_assigned(it.ticket, it.per, now=it.at),
    "promised": lambda it: journey.callback_promised(it.ticket, by=it.per, now=it.at),
    "renamed": lambda it: journey.ticket_described(it.ticket, subject="New", service=None),
    "worried": lambda it: journey.trouble_written(
        it.ticket, fault="", concern="Angry", by=it.per, now=it.at
    ),
}


@pytest.mark.parametrize("how", CHANGES)
def test_what_happens_meanwhile_is_said_and_shown_on_demand(tell, per, ticket, at_desk, how):
    state = tell()["Here-State"]
    assert text(tell(state=state)) == ""

    world = type("World", (), {"ticket": ticket, "per": per, "at": at_desk.at})
    CHANGES[how](world)
    response = tell(state=state)

    assert text(response) == "Something new happened on this ticket. Show it"
    assert response["Here-State"] == state
    assert text(tell(state=state)) == "Something new happened on this ticket. Show it"


def test_looking_at_the_page_writes_nothing(at_desk, ticket):
    at_desk.get(f"/tickets/{ticket.pk}/")
    response = at_desk.get(f"/tickets/{ticket.pk}/here/")

    assert response["Location"] == f"/tickets/{ticket.pk}/"
    assert not Presence.objects.exists()


def test_what_is_a_day_old_is_forgotten(tell, per, sara, at_desk):
    tell(per)
    at_desk.at += timedelta(days=2)

    tell()

    assert [row.user for row in Presence.objects.all()] == [sara]


def test_on_a_ticket_that_is_not_there_nobody_is(at_desk):
    assert at_desk.post("/tickets/7/here/").status_code == 404
