"""One event to one endpoint: sent, tried again for days, and written down each time."""

import json
import secrets
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from standardwebhooks import Webhook

from helpdesk.models import WebhookDelivery, WebhookEndpoint
from helpdesk.webhooks import endpoints, sending
from helpdesk.webhooks.addresses import BadAddress
from helpdesk.webhooks.sending import NotReached
from tickets import states
from tickets.text import clean, one_line

Status = WebhookDelivery.Status
GONE = 410
PING = "ping"  # no event of the shop: sent when somebody tries it out

# After each failure: three days in all, so that a weekend without anybody is outlasted.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
PATIENCE = timedelta(days=5)  # with an endpoint that takes nothing at all
# Who takes longer gives the others a turn: what else waits for them waits six times as long.
# On the endpoint, since it may be owed thousands, and they all wait for the one that hangs.
SLOW = timedelta(seconds=3)
REST = 6
SHOWN = 500  # characters of an answer
TRIES = 30  # that are remembered, when one is sent again and again


@dataclass(frozen=True)
class Try:
    """What came of one attempt: an answer's status and beginning, or what failed."""

    at: str
    ms: int
    status: int | None = None
    answer: str = ""
    failed: str = ""

    @property
    def is_taken(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def due(now: datetime) -> QuerySet[WebhookDelivery]:
    rested = Q(endpoint__rests_until=None) | Q(endpoint__rests_until__lte=now)
    ready = rested & endpoints.live(now, "endpoint__")
    return (
        WebhookDelivery.objects.filter(ready, status=Status.QUEUED, due_at__lte=now)
        .select_related("endpoint")
        .order_by("due_at", "pk")
    )


def came_due(delivery: WebhookDelivery, *, now: datetime, may_have_left: bool = False) -> None:
    """Send one that was claimed, outside of any transaction, and write down what came of it.

    Sent a second time because a worker died at it, it has the same id, and the receiver knows.
    """
    if may_have_left:
        died = Try(now.isoformat(), 0, failed=_("The worker died while sending it."))
        delivery.tries = _with(delivery, died)
    headers = _headers(delivery, now)
    tried, retry_after = _tried(delivery.endpoint, delivery.body, headers, now)
    took = timedelta(milliseconds=tried.ms)
    with transaction.atomic():
        _mark(delivery, tried, retry_after, now=now)
        if took > SLOW:
            mine = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id)
            mine.update(rests_until=now + REST * took)


def pinged(endpoint: WebhookEndpoint, *, now: datetime) -> Try:
    """Send something signed that tells of nothing, to see what is answered; nothing is kept."""
    body = json.dumps({"type": PING, "timestamp": now.isoformat(), "data": {}})
    headers = _signed(endpoint, f"ping_{secrets.token_hex(8)}", body, now)
    return _tried(endpoint, body, headers, now)[0]


def replayed(delivery: WebhookDelivery, *, now: datetime) -> None:
    """Send it once more, or now instead of later, under the same id. Raises LostRace."""
    if delivery.status == Status.QUEUED:
        _requeue(delivery, due_at=now, attempts=0)
        return
    states.move(delivery, Status.QUEUED, due_at=now, attempts=0)


def gave_up(delivery: WebhookDelivery, because: str) -> None:
    at = (delivery.due_at or delivery.happened_at).isoformat()
    tries = _with(delivery, Try(at, 0, failed=one_line(because, SHOWN)))
    states.move(delivery, Status.FAILED, due_at=None, tries=tries)


def message_id(delivery: WebhookDelivery) -> str:
    return f"evt_{delivery.event}_{delivery.endpoint_id}"


def _tried(
    endpoint: WebhookEndpoint, body: str, headers: dict[str, str], now: datetime
) -> tuple[Try, timedelta | None]:
    """Send it; return what came of it, and how long they ask us to wait."""
    retry_after, began = None, time.monotonic()
    try:
        answer = sending.post(endpoint.url, body.encode(), headers)
    except (BadAddress, NotReached) as problem:
        status, said, failed = None, "", str(problem)
    else:
        status, said, failed = answer.status, clean(answer.said, SHOWN), _complaint(answer.status)
        retry_after = answer.retry_after
    took = timedelta(seconds=time.monotonic() - began)
    ms = took // timedelta(milliseconds=1)
    return Try(now.isoformat(), ms, status, said, failed), retry_after


def _headers(delivery: WebhookDelivery, now: datetime) -> dict[str, str]:
    """Sign this try: the id stays the same, the time does not."""
    return _signed(delivery.endpoint, message_id(delivery), delivery.body, now)


def _signed(endpoint: WebhookEndpoint, name: str, body: str, now: datetime) -> dict[str, str]:
    at = now.astimezone(UTC)
    signatures = [
        Webhook(secret).sign(name, at, body) for secret in endpoints.secrets_at(endpoint, now)
    ]
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _complaint(status: int) -> str:
    if 300 <= status < 400:
        return _("It sends us elsewhere, and we do not follow.")
    return ""


def _mark(
    delivery: WebhookDelivery, tried: Try, retry_after: timedelta | None, *, now: datetime
) -> None:
    tries, attempts = _with(delivery, tried), delivery.attempts + 1
    if tried.is_taken:
        states.move(delivery, Status.DELIVERED, due_at=None, tries=tries, attempts=attempts)
        WebhookEndpoint.objects.filter(pk=delivery.endpoint_id).exclude(failing_since=None).update(
            failing_since=None
        )
        return
    if tried.status == GONE or attempts > len(WAITS):
        states.move(delivery, Status.FAILED, due_at=None, tries=tries, attempts=attempts)
    else:
        wait = max(WAITS[attempts - 1], retry_after or timedelta())
        _requeue(delivery, due_at=now + wait, tries=tries, attempts=attempts)
    _endpoint_failed(delivery.endpoint, is_gone=tried.status == GONE, now=now)


def _endpoint_failed(endpoint: WebhookEndpoint, *, is_gone: bool, now: datetime) -> None:
    if is_gone:
        endpoints.disabled(endpoint, _("It says that it is gone (410)."), now=now)
    elif endpoint.failing_since is None:
        WebhookEndpoint.objects.filter(pk=endpoint.pk, failing_since=None).update(failing_since=now)
    elif now >= endpoint.failing_since + PATIENCE:
        endpoints.disabled(endpoint, _("Nothing has arrived for five days."), now=now)


def _requeue(delivery: WebhookDelivery, **stamps: object) -> None:
    """Write it down unless another did meanwhile; there is no arrow from queued to queued."""
    believed = WebhookDelivery.objects.filter(
        pk=delivery.pk, status=Status.QUEUED, attempts=delivery.attempts
    )
    if not believed.update(**stamps):
        raise states.LostRace(f"{delivery}: queued")
    for name, value in stamps.items():
        setattr(delivery, name, value)


def _with(delivery: WebhookDelivery, tried: Try) -> list[dict[str, object]]:
    return [*delivery.tries, asdict(tried)][-TRIES:]
