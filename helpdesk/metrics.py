"""Figures for Prometheus, read from the database when asked: however many answer, they agree."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils.crypto import constant_time_compare
from django.utils.timezone import now
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from helpdesk import duties, journey
from helpdesk.models import Heartbeat, Lease, WebhookDelivery, WebhookEndpoint
from policies.models import Promise
from tickets import calls
from tickets.models import Arrival, Event, Interaction

# The field that says since when a row has been due, and how long after it that was.
SINCE = {
    "calls": ("started_at", calls.SILENT),
    "promises": ("due_at", timedelta()),
    "invoices": ("bill_at", timedelta()),
    "follow_ups": ("due_at", timedelta()),
    journey.OUTBOX: ("due_at", timedelta()),
    "webhooks": ("due_at", timedelta()),
    "notifications": ("due_at", timedelta()),
    "reports": ("next_at", timedelta()),
}


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


class Figures(Collector):
    """What the database says at this moment."""

    def collect(self) -> Iterator[Metric]:
        instant = now()
        yield from _due(instant)
        yield _given_up()
        yield _by(
            "helpdesk_messages",
            "Outgoing messages",
            "status",
            Interaction.Status.values,
            Interaction.objects.filter(direction=Interaction.Direction.OUT)
            .values_list("status")
            .annotate(Count("pk")),
        )
        yield _by(
            "helpdesk_arrivals",
            "What reached us, by what became of it",
            "verdict",
            Arrival.Verdict.values,
            Arrival.objects.values_list("verdict").annotate(Count("pk")),
        )
        yield _by(
            "helpdesk_webhook_deliveries",
            "What webhooks are told, of the last thirty days",
            "status",
            WebhookDelivery.Status.values,
            WebhookDelivery.objects.values_list("status").annotate(Count("pk")),
        )
        yield from _webhooks()
        yield from _promises(instant)
        yield from _heartbeat(instant)


def _due(instant: datetime) -> Iterator[Metric]:
    rows = GaugeMetricFamily("helpdesk_due_rows", "Due and not in hand", labels=["duty"])
    oldest = GaugeMetricFamily(
        "helpdesk_due_oldest_seconds", "How long the oldest of them has been due", labels=["duty"]
    )
    for slug, duty in duties.DUTIES.items():
        field, later = SINCE[slug]
        found = duties.due(duty, instant).order_by().aggregate(n=Count("pk"), since=Min(field))
        rows.add_metric([slug], found["n"])
        since = (found["since"] or instant - later) + later
        oldest.add_metric([slug], (instant - since).total_seconds())
    yield rows
    yield oldest


def _given_up() -> Metric:
    found = (
        Lease.objects.filter(given_up_at__isnull=False).values_list("duty").annotate(Count("pk"))
    )
    return _by("helpdesk_given_up_rows", "Given up until staff retry", "duty", duties.DUTIES, found)


def _webhooks() -> Iterator[Metric]:
    off = WebhookEndpoint.objects.exclude(disabled_at=None).count()
    yield GaugeMetricFamily("helpdesk_webhooks_disabled", "Webhooks that are switched off", off)
    waiting = Event.objects.count()
    yield GaugeMetricFamily("helpdesk_events", "What happened and is not passed on yet", waiting)


def _promises(instant: datetime) -> Iterator[Metric]:
    found = Promise.objects.open().aggregate(
        open=Count("pk"), overdue=Count("pk", filter=Q(due_at__lte=instant))
    )
    yield GaugeMetricFamily("helpdesk_promises_open", "Promises we owe", found["open"])
    yield GaugeMetricFamily(
        "helpdesk_promises_overdue", "Those whose time has come", found["overdue"]
    )


def _heartbeat(instant: datetime) -> Iterator[Metric]:
    beat = Heartbeat.objects.filter(name=duties.TICK).first()
    if beat is not None:  # one that never ticked has no age; readyz says so
        age = (instant - beat.beat_at).total_seconds()
        yield GaugeMetricFamily("helpdesk_heartbeat_age_seconds", "Since the last tick", age)


def _by(
    name: str, text: str, label: str, values: Iterable[str], found: Iterable[tuple[str, int]]
) -> Metric:
    """Return a gauge with every one of `values`, so that a line goes to 0 and does not end."""
    gauge = GaugeMetricFamily(name, text, labels=[label])
    counted = dict(found)
    for value in values:
        gauge.add_metric([value], counted.get(value, 0))
    return gauge


REGISTRY = CollectorRegistry(auto_describe=False)
REGISTRY.register(Figures())

urlpatterns = [path("metrics", metrics, name="metrics")]
