"""A real Chromium, where the machine has one."""

import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
# A remark, not a fault: somebody was quicker than the page that would have put them there.
WROTE_FIRST = "Autofocus processing was blocked because a document already has a focused element."
TELLS_WHAT_IS_FORBIDDEN = """addEventListener('securitypolicyviolation', event =>
    console.error('forbidden: ' + event.violatedDirective + ' ' + event.blockedURI))"""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic"]

expect.set_options(timeout=20_000)  # the pages ask every five seconds, and the machine may be busy


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason=MISSING))


MISSING = "NO CHROMIUM: the browser was not tried. On Debian: sudo apt install chromium"


@pytest.fixture
def chromium():
    # Ask for it last: it keeps an event loop in this thread, in which Django asks no database.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def complaints(page):
    """Return the list that fills with what the page's console says, and what is forbidden it."""
    heard = []

    def hear(words):
        if not words.startswith(WROTE_FIRST):
            heard.append(f"{page.url}: {words}")

    page.add_init_script(TELLS_WHAT_IS_FORBIDDEN)
    page.on("console", lambda said: hear(said.text))
    page.on("pageerror", lambda error: hear(str(error)))
    return heard
