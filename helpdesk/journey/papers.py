"""All we have of a person as a page they can read and print: plain HTML, beside the data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from billing import money
from billing.money import Money
from policies.models import Promise
from tickets.models import ContactPoint, Customer, Interaction, Shop, Ticket
from tickets.models.work import Kind

TEMPLATE = "customers/_papers.html"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Item:
    """One thing: what it is called, and what is known of it."""

    title: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Section:
    title: str
    items: tuple[Item, ...]


def page(customer: Customer, data: Mapping[str, Any], files: Sequence[str], *, shop: Shop) -> str:
    """Return `data` in the customer's words; `files` are the names of those in the same folder."""
    with translation.override(customer.language), timezone.override(shop.tzinfo):
        context = {
            "customer": customer,
            "shop": shop,
            "made_at": _said("made_at", data["made_at"], shop.currency),
            "about": Item("", tuple(_facts(data["customer"], CUSTOMER, shop.currency))),
            "also": data["also_known_as"],
            "sections": [
                Section(str(title), tuple(_items(data[key], fields, shop.currency)))
                for key, (title, fields) in SECTIONS.items()
                if data[key]
            ],
            "files": [(name, quote(name)) for name in files],
            "language": get_language(),
        }
        return render_to_string(TEMPLATE, context)


def _items(rows: Sequence[Row], fields: Mapping[str, Any], currency: str) -> Iterator[Item]:
    """Yield each row under what its first field says."""
    first, *_others = fields
    for row in rows:
        used = row.get("currency", currency)
        title = _said(first, row[first], used)
        others = {name: label for name, label in fields.items() if name != first}
        yield Item(f"{fields[first]} {title}".strip(), tuple(_facts(row, others, used)))


def _facts(row: Row, fields: Mapping[str, Any], currency: str) -> Iterator[tuple[str, str]]:
    for name, label in fields.items():
        if row[name] not in {None, ""}:
            yield str(label), _said(name, row[name], currency)


def _said(name: str, value: Any, currency: str) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(localtime(value), pgettext("date format, a moment", "j M Y H:i"))
    if isinstance(value, date):
        return date_format(value, pgettext("date format, a short day", "j M Y"))
    if name in {"price", "total"}:
        return money.say(Money(value, currency), get_language() or "en")
    choices = CHOICES.get(name)
    return str(choices.get(value, value)) if choices else str(value)


CHOICES: dict[str, dict[Any, Any]] = {
    "kind": {
        **dict(Customer.Kind.choices),
        **dict(ContactPoint.Kind.choices),
        **dict(Promise.Kind.choices),
        **dict(Kind.choices),
    },
    "prefers": dict(Customer._meta.get_field("preferred_channel").flatchoices),
    "status": {**dict(Interaction.Status.choices), **dict(Promise.Status.choices)},
    "charge": dict(Ticket.Charge.choices),
    "direction": {"in": gettext_lazy("from you to us"), "out": gettext_lazy("from us to you")},
}
CUSTOMER = {
    "name": gettext_lazy("Name"),
    "kind": gettext_lazy("Kind"),
    "prefers": gettext_lazy("Prefers"),
    "address": gettext_lazy("Address"),
    "note": gettext_lazy("What we noted"),
    "since": gettext_lazy("Since"),
}
TICKET = gettext_lazy("Ticket")
# By the key in the data: what it is called, and what of it is read; the first heads each of them.
SECTIONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "contact_points": (
        gettext_lazy("How we reach you"),
        {
            "value": "",
            "kind": gettext_lazy("Kind"),
            "signed": gettext_lazy("Signed as"),
            "opted_out_at": gettext_lazy("Nothing is sent there since"),
            "bounced_at": gettext_lazy("What we sent came back"),
        },
    ),
    "devices": (
        gettext_lazy("Your devices"),
        {
            "name": "",
            "serial": gettext_lazy("Serial number"),
            "bought_date": gettext_lazy("Bought"),
            "bought_where": gettext_lazy("Where"),
            "price": gettext_lazy("Price"),
            "warranty_until": gettext_lazy("Warranty until"),
        },
    ),
    "tickets": (
        gettext_lazy("What you asked of us"),
        {
            "number": TICKET,
            "subject": gettext_lazy("About"),
            "charge": gettext_lazy("Charge"),
            "fault": gettext_lazy("What is broken"),
            "concern": gettext_lazy("What concerned you"),
            "acknowledged_text": gettext_lazy("What we said to that"),
            "opened_at": gettext_lazy("Opened"),
            "ended_at": gettext_lazy("Ended"),
        },
    ),
    "contacts": (
        gettext_lazy("What we said to each other"),
        {
            "happened_at": "",
            "ticket": TICKET,
            "kind": gettext_lazy("How"),
            "direction": gettext_lazy("Who"),
            "subject": gettext_lazy("About"),
            "text": gettext_lazy("Words"),
        },
    ),
    "promises": (
        gettext_lazy("What we promised you"),
        {
            "made_at": "",
            "ticket": TICKET,
            "kind": gettext_lazy("Kind"),
            "what": gettext_lazy("What"),
            "due_at": gettext_lazy("By when"),
            "told_text": gettext_lazy("What we told you"),
            "status": gettext_lazy("What became of it"),
            "ended_at": gettext_lazy("When"),
        },
    ),
    "quotes": (
        gettext_lazy("What we quoted"),
        {
            "service__name": "",
            "ticket": TICKET,
            "days": gettext_lazy("Working days"),
            "quoted_at": gettext_lazy("Quoted"),
            "accepted_at": gettext_lazy("Accepted"),
        },
    ),
    "satisfaction": (
        gettext_lazy("Whether you were happy"),
        {
            "ticket": TICKET,
            "is_happy": gettext_lazy("Happy"),
            "words": gettext_lazy("Words"),
        },
    ),
    "loans": (
        gettext_lazy("What we lent you"),
        {
            "device__name": "",
            "ticket": TICKET,
            "lent_at": gettext_lazy("Lent"),
            "due_date": gettext_lazy("Due"),
            "returned_at": gettext_lazy("Returned"),
        },
    ),
    "invoices": (
        gettext_lazy("Your invoices"),
        {
            "reference": gettext_lazy("Invoice"),
            "issue_date": gettext_lazy("Issued"),
            "buyer_name": gettext_lazy("To"),
            "buyer_address": gettext_lazy("Address"),
            "total": gettext_lazy("Total"),
        },
    ),
}
