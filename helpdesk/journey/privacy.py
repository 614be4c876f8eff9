"""What one person may ask of us: all we have of them, and to be forgotten."""

import io
import json
import zipfile
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from django.contrib.admin.models import LogEntry
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from billing import gifts, invoicing
from billing.models import Invoice, InvoiceDocument
from helpdesk.journey import papers
from helpdesk.models import (
    AuditEntry,
    BulkAction,
    Draft,
    IdempotencyKey,
    Lease,
    SavedView,
    WebhookDelivery,
)
from policies import erasing as of_policies
from policies.models import Promise, Quote, Satisfaction
from tickets import erasing, text
from tickets.models import (
    Attachment,
    ContactPoint,
    Customer,
    Device,
    Interaction,
    Loan,
    Shop,
    Ticket,
    User,
)
from tickets.triggers import is_erased

SHORTEST = 5  # of a name that is looked for: "Bo" is in others' words, too


class StillLent(Exception):
    """They have something of ours: forgotten, nobody would know who. The text says what."""


@transaction.atomic
def customer_anonymised(customer: Customer, *, by: User | None, now: datetime) -> None:
    """Forget who `customer` is. The ledgers stay whole, and invoices keep the buyer they had.

    What is closed and not invoiced yet is invoiced first. Raises StillLent.
    """
    locked = Customer.objects.select_for_update().get(pk=customer.pk)
    if locked.anonymised_at is not None:
        return
    people = erasing.everybody(locked)
    _got_back(people)
    _invoiced(people, now=now)
    keys, words = [str(one.pk) for one in people], erasing.said_of(people)
    words |= {one.name for one in people if len(one.name) >= SHORTEST}
    erased = erasing.erase(locked)
    with translation.override(Shop.objects.current().language):
        of_policies.erase(erased.numbers, by=by, now=now)
    _doors(keys, erased.numbers, words)
    Customer.objects.filter(pk__in=keys).update(anonymised_at=now)
    Ticket.objects.filter(pk__in=erased.numbers).update(links_revoked_at=now)
    transaction.on_commit(lambda: _delete(erased.files))


def _got_back(people: Collection[Customer]) -> None:
    lent = Loan.objects.filter(ticket__customer__in=people, returned_at=None)
    if loan := lent.select_related("device").first():
        said = _("They still have our %s. Note first that it is back.")
        raise StillLent(said % loan.device)


def _invoiced(people: Collection[Customer], *, now: datetime) -> None:
    """Issue and draw what is due of them, while we still know to whom."""
    waiting = Ticket.objects.filter(customer__in=people, bill_at__isnull=False)
    waiting.update(bill_at=now, subject="")  # their words: the line says what we did instead
    for ticket in waiting:
        gifts.bill(ticket, now=now)
    for invoice in Invoice.objects.filter(ticket__customer__in=people, document=None):
        invoicing.document(invoice, now=now)
    waiting.update(bill_at=None)


def _doors(keys: list[str], numbers: list[int], words: Collection[str]) -> None:
    """Forget what our doors have kept for a while."""
    said = {
        form for word in words for form in (word, json.dumps(word)[1:-1]) if not is_erased(word)
    }
    forms = Q(form__in=[f"off-channel-{key}" for key in keys])
    for number in numbers:
        forms |= Q(form__startswith=f"ticket-{number}-")
    Draft.objects.filter(forms).delete()
    _forget(Draft.objects.all(), said, of=lambda draft: draft.fields)
    _forget(BulkAction.objects.all(), {str(number) for number in numbers}, of=_of_bulk)
    _audit(keys, numbers, said)
    for word in said:
        IdempotencyKey.objects.filter(answer__contains=word).delete()
        Lease.objects.filter(because__contains=word).update(because=erasing.written())
        asked = Q(query__icontains=word) | Q(query__icontains=quote_plus(word))
        SavedView.objects.filter(asked | Q(name__icontains=word)).delete()
        told = WebhookDelivery.objects.filter(body__contains=word)
        told.exclude(status=WebhookDelivery.Status.QUEUED).delete()
        told.update(body="{}", status=WebhookDelivery.Status.FAILED, due_at=None)


def _audit(keys: list[str], numbers: list[int], said: Collection[str]) -> None:
    """Keep who did something, and nothing of what it said about them."""
    seen = Q(kind="customer", key__in=keys) | Q(kind="ticket", key__in=map(str, numbers))
    AuditEntry.objects.filter(seen).exclude(changes={}).update(changes={})
    # By their link, with where they came from.
    theirs = AuditEntry.objects.filter(user=None, kind="ticket", key__in=map(str, numbers))
    theirs.delete()
    for word in said:  # in the admin, where rows have their names
        LogEntry.objects.filter(object_repr__contains=word).update(object_repr=erasing.written())
        LogEntry.objects.filter(change_message__contains=word).update(change_message="")


def _of_bulk(action: BulkAction) -> Any:
    return action.before


def _forget(rows: models.QuerySet[Any], said: Collection[str], *, of: Callable[[Any], Any]) -> None:
    """Delete those that say any of it: few, kept for a while only, and in JSON."""
    found = [row.pk for row in rows if _says(of(row), said)]
    rows.filter(pk__in=found).delete()


def _says(value: Any, said: Collection[str]) -> bool:
    written = json.dumps(value, ensure_ascii=False).lower()
    return any(word.lower() in written for word in said)


def _delete(files: list[Attachment]) -> None:
    for attachment in files:
        attachment.file.storage.delete(str(attachment.file.name))


def customer_exported(customer: Customer, *, now: datetime) -> bytes:
    """Return a zip of all that is theirs: a page to read, data.json, their files and invoices."""
    shop = Shop.objects.current()
    people = erasing.everybody(customer)
    numbers = list(erasing.tickets_of(people).values_list("pk", flat=True))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as folder:
        data = {
            "made_at": now,
            "shop": shop.name,
            **_of_them(customer, people),
            **_between_us(numbers),
            **_of_money(people),
        }
        encoded = json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        folder.writestr("data.json", encoded)
        for attachment in Attachment.objects.filter(interaction__ticket__in=numbers):
            name = text.one_line(attachment.name, 100).replace("/", "_")
            if attachment.file.storage.exists(str(attachment.file.name)):
                with attachment.file.open() as content:
                    folder.writestr(f"files/{attachment.pk}-{name}", content.read())
        theirs = Q(invoice__customer__in=people)
        for document in InvoiceDocument.objects.filter(theirs).select_related("invoice"):
            folder.writestr(f"invoices/{document.invoice.reference}.pdf", bytes(document.pdf))
        names = [name for name in folder.namelist() if "/" in name]
        folder.writestr("index.html", papers.page(customer, data, names, shop=shop))
    return packed.getvalue()


def _of_them(customer: Customer, people: list[Customer]) -> dict[str, Any]:
    return {
        "customer": {
            "name": customer.name,
            "kind": customer.kind,
            "language": customer.language,
            "prefers": customer.preferred_channel,
            "address": customer.address,
            "note": customer.note,
            "since": customer.since,
        },
        "also_known_as": [one.name for one in people if one.pk != customer.pk],
        "contact_points": _rows(
            ContactPoint.objects.filter(customers__in=people).distinct(),
            *("kind", "value", "signed", "opted_out_at", "bounced_at"),
        ),
        "devices": _rows(
            Device.objects.filter(customer__in=people),
            *("name", "serial", "bought_date", "bought_where", "price", "warranty_until"),
        ),
    }


def _between_us(numbers: list[int]) -> dict[str, Any]:
    said = Interaction.objects.filter(ticket__in=numbers).exclude(
        direction=Interaction.Direction.INTERNAL
    )
    of_theirs = {"ticket__in": numbers}
    return {
        "tickets": _rows(
            Ticket.objects.filter(pk__in=numbers).order_by("pk"),
            *("number", "subject", "status", "charge", "fault", "concern"),
            *("acknowledged_text", "opened_at", "ended_at"),
        ),
        "contacts": _rows(
            said.order_by("happened_at", "pk"),
            *("ticket", "kind", "direction", "subject", "text", "happened_at", "status"),
        ),
        "promises": _rows(
            Promise.objects.filter(**of_theirs).order_by("made_at", "pk"),
            *("ticket", "kind", "what", "made_at", "due_at", "told_text", "status", "ended_at"),
        ),
        "quotes": _rows(
            Quote.objects.filter(**of_theirs),
            *("ticket", "service__name", "days", "quoted_at", "accepted_at"),
        ),
        "satisfaction": _rows(
            Satisfaction.objects.filter(**of_theirs), *("ticket", "is_happy", "words")
        ),
        "loans": _rows(
            Loan.objects.filter(**of_theirs),
            *("ticket", "device__name", "lent_at", "due_date", "returned_at"),
        ),
    }


def _of_money(people: list[Customer]) -> dict[str, Any]:
    issued = Invoice.objects.filter(customer__in=people).order_by("issued_at", "pk")
    return {
        "invoices": _rows(
            issued, *("reference", "issue_date", "buyer_name", "buyer_address", "total", "currency")
        ),
    }


def _rows(found: Any, *names: str) -> list[dict[str, Any]]:
    return list(found.values(*names))
