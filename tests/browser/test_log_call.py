"""A call is logged with hands on the keyboard; a closed tab loses nothing; no script is needed."""

import re
import threading

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from helpdesk import journey
from helpdesk.web import callers
from tests.conftest import boston

NUMBER = "6175550142"
WORDS = "Asks whether the laptop is ready. Needs it for a course on Thursday."


class Hands:
    """Somebody at the keyboard: what they type, and the keys they press besides."""

    def __init__(self, page):
        self.page, self.pressed = page, []

    def type(self, words):
        self.page.keyboard.type(words)

    def press(self, *keys):
        for key in keys:
            self.pressed.append(key)
            self.page.keyboard.press(key)

    def take_down(self):
        """Find the known caller by their number, and type what they said."""
        self.type(NUMBER)
        self.press("Enter")
        expect(self.page.get_by_label("What they said")).to_be_focused()
        self.type(WORDS)


@pytest.fixture
def known(ingrid, sara):
    """Ingrid's laptop is here since Monday."""
    contact = journey.Contact("walk_in", "in", "Laptop is slow", heard_at=boston(2026, 3, 2, 9))
    return journey.contact_logged(contact, by=sara, now=contact.heard_at, customer=ingrid).ticket


@pytest.fixture
def ake(customer):
    """Åke shares Ingrid's telephone."""
    return customer("Åke Berg")


@pytest.fixture
def session(sara):
    client = Client()
    client.force_login(sara)
    return client.cookies["session"].value


@pytest.fixture
def desk(live_server, session, chromium):
    """Open a window of Sara's; several are one browser."""
    context = chromium.new_context(base_url=live_server.url)
    context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    context.set_default_timeout(20_000)
    yield context
    context.close()


def opened(context, query=""):
    page = context.new_page()
    page.goto(reverse("log-call") + query)
    return page


def opened_on(context, draft):
    """Open it until the draft is there: it is sent as its page goes, and may be overtaken."""
    page = context.new_page()
    for _time in range(20):
        page.goto(reverse("log-call"))
        if page.get_by_label("What they said").input_value() == draft:
            break
    return page


def test_a_known_caller_by_keyboard_alone(known, desk):
    page = opened(desk)
    hands = Hands(page)
    expect(page.get_by_label("Number or name")).to_be_focused()

    hands.take_down()
    hands.press("Tab", "2")
    expect(page.locator(".when-callback .say")).to_be_visible()
    hands.press("Control+Enter")

    expect(page).to_have_url(re.compile(rf"/tickets/{known.pk}/$"))
    expect(page.get_by_text("Promised: we call back by")).to_be_visible()
    expect(page.locator("main")).to_contain_text(WORDS)
    assert hands.pressed == ["Enter", "Tab", "2", "Control+Enter"]


def test_a_click_beside_the_fields_takes_no_key_away(known, desk):
    """The number of an outcome works in its group alone; Ctrl+Enter wherever one is."""
    page = opened(desk)
    hands = Hands(page)
    hands.take_down()
    hands.press("Tab", "4")
    page.get_by_role("heading", name="Log a call").click()
    hands.press("2")
    expect(page.get_by_role("radio", name="Pass on")).to_be_checked()
    hands.press("Control+Enter")

    expect(page.get_by_text("which stays open.")).to_be_visible()


def test_answered_for_free_takes_one_key_more(known, desk):
    page = opened(desk)
    hands = Hands(page)

    hands.take_down()
    hands.press("Tab", "1", "f", "Control+Enter")

    expect(page.get_by_text(re.compile("is closed. It is invoiced and given"))).to_be_visible()
    assert len(hands.pressed) == 5


def test_a_number_is_pasted(known, desk):
    page = opened(desk)
    hands = Hands(page)

    page.keyboard.insert_text("+1 (617) 555-0142")
    expect(page.get_by_role("radio", name=f"#{known.pk}")).to_be_checked()
    hands.press("Tab")

    expect(page.get_by_label("What they said")).to_be_focused()


def test_what_they_were_promised_is_beside_it(known, desk):
    page = opened(desk)

    Hands(page).type(NUMBER)

    beside = page.get_by_role("complementary")
    expect(beside.get_by_text("Ingrid Berg")).to_be_visible()
    expect(beside.get_by_text("Given so far")).to_be_visible()


def test_several_are_reached_by_arrows(known, ake, desk):
    page = opened(desk)
    hands = Hands(page)

    hands.type(NUMBER)
    expect(page.locator("[name=looked_up]")).to_have_value(NUMBER)  # and not the half of it
    expect(page.get_by_text("Åke Berg")).to_be_visible()
    hands.press("ArrowDown", "ArrowDown", "ArrowDown")
    expect(page.get_by_role("radio", name="A new ticket").last).to_be_focused()
    hands.press("Enter")

    expect(page.get_by_label("What they said")).to_be_focused()
    expect(page.get_by_role("complementary").get_by_text("Åke Berg")).to_be_visible()


def test_a_name_typed_while_it_is_looked_up_is_kept(shop, desk, monkeypatch):
    """The answer comes while they type: it knows of the name only what there was at the time."""
    page, find, may_answer = opened(desk), callers.find, threading.Event()

    def slow(*given, **named):
        may_answer.wait(20)
        return find(*given, **named)

    monkeypatch.setattr(callers, "find", slow)
    with page.expect_request(lambda request: "q=" in request.url):
        page.get_by_label("Number or name").fill("(617) 555-0199")
    name = page.get_by_label("Their name")
    name.fill("Bengt")
    name.press("ArrowLeft")
    may_answer.set()
    expect(page.get_by_text("Nobody we know.")).to_be_visible()
    page.keyboard.type("s")

    expect(name).to_be_focused()
    expect(name).to_have_value("Bengst")


def test_saved_and_straight_to_the_next(known, desk):
    page = opened(desk)
    hands = Hands(page)

    hands.take_down()
    hands.press("Tab", "4", "Control+Shift+Enter")

    expect(page.get_by_text("which stays open.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/calls/new/$"))
    expect(page.get_by_label("Number or name")).to_be_focused()
    expect(page.get_by_label("Number or name")).to_have_value("")
    expect(page.get_by_label("What they said")).to_have_value("")
    assert len(hands.pressed) == 4


def test_a_closed_tab_loses_nothing(known, desk):
    page = opened(desk)
    hands = Hands(page)
    hands.take_down()
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.close()

    again = opened_on(desk, WORDS)

    expect(again.get_by_text("You began this")).to_be_visible()
    expect(again.get_by_label("Number or name")).to_have_value(NUMBER)
    expect(again.get_by_label("What they said")).to_have_value(WORDS)
    expect(again.get_by_role("radio", name=f"#{known.pk}")).to_be_checked()
    expect(again.get_by_label("What they said")).to_be_focused()

    again.get_by_role("button", name="Discard the draft").click()
    expect(again.get_by_label("What they said")).to_have_value("")


def test_a_page_left_in_the_middle_of_a_word_is_kept_too(known, desk):
    page = opened(desk)
    page.get_by_label("What they said").fill("Wants")
    page.goto(reverse("today"))

    again = opened_on(desk, "Wants")

    expect(again.get_by_label("What they said")).to_have_value("Wants")


def test_signed_out_meanwhile_it_says_that_nothing_is_saved(known, desk):
    page = opened(desk)
    desk.clear_cookies(name="session")

    page.get_by_label("What they said").fill("Wants a price")

    expect(
        page.get_by_text("Not saved: you are signed out. Copy what you wrote, then sign in.")
    ).to_be_visible()
    expect(page.get_by_label("What they said")).to_have_value("Wants a price")


def test_without_script_a_call_is_logged_and_a_callback_promised(
    known, live_server, session, chromium
):
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    page = opened(context)

    page.get_by_label("Number or name").fill(NUMBER)
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_role("radio", name=f"#{known.pk}")).to_be_checked()
    expect(page.get_by_role("complementary").get_by_text("Ingrid Berg")).to_be_visible()
    page.get_by_label("What they said").fill(WORDS)
    page.get_by_role("radio", name=re.compile("^Call back")).check()
    expect(page.locator(".when-callback .say")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).last.click()

    expect(page).to_have_url(re.compile(rf"/tickets/{known.pk}/$"))
    expect(page.get_by_text("Promised: we call back by")).to_be_visible()
    context.close()
