"""The owner changes a policy at noon, through the pages, and all that says it changes with it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from helpdesk import duties
from helpdesk.models import ApiToken, Scope
from policies.models import Promise
from tests.browser.conftest import complaints
from tests.browser.pages import sessions
from tests.conftest import boston
from tests.races.together import at_once
from tickets.models import Interaction, User

pytestmark = pytest.mark.django_db(transaction=True)

ELEVEN, NOON = boston(2026, 3, 2, 11), boston(2026, 3, 2, 12)
MINUTE = timedelta(minutes=1)
DOORS = ("web.setup.windows", "web.public.shop", "api.v1.greeting")


@pytest.fixture
def clock(monkeypatch):
    """What the doors take for now, in the server's thread, too: Monday at eleven."""
    clock = SimpleNamespace(at=ELEVEN)
    for door in DOORS:
        monkeypatch.setattr(f"helpdesk.{door}.now", lambda: clock.at)
    return clock


@pytest.fixture
def promised(settings, shop, sara, per, eva, clock, missed):
    """Somebody who was promised a callback at eleven, and told by a text message."""
    settings.KANNEL_URL = "http://127.0.0.1:9/cgi-bin/sendsms"
    settings.KANNEL_USERNAME, settings.KANNEL_PASSWORD = "tester", "foobar"
    settings.SMS_SENDER = "+16175550100"
    missed(now=ELEVEN)
    return told()


@pytest.fixture
def bearer(shop):
    user = User.objects.create(username="pbx", role=User.Role.INTEGRATION)
    _row, key = ApiToken.objects.create(user, None, name="pbx", scopes=[Scope.PHONE])
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def key(eva, sara, per):
    return sessions()["owner"]


@pytest.fixture
def owner(live_server, promised, bearer, key, chromium):
    context = chromium.new_context(base_url=live_server.url)
    context.add_cookies([{"name": "session", "value": key, "url": live_server.url}])
    page = context.new_page()
    page.complaints = complaints(page)
    yield page
    context.close()


def told():
    """Return each promise with its terms, its time, and until when the text message says."""
    duties.swept(now=Promise.objects.latest("pk").made_at)
    texts = Interaction.objects.filter(direction="out", kind="sms").order_by("pk")
    said = [text.split("hear from us ")[1] for text in texts.values_list("text", flat=True)]
    rows = Promise.objects.order_by("pk").values_list("window__minutes", "due_at")
    return [(*row, " ".join(words.split())) for row, words in zip(rows, said, strict=True)]


def called(missed):
    """Let a call be missed at noon: in another thread, as this one is the browser's."""

    def call():
        missed(now=NOON, call_id="noon", number="+16175550199")
        return told()

    (rows,) = at_once(call)
    return rows


def test_all_of_it_changes_at_noon_and_what_was_promised_stays(
    owner, bearer, clock, promised, missed
):
    def said():
        page = owner.request.get("/policies/").text()
        greeting = owner.request.get("/api/v1/greeting.txt", headers=bearer).text()
        return "Within two hours." in page, "within 2 working hours" in greeting

    owner.goto("/setup/callback-windows/")
    owner.get_by_role("link", name="Change Everybody, 4 working hours").click()
    owner.get_by_label("Within", exact=True).fill("2")
    owner.get_by_label("From when").fill("2026-03-02T12:00")
    owner.get_by_label("What customers read").fill("Within two hours.")
    owner.get_by_role("button", name="See what it changes").click()
    expect(owner.get_by_text("1 callback is owed now: it keeps its terms")).to_be_visible()
    expect(owner.get_by_text("within 2 working hours.")).to_be_visible()
    owner.get_by_role("button", name="Put it in force from 2 March 2026 12:00").click()
    expect(owner.get_by_text("It holds from 2 March 2026 12:00.")).to_be_visible()
    expect(owner.get_by_text("to come")).to_be_visible()

    clock.at = NOON - MINUTE
    assert said() == (False, False)

    clock.at = NOON
    assert said() == (True, True)
    assert called(missed) == [
        *promised,
        (120, boston(2026, 3, 2, 14), "by 2:00 PM today."),
    ]
    assert promised == [(240, boston(2026, 3, 2, 15), "by 3:00 PM today.")]
    assert owner.complaints == []
