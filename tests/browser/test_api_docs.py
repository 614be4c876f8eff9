"""The page of the API: it draws itself from files of ours, and asks nobody else for anything."""

import pytest

from helpdesk.models import ApiToken
from tests.browser.conftest import complaints
from tickets.models import User

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_shows_every_resource_and_tries_one_out(live_server, shop, chromium):
    page = chromium.new_page()
    asked, said = [], complaints(page)
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{live_server.url}/api/v1/docs/")
    page.get_by_text("List tickets, the last touched first").click()
    page.get_by_text("Needs the scope tickets:read").first.wait_for()

    assert page.locator(".opblock-tag-section").count() > 10
    strangers = [url for url in asked if not url.startswith((live_server.url, "data:"))]
    assert (strangers, said) == ([], [])


@pytest.fixture
def key(shop):
    user = User.objects.create(username="docs", role=User.Role.INTEGRATION)
    return ApiToken.objects.create(user, None, name="docs", scopes=["tickets:read"])[1]


def test_a_token_typed_there_opens_the_door(live_server, key, chromium):
    page = chromium.new_page()
    page.goto(f"{live_server.url}/api/v1/docs/")

    page.get_by_role("button", name="Authorize").first.click()
    page.get_by_label("auth-bearer-value").fill(key)
    page.get_by_label("Apply credentials").last.click()
    page.get_by_role("button", name="Close").first.click()
    page.get_by_text("List services as the shop orders them").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()

    page.get_by_text('"Laptop repair"').first.wait_for()
