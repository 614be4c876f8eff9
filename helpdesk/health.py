"""Whether we are alive, and whether we are fit to work; for balancers and those who watch."""

import tempfile
from collections.abc import Callable, Mapping
from datetime import timedelta

import redis
from django import db
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from helpdesk import duties
from helpdesk.models import Heartbeat
from tickets import triggers

LATE = timedelta(minutes=5)  # due for so long and in nobody's hands: nobody is working
BROKER_SECONDS = 2


class Unfit(Exception):
    """Something we need is not as it should be; the text says what, to anybody who asks."""


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    checks = {name: _outcome(check) for name, check in CHECKS.items()}
    ready = set(checks.values()) == {"ok"}
    return JsonResponse({"ready": ready, "checks": checks}, status=200 if ready else 503)


def _outcome(check: Callable[[], None]) -> str:
    try:
        check()
    except Unfit as problem:
        return str(problem)
    except db.Error:
        return "The database does not answer, or not as expected."
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Unfit("The database is older than the program: run migrate.")


def _triggers() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard_%'"
            if connection.vendor == "sqlite"
            else "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'guard_%' AND tgenabled <> 'D'"
        )
        (found,) = cursor.fetchone()
    if found != len(list(triggers.guards())):
        raise Unfit("The ledgers are not guarded: run migrate.")


def _broker() -> None:
    try:
        if not settings.REDIS_URL:
            folder = str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"])
            tempfile.TemporaryFile(dir=folder).close()
            return
        with redis.Redis.from_url(
            settings.REDIS_URL,
            socket_timeout=BROKER_SECONDS,
            socket_connect_timeout=BROKER_SECONDS,
            retry=None,
        ) as client:
            client.ping()
    except (redis.RedisError, OSError, ValueError):
        raise Unfit("The broker does not answer: work is done late.") from None


def _heartbeat() -> None:
    since = duties.alive_since(now())
    if not Heartbeat.objects.filter(name=duties.TICK, beat_at__gte=since).exists():
        raise Unfit("The clock does not tick: look after worker and beat.")


def _backlog() -> None:
    late = [duty.slug for duty in duties.DUTIES.values() if duties.due(duty, now() - LATE).exists()]
    if late:
        raise Unfit(f"Due for more than five minutes: {', '.join(late)}.")


CHECKS: Mapping[str, Callable[[], None]] = {
    "database": _database,
    "migrations": _migrations,
    "triggers": _triggers,
    "broker": _broker,
    "heartbeat": _heartbeat,
    "backlog": _backlog,
}

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
