"""What we gave: invoices settled by a gift, at list price."""

from datetime import datetime
from typing import ClassVar

from django.db.models import CharField, Count, F, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, TruncMonth
from django.utils.translation import gettext_lazy as _

from billing.models import Settlement
from billing.reports.contract import COUNT, GIVEN, Column, Report, Table, Text


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

    def figures(self, since: datetime, until: datetime) -> dict[str, int]:
        return _gifts(since, until).aggregate(
            given=Coalesce(Sum("amount"), 0),
            count=Count("invoice", distinct=True),
            customers=Count("invoice__customer", distinct=True),
        )

    def by(self, cut: str, since: datetime, until: datetime) -> Table:
        named = {
            "month": TruncMonth("invoice__issue_date"),
            "customer": F("invoice__customer__name"),
            "technician": F("invoice__technician__username"),
            "service": Coalesce(F("invoice__service__name"), Value(""), output_field=CharField()),
            "channel": F("invoice__channel"),
        }[cut]
        # Two customers of one name are two rows, so the key is what rows are grouped by.
        key = {"month": None, "channel": None}.get(cut, f"invoice__{cut}_id")
        groups = ["what", key] if key else ["what"]
        rows = (
            _gifts(since, until)
            .annotate(what=named)
            .order_by()
            .values(*groups)
            .annotate(count=Count("invoice", distinct=True), given=Sum("amount"))
            .order_by("what" if cut == "month" else "-given", "what", *groups[1:])
        )
        reads = {"month": "month", "channel": "channel", "customer": "customer"}.get(cut, "text")
        return Table(
            columns=(Column(cut, self.cuts[cut], reads), COUNT, GIVEN),
            rows=[
                ((row["what"], row[key]) if cut == "customer" else row["what"], *_sums(row))
                for row in rows
            ],
        )

    def detail(self, since: datetime, until: datetime) -> Table:
        columns = (
            Column("invoice", _("Invoice"), "invoice"),
            Column("issued", _("Issued"), "date"),
            Column("ticket", _("Ticket"), "ticket"),
            Column("customer", _("Customer")),
            Column("technician", _("Technician")),
            Column("service", _("Service")),
            Column("channel", _("Channel"), "channel"),
            Column("reason", _("Reason")),
            Column("author", _("Given by")),
            GIVEN,
        )
        rows = _gifts(since, until).order_by("invoice__issued_at", "invoice_id", "pk")
        return Table(
            columns,
            list(
                rows.values_list(
                    "invoice__reference",
                    "invoice__issue_date",
                    "invoice__ticket_id",
                    "invoice__buyer_name",
                    "invoice__technician__username",
                    Coalesce("invoice__service__name", Value("")),
                    "invoice__channel",
                    "reason",
                    "author__username",
                    "amount",
                )
            ),
        )


def _gifts(since: datetime, until: datetime) -> QuerySet[Settlement]:
    return Settlement.objects.filter(
        kind=Settlement.Kind.GIFT, invoice__issued_at__gte=since, invoice__issued_at__lt=until
    )


def _sums(row: dict[str, int]) -> tuple[int, int]:
    return row["count"], row["given"]
