"""From a text message to an accepted quote, on a phone, by somebody who has no log-in."""

import re

import pytest
from django.utils.timezone import now
from playwright.sync_api import expect

from helpdesk import journey
from tests.browser.conftest import complaints
from tickets import intake
from tickets.models import Interaction, Service


@pytest.fixture
def sent(settings, live_server, shop, ingrid, sara):
    """Sara has texted Ingrid a quote; return the text."""
    settings.PUBLIC_URL = live_server.url
    settings.KANNEL_URL = "http://127.0.0.1:9/cgi-bin/sendsms"
    settings.KANNEL_USERNAME, settings.KANNEL_PASSWORD = "tester", "foobar"
    settings.SMS_SENDER = "+16175550100"
    ticket = intake.open_ticket(
        subject="Laptop is slow", channel="call", customer=ingrid, now=now()
    )
    service = Service.objects.get(name="Laptop repair")
    quote = journey.quoted(ticket, service, by=sara, now=now())
    journey.quote_sent(quote, by=sara, now=now())
    return Interaction.objects.get(direction="out").text


@pytest.fixture
def phone(sent, chromium):
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    page.complaints = complaints(page)
    page.goto(re.search(r"http\S+", sent)[0])
    yield page
    context.close()


def test_from_a_text_message_to_an_accepted_quote(phone):
    expect(phone.get_by_role("heading", name="We wait for you")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 390

    phone.get_by_role("button", name="Accept this quote").tap()

    expect(phone.get_by_role("status")).to_contain_text("Laptop repair")
    expect(phone.get_by_role("heading", name="What we promised")).to_be_visible()
    expect(phone.get_by_role("button", name="Accept this quote")).to_have_count(0)
    assert phone.complaints == []


def test_they_answer_with_a_picture(phone, tmp_path):
    picture = tmp_path / "screen.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")

    phone.get_by_label("Your answer").fill("It looks like this")
    phone.get_by_label("Pictures or papers").set_input_files(picture)
    phone.get_by_role("button", name="Send").tap()

    expect(phone.get_by_role("status")).to_contain_text("Thank you")
    expect(phone.get_by_text("It looks like this")).to_be_visible()
    expect(phone.get_by_text("screen.png")).to_be_visible()
