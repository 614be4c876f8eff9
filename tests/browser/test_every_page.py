"""Every page in a real browser: WCAG 2.2 A and AA by axe, a silent console, nothing cut off.

And nothing that its policy forbids, nothing asked of anybody else, and a first view that is light.
"""

import gzip
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils.timezone import now

from tests.browser.conftest import complaints
from tests.browser.pages import addresses, sessions
from tests.crowd import furnish

pytestmark = pytest.mark.django_db(transaction=True)

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
SCREENS = [(width, scheme) for width in (1440, 390) for scheme in ("light", "dark")]
# Of a page that is not found the browser says so itself.
NOT_FOUND = "Failed to load resource: the server responded with a status of 404 (Not Found)"


@pytest.fixture
def pages(shop, sara, per, eva, ingrid, missed, spoken):
    shop.takes_web_messages = True
    shop.save()
    furnish(sara, per, eva, ingrid, missed, spoken, at=now() - timedelta(hours=3))
    return addresses()


@pytest.fixture
def keys(pages):
    return sessions()


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_every_page_is_for_everyone(live_server, pages, keys, chromium, width, scheme):
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, base_url=live_server.url
    )
    page, asked = context.new_page(), []
    said = complaints(page)
    page.on("request", lambda request: asked.append(request.url))
    found, not_found = {}, {}
    for name, (address, role) in pages.items():
        page.goto("about:blank")  # what the last page still asks, it asks as who it was for
        context.clear_cookies()
        if role:
            key = {"name": "session", "value": keys[role], "url": live_server.url}
            context.add_cookies([key])
        if page.goto(address).status == 404:
            not_found[name] = f"{page.url}: {NOT_FOUND}"
        result = Axe().run(page, options=RULES)
        if result.violations_count:
            found[name] = [
                (rule["id"], [node["html"] for node in rule["nodes"]])
                for rule in result.response["violations"]
            ]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found[f"{name} is cut off"] = width
    context.close()

    assert found == {}
    assert set(not_found) == {
        *("a link that opens nothing", "a link to no ticket", "an invite that is no more"),
    }
    assert sorted(said) == sorted(not_found.values())
    ours = urlsplit(live_server.url).netloc
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {ours}


def test_the_first_view_is_light(live_server, pages, keys, chromium):
    """Everything the first page brings, as it would leave the proxy."""
    context = chromium.new_context(base_url=live_server.url)
    key = {"name": "session", "value": keys["front_desk"], "url": live_server.url}
    context.add_cookies([key])
    page, answers = context.new_page(), []
    page.on("response", lambda answer: answers.append(answer))
    page.goto("/", wait_until="networkidle")
    weights = {answer.url: len(gzip.compress(answer.body())) for answer in answers if answer.ok}
    context.close()

    assert len(weights) > 2
    assert sum(weights.values()) < 120_000, weights
