"""Who has a ticket and who watches it, on its page."""

import pytest

from helpdesk import journey
from tests.conftest import boston
from tests.doors.pages import fresh, said, text
from tickets.models import Notice, Watch

TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def page(at_desk, ticket):
    def page():
        return at_desk.get(f"/tickets/{ticket.pk}/")

    return page


def test_one_watches_and_stops(act, page, ticket, sara):
    assert "Nobody watches it." in text(page())

    assert said(act(ticket, "watch")) == ["You hear of what happens here."]
    assert Watch.objects.get().user == sara
    assert "Watched by you" in text(page())

    assert said(act(ticket, "unwatch"))[-1] == "You no longer watch it."
    assert not Watch.objects.exists()


def test_pressed_twice_changes_nothing(act, ticket):
    for what, count in [("watch", 1), ("watch", 1), ("unwatch", 0), ("unwatch", 0)]:
        assert act(ticket, what).status_code == 302
        assert (what, Watch.objects.count()) == (what, count)


def test_everybody_who_watches_is_named(page, ticket, per, eva, sara):
    for who in (per, sara, eva):
        journey.ticket_watched(ticket, by=who)

    assert "Watched by Eva Dahl, Per Holm, you" in text(page())


def test_what_has_ended_may_be_watched(act, ticket, sara):
    journey.ticket_closed(ticket, charge="free", by=sara, now=TEN)

    act(ticket, "watch")

    assert Watch.objects.get().user == sara


def test_a_note_tells_whom_it_names(act, page, ticket, per):
    act(ticket, "note", text="@per can you look?")

    notice = Notice.objects.get()
    assert (notice.user, notice.why) == (per, "named")
    assert "Watched by Per Holm" in text(page())


def test_it_is_taken_by_one_button(act, page, ticket, sara):
    shown = page().content.decode()
    assert "Nobody has it yet." in shown
    assert f'value="{sara.pk}"' in shown

    act(ticket, "assign", assignee=sara.pk)

    assert fresh(ticket).assignee == sara
    assert "You have it." in text(page())


@pytest.mark.parametrize(("letter", "count"), [("a", 1), ("s", 1), ("w", 1)])
def test_each_has_its_letter_once(page, act, ticket, sara, letter, count):
    assert page().content.decode().count(f'data-key="{letter}"') == count

    act(ticket, "assign", assignee=sara.pk)
    assert page().content.decode().count(f'data-key="{letter}"') == count
