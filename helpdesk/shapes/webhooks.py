"""Who is told of what happens here, and what became of each telling."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from helpdesk.models import WebhookDelivery, WebhookEndpoint
from helpdesk.shapes.contract import Shape


class WebhookShape(Shape):
    events = serializers.ListField(child=serializers.CharField(), read_only=True)
    enabled = serializers.SerializerMethodField()

    class Meta:
        model = WebhookEndpoint
        fields = (
            *("id", "url", "events", "description", "made_at", "enabled"),
            *("disabled_at", "disabled_because"),
        )
        read_only_fields = fields

    @extend_schema_field(bool)
    def get_enabled(self, endpoint: WebhookEndpoint) -> bool:
        return endpoint.disabled_at is None


class TryShape(serializers.Serializer[Any]):
    """One try: what was answered, or what failed."""

    at = serializers.DateTimeField()
    ms = serializers.IntegerField()
    status = serializers.IntegerField(required=False, allow_null=True)
    answer = serializers.CharField(required=False, allow_blank=True)
    failed = serializers.CharField(required=False, allow_blank=True)


class DeliveryShape(Shape):
    """`body` is byte for byte what is signed and sent."""

    tries = TryShape(many=True, read_only=True)

    class Meta:
        model = WebhookDelivery
        fields = ("id", "kind", "body", "happened_at", "status", "due_at", "tries")
        read_only_fields = fields
