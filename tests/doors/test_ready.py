"""Ready: the ticket asks as the bench does whether the customer knows, and moves only then."""

import re

import pytest

from helpdesk import journey
from tests.doors.pages import fresh, said, text
from tickets import devices, intake
from tickets.devices import Particulars
from tickets.models import Service

LAPTOP = Particulars("ThinkPad T480")


@pytest.fixture
def ticket(ticket, sara, monday_nine):
    """Somebody's laptop, in work."""
    devices.bring(ticket, devices.write(ticket.customer, LAPTOP))
    journey.ticket_moved(ticket, "open", by=sara, now=monday_nine)
    return ticket


@pytest.fixture
def bare(make_ticket, sara, monday_nine):
    """A ticket in work with nothing to pick up, as far as we know."""
    ticket = make_ticket("How do I print?")
    journey.ticket_moved(ticket, "open", by=sara, now=monday_nine)
    return ticket


def steps(response):
    """What the row of buttons offers, what stands out, and the menu behind it."""
    row = response.content.decode().split('<div class="actions push"')[1].split("<nav")[0]
    found = re.findall(r"<(?:a|button)\b([^>]*)>([^<]+)", row)
    primary = [words.strip() for more, words in found if "primary" in more]
    return primary, [
        words.strip() for more, words in found if "button" not in more.split("type=")[0]
    ]


def answers(response):
    page = response.content.decode()
    panel = page[page.index('id="do"') :].split("</form>")[0]
    buttons = re.findall(r'<button[^>]*value="(on|)"[^>]*>([^<]+)', panel)
    return [(value, words.strip()) for value, words in buttons]


def test_the_step_is_a_question_and_a_look_at_it_moves_nothing(at_desk, ticket):
    page = at_desk.get(f"/tickets/{ticket.pk}/")
    asked = at_desk.get(f"/tickets/{ticket.pk}/?do=ready")

    assert steps(page)[0] == ["Ready…"]
    assert f'hx-get="/tickets/{ticket.pk}/?do=ready"' in page.content.decode()
    assert "Does the customer know?" in text(asked)
    assert answers(asked) == [("on", "Yes, I told them"), ("", "No: the shop tells them")]
    assert fresh(ticket).status == "open"


def test_nothing_on_the_page_makes_it_ready_at_once(at_desk, ticket):
    assert 'value="ready"' not in at_desk.get(f"/tickets/{ticket.pk}/").content.decode()


def test_htmx_gets_the_question_alone(at_desk, ticket):
    asked = at_desk.get(
        f"/tickets/{ticket.pk}/?do=ready", **{"HX-Request": "true", "HX-Target": "do"}
    )

    assert "<html" not in asked.content.decode()
    assert answers(asked) == [("on", "Yes, I told them"), ("", "No: the shop tells them")]


def test_the_bench_asks_with_the_same_words(at_desk, ticket):
    journey.ticket_assigned(ticket, at_desk.user, now=at_desk.at)
    asked = at_desk.get("/bench/").content.decode()

    for words in ("Does the customer know?", "Yes, I told them", "No: the shop tells them"):
        assert words in asked


def test_of_what_is_ready_already_one_can_only_say_that_they_know(at_desk, ticket):
    journey.ticket_moved(ticket, "ready", by=at_desk.user, now=at_desk.at)

    assert answers(at_desk.get(f"/tickets/{ticket.pk}/?do=ready")) == [("on", "Yes, I told them")]


def test_who_likes_to_be_called_has_to_be(at_desk, act, ticket):
    assert said(act(ticket, "move", to="ready", customer_told="")) == [
        "Ready. The customer has to be called."
    ]


def test_who_can_be_written_to_is(at_desk, act, ticket, ingrid):
    journey.customer_reached_by(ingrid, intake.reachable("ingrid@example.com", "US"))
    type(ingrid).objects.filter(pk=ingrid.pk).update(preferred_channel="email")

    assert said(act(ticket, "move", to="ready", customer_told="")) == [
        "Ready. The customer is told by a message."
    ]


def test_with_nothing_to_pick_up_it_is_closed_next(at_desk, bare):
    primary, menu = steps(at_desk.get(f"/tickets/{bare.pk}/"))

    assert primary == ["Close…"]
    assert [menu.count(words) for words in ("Ready…", "Close…")] == [1, 0]


def test_with_something_to_pick_up_closing_is_in_the_menu(at_desk, ticket):
    primary, menu = steps(at_desk.get(f"/tickets/{ticket.pk}/"))

    assert primary == ["Ready…"]
    assert [menu.count(words) for words in ("Ready…", "Close…")] == [0, 1]


def test_a_service_alone_will_be_ready_some_time(at_desk, bare):
    repair = Service.objects.get(name="Laptop repair")
    journey.ticket_described(bare, subject="Laptop", service=repair)

    assert steps(at_desk.get(f"/tickets/{bare.pk}/"))[0] == ["Ready…"]


def test_so_will_what_was_promised(at_desk, bare, sara, monday_nine):
    repair = Service.objects.get(name="Laptop repair")
    quote = journey.quoted(bare, repair, by=sara, now=monday_nine)
    journey.quote_accepted(quote, how="phone", by=sara, now=monday_nine)
    type(bare).objects.filter(pk=bare.pk).update(service=None)

    assert steps(at_desk.get(f"/tickets/{bare.pk}/"))[0] == ["Ready…"]
