"""A new owner: from an empty database to the first call that is logged, step by step."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from helpdesk import opening
from tests.browser.conftest import complaints
from tests.browser.test_every_page import RULES
from tickets.models import Shop, User

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "a long way to the sea"
NUMBER = "(617) 555-0142"


@pytest.fixture
def link(settings):
    assert (Shop.objects.count(), User.objects.count()) == (0, 0)
    return "/setup/first/" + opening.first_link().split("/setup/first/")[1]


class Steps:
    """Counts what somebody has to do: a field typed in, a choice, a button."""

    def __init__(self, page):
        self.page, self.taken = page, 0

    def type(self, label, words):
        self.page.get_by_label(label, exact=True).fill(words)
        self.taken += 1

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()
        self.taken += 1

    def follow(self, name):
        self.page.locator("main").get_by_role("link", name=name, exact=True).first.click()
        self.taken += 1


@pytest.mark.parametrize("width", [1440, 390])
def test_from_nothing_to_the_first_call(live_server, link, chromium, width):
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, base_url=live_server.url, locale="en-US"
    )
    page, flaws = context.new_page(), []
    said, steps = complaints(page), Steps(page)

    def look():
        flaws.extend(Axe().run(page, options=RULES).response["violations"])
        flaws.extend(
            ["cut off"] if page.evaluate("document.documentElement.scrollWidth") > width else []
        )

    page.goto(link)
    look()
    steps.type("What is your shop called?", "Mill Street Repair")
    steps.press("Go on")
    look()
    page.get_by_label("Your name", exact=True).wait_for()
    page.get_by_label("Telephone").fill("(617) 555-0100")
    steps.taken += 1
    steps.type("Your name", "Eva Dahl")
    steps.type("User name", "eva")
    steps.type("Password", PASSWORD)
    steps.press("Open the shop")
    expect(page.get_by_role("heading", name="Setup")).to_be_visible()
    look()
    steps.follow("The first call that is logged")
    expect(page.get_by_label("Number or name")).to_be_focused()
    page.keyboard.type(NUMBER)
    expect(page.locator("[name=looked_up]")).to_have_value(NUMBER)  # and not the half of it
    expect(page.get_by_text("Nobody we know.")).to_be_visible()
    page.get_by_label("Their name").fill("Ingrid Berg")
    page.get_by_label("What they said").fill("Her laptop does not start")
    page.locator("label", has_text="Call back").first.click()
    page.keyboard.press("Control+Enter")
    steps.taken += 5
    page.wait_for_url(lambda url: "/calls/new/" not in url)
    page.goto("/setup/")
    expect(page.get_by_role("heading", name="How it stands")).to_be_visible()
    context.close()

    assert flaws == []
    # What a page still asks as one leaves it, htmx says.
    assert [words for words in said if not words.partition(": ")[2].startswith("htmx:")] == []
    assert steps.taken == 13
