"""The shell in a real browser: keys, the palette, and the card of a call that comes by itself."""

import re

import pytest
from django.test import Client
from django.utils.timezone import now
from playwright.sync_api import expect

from helpdesk import journey
from helpdesk.models import ApiToken, Scope
from tests.browser.conftest import complaints
from tickets.models import User

pytestmark = pytest.mark.django_db(transaction=True)

RING = {"event": "newCall", "from": "16175550142", "to": "16175550100", "direction": "in"}


@pytest.fixture
def session(sara):
    client = Client()
    client.force_login(sara)
    return client.cookies["session"].value


@pytest.fixture
def token(shop):
    user = User.objects.create(username="pbx", role=User.Role.INTEGRATION)
    return ApiToken.objects.create(user, None, name="pbx", scopes=[Scope.PHONE])[1]


@pytest.fixture
def ticket(sara, ingrid):
    contact = journey.Contact("walk_in", "in", "Laptop is slow", heard_at=now())
    return journey.contact_logged(contact, by=sara, now=now(), customer=ingrid).ticket


@pytest.fixture
def page(live_server, session, ticket, token, chromium):
    """Sara's browser; what goes wrong in it is an error."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 900}, base_url=live_server.url
    )
    context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    page = context.new_page()
    said = complaints(page)
    page.set_default_timeout(15_000)
    yield page
    heard = [*said]  # what is cut off by closing is no error
    context.close()
    assert [words for words in heard if "Failed to load resource" not in words] == []


@pytest.fixture
def say(page, token):
    """Tell of a call as the phone system does."""

    def say(event, call_id="call-1", **more):
        body = RING | {"event": event, "callId": call_id} | more
        assert page.request.post(f"/api/v1/cti/{token}/", data=body).ok

    return say


def focused(page):
    return page.evaluate("document.activeElement.textContent.trim().split('\\n')[0]")


def test_letters_lead_through_the_shop(page, ticket):
    page.goto("/customers/")
    page.keyboard.press("t")
    page.wait_for_url("**/")
    page.keyboard.press("c")
    page.wait_for_url("**/calls/new/")
    # The number is waited for here: a letter in a field is a letter.
    page.get_by_label(re.compile("^Number or name")).fill("")
    page.keyboard.type("tcjk?")
    assert page.url.endswith("/calls/new/")
    assert page.evaluate("document.activeElement.value") == "tcjk?"


def test_with_another_key_held_or_while_composing_a_letter_does_nothing(page):
    page.goto("/customers/")
    page.keyboard.press("Alt+t")
    page.evaluate(
        """document.body.dispatchEvent(new KeyboardEvent("keydown",
        { key: "t", bubbles: true, isComposing: true }))"""
    )
    page.evaluate(
        """const editable = document.createElement("div");
        editable.contentEditable = true; document.querySelector("main").append(editable);
        editable.focus()"""
    )
    page.keyboard.press("t")
    page.wait_for_timeout(300)
    assert page.url.endswith("/customers/")


def test_j_and_k_walk_the_list_and_enter_opens(page, ticket):
    page.goto("/find/?q=laptop")
    page.keyboard.press("j")
    assert focused(page) == "Laptop is slow"
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{ticket.pk}/")


def test_letters_can_be_turned_off_and_stay_off(page):
    page.goto("/customers/")
    page.get_by_role("button", name="Sara Lind").click()
    page.get_by_label("Letters as shortcuts").uncheck()
    page.keyboard.press("Escape")
    page.goto("/customers/new/")
    page.locator("main").focus()
    page.keyboard.press("t")
    page.keyboard.press("?")
    page.wait_for_timeout(300)
    assert page.url.endswith("/customers/new/")
    assert page.locator("#keys").is_hidden()


def test_the_question_mark_lists_the_keys_of_this_page(page):
    page.goto("/customers/")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys on this page")
    expect(dialog).to_contain_text(re.compile(r"Today\s*t\s*Log a call\s*c"))
    page.keyboard.press("t")  # beneath a dialog nothing is pressed
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.url.endswith("/customers/")


def test_the_palette_finds_opens_and_gives_the_focus_back(page, ticket, ingrid):
    page.goto("/customers/")
    page.get_by_role("link", name="Solutions").focus()
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name=re.compile("^A customer"))
    expect(box).to_be_focused()
    expect(page.get_by_role("option", name="Log a call")).to_be_visible()
    page.keyboard.press("Escape")
    assert focused(page) == "Solutions"

    page.keyboard.press("Control+k")
    page.keyboard.insert_text("ingrid")  # at once: it is not asked for the half of it
    option = page.get_by_role("option", name=re.compile("Laptop is slow"))
    expect(option).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name=re.compile("^Ingrid Berg"))).to_have_attribute(
        "aria-selected", "true"
    )
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{ticket.pk}/")


def test_the_palette_does_what_the_page_offers(page, ticket):
    page.goto(f"/tickets/{ticket.pk}/")
    page.evaluate(
        """const button = document.createElement("button"); button.dataset.key = "z";
        button.textContent = "Take this ticket"; document.querySelector("main").prepend(button);
        button.addEventListener("click", () => { document.title = "taken" })"""
    )
    page.keyboard.press("Control+k")
    page.keyboard.type("take th")
    page.get_by_role("option", name="Take this ticket z").click()
    expect(page).to_have_title("taken")
    assert focused(page) == "Take this ticket"


def test_typed_faster_than_answered_the_page_answers(page):
    page.goto("/customers/")
    # What the palette asks is not answered; what the page asks is.
    page.route("**/find/**", lambda it: "hx-request" in it.request.headers or it.continue_())
    page.keyboard.press("Control+k")
    page.keyboard.type("ingrid")
    page.keyboard.press("Enter")
    page.wait_for_url("**/find/?q=ingrid")
    expect(page.get_by_role("heading", name="Found for “ingrid”")).to_be_visible()


def test_a_call_comes_steals_nothing_and_goes_when_it_is_logged(page, say, ingrid, sara):
    page.goto("/customers/new/")
    field = page.get_by_label("Name", exact=True)
    field.focus()
    page.keyboard.type("Bo")
    say("newCall")

    card = page.get_by_role("region", name="Call: Ingrid Berg")
    expect(card).to_contain_text("ringing since")
    expect(card).to_contain_text("Laptop is slow")
    expect(page.locator("#announce")).to_have_text("Call: Ingrid Berg")
    expect(field).to_be_focused()
    page.keyboard.type("i")  # in a field it is a letter
    assert field.input_value() == "Boi"

    # The same card, not another one, when nothing has changed.
    page.evaluate("document.querySelector('.ringing').dataset.same = 'yes'")
    page.wait_for_timeout(6000)
    expect(card).to_have_attribute("data-same", "yes")

    card.get_by_role("link", name="Log this call").focus()
    say("answer", user="Sara Lind", answeringNumber="101")
    expect(card).to_contain_text("with Sara Lind")
    expect(card.get_by_role("link", name="Log this call")).to_be_focused()

    page.locator("main").focus()
    page.keyboard.press("i")
    page.wait_for_url(re.compile(r"/calls/new/\?call=\d+"))
    expect(card).to_be_hidden()


def test_on_a_phone_calls_leave_two_thirds_of_the_page(page, say, ingrid):
    page.set_viewport_size({"width": 390, "height": 844})
    for n in range(5):
        say("newCall", f"call-{n}", **{"from": f"1617555014{n}"})
    page.goto("/")

    expect(page.locator("#calls > section")).to_have_count(3)
    assert page.locator("#calls").bounding_box()["height"] <= 844 * 0.36


def test_on_a_phone_every_way_is_there_and_the_current_one_in_view(page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/loans/")

    loans = page.get_by_role("link", name="Loans")
    more = page.get_by_role("button", name="More", exact=True)
    expect(loans).to_be_hidden()
    expect(more).to_have_attribute("aria-current", "true")
    expect(more).to_be_in_viewport(ratio=1)
    more.click()
    expect(loans).to_be_in_viewport(ratio=1)
    loans.click()
    page.wait_for_url("**/loans/")
    bar = page.locator(".nav > div")
    assert bar.evaluate("it => it.scrollWidth <= it.clientWidth")


def test_what_is_written_is_sent_with_the_focus_on_the_page(page, ticket):
    page.goto(f"/tickets/{ticket.pk}/?write=note")
    page.get_by_role("textbox", name="What was done").fill("The charger is here, too")
    page.locator("main").focus()
    page.keyboard.press("Control+Enter")

    expect(page.locator("#history")).to_contain_text("The charger is here, too")


def test_later_and_several_at_once(page, say, ingrid):
    for n in range(4):
        say("newCall", f"call-{n}", **{"from": f"1617555014{n}"})
    page.goto("/customers/")
    cards = page.locator("#calls > section")
    expect(cards).to_have_count(3)
    expect(page.get_by_role("link", name="and 1 more")).to_be_visible()
    cards.first.get_by_role("button", name="Later").click()
    expect(page.locator("#calls")).not_to_contain_text("and 1 more")
    expect(cards).to_have_count(3)


def test_logged_out_it_says_so_and_keeps_what_was_typed(page):
    page.goto("/customers/new/")
    page.get_by_label("Name", exact=True).fill("Bo")
    kept = page.context.cookies()
    page.context.clear_cookies()

    expect(page.get_by_text("You are logged out.")).to_be_visible()
    assert page.get_by_label("Name", exact=True).input_value() == "Bo"

    page.context.add_cookies([cookie for cookie in kept if cookie["name"] == "session"])
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("You are logged out.")).to_be_hidden()
    page.get_by_role("button", name="Save").click()  # the token is a new one
    page.wait_for_url(re.compile(r"/customers/\d+/"))


def test_without_the_server_it_says_so_and_with_it_no_more(page):
    page.goto("/customers/")
    page.route("**/live/**", lambda route: route.abort())
    expect(page.get_by_text("Not connected")).to_be_visible(timeout=30_000)
    page.unroute("**/live/**")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.get_by_text("Not connected")).to_be_hidden()


def test_what_nobody_looks_at_asks_nothing(page):
    page.goto("/customers/")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("Object.defineProperty(document, 'visibilityState', { get: () => 'hidden' })")
    page.wait_for_timeout(6000)
    assert [url for url in asked if "/live/" in url] == []
