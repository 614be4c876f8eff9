"""What we gave: invoices settled by a gift, at list price."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import ClassVar

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat, NullIf, Trim, TruncMonth
from django.utils.translation import gettext_lazy as _

from billing.models import Invoice, Settlement
from billing.reports.contract import (
    Column,
    Figures,
    NoSuchRow,
    Report,
    Row,
    Share,
    Slice,
    Table,
    Text,
)
from tickets.models import Customer, Service, User
from tickets.models.work import Kind

NONE = "none"  # the key of what has no service


class Gifts(Report):
    slug = "gifts"
    title = _("What we gave")
    cuts: ClassVar[dict[str, Text]] = {
        "month": _("Month"),
        "customer": _("Customer"),
        "technician": _("Technician"),
        "service": _("Service"),
        "channel": _("Channel"),
    }

    def figures(self, part: Slice) -> Figures:
        sums = _gifts(part).aggregate(
            count=Count("invoice", distinct=True),
            customers=Count("invoice__customer", distinct=True),
            amount=Coalesce(Sum("amount"), 0),
            worth=Coalesce(Sum("invoice__total"), 0),
        )
        # A gift settles the whole of an invoice, so what is left of its total is what is due.
        due = sums.pop("worth") - sums["amount"]
        return Figures(**sums, due=due)

    def by(self, cut: str, part: Slice, *, most: int | None = None) -> list[Share]:
        named, key = _CUTS[cut]
        rows = (
            _gifts(part)
            .annotate(what=named)
            .order_by()
            # Two customers of one name are two rows, so they are grouped by who they are.
            .values("what", *[key] if key else [])
            .annotate(count=Count("invoice", distinct=True), given=Sum("amount"))
            .order_by("what" if cut == "month" else "-given", "what", *[key] if key else [])[:most]
        )
        return [
            Share(_key(row[key or "what"]), row["what"], row["count"], row["given"]) for row in rows
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
                _full_name("invoice__technician"),
                Coalesce("invoice__service__name", Value("")),
                "invoice__channel",
                "reason",
                _full_name("author"),
                "amount",
                "invoice__currency",
            )[:most]
            .iterator()
        )
        return Table(columns, (Row(str(pk), tuple(cells)) for pk, *cells in rows))


def _full_name(user: str) -> Coalesce:
    """Return User.__str__ in SQL."""
    name = Trim(Concat(f"{user}__first_name", Value(" "), f"{user}__last_name"))
    return Coalesce(NullIf(name, Value("")), F(f"{user}__username"))


# How each cut is called, and what it is grouped by; None: by what it is called.
_CUTS: dict[str, tuple[Combinable, str | None]] = {
    "month": (TruncMonth("invoice__issue_date"), None),
    "customer": (F("invoice__customer__name"), "invoice__customer_id"),
    "technician": (_full_name("invoice__technician"), "invoice__technician_id"),
    "service": (Coalesce("invoice__service__name", Value("")), "invoice__service_id"),
    "channel": (F("invoice__channel"), None),
}


def _key(value: object) -> str:
    if value is None:
        return NONE
    return f"{value:%Y-%m}" if isinstance(value, date) else str(value)


def _month(key: str) -> date:
    return date.fromisoformat(f"{key}-01")


def _customer(key: str) -> str:
    return _found(Customer.objects.filter(pk=int(key)).first())


def _technician(key: str) -> str:
    return _found(User.objects.filter(pk=int(key)).first())


def _service(key: str) -> str:
    return "" if key == NONE else _found(Service.objects.filter(pk=int(key)).first())


def _channel(key: str) -> str:
    return Kind(key).value


def _found(row: Customer | User | Service | None) -> str:
    if row is None:
        raise KeyError
    return str(row)


_NAMES: dict[str, Callable[[str], object]] = {
    "month": _month,
    "customer": _customer,
    "technician": _technician,
    "service": _service,
    "channel": _channel,
}


def _gifts(part: Slice) -> QuerySet[Settlement]:
    invoices = Invoice.objects.issued_in(part.since, part.until)
    # Counted too, or PostgreSQL looks for the first key among all there ever were.
    keys = invoices.aggregate(count=Count("pk"), first=Min("pk"), last=Max("pk"))
    if not keys["count"]:
        return Settlement.objects.none()
    gifts = Settlement.objects.filter(
        kind=Settlement.Kind.GIFT,
        invoice__issued_at__gte=part.since,
        invoice__issued_at__lt=part.until,
        # This says nothing new, but to the database: it reads this much of the ledger and no more.
        invoice_id__gte=keys["first"],
        invoice_id__lte=keys["last"],
    )
    if not part.key:
        return gifts
    if part.cut == "month":
        first = _month(part.key)
        after = (first + timedelta(days=31)).replace(day=1)
        return gifts.filter(invoice__issue_date__gte=first, invoice__issue_date__lt=after)
    if part.cut == "channel":
        return gifts.filter(invoice__channel=part.key)
    return gifts.filter(**{f"invoice__{part.cut}": None if part.key == NONE else int(part.key)})


def _after(key: str) -> Q:
    """Keep what comes after the gift `key`, the latest first."""
    try:
        issued_at, pk = Settlement.objects.values_list("invoice__issued_at", "pk").get(pk=int(key))
    except (ValueError, Settlement.DoesNotExist):
        raise NoSuchRow(key) from None
    return Q(invoice__issued_at__lt=issued_at) | Q(invoice__issued_at=issued_at, pk__lt=pk)
