"""The bench on a phone: one tap to move on, three to log a private call; no script needed."""

import pytest
from django.test import Client
from django.utils.timezone import now
from playwright.sync_api import expect

from helpdesk import journey
from tests.browser.conftest import complaints
from tickets.models import Service

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SOON = 20_000  # milliseconds, on a machine that does much else
LONG = "Annelise-Margarethe von Hohenstein-Söderström-Fitzgerald"


@pytest.fixture
def session(per):
    client = Client()
    client.force_login(per)
    return client.cookies["session"].value


@pytest.fixture
def ticket(per, sara, customer):
    """A laptop on Per's bench, of somebody with a long name."""
    contact = journey.Contact("walk_in", "in", "Laptop is slow", heard_at=now())
    who = customer(LONG)
    ticket = journey.contact_logged(contact, by=sara, now=now(), customer=who).ticket
    service = Service.objects.get(name="Laptop repair")
    journey.quoted(ticket, service, by=sara, now=now(), accepted_how="counter")
    journey.ticket_assigned(ticket, per, now=now())
    return ticket


class Thumb:
    """Somebody with one hand on a phone; taps are counted."""

    def __init__(self, page):
        self.page, self.taps = page, 0

    def tap(self, role, name):
        self.taps += 1
        self.page.get_by_role(role, name=name).tap()


@pytest.fixture
def phone(live_server, session, ticket, chromium):
    """Open the bench on a phone; scripts are on unless told otherwise."""
    opened, said = [], []  # said: a list for each page

    def phone(*, scripts=True):
        context = chromium.new_context(
            **PHONE, base_url=live_server.url, java_script_enabled=scripts
        )
        context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(20_000)
        said.append(complaints(page))
        opened.append(context)
        page.goto("/bench/")
        return page

    yield phone
    for context in opened:
        context.close()
    assert [words for heard in said for words in heard] == []


def fate(page, ticket):
    """How the ticket stands, as its page says."""
    page.goto(f"/tickets/{ticket.pk}/")
    return page.locator("main").inner_text()


@pytest.mark.parametrize("scripts", [True, False])
def test_who_called_privately_is_logged_in_three_taps(phone, ticket, scripts):
    page = phone(scripts=scripts)
    thumb = Thumb(page)

    thumb.tap("link", "Somebody called or texted me")
    thumb.tap("link", LONG)
    thumb.tap("button", "Called my own phone")

    expect(page.locator("#messages")).to_contain_text(f"Logged on {ticket}.", timeout=SOON)
    assert thumb.taps == 3
    assert "Called a private phone." in fate(page, ticket)


@pytest.mark.parametrize("scripts", [True, False])
def test_one_tap_moves_it_on(phone, ticket, scripts):
    page = phone(scripts=scripts)
    thumb = Thumb(page)

    thumb.tap("button", "Waiting")

    expect(page.locator("#messages")).to_contain_text(
        f"{ticket} waits for the customer.", timeout=SOON
    )
    expect(page.get_by_text("1 put aside")).to_be_visible(timeout=SOON)
    assert (thumb.taps, page.url.endswith("/bench/")) == (1, True)


def test_ready_asks_whether_they_know(phone, ticket):
    page = phone()
    page.locator("summary", has_text="Ready").tap()
    page.get_by_role("button", name="Yes, I told them").tap()

    expect(page.locator("#messages")).to_contain_text(f"{ticket} is ready, and", timeout=SOON)


def line_for_a_note(page, ticket):
    """Open it, and wait until the page has put them on its line."""
    page.get_by_role("link", name=f"Note {ticket}").tap()
    line = page.get_by_label("What was done, or found out")
    expect(line).to_be_focused(timeout=SOON)
    return line


def test_a_note_in_one_line(phone, ticket):
    page = phone()
    line_for_a_note(page, ticket).fill("New fan, tried for an hour.")
    page.get_by_label("Minutes").fill("25")
    page.get_by_role("button", name="Save").tap()

    expect(page.get_by_text("25 minutes so far")).to_be_visible(timeout=SOON)
    assert "New fan, tried for an hour." in fate(page, ticket)


@pytest.mark.parametrize("scripts", [True, False])
def test_the_line_for_a_note_is_in_sight_and_written_on_at_once(phone, ticket, scripts):
    page = phone(scripts=scripts)
    page.set_viewport_size({"width": 390, "height": 560})  # its card is below the edge

    line = line_for_a_note(page, ticket)
    expect(line).to_be_in_viewport(ratio=1)


def test_what_was_begun_on_a_note_is_there_again(phone, ticket):
    page = phone()
    line_for_a_note(page, ticket).fill("New fan")
    expect(page.get_by_text("Draft saved")).to_be_visible(timeout=SOON)

    page.goto("/bench/")
    page.get_by_role("link", name=f"Note {ticket}").tap()
    expect(page.get_by_label("What was done, or found out")).to_have_value("New fan", timeout=SOON)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_move_is_taken_back_with_one_tap(phone, ticket, scripts):
    page = phone(scripts=scripts)
    page.get_by_role("button", name="Waiting").tap()
    page.locator("#messages").get_by_role("button", name="Back to work").tap()

    expect(page.locator("#messages")).to_contain_text(f"{ticket} is in work again.", timeout=SOON)


def test_nothing_is_cut_off_and_everything_can_be_hit(phone, ticket):
    page = phone()
    seen = []
    opened = ("/bench/", f"/bench/?note={ticket.pk}", "/off-channel/")
    for address in (*opened, f"/off-channel/?customer={ticket.customer_id}"):
        page.goto(address)
        for summary in page.locator("main summary").all():
            summary.tap()
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        small = page.evaluate(
            """() => [...document.querySelectorAll("main :is(a, button, summary, .field > input)")]
                .filter(it => !it.matches(".row-link"))  // all of the card's upper half
                .map(it => [it.textContent.trim(), it.getBoundingClientRect()])
                .filter(([, box]) => box.width && (box.height < 24 || box.right > innerWidth))
                .map(([words]) => words)"""
        )
        seen.append((address, too_wide, small))
    assert [(wide, small) for _address, wide, small in seen] == [(0, [])] * 4
