"""Codes from a phone, by keyboard in a real browser: set up, signed in with, and lost."""

import base64
import hashlib
import hmac
import struct
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import complaints
from tests.browser.test_every_page import RULES

PASSWORD = "long enough, and nobody's cat"


def code(secret, steps=0):
    """RFC 6238: what a phone shows now, or so many half minutes later."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


@pytest.fixture
def sara(sara):
    sara.set_password(PASSWORD)
    sara.save()
    return sara


@pytest.fixture
def page(live_server, shop, sara, chromium):
    context = chromium.new_context(base_url=live_server.url)
    page = context.new_page()
    page.complaints = complaints(page)
    yield page
    context.close()


def sign_in(page):
    page.goto("/accounts/login/")
    page.get_by_label("User name or email address").fill("sara")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def set_up(page, *, is_asked=True):
    """Set up a phone; return what it knows and the recovery codes that were shown."""
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Set it up").click()
    if is_asked:  # the password once more
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
    expect(page.get_by_role("img", name="Square code for the app")).to_be_visible()
    page.get_by_text("No camera?").click()
    secret = page.locator("details code").inner_text()
    page.get_by_role("textbox").last.fill(code(secret))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    return secret, page.locator("li code").all_inner_texts()


def test_a_phone_is_set_up_signs_in_and_is_lost(page):
    sign_in(page)
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    secret, kept = set_up(page)
    assert len(set(kept)) == 10

    page.context.clear_cookies()
    sign_in(page)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    page.get_by_label("Code").fill("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).to_contain_text("Incorrect code")
    page.get_by_label("Code").fill(code(secret, steps=1))  # each is taken once
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()

    page.context.clear_cookies()
    sign_in(page)
    page.get_by_label("Code").fill(kept[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    page.goto("/accounts/2fa/")
    expect(page.get_by_text("9 codes are left")).to_be_visible()
    assert page.complaints == []


def test_the_pages_are_used_without_javascript(live_server, shop, sara, chromium):
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    secret, _kept = set_up(page)
    context.clear_cookies()
    sign_in(page)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    # In the page; this browser reads pages as if it had scripts, and does not show it.
    assert "A passkey works only with JavaScript turned on." in page.content()
    page.get_by_label("Code").fill(code(secret, steps=1))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    context.close()


PAGES = (
    *("", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/"),
    *("webauthn/", "webauthn/add/"),
)


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_pages_are_for_everyone(page, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    sign_in(page)
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    page.goto("/accounts/2fa/totp/activate/")
    found = {"is it still you": violations(page)}
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Codes from your phone")).to_be_visible()
    found["activate"] = violations(page)
    set_up(page, is_asked=False)
    for address in PAGES:
        page.goto(f"/accounts/2fa/{address}")
        found[address] = violations(page)
    page.context.clear_cookies()
    sign_in(page)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    found["authenticate"] = violations(page)

    assert {name: rules for name, rules in found.items() if rules} == {}
    assert page.complaints == []


def violations(page):
    """Return what axe finds, and whether anything is cut off."""
    found = [rule["id"] for rule in Axe().run(page, options=RULES).response["violations"]]
    width = page.viewport_size["width"]
    is_cut = page.evaluate("document.documentElement.scrollWidth") > width
    return found + ["cut off"] * is_cut
