"""Where programs are told: opened, tried, paused, sent again and forgotten by the owner."""

import pytest
from standardwebhooks import Webhook

from helpdesk import webhooks
from helpdesk.models import ApiToken, AuditEntry, Scope, WebhookDelivery, WebhookEndpoint
from helpdesk.web.setup import tokens, trying
from helpdesk.web.setup import webhooks as page
from tests import gateways
from tests.conftest import boston
from tests.doors.pages import count_queries, said, text

LIST = "/setup/webhooks/"
TEN = boston(2026, 3, 2, 10)
BOOKS = "https://books.example/told?key=hush"


@pytest.fixture
def owner(client, eva, monkeypatch):
    monkeypatch.setattr(page, "now", lambda: TEN)
    client.force_login(eva)
    return client


@pytest.fixture
def token(make_token, shop):
    make_token("books", (Scope.WEBHOOKS, Scope.MONEY_READ))
    return ApiToken.objects.get()


@pytest.fixture
def add(owner, token):
    def add(**more):
        form = {"token": tokens.handle_of(token), "url": BOOKS, "events": ["invoice.issued"]}
        return owner.post(LIST, form | more)

    return add


@pytest.fixture
def endpoint(token):
    return webhooks.opened(token, BOOKS, [webhooks.ALL], now=TEN)


@pytest.fixture
def program(settings):
    """Be a program on loopback that answers `status`, and remember what it was told."""
    heard = []

    def serving(status):
        def respond(handler, request):
            heard.append((request.headers, request.body))
            gateways.say(handler, status)

        return gateways.serving(respond)

    serving.heard = heard
    return serving


def here(endpoint):
    return f"{LIST}{endpoint.pk}/"


def delivery(endpoint, event=1, **more):
    fields = {"status": "failed", "tries": [{"at": TEN.isoformat(), "ms": 7, "status": 500}]}
    return WebhookDelivery.objects.create(
        endpoint=endpoint,
        event=event,
        kind="invoice.issued",
        body="{}",
        happened_at=TEN,
        **fields | more,
    )


def test_a_program_is_told_apart_by_the_shop_s_day(owner, token):
    ApiToken.objects.update(created=boston(2026, 3, 1, 22))  # in UTC it is the second

    assert "books, 2026-03-01" in text(owner.get(LIST))


def test_told_from_now_on_its_secret_is_shown_once(add, owner):
    response = add(description="The books")

    made = WebhookEndpoint.objects.get()
    secret = webhooks.secret(made)
    assert (response.status_code, "no-store" in response["Cache-Control"]) == (200, True)
    assert secret in response.content.decode()
    assert (made.url, made.events, made.description) == (BOOKS, ["invoice.issued"], "The books")
    assert secret not in owner.get(here(made)).content.decode()
    assert secret not in owner.get(LIST).content.decode()


def test_no_key_gets_into_the_record(add):
    add()

    changes = AuditEntry.objects.get(action="webhooks").changes
    assert changes["url"] == [None, "https://books.example/told"]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"url": "http://books.example/"}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "https://169.254.169.254/latest"}, "url"),
        ({"url": "https://localhost/"}, "url"),
        ({"url": "https://books.example:22/"}, "url"),
        ({"url": "https://u:p@books.example/"}, "url"),
        ({"url": ""}, "url"),
        ({"events": []}, "events"),
        ({"events": ["ticket.created"]}, "events"),  # the token may not read them
        ({"events": ["nothing"]}, "events"),
        ({"token": "nobody"}, "token"),
    ],
)
def test_what_is_refused_is_said_at_the_field_and_stays(add, form, field):
    response = add(**form)

    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert response.context["form"][field].value() == form[field]
    assert not WebhookEndpoint.objects.exists()


def test_without_a_program_there_is_nobody_to_tell(owner, shop):
    assert "Make a token first" in text(owner.get(LIST))


def test_a_test_is_signed_and_says_what_was_answered(owner, token, program, settings):
    with program(204) as url:
        settings.WEBHOOK_INSIDE = [url.removeprefix("http://").partition("/")[0]]
        endpoint = webhooks.opened(token, url, [webhooks.ALL], now=TEN)
        response = owner.post(f"{here(endpoint)}ping/")

    assert [it.startswith("It answered 204, after ") for it in said(response)] == [True]
    (headers, body), *_others = program.heard
    secret = webhooks.secret(endpoint)
    signature = Webhook(secret).sign(headers["webhook-id"], TEN, body.decode())
    assert headers["webhook-signature"] == signature
    assert body.startswith(b'{"type": "ping"')
    assert not WebhookDelivery.objects.exists()


def test_a_test_that_is_not_taken_says_why(owner, token, program, settings):
    with program(500) as url:
        settings.WEBHOOK_INSIDE = [url.removeprefix("http://").partition("/")[0]]
        endpoint = webhooks.opened(token, url, [webhooks.ALL], now=TEN)
        refused = owner.post(f"{here(endpoint)}ping/")
    gone = owner.post(f"{here(endpoint)}ping/")

    assert [it.startswith("It answered 500, after ") for it in said(refused)] == [True]
    assert said(gone)[1:] == ["It was not taken: Nobody takes the connection."]


def test_it_is_tried_ten_times_an_hour(owner, endpoint, monkeypatch):
    tried = []
    monkeypatch.setattr(webhooks, "pinged", lambda it, *, now: tried.append(1) or Answered())

    class Answered:
        is_taken, status, ms = True, 200, 1

    messages = [said(owner.post(f"{here(endpoint)}ping/"))[-1] for _n in range(11)]

    assert (len(tried), messages[-1]) == (trying.PER_HOUR, trying.enough())


def test_paused_and_on_again(owner, endpoint):
    owner.post(f"{here(endpoint)}active/", {"active": ""})
    assert "Paused by Eva Dahl." in text(owner.get(here(endpoint)))

    owner.post(f"{here(endpoint)}active/", {"active": "on"})
    assert WebhookEndpoint.objects.get().disabled_at is None


def test_a_new_secret_is_shown_once(owner, endpoint):
    before = webhooks.secret(endpoint)

    response = owner.post(f"{here(endpoint)}secret/")

    after = webhooks.secret(WebhookEndpoint.objects.get())
    assert (after in response.content.decode(), after == before) == (True, False)


def test_sent_again_on_asking(owner, endpoint):
    failed = delivery(endpoint)

    owner.post(f"{here(endpoint)}deliveries/{failed.pk}/resend/")

    failed.refresh_from_db()
    assert (failed.status, failed.due_at, failed.attempts) == ("queued", TEN, 0)


def test_another_s_delivery_is_not_found_here(owner, token, endpoint):
    other = webhooks.opened(token, "https://other.example/", [webhooks.ALL], now=TEN)
    theirs = delivery(other)

    response = owner.post(f"{here(endpoint)}deliveries/{theirs.pk}/resend/")

    assert response.status_code == 404


def test_what_came_of_each_is_shown(owner, endpoint):
    delivery(endpoint, event=1)
    delivery(endpoint, event=2, status="delivered", tries=[{"ms": 3, "status": 204, "failed": ""}])
    delivery(endpoint, event=3, tries=[{"ms": 3, "status": None, "failed": "Nobody takes it."}])

    shown = text(owner.get(here(endpoint)))

    expected = ("answered 500 after 7 ms", "answered 204 after 3 ms", "Nobody takes it.")
    assert [words in shown for words in expected] == [True, True, True]


def test_deleted_it_is_forgotten(owner, endpoint):
    delivery(endpoint)

    owner.post(f"{here(endpoint)}delete/")

    assert (WebhookEndpoint.objects.count(), WebhookDelivery.objects.count()) == (0, 0)


def test_no_more_is_asked_for_many(owner, token, endpoint):
    delivery(endpoint)
    one = [count_queries(owner, address) for address in (LIST, here(endpoint))]
    for n in range(2, 5):
        webhooks.opened(token, f"https://{n}.example/", [webhooks.ALL], now=TEN)
        delivery(endpoint, event=n)

    assert [count_queries(owner, address) for address in (LIST, here(endpoint))] == one
    assert max(one) <= 10
