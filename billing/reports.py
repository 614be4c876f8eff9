"""What we gave: invoices settled by a gift, at list price."""

import dataclasses
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncMonth, TruncWeek
from django.utils.translation import gettext_lazy as _

from billing.models import Invoice, Settlement
from tickets.cuts import NONE, full_name
from tickets.models import Customer, Service, User
from tickets.models.work import Kind
from tickets.reports import (
    Column,
    Figures,
    Measure,
    NoSuchRow,
    Report,
    Row,
    Share,
    Slice,
    Table,
    Text,
)


class Gifts(Report):
    slug = "gifts"
    title = _("What we gave")
    measures: ClassVar = (
        Measure(
            "given",
            _("Given"),
            _("Invoices settled by a gift, at list price, in the month they were issued."),
            reads="money",
            look="gift",
        ),
        Measure("invoices", _("Invoices"), _("How many of them; each reads $0.00 due, PAID.")),
        Measure(
            "customers",
            _("Customers"),
            _("To how many, each counted once."),
            adds_up=False,
            silent=("customer",),
        ),
        Measure(
            "paid",
            _("Paid by them"),
            _(
                "What the same customers have paid of invoices issued in the period: free work"
                " against paid. Customers who were given nothing are not in it."
            ),
            reads="money",
            look="kept",
            only=("customer",),
        ),
    )
    headline = ("given", "invoices")
    stack = ("given", "paid")
    budget = "gift_budget"
    cuts: ClassVar[dict[str, Text]] = {
        "month": _("Month"),
        "customer": _("Customer"),
        "technician": _("Technician"),
        "service": _("Service"),
        "channel": _("Channel"),
        "reason": _("Reason"),
        "week": _("Week"),
        "day": _("Day"),
    }
    everything = _("Every invoice")
    empty = (
        _("Nothing was given in this period"),
        _(
            "Free work shows up here once its closed ticket is invoiced: at its price, paid by a"
            " gift."
        ),
    )

    def prepared(self, part: Slice) -> Slice:
        return dataclasses.replace(part, keys=_keys(part))

    def figures(self, part: Slice) -> Figures:
        if part.cut not in {"", "customer"}:  # whoever paid, it was not for this
            return {**_gifts(part).aggregate(**_FIGURES), "paid": None}
        given = _gifts(part).order_by().values("invoice__customer")
        by_them = ~GIFT & Q(invoice__customer__in=given)
        return _settlements(part).aggregate(
            given=Coalesce(Sum("amount", filter=GIFT), 0),
            invoices=Count("invoice", distinct=True, filter=GIFT),
            customers=Count("invoice__customer", distinct=True, filter=GIFT),
            paid=Coalesce(Sum("amount", filter=by_them), 0),
        )

    def by(self, cut: str, part: Slice, *, most: int | None = None) -> list[Share]:
        named, key = _CUTS[cut]
        rows = list(
            _gifts(part)
            .annotate(what=named)
            .order_by()
            # Two customers of one name are two rows, so they are grouped by who they are.
            .values("what", *[key] if key else [])
            .annotate(**_FIGURES)
            .order_by("-what" if cut in SPANS else "-given", "what", *[key] if key else [])[:most]
        )
        if cut in SPANS:  # the latest ones, in the order they happened
            rows.reverse()
        paid = _paid(part, [row[key] for row in rows]) if key and cut == "customer" else None
        return [
            Share(
                _key(cut, row[key or "what"]),
                row["what"],
                {name: row[name] for name in _FIGURES}
                | {"paid": None if paid is None else paid.get(row[key or "what"], 0)},
            )
            for row in rows
        ]

    def name(self, cut: str, key: str) -> object:
        try:
            return _NAMES[cut](key)
        except (KeyError, ValueError, OverflowError):
            raise NoSuchRow(key) from None

    def detail(self, part: Slice, *, after: str = "", most: int | None = None) -> Table:
        gifts = _gifts(part)
        if after:
            gifts = gifts.filter(_after(after))
        columns = (
            Column("invoice", _("Invoice"), "invoice"),
            Column("issued", _("Issued"), "date"),
            Column("ticket", _("Ticket"), "ticket", only_exported=True),
            Column("customer", _("Customer"), "words"),
            Column("technician", _("Technician")),
            Column("service", _("Service")),
            Column("channel", _("Channel"), "channel", only_exported=True),
            Column("reason", _("Reason"), "words"),
            Column("author", _("Given by"), only_exported=True),
            Column("given", _("Given"), "money"),
            Column("currency", _("Currency"), "currency", only_exported=True),
        )
        rows = (
            gifts.order_by("-invoice__issued_at", "-pk")
            .values_list(
                "pk",
                "invoice__reference",
                "invoice__issue_date",
                "invoice__ticket_id",
                "invoice__buyer_name",
                full_name("invoice__technician"),
                Coalesce("invoice__service__name", Value("")),
                "invoice__channel",
                "reason",
                full_name("author"),
                "amount",
                "invoice__currency",
            )[:most]
            .iterator()
        )
        return Table(columns, (Row(str(pk), tuple(cells)) for pk, *cells in rows))


GIFT = Q(kind=Settlement.Kind.GIFT)

_FIGURES = {
    "given": Coalesce(Sum("amount"), 0),
    "invoices": Count("invoice", distinct=True),
    "customers": Count("invoice__customer", distinct=True),
}

# How each cut is called, and what it is grouped by; None: by what it is called.
_CUTS: dict[str, tuple[Combinable, str | None]] = {
    "month": (TruncMonth("invoice__issue_date"), None),
    "customer": (F("invoice__customer__name"), "invoice__customer_id"),
    "technician": (full_name("invoice__technician"), "invoice__technician_id"),
    "service": (Coalesce("invoice__service__name", Value("")), "invoice__service_id"),
    "channel": (F("invoice__channel"), None),
    "reason": (F("reason"), None),
    "week": (TruncWeek("invoice__issue_date"), None),
    "day": (F("invoice__issue_date"), None),
}


def _key(cut: str, value: object) -> str:
    if value is None:
        return NONE
    return f"{value:%Y-%m}" if cut == "month" else str(value)


def _customer(key: str) -> str:
    return _found(Customer.objects.filter(pk=int(key)).first())


def _technician(key: str) -> str:
    return _found(User.objects.filter(pk=int(key)).first())


def _service(key: str) -> str:
    return "" if key == NONE else _found(Service.objects.filter(pk=int(key)).first())


def _channel(key: str) -> str:
    return Kind(key).value


def _reason(key: str) -> str:
    if not Settlement.objects.filter(kind=Settlement.Kind.GIFT, reason=key).exists():
        raise KeyError
    return key


def _found(row: Customer | User | Service | None) -> str:
    if row is None:
        raise KeyError
    return str(row)


def _of_a_month(key: str) -> tuple[date, date]:
    first = date.fromisoformat(f"{key}-01")
    return first, (first + timedelta(days=31)).replace(day=1)


def _of_a_week(key: str) -> tuple[date, date]:
    first = date.fromisoformat(key)
    if first.weekday():
        raise ValueError(key)
    return first, first + timedelta(days=7)


def _of_a_day(key: str) -> tuple[date, date]:
    day = date.fromisoformat(key)
    return day, day + timedelta(days=1)


# From which day to before which one something is filed under a key.
SPANS: dict[str, Callable[[str], tuple[date, date]]] = {
    "month": _of_a_month,
    "week": _of_a_week,
    "day": _of_a_day,
}

_NAMES: dict[str, Callable[[str], object]] = {
    "month": lambda key: _of_a_month(key)[0],
    "week": lambda key: _of_a_week(key)[0],
    "day": lambda key: _of_a_day(key)[0],
    "customer": _customer,
    "technician": _technician,
    "service": _service,
    "channel": _channel,
    "reason": _reason,
}


def _keys(part: Slice) -> tuple[int, int]:
    """Return the first and the last invoice of the period, by key; zeros where there is none."""
    invoices = Invoice.objects.issued_in(part.since, part.until)
    # Counted too, or PostgreSQL looks for the first key among all there ever were.
    keys = invoices.aggregate(count=Count("pk"), first=Min("pk"), last=Max("pk"))
    return (keys["first"], keys["last"]) if keys["count"] else (0, 0)


def _gifts(part: Slice) -> QuerySet[Settlement]:
    return _settlements(part).filter(GIFT)


def _settlements(part: Slice) -> QuerySet[Settlement]:
    """Return how invoices of the period were settled, by a gift or otherwise."""
    first, last = part.keys or _keys(part)
    if not last:
        return Settlement.objects.none()
    settled = Settlement.objects.filter(
        invoice__issued_at__gte=part.since,
        invoice__issued_at__lt=part.until,
        # This says nothing new, but to the database: it reads this much of the ledger and no more.
        invoice_id__gte=first,
        invoice_id__lte=last,
    )
    if not part.key:
        return settled
    if part.cut in SPANS:
        begins, ends = SPANS[part.cut](part.key)
        return settled.filter(invoice__issue_date__gte=begins, invoice__issue_date__lt=ends)
    if part.cut == "channel":
        return settled.filter(invoice__channel=part.key)
    if part.cut == "reason":
        return settled.filter(reason=part.key)
    return settled.filter(**{f"invoice__{part.cut}": None if part.key == NONE else int(part.key)})


def _paid(part: Slice, customers: Any) -> dict[int, int]:
    """Return what these have paid of the invoices of the period, by customer."""
    payments = (
        Settlement.objects.exclude(kind=Settlement.Kind.GIFT)
        .filter(
            invoice__issued_at__gte=part.since,
            invoice__issued_at__lt=part.until,
            invoice__customer__in=customers,
        )
        .order_by()
    )
    sums = payments.values_list("invoice__customer").annotate(paid=Sum("amount"))
    return dict(sums)


def _after(key: str) -> Q:
    """Keep what comes after the gift `key`, the latest first."""
    try:
        issued_at, pk = Settlement.objects.values_list("invoice__issued_at", "pk").get(pk=int(key))
    except (ValueError, Settlement.DoesNotExist):
        raise NoSuchRow(key) from None
    return Q(invoice__issued_at__lt=issued_at) | Q(invoice__issued_at=issued_at, pk__lt=pk)
