"""Invoices as they were issued, and how each was settled."""

from typing import Any

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from billing.models import Invoice, InvoiceLine, Settlement
from helpdesk.shapes.contract import Expanded, Money, Page, Shape, Who, money
from helpdesk.shapes.people import CustomerShape
from helpdesk.shapes.tickets import TicketShape


class LineShape(Shape):
    unit_price = serializers.IntegerField(help_text="Minor units; of labour: an hour.")
    amount = serializers.IntegerField(help_text="Minor units.")

    class Meta:
        model = InvoiceLine
        fields = ("position", "kind", "description", "minutes", "unit_price", "amount")
        read_only_fields = fields


class SettlementShape(Shape):
    LOADS = ("author",)

    author = Who()
    amount = serializers.IntegerField(help_text="Minor units.")

    class Meta:
        model = Settlement
        fields = ("id", "kind", "amount", "reason", "author", "settled_at")
        read_only_fields = fields


class InvoiceExpanded(Expanded):
    ticket = TicketShape(required=False)
    customer = CustomerShape(required=False)


class InvoiceShape(Shape):
    LOADS = ("technician",)
    ALONG = (
        Prefetch("lines", InvoiceLine.objects.order_by("position")),
        Prefetch("settlements", SettlementShape.loaded(Settlement.objects.order_by("pk"))),
    )
    EXPANDS = {
        "ticket": (Prefetch("ticket", TicketShape.loaded(TicketShape.table().all())),),
        "customer": TicketShape.EXPANDS["customer"],
    }

    technician = Who()
    total = serializers.SerializerMethodField()
    paid = serializers.SerializerMethodField(help_text="What settlements add up to.")
    due = serializers.SerializerMethodField()
    is_gift = serializers.SerializerMethodField(help_text="Settled in full by gifts.")
    lines = LineShape(many=True, read_only=True)
    settlements = SettlementShape(many=True, read_only=True)
    document_url = serializers.SerializerMethodField(help_text="The PDF; `money:read` opens it.")
    url = Page("invoice", by="reference")
    expanded = InvoiceExpanded(source="*", required=False)

    class Meta:
        model = Invoice
        fields = (
            *("reference", "ticket", "ending", "customer", "service", "technician", "channel"),
            *("buyer_name", "buyer_address", "language", "total", "paid", "due", "is_gift"),
            *("issued_at", "issue_date", "supply_date", "lines", "settlements"),
            *("document_url", "url", "expanded"),
        )
        read_only_fields = fields

    @extend_schema_field(Money)
    def get_total(self, invoice: Invoice) -> dict[str, Any]:
        return money(invoice.total, invoice.currency)

    @extend_schema_field(Money)
    def get_paid(self, invoice: Invoice) -> dict[str, Any]:
        return money(_paid(invoice), invoice.currency)

    @extend_schema_field(Money)
    def get_due(self, invoice: Invoice) -> dict[str, Any]:
        return money(invoice.total - _paid(invoice), invoice.currency)

    @extend_schema_field(bool)
    def get_is_gift(self, invoice: Invoice) -> bool:
        gifts = [each.kind == Settlement.Kind.GIFT for each in invoice.settlements.all()]
        return bool(gifts) and all(gifts) and _paid(invoice) == invoice.total

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_document_url(self, invoice: Invoice) -> str:
        path = reverse("api-invoice-document", args=[invoice.reference])
        return f"{settings.PUBLIC_URL}{path}"


def _paid(invoice: Invoice) -> int:
    return sum(each.amount for each in invoice.settlements.all())
