"""What we promised and quoted, by which terms, and what is to be done about it."""

from rest_framework import serializers

from helpdesk.shapes.contract import Shape, Who
from policies.models import CallbackWindow, FollowUp, Promise, Quote, Turnaround
from tickets.models import Customer, Interaction


class PromiseShape(Shape):
    """A promise. Our own, shorter target is not among it: customers never see that."""

    LOADS = ("maker", "ended_by")

    maker = Who()
    ended_by = Who()

    class Meta:
        model = Promise
        fields = (
            *("id", "ticket", "kind", "what", "made_at", "due_at", "maker", "cause"),
            *("window", "quote", "risks", "follows", "told_at", "told_text"),
            *("status", "ended_at", "ended_by", "ended_because", "kept_by"),
        )
        read_only_fields = fields


class QuoteShape(Shape):
    LOADS = ("quoted_by",)

    quoted_by = Who()

    class Meta:
        model = Quote
        fields = (
            *("id", "ticket", "service", "turnaround", "days", "risks"),
            *("quoted_at", "quoted_by", "accepted_at", "accepted_how"),
        )
        read_only_fields = fields


class FollowUpShape(Shape):
    LOADS = ("done_by",)

    done_by = Who()
    sent = serializers.PrimaryKeyRelatedField[Interaction](
        read_only=True, allow_null=True, help_text="The message."
    )

    class Meta:
        model = FollowUp
        fields = (
            *("id", "rule", "ticket", "promise", "cause", "step", "planned_at", "due_at"),
            *("status", "done_at", "done_by", "outcome", "sent"),
        )
        read_only_fields = fields


class TurnaroundShape(Shape):
    """A version of a turnaround. `target_days` is for staff."""

    LOADS = ("made_by",)

    made_by = Who()

    class Meta:
        model = Turnaround
        fields = (
            *("id", "service", "calendar", "days", "target_days", "risks", "why", "wording"),
            *("valid_from", "made_at", "made_by"),
        )
        read_only_fields = fields


class CallbackWindowShape(Shape):
    """A version of the callback window; without a kind of customer it is for all."""

    LOADS = ("made_by",)

    made_by = Who()
    customer_kind = serializers.ChoiceField(choices=Customer.Kind.choices, allow_blank=True)

    class Meta:
        model = CallbackWindow
        fields = (
            *("id", "calendar", "customer_kind", "minutes", "why", "wording"),
            *("valid_from", "made_at", "made_by"),
        )
        read_only_fields = fields
