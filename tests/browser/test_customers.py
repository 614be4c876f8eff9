"""Customers at the desk: two made one and two again, and a stranger with what they said before."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk import journey
from tests.browser.conftest import complaints
from tests.conftest import boston

MONDAY = boston(2026, 3, 2, 9)
STRANGER = "+16175550199"


@pytest.fixture
def nils(customer):
    return customer("Nils Holm", "+16175550177")


@pytest.fixture
def double(customer, sara):
    """Ingrid once more, with an open ticket."""
    double = customer("Inga Berg", "+16175550143")
    contact = journey.Contact(kind="call", direction="in", said="Black screen", heard_at=MONDAY)
    journey.contact_logged(contact, by=sara, now=MONDAY, customer=double)
    return double


@pytest.fixture
def called_twice(missed):
    """A stranger called, was called back in vain by nobody, and called again."""
    missed(now=MONDAY, number=STRANGER, call_id="1")
    return missed(now=boston(2026, 3, 2, 10), number=STRANGER, call_id="2").ticket


@pytest.fixture
def session(sara):
    client = Client()
    client.force_login(sara)
    return client.cookies["session"].value


@pytest.fixture
def opened(live_server, session):
    """Open a browser's window of that width, signed in; the list of what goes wrong in it."""

    def opened(chromium, width=1440):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, base_url=live_server.url
        )
        context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
        page = context.new_page()
        return page, complaints(page)

    return opened


@pytest.mark.parametrize("width", [1440, 390])
def test_two_are_made_one_and_two_again(ingrid, double, opened, chromium, width):
    page, said = opened(chromium, width)
    page.goto(f"/customers/{ingrid.pk}/")
    page.get_by_role("link", name="Same as another").click()

    page.get_by_label("Name, number or mail address").press_sequentially("inga")
    page.get_by_role("link", name="Inga Berg").click()
    page.get_by_role("radio", name="Ingrid Berg").check()
    page.get_by_role("button", name="Make them one").click()

    page.wait_for_url(f"**/customers/{ingrid.pk}/")
    assert page.get_by_role("link", name="also known as Inga Berg").is_visible()
    assert page.get_by_role("link", name="1 open ticket").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.goto(f"/customers/{double.pk}/")
    page.wait_for_url(f"**/customers/{ingrid.pk}/")

    page.get_by_role("button", name="Undo the merge of Inga Berg").click()

    page.wait_for_url(f"**/customers/{double.pk}/")
    assert page.get_by_role("heading", name="Inga Berg").is_visible()
    assert page.get_by_role("link", name="1 open ticket").is_visible()
    assert said == []


@pytest.mark.parametrize("width", [1440, 390])
def test_a_stranger_is_a_customer_and_was_one_before(nils, called_twice, opened, chromium, width):
    page, said = opened(chromium, width)
    page.goto("/customers/")
    page.get_by_role("link", name="Callers we do not know").click()
    page.get_by_role("link", name=re.compile("555-0199")).click()

    page.get_by_label("Name, number or mail address").press_sequentially("holm")
    page.get_by_role("radio", name="Nils Holm").check()
    page.get_by_role("button", name="It is them").click()

    page.wait_for_url(f"**/customers/{nils.pk}/")
    assert page.get_by_text("2 not decided yet").count() == 2
    assert page.get_by_role("link", name="(617) 555-0199").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert said == []


def test_the_list_follows_what_is_typed_and_the_field_keeps_the_focus(
    ingrid, double, nils, opened, chromium
):
    page, said = opened(chromium)
    page.goto("/customers/")

    page.get_by_label("Name, number or mail address").press_sequentially("berg")
    page.wait_for_url("**/customers/?q=berg")

    rows = page.locator("#rows .row-link")
    assert rows.all_inner_texts() == ["Inga Berg", "Ingrid Berg"]
    assert page.evaluate("document.activeElement.id") == "q"
    assert said == []


def test_a_ticket_is_handed_over_without_a_script(nils, double, live_server, session, chromium):
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"/tickets/{first_ticket()}/customer/")

    page.get_by_label("Name, number or mail address").fill("nils")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("radio", name="Nils Holm").check()
    page.get_by_role("button", name="Save").click()

    assert page.url == live_server.url + reverse("ticket", args=[first_ticket()])
    assert page.get_by_role("link", name="Nils Holm").first.is_visible()


def first_ticket():
    return 1001
