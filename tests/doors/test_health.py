"""Whether we are fit to work: what balancers and those who watch are told."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils.timezone import now
from prometheus_client.parser import text_string_to_metric_families

from helpdesk import duties, metrics
from helpdesk.models import Heartbeat, Lease
from tests import servers
from tickets import calls, triggers
from tickets.models import Call

pytestmark = pytest.mark.django_db

NAMES = ("database", "migrations", "triggers", "broker", "heartbeat", "backlog")
KEY = "a token for those who watch"


@pytest.fixture
def ticking(shop):
    duties.beat(now())


@pytest.fixture
def ready(client):
    """Ask whether we are ready: (status, what is not as it should be)."""

    def ready():
        response = client.get("/readyz")
        said = response.json()
        assert said["ready"] == (response.status_code == 200)
        assert tuple(said["checks"]) == NAMES
        assert response.cookies == {}
        return response.status_code, {k: v for k, v in said["checks"].items() if v != "ok"}

    return ready


def test_alive_is_said_without_looking(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert (response.status_code, response.content, response.cookies) == (200, b"ok", {})


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_asked_from_inside_a_container_behind_https(client, ticking, settings, address):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get(address, headers={"Host": "127.0.0.1:8000"}).status_code == 200


@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics"])
def test_it_is_for_reading(client, settings, address):
    settings.METRICS_TOKEN = KEY

    assert client.post(address).status_code == 405


def test_ready_when_all_is_as_it_should_be(ready, ticking):
    assert ready() == (200, {})


def test_not_without_a_clock(ready, shop):
    says = {"heartbeat": "The clock does not tick: look after worker and beat."}

    assert ready() == (503, says)


@pytest.mark.parametrize(("ticks", "status"), [(2.9, 200), (3.1, 503)])
def test_a_clock_may_miss_three_ticks(ready, ticking, settings, ticks, status):
    age = timedelta(seconds=ticks * settings.TICK_SECONDS)
    Heartbeat.objects.update(beat_at=now() - age)

    assert ready()[0] == status


@pytest.mark.parametrize(("minutes", "status"), [(4, 200), (6, 503)])
def test_what_is_due_is_done_within_five_minutes(ready, ticking, hear, minutes, status):
    hear("new_call", now=now() - calls.SILENT - timedelta(minutes=minutes))

    assert ready()[0] == status


def test_what_failed_and_waits_is_no_backlog(ready, ticking, hear):
    hear("new_call", now=now() - timedelta(days=1))
    assert ready() == (503, {"backlog": "Due for more than five minutes: calls."})

    until = now() + timedelta(minutes=20)
    Lease.objects.create(duty="calls", row=Call.objects.get().pk, until=until, because="?")

    assert ready() == (200, {})


def test_not_without_the_guards_of_the_ledgers(ready, ticking):
    triggers.drop(connection)

    assert ready() == (503, {"triggers": "The ledgers are not guarded: run migrate."})


def test_not_on_a_database_of_an_older_version(ready, ticking):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'helpdesk'")

    says = {"migrations": "The database is older than the program: run migrate."}
    assert ready() == (503, says)


def test_not_without_a_broker(ready, ticking, settings):
    settings.REDIS_URL = f"redis://:secret@127.0.0.1:{servers.free_port()}/0"

    assert ready() == (503, {"broker": "The broker does not answer: work is done late."})


def test_not_without_a_folder_to_be_the_broker(ready, ticking, settings, tmp_path):
    settings.REDIS_URL = ""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_out": str(tmp_path / "nowhere")}

    assert ready() == (503, {"broker": "The broker does not answer: work is done late."})


def away(execute, sql, params, many, context):
    raise OperationalError("could not connect to host secret.example")


def test_without_a_database_it_says_so_and_no_more(ready, shop):
    with connection.execute_wrapper(away):
        status, said = ready()

    gone = "The database does not answer, or not as expected."
    assert status == 503
    assert said == dict.fromkeys(set(NAMES) - {"broker"}, gone)


@pytest.mark.parametrize(
    ("address", "media_type"),
    [("/accounts/login/", "text/html"), ("/api/v1/callers/", "application/problem+json")],
)
def test_whoever_asks_meanwhile_is_asked_to_come_again(client, shop, token, address, media_type):
    client.raise_request_exception = False
    client.cookies["session"] = "one that has to be looked up"
    with connection.execute_wrapper(away):
        response = client.get(address, headers={"Authorization": f"Bearer {token}"})

    assert response.status_code == 503
    assert response.headers["Content-Type"].startswith(media_type)
    assert response.headers["Retry-After"] == "10"
    assert "secret" not in response.content.decode()


# -- figures -------------------------------------------------------------------------------------


@pytest.fixture
def figures(client, settings):
    """Return the figures, as {(name, label): value}."""

    def figures():
        settings.METRICS_TOKEN = KEY
        response = client.get("/metrics", headers={"Authorization": f"Bearer {KEY}"})
        assert response.status_code == 200
        return {
            (sample.name.removeprefix("helpdesk_"), *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(response.content.decode())
            for sample in family.samples
        }

    return figures


def test_figures_are_closed_without_a_token_of_ours(client, settings):
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("given", ["", KEY, "Bearer ", "Bearer x", f"Basic {KEY}", "Bearer å"])
def test_figures_are_closed_to_another_token(client, settings, given):
    settings.METRICS_TOKEN = KEY

    response = client.get("/metrics", headers={"Authorization": given})

    assert (response.status_code, response.content) == (401, b"")


def test_every_duty_has_a_since():
    assert set(metrics.SINCE) == set(duties.DUTIES)


def test_figures_of_an_empty_shop_are_zero(figures, shop):
    said = figures()

    assert set(said.values()) == {0}
    assert {name for name, *_label in said} == {
        "due_rows",
        "due_oldest_seconds",
        "given_up_rows",
        "messages",
        "arrivals",
        "webhook_deliveries",
        "webhooks_disabled",
        "events",
        "promises_open",
        "promises_overdue",
    }


def test_figures_say_how_it_stands(figures, missed, hear, ticking):
    missed(now=now() - timedelta(days=10), call_id="1", number="+16175550111")
    hear("new_call", now=now() - timedelta(hours=5), call_id="2", number="+16175550122")
    until = now() - timedelta(minutes=1)
    Lease.objects.create(duty="invoices", row=1, until=until, given_up_at=until, because="?")

    said = figures()

    assert (said["due_rows", "promises"], said["due_rows", "calls"]) == (1, 1)
    assert said["due_oldest_seconds", "calls"] == pytest.approx(3600, abs=60)
    assert said["given_up_rows", "invoices"] == 1
    assert (said["promises_open",], said["promises_overdue",]) == (1, 1)
    assert said["arrivals", "call_event"] == 3
    assert said["heartbeat_age_seconds",] == pytest.approx(0, abs=60)
