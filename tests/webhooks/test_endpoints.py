"""Who may be told of what, and the secret that nobody can read."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from helpdesk import duties, webhooks
from helpdesk.models import WebhookEndpoint
from helpdesk.webhooks import BadAddress, BadEvents, endpoints

pytestmark = pytest.mark.django_db
URL = "https://books.example/told"


def test_an_endpoint_is_opened(token):
    instant = now()
    endpoint = webhooks.opened(
        token,
        "HTTPS://Books.Example/told#here",
        ["ticket.closed", "invoice.issued", "ticket.closed"],
        " the \n books ",
        now=instant,
    )

    assert (endpoint.url, endpoint.events) == (URL, ["invoice.issued", "ticket.closed"])
    assert (endpoint.description, endpoint.made_at) == ("the books", instant)


@pytest.mark.parametrize(
    ("scopes", "events", "says"),
    [
        (["tickets:read"], ["*"], "The token lacks the scope “webhooks”."),
        (["webhooks"], ["*"], "There is nothing to tell"),
        (["webhooks", "tickets:read"], [], "There is nothing to tell"),
        (["webhooks", "tickets:read"], ["ticket.eaten"], "There is no event “ticket.eaten”."),
        (["webhooks", "tickets:read"], ["invoice.issued"], "the scope “money:read”"),
        (["webhooks", "money:read"], ["*", "promise.made"], "the scope “tickets:read”"),
    ],
)
def test_what_a_token_may_not_ask_for(grant, scopes, events, says):
    with pytest.raises(BadEvents, match=says):
        webhooks.opened(grant(scopes=scopes), URL, events, now=now())

    assert WebhookEndpoint.objects.count() == 0


def test_nor_at_an_address_inside(token):
    with pytest.raises(BadAddress):
        webhooks.opened(token, "https://169.254.169.254/", ["*"], now=now())


def test_the_secret_is_another_for_each_and_nowhere_to_be_read(token, settings):
    first, second = (webhooks.opened(token, URL, ["*"], now=now()) for _each in range(2))
    secret = webhooks.secret(first)

    assert secret.startswith("whsec_")
    assert len(secret) == len("whsec_") + 44
    assert secret == webhooks.secret(WebhookEndpoint.objects.get(pk=first.pk))
    assert secret != webhooks.secret(second)
    assert secret not in str(WebhookEndpoint.objects.values())
    settings.SECRET_KEY = "another key, of another shop, as long as such keys have to be"
    assert secret != webhooks.secret(first)


def test_the_secret_before_holds_for_a_day(endpoint):
    before, instant = webhooks.secret(endpoint), now()
    webhooks.rotated(endpoint, now=instant)
    after = webhooks.secret(endpoint)

    assert before != after
    day = timedelta(hours=24)
    assert endpoints.secrets_at(endpoint, instant + day - timedelta(seconds=1)) == [after, before]
    assert endpoints.secrets_at(endpoint, instant + day) == [after]


def test_meanwhile_both_are_believed(delivery, receiver):
    before = webhooks.secret(delivery.endpoint)
    webhooks.rotated(delivery.endpoint, now=now())
    duties.swept(now=now())

    assert receiver.read(before) == receiver.read(webhooks.secret(delivery.endpoint))


def test_off_says_why_and_on_forgets_it(endpoint):
    instant = now()
    webhooks.disabled(endpoint, "Moving house", now=instant)
    webhooks.disabled(endpoint, "Again", now=instant)
    endpoint.refresh_from_db()
    assert (endpoint.disabled_at, endpoint.disabled_because) == (instant, "Moving house")

    webhooks.enabled(endpoint)
    endpoint.refresh_from_db()
    assert (endpoint.disabled_at, endpoint.disabled_because) == (None, "")


# -- the command ---------------------------------------------------------------------------------


def create(*given):
    out = StringIO()
    call_command("create_webhook", *given, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_the_command_prints_the_secret(token):
    secret = create("bookkeeping", URL, "--event", "invoice.issued", "--event", "ticket.closed")

    endpoint = WebhookEndpoint.objects.get()
    assert secret == webhooks.secret(endpoint)
    assert (endpoint.token, endpoint.events) == (token, ["invoice.issued", "ticket.closed"])


@pytest.mark.parametrize(
    ("name", "url", "event", "says"),
    [
        ("nobody", URL, "*", "There is no token named nobody"),
        ("reader", URL, "*", "lacks the scope “webhooks”"),
        ("bookkeeping", "http://books.example/", "*", "begin with https://"),
        ("bookkeeping", URL, "ticket.eaten", "invalid choice"),
    ],
)
def test_the_command_says_what_is_wrong(token, grant, name, url, event, says):
    grant("reader", ["tickets:read"])

    with pytest.raises(CommandError, match=says):
        create(name, url, "--event", event)
    assert WebhookEndpoint.objects.count() == 0
