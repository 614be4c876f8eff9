"""Passkeys in a real browser, with an authenticator that the browser plays."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import complaints

PASSWORD = "long enough, and nobody's cat"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def sara(sara):
    sara.set_password(PASSWORD)
    sara.save()
    return sara


@pytest.fixture
def page(live_server, settings, shop, sara, chromium):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    context = chromium.new_context(base_url=live_server.url)
    page = context.new_page()
    page.complaints = complaints(page)
    key = context.new_cdp_session(page)
    key.send("WebAuthn.enable")
    key.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    yield page
    context.close()


def test_a_passkey_is_set_up_and_opens_without_a_password(page):
    page.goto("/accounts/login/")
    page.keyboard.type("sara")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()

    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Passwordless").check()
    page.locator("#mfa_webauthn_add").click()
    expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()

    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    assert page.complaints == []
