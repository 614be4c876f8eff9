"""The lists in a real browser: many at once and taken back; two at one call."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import now

from helpdesk import journey
from policies.models import Promise
from tickets import intake
from tickets.models.work import Kind

TICKETS = "/tickets/"
HOUR = timedelta(hours=1)


@pytest.fixture
def three(shop, monday_nine):
    """Three tickets, the first touched last."""
    return [
        intake.open_ticket(
            subject=f"Matter {n}",
            channel=Kind.WALK_IN,
            customer=intake.new_customer(name, shop=shop, now=monday_nine),
            now=monday_nine - n * HOUR,
        )
        for n, name in enumerate(("Anna Berg", "Bo Dahl", "Cleo Ek"))
    ]


@pytest.fixture
def owed(ingrid, missed):
    """Ingrid called an hour ago and is called back."""
    missed(now=now() - HOUR)
    return Promise.objects.get()


@pytest.fixture
def sessions(sara, per):
    """A log-in of each, by name; before the browser, in whose thread nothing is asked."""
    clients = {user.username: Client() for user in (sara, per)}
    for user in (sara, per):
        clients[user.username].force_login(user)
    return {name: client.cookies["session"].value for name, client in clients.items()}


@pytest.fixture
def open_for(live_server, sessions, chromium):
    """Open a page for somebody, in a window of their own."""

    def open_for(name, address, width=1440):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, base_url=live_server.url
        )
        cookie = {"name": "session", "value": sessions[name], "url": live_server.url}
        context.add_cookies([cookie])
        page = context.new_page()
        page.goto(address)
        return page

    return open_for


def who_has_them(page):
    return [cell.strip() for cell in page.locator("tbody td:nth-child(5)").all_inner_texts()]


def test_by_mouse_they_are_assigned_and_given_back(three, open_for):
    page = open_for("sara", TICKETS)
    assert not page.get_by_role("button", name="Assign").is_visible()

    page.get_by_role("checkbox", name="All on this page").check()
    assert page.locator("[data-chosen]").inner_text() == "3"
    page.get_by_label("Assign to").select_option(label="Per Holm")
    page.get_by_role("button", name="Assign").click()

    page.get_by_text("3 assigned to Per Holm.").wait_for()
    assert who_has_them(page) == ["Per Holm"] * 3
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("3 are as they were.").wait_for()
    assert who_has_them(page) == [""] * 3
    assert page.get_by_role("button", name="Undo").count() == 0


def test_by_keys_they_are_chosen_snoozed_and_woken(three, open_for):
    page = open_for("sara", TICKETS)

    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator("[data-chosen]").inner_text() == "2"
    page.get_by_text("Snooze…").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Why").focus()
    page.keyboard.type("Waits for the part")
    page.keyboard.press("Enter")

    page.get_by_text("2 are snoozed").wait_for()
    assert page.locator(".row-link").all_inner_texts() == ["Cleo Ek"]
    page.keyboard.press("u")
    page.get_by_text("2 are as they were.").wait_for()
    assert page.locator(".row-link").count() == 3


def test_j_k_and_enter_open_a_ticket(three, open_for):
    page = open_for("sara", TICKETS)

    for key in ("j", "j", "j", "k", "Enter"):
        page.keyboard.press(key)

    page.wait_for_url(f"**/tickets/{three[1].pk}/")


def test_a_span_is_chosen_with_shift(three, open_for):
    page = open_for("sara", TICKETS)
    boxes = page.locator("td.pick input")

    boxes.first.click()
    boxes.last.click(modifiers=["Shift"])

    assert page.locator("[data-chosen]").inner_text() == "3"


def test_searching_keeps_what_is_typed_and_where(three, open_for):
    page = open_for("sara", TICKETS)

    page.locator("#q").press_sequentially("cleo", delay=40)
    page.get_by_text("“cleo”").wait_for()

    assert page.locator(".row-link").all_inner_texts() == ["Cleo Ek"]
    assert page.evaluate("document.activeElement.id") == "q"
    assert page.locator("#q").input_value() == "cleo"


def test_of_two_one_calls_and_the_other_is_told(owed, open_for):
    mine, theirs = (open_for(name, "/callbacks/") for name in ("sara", "per"))

    theirs.get_by_role("button", name="I call them").click()
    theirs.get_by_text("You are calling them").wait_for()
    mine.get_by_role("button", name="I call them").click()

    mine.get_by_role("alert").get_by_text("Per Holm is calling them.").wait_for()
    mine.get_by_text("Per Holm is calling them, until").wait_for()
    assert mine.get_by_role("button", name="I call them").count() == 0
    theirs.get_by_role("button", name="No answer").click()
    theirs.get_by_text("Tried once").wait_for()


@pytest.mark.parametrize("address", ["/", "/callbacks/", TICKETS, "/stuck/?what=tasks"])
def test_nothing_is_cut_off_on_a_phone(three, owed, sara, address, request):
    journey.callback_claimed(owed, by=sara, now=now())
    page = request.getfixturevalue("open_for")("sara", address, width=390)

    for box in page.locator("td.pick input").all():
        box.check()

    wide = page.evaluate(
        """[...document.querySelectorAll('main *')].filter((it) => {
            const box = it.getBoundingClientRect();
            const scrolls = it.closest('.tabs');
            return box.width > 1 && !scrolls && (box.right > 390 || box.left < 0);
        }).map((it) => it.outerHTML.slice(0, 80))"""
    )
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_as_one_types_and_chooses_the_list_follows(three, open_for):
    page = open_for("sara", TICKETS)

    page.get_by_label("Number, name").press_sequentially("Bo D")
    page.wait_for_url(re.compile(r"\?q=Bo(\+|%20)D"))
    assert page.locator(".row-link").all_inner_texts() == ["Bo Dahl"]
    page.get_by_label("Whose").select_option(label="Mine")
    page.wait_for_url(re.compile("assignee=me"))
    assert page.locator(".row-link").count() == 0
    page.get_by_label("Whose").select_option(label="Everybody's")
    page.get_by_label("Number, name").clear()
    page.locator(".row-link").nth(2).wait_for()
