"""From what happened to what is to be sent: one delivery for each endpoint that asked."""

import json
from collections import defaultdict
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Exists

from helpdesk import shapes
from helpdesk.models import WebhookDelivery, WebhookEndpoint
from helpdesk.webhooks import endpoints
from tickets.models import Event

AT_ONCE = 500  # events in one transaction


def spread(now: datetime) -> None:
    """Write down what each endpoint is to be sent. However many do so at once: it is sent once."""
    while Event.objects.exists() and _portion(now) == AT_ONCE:
        pass


@transaction.atomic
def _portion(now: datetime) -> int:
    """Spread the oldest events; return how many.

    The endpoints stay locked, so that another's portion begins where ours ended and none of
    them is deleted meanwhile.
    """
    live = WebhookEndpoint.objects.filter(endpoints.live(now))
    listening = list(
        live.select_for_update(of=("self",), no_key=True).select_related("token").order_by("pk")
    )
    if not listening:
        # Asked once more: who has just begun to listen is not to miss anything.
        Event.objects.filter(~Exists(live)).delete()
        return 0
    events = list(Event.objects.order_by("pk")[:AT_ONCE])
    wants = {endpoint: endpoints.wanted(endpoint) for endpoint in listening}
    bodies = _bodies([event for event in events if any(event.kind in it for it in wants.values())])
    WebhookDelivery.objects.bulk_create(
        (
            WebhookDelivery(
                endpoint=endpoint,
                event=event.pk,
                kind=event.kind,
                body=bodies[event.pk],
                happened_at=event.happened_at,
                due_at=now,
            )
            for event in events
            for endpoint, kinds in wants.items()
            if event.pk in bodies and event.kind in kinds
        ),
        batch_size=AT_ONCE,
        ignore_conflicts=True,
    )
    Event.objects.filter(pk__in=[event.pk for event in events]).delete()
    return len(events)


def _bodies(events: list[Event]) -> dict[int, str]:
    """Return what is said of each event, by its key; nothing of a row that has gone since."""
    rows: dict[str, set[int]] = defaultdict(set)
    for event in events:
        rows[endpoints.noun(event.kind)].add(event.row)
    told = {noun: shapes.told(noun, sorted(keys)) for noun, keys in rows.items()}
    return {
        event.pk: json.dumps(
            {"type": event.kind, "timestamp": event.happened_at, "data": data},
            cls=DjangoJSONEncoder,
            separators=(",", ":"),
        )
        for event in events
        if (data := told[endpoints.noun(event.kind)].get(event.row)) is not None
    }
