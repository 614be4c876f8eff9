"""Tickets, and everything that touched them."""

from django.conf import settings
from django.db.models import Prefetch
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from helpdesk.shapes.contract import Expanded, Page, Shape, Who
from helpdesk.shapes.people import ContactPointShape, CustomerShape
from helpdesk.shapes.promises import PromiseShape
from policies.models import Promise
from tickets.models import Attachment, Call, Interaction, Service, Solution, Ticket


class ServiceShape(Shape):
    class Meta:
        model = Service
        fields = ("id", "name", "description", "position", "active")
        read_only_fields = fields


class TicketExpanded(Expanded):
    customer = CustomerShape(required=False, allow_null=True)
    contact_point = ContactPointShape(required=False, allow_null=True)
    service = ServiceShape(required=False, allow_null=True)
    promises = PromiseShape(source="promised", many=True, required=False)


class TicketShape(Shape):
    LOADS = ("assignee", "ended_by")
    EXPANDS = {
        "customer": (Prefetch("customer", CustomerShape.loaded(CustomerShape.table().all())),),
        "contact_point": (
            Prefetch(
                "contact_point",
                ContactPointShape.loaded(ContactPointShape.table().all()),
            ),
        ),
        "service": ("service",),
        "promises": (
            Prefetch(
                "promises",
                PromiseShape.loaded(Promise.objects.open().order_by("due_at", "pk")),
                to_attr="promised",
            ),
        ),
    }

    assignee = Who()
    ended_by = Who()
    url = Page("ticket")
    expanded = TicketExpanded(
        source="*",
        required=False,
        help_text="What `expand` asked for; `promises` are those that are open.",
    )

    class Meta:
        model = Ticket
        fields = (
            *("number", "subject", "status", "charge", "gift_reason", "channel"),
            *("customer", "contact_point", "service", "assignee", "merged_into"),
            *("opened_at", "touched_at", "ended_at", "ended_by", "endings", "url", "expanded"),
        )
        read_only_fields = fields


class AttachmentShape(Shape):
    url = serializers.SerializerMethodField(help_text="For people: it asks for their log-in.")

    class Meta:
        model = Attachment
        fields = ("id", "name", "content_type", "size", "sha256", "url")
        read_only_fields = fields

    @extend_schema_field({"type": "string", "format": "uri"})
    def get_url(self, attachment: Attachment) -> str:
        return f"{settings.PUBLIC_URL}{reverse('attachment', args=[attachment.pk])}"


class InteractionExpanded(Expanded):
    ticket = TicketShape(required=False, allow_null=True)
    contact_point = ContactPointShape(required=False, allow_null=True)


class InteractionShape(Shape):
    LOADS = ("staff",)
    ALONG = (Prefetch("attachments", Attachment.objects.order_by("pk")),)
    EXPANDS = {
        "ticket": (Prefetch("ticket", TicketShape.loaded(Ticket.objects.all())),),
        "contact_point": TicketShape.EXPANDS["contact_point"],
    }

    staff = Who()
    attachments = AttachmentShape(many=True, read_only=True)
    remarks = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="What was odd about it."
    )
    expanded = InteractionExpanded(source="*", required=False)

    class Meta:
        model = Interaction
        fields = (
            *("id", "ticket", "contact_point", "kind", "direction", "via", "official", "staff"),
            *("subject", "text", "remarks", "is_verified", "minutes", "happened_at", "logged_at"),
            *("status", "recipient", "is_automatic", "answers", "sent_at", "because"),
            *("attachments", "expanded"),
        )
        read_only_fields = fields


class CallShape(Shape):
    """A call as the phone system told of it."""

    LOADS = ("interaction",)

    id = serializers.IntegerField(source="interaction_id", help_text="Of its interaction.")
    call_id = serializers.CharField(
        source="interaction.provider_id", allow_null=True, help_text="The phone system's own."
    )
    ticket = serializers.IntegerField(source="interaction.ticket_id", allow_null=True)
    direction = serializers.ChoiceField(
        source="interaction.direction", choices=Interaction.Direction.choices
    )
    outcome = serializers.ChoiceField(choices=Call.Outcome.choices, allow_blank=True)
    users = serializers.ListField(child=serializers.CharField(), read_only=True)
    answering_users = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Call
        fields = (
            *("id", "call_id", "ticket", "direction", "from_number", "to_number", "status"),
            *("outcome", "was_answered", "cause", "users", "answering_users", "queue"),
            *("answering_number", "started_at", "answered_at", "ended_at"),
        )
        read_only_fields = fields


class SolutionShape(Shape):
    LOADS = ("written_by",)

    written_by = Who()
    choices = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="What to offer, a sentence each."
    )

    class Meta:
        model = Solution
        fields = (
            *("id", "title", "text", "choices", "service", "active", "written_at", "written_by"),
        )
        read_only_fields = fields
