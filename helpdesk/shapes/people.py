"""Customers, and how they are reached."""

from django.db.models import Prefetch

from helpdesk.shapes.contract import Page, Shape
from tickets.models import ContactPoint, Customer


class ContactPointShape(Shape):
    ALONG = (Prefetch("customers", Customer.objects.only("pk").order_by("pk")),)

    class Meta:
        model = ContactPoint
        fields = (
            *("id", "kind", "value", "raw", "customers"),
            *("blocked_at", "opted_out_at", "bounced_at"),
        )
        read_only_fields = fields


class CustomerShape(Shape):
    ALONG = (
        Prefetch(
            "contact_points",
            ContactPoint.objects.order_by("pk").prefetch_related(*ContactPointShape.ALONG),
        ),
    )

    contact_points = ContactPointShape(many=True, read_only=True)
    url = Page("customer")

    class Meta:
        model = Customer
        fields = (
            *("id", "name", "kind", "language", "preferred_channel", "address", "note"),
            *("merged_into", "since", "contact_points", "url"),
        )
        read_only_fields = fields
