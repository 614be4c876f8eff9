"""What happened becomes what is to be sent: once to each who asked, and to nobody else."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from billing import gifts
from helpdesk import duties, journey, shapes, webhooks
from helpdesk.models import WebhookDelivery, WebhookEndpoint
from helpdesk.webhooks import spreading
from tests.webhooks.conftest import READS
from tickets import triggers
from tickets.models import Event, Ticket

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def listen(grant, receiver):
    """Open an endpoint: for a token of its own, or for this one."""

    def listen(*events, token=None, scopes=READS, **fields):
        token = token or grant(f"program-{WebhookEndpoint.objects.count()}", scopes, **fields)
        return webhooks.opened(token, receiver.url, events or ["*"], now=now())

    return listen


@pytest.fixture
def shop(shop):
    Event.objects.all().delete()  # what was before anybody listened
    return shop


def sent():
    """What is to be sent, as {(endpoint, kind): how often}."""
    found = {}
    for key in WebhookDelivery.objects.values_list("endpoint", "kind"):
        found[key] = found.get(key, 0) + 1
    return found


def kinds():
    return {kind for _endpoint, kind in sent()}


def test_what_is_told_is_what_the_tables_say():
    assert sorted(webhooks.KINDS) == sorted(noted.event for _model, noted in triggers.news())


def test_where_nobody_listens_events_are_gone_in_one_go(opened):
    opened(3)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        webhooks.spread(now())

    assert (Event.objects.count(), WebhookDelivery.objects.count()) == (0, 0)
    assert [it["sql"].split()[0] for it in queries if "SAVEPOINT" not in it["sql"]] == [
        *("SELECT", "SELECT", "DELETE")
    ]


def test_with_nothing_to_tell_it_asks_one_question(listen, django_assert_num_queries):
    listen()
    Event.objects.all().delete()

    with django_assert_num_queries(1):
        webhooks.spread(now())


def test_each_who_listens_is_told_of_each_event_once(listen, opened):
    first, second = listen(), listen()
    opened(2)
    instant = now()
    webhooks.spread(instant)
    webhooks.spread(instant)

    assert sent() == {(first.pk, "ticket.created"): 2, (second.pk, "ticket.created"): 2}
    assert Event.objects.count() == 0
    assert set(WebhookDelivery.objects.values_list("status", "due_at", "attempts")) == {
        ("queued", instant, 0)
    }


def test_what_is_told_is_what_the_api_shows(listen, opened):
    listen()
    ticket = opened()
    event = Event.objects.get()
    webhooks.spread(now())

    said = json.loads(WebhookDelivery.objects.get().body)
    assert list(said) == ["type", "timestamp", "data"]
    assert said["type"] == "ticket.created"
    moment = event.happened_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    assert said["timestamp"] == moment
    assert said["data"] == json.loads(json.dumps(shapes.told("ticket", [ticket.pk])[ticket.pk]))


def test_everything_that_happens_on_a_ticket(listen, missed, monday_nine, sara):
    endpoint = listen()
    missed(now=monday_nine)
    ticket = Ticket.objects.get()
    journey.promise_told(ticket.promises.get(), "We call by one.", now=monday_nine)
    customer = journey.customer_met("Ingrid", point=ticket.contact_point, now=monday_nine)
    journey.customer_identified(ticket, customer)
    ticket.refresh_from_db()
    journey.ticket_closed(ticket, charge="free", by=sara, now=monday_nine)
    ticket.refresh_from_db()
    gifts.bill(ticket, now=ticket.bill_at)
    webhooks.spread(now())

    assert kinds() >= {
        *("ticket.created", "ticket.updated", "ticket.closed"),
        *("interaction.created", "promise.made", "promise.told", "promise.ended"),
        *("invoice.issued", "invoice.settled"),
    }
    assert {pk for pk, _kind in sent()} == {endpoint.pk}


@pytest.mark.parametrize(
    ("events", "scopes", "told"),
    [
        (["*"], ["webhooks", "money:read"], set()),
        (["*"], ["webhooks", "tickets:read"], {"ticket.created"}),
        (["ticket.created"], READS, {"ticket.created"}),
        (["ticket.closed"], READS, set()),
        (["invoice.issued", "*"], READS, {"ticket.created"}),
    ],
)
def test_who_asked_for_it_and_may_read_it(listen, opened, events, scopes, told):
    listen(*events, scopes=scopes)
    opened()
    webhooks.spread(now())

    assert kinds() == told
    assert Event.objects.count() == 0


def test_a_token_that_lost_a_scope_is_told_less(listen, opened, token):
    listen("ticket.created", token=token)
    token.scopes = ["webhooks", "money:read"]
    token.save()
    opened()
    webhooks.spread(now())

    assert sent() == {}


@pytest.mark.parametrize("why", ["disabled", "expired", "inactive", "revoked"])
def test_who_is_not_there_any_more_is_told_nothing(listen, opened, token, why):
    endpoint = listen(token=token)
    other = listen()
    if why == "disabled":
        webhooks.disabled(endpoint, "By hand", now=now())
    elif why == "expired":
        type(token).objects.update(expiry=None)
        type(token).objects.filter(pk=token.pk).update(expiry=now() - HOUR)
    elif why == "inactive":
        type(token.user).objects.filter(pk=token.user_id).update(is_active=False)
    else:
        token.delete()
    opened()
    webhooks.spread(now())

    assert sent() == {(other.pk, "ticket.created"): 1}
    assert WebhookEndpoint.objects.filter(pk=endpoint.pk).exists() == (why != "revoked")


def test_an_event_that_was_taken_back_is_never_told(listen, opened):
    listen()
    with transaction.atomic():
        opened()
        transaction.set_rollback(True)
    webhooks.spread(now())

    assert sent() == {}


def test_a_row_that_has_gone_is_told_nothing_of(listen):
    listen()
    Event.objects.create(kind="ticket.created", row=10**9, happened_at=now())
    webhooks.spread(now())

    assert (sent(), Event.objects.count()) == ({}, 0)


def test_a_hundred_take_as_many_questions_as_one(listen, opened):
    listen()
    listen()
    counts = []
    for count in (1, 100):
        opened(count)
        with CaptureQueriesContext(connection) as queries:
            webhooks.spread(now())
        # SQLite takes a hundred rows in one INSERT, and no more.
        counts.append(len([it for it in queries if not it["sql"].startswith("INSERT")]))

    assert counts == [7, 7]
    assert WebhookDelivery.objects.count() == 202


def test_more_than_a_portion_is_spread_in_portions(listen, opened, monkeypatch):
    monkeypatch.setattr(spreading, "AT_ONCE", 4)
    endpoint = listen()
    opened(10)
    webhooks.spread(now())

    assert (sent(), Event.objects.count()) == ({(endpoint.pk, "ticket.created"): 10}, 0)


def test_what_was_spread_and_not_deleted_is_not_spread_again(listen, opened):
    endpoint = listen()
    opened()
    [event] = Event.objects.all()
    webhooks.spread(now())
    WebhookDelivery.objects.update(status="delivered", due_at=None)
    event.save(force_insert=True)
    webhooks.spread(now())

    assert sent() == {(endpoint.pk, "ticket.created"): 1}
    assert WebhookDelivery.objects.get().status == "delivered"


def test_an_event_that_cannot_be_told_does_not_stop_the_clock(
    listen, hear, monday_nine, monkeypatch, caplog
):
    def fails(noun, keys):
        raise ZeroDivisionError

    listen()
    hear("new_call", now=monday_nine)
    monkeypatch.setattr(shapes, "told", fails)

    assert duties.swept(now=monday_nine + timedelta(days=1))["calls"] == 1
    assert Event.objects.count() > 0
    assert {record.getMessage() for record in caplog.records if record.exc_info} == {
        "what happened is not passed on to webhooks"
    }
