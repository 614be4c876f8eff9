"""How long what we keep is kept, by kind: what the owner may set, and what then goes.

Nothing a ledger needs: that a contact, a promise or an invoice was stays, whatever goes with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.models import Invoice
from helpdesk import journey
from helpdesk.models import AuditEntry, Draft, Heartbeat, WebhookDelivery
from tickets import erasing
from tickets.models import Arrival, Attachment, Customer, Loan, Notice, Shop, Ticket
from tickets.models.work import Kind as Contact
from tickets.triggers import ERASED

AT_ONCE = 500
FORGOTTEN_AT_ONCE = 5  # each is many rows
EVERY = timedelta(hours=1)  # looked for: it reads more than a tick should
NAME = "retention"  # of its heartbeat
Verdict = Arrival.Verdict


@dataclass(frozen=True)
class Kind:
    """One kind of thing that need not be kept for ever. `days`: unless the owner says otherwise."""

    slug: str
    title: str | LazyText
    says: str | LazyText  # what goes, and what stays
    days: int | None  # None: for ever
    least: int  # days it is of use to the program itself
    found: Callable[[datetime], QuerySet[Any]]  # by the instant before which it is too old
    clear: Callable[[QuerySet[Any], datetime], object]
    at_once: int | None = None  # AT_ONCE


def _arrivals(before: datetime) -> QuerySet[Arrival]:
    filed = Arrival.objects.exclude(verdict=Verdict.QUARANTINED).filter(arrived_at__lt=before)
    return filed.exclude(raw=b"")


def _put_aside(before: datetime) -> QuerySet[Arrival]:
    return Arrival.objects.filter(
        via=Contact.WEB, verdict=Verdict.QUARANTINED, arrived_at__lt=before
    )


def _files(before: datetime) -> QuerySet[Attachment]:
    ended = Attachment.objects.filter(interaction__ticket__ended_at__lt=before)
    return ended.exclude(name__in=ERASED.values())


def _silent(before: datetime) -> QuerySet[Customer]:
    """Return those with whom nothing was and is to be done, and who owe us nothing."""
    theirs = Ticket.objects.filter(customer=OuterRef("pk"))
    busy = theirs.filter(
        Q(touched_at__gte=before) | Q(ended_at__isnull=True) | Q(bill_at__isnull=False)
    )
    unpaid = Invoice.objects.filter(ticket__customer=OuterRef("pk")).unpaid()
    lent = Loan.objects.filter(ticket__customer=OuterRef("pk"), returned_at=None)
    silent = Customer.objects.filter(merged_into=None, anonymised_at=None, since__lt=before)
    return silent.exclude(Exists(busy) | Exists(unpaid) | Exists(lent))


def _emptied(rows: QuerySet[Arrival], now: datetime) -> None:
    rows.update(raw=b"")


def _let_go(rows: QuerySet[Arrival], now: datetime) -> None:
    because = _("Put aside, and nobody has looked at it in time")
    rows.update(raw=b"", verdict=Verdict.IGNORED, because=because)


def _files_gone(rows: QuerySet[Attachment], now: datetime) -> None:
    found = list(rows)
    Attachment.objects.filter(pk__in=[one.pk for one in found]).update(
        name=erasing.written(), content_id=""
    )
    for one in found:
        transaction.on_commit(lambda file=one.file: file.storage.delete(file.name))  # type: ignore[misc]


def _forgotten(rows: QuerySet[Customer], now: datetime) -> None:
    for customer in rows:
        journey.customer_anonymised(customer, by=None, now=now)


def _deleted(rows: QuerySet[Any], now: datetime) -> None:
    rows.delete()


KINDS: Mapping[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind(
            "customers",
            gettext_lazy("Customers we have not heard of"),
            gettext_lazy(
                "They are anonymised, as if they had asked for it. Invoices keep the buyer. "
                "Nobody goes with an open ticket, an unpaid invoice or something of ours."
            ),
            None,
            180,
            _silent,
            _forgotten,
            FORGOTTEN_AT_ONCE,
        ),
        Kind(
            "files",
            gettext_lazy("Files customers sent"),
            gettext_lazy(
                "Counted from the end of the ticket: pictures, papers. That there was a file stays."
            ),
            None,
            30,
            _files,
            _files_gone,
        ),
        Kind(
            "arrivals",
            gettext_lazy("Mails, texts and calls exactly as they came"),
            gettext_lazy(
                "The raw form with all its headers, and how a mail looked. "
                "What was said stays on the ticket."
            ),
            None,
            30,
            _arrivals,
            _emptied,
        ),
        Kind(
            "put-aside",
            gettext_lazy("Web messages put aside"),
            gettext_lazy("Most likely from machines; they made no ticket."),
            None,
            7,
            _put_aside,
            _let_go,
        ),
        Kind(
            "audit",
            gettext_lazy("Who saw and changed what"),
            gettext_lazy("With the network address it came from."),
            None,
            90,
            lambda before: AuditEntry.objects.filter(at__lt=before),
            _deleted,
        ),
        Kind(
            "notices",
            gettext_lazy("Notices that were read"),
            gettext_lazy("“For you”: what they were about stays on the ticket."),
            None,
            7,
            lambda before: Notice.objects.filter(seen_at__lt=before),
            _deleted,
        ),
        Kind(
            "deliveries",
            gettext_lazy("What programs were told"),
            gettext_lazy("Webhooks: what was sent, and what came back."),
            30,
            7,
            # What still waits is tried for three days, and no longer.
            lambda before: WebhookDelivery.objects.filter(happened_at__lte=before),
            _deleted,
        ),
        Kind(
            "drafts",
            gettext_lazy("Drafts of staff"),
            gettext_lazy("Begun on a form, and never sent."),
            14,
            1,
            lambda before: Draft.objects.filter(saved_at__lte=before),
            _deleted,
        ),
    )
}


def days(kind: Kind, shop: Shop | None) -> int | None:
    """Return for how many days it is kept; None: for ever."""
    said: int | None = shop.days_kept.get(kind.slug, kind.days) if shop else kind.days
    return said


def found(kind: Kind, kept: int | None, *, now: datetime) -> QuerySet[Any]:
    """Return what would go, were it kept for so many days."""
    rows = kind.found(now - timedelta(days=kept or 0))
    return rows if kept is not None else rows.none()


def tidy(*, now: datetime) -> None:
    """Let a portion of each kind go that is too old; once an hour, or while there is more."""
    if Heartbeat.objects.filter(name=NAME, beat_at__gt=now - EVERY, beat_at__lte=now).exists():
        return
    shop, is_through = Shop.objects.first(), True
    for kind in KINDS.values():
        at_once = kind.at_once or AT_ONCE
        kept = days(kind, shop)
        if kept is None:
            continue
        keys = list(
            found(kind, kept, now=now).order_by("pk").values_list("pk", flat=True)[:at_once]
        )
        if keys:
            with transaction.atomic():
                # Asked again: somebody may have written meanwhile.
                kind.clear(found(kind, kept, now=now).filter(pk__in=keys), now)
        is_through = is_through and len(keys) < at_once
    if is_through:
        Heartbeat.objects.update_or_create(name=NAME, defaults={"beat_at": now})
