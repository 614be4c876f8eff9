"""Webhooks: a program says where it wants to be told of what, and sees what became of it."""

from typing import Any

from django.http import Http404
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk import webhooks
from helpdesk.api.resource import KEY, Resource, acts
from helpdesk.api.strict import Ask, Flag, Text
from helpdesk.api.v1 import asks
from helpdesk.models import Scope, WebhookDelivery, WebhookEndpoint
from helpdesk.shapes.webhooks import DeliveryShape, WebhookShape

LONGEST = 500
KNOWN = [webhooks.ALL, *webhooks.KINDS]


class EndpointFields(Ask):
    """Where to, and of what: names of events, or * for all that the token may read."""

    EXAMPLE = {"url": "https://books.example.com/told", "events": ["invoice.issued"]}

    url = Text(max_length=LONGEST, help_text="https, and an address of the public internet.")
    events = serializers.ListField(
        child=serializers.ChoiceField(
            choices=KNOWN,
            error_messages={
                "invalid_choice": f"There is no event “{{input}}”. Known are: {', '.join(KNOWN)}."
            },
        ),
        min_length=1,
        max_length=len(webhooks.KINDS) + 1,
    )
    description = Text(max_length=120, required=False, allow_blank=True)


class EndpointChange(Ask):
    """On or off. An address that answers 410, or nothing for days, is switched off by itself."""

    EXAMPLE = {"enabled": False}

    enabled = Flag()


class Secret(serializers.Serializer[Any]):
    """What the signatures are made with: `whsec_` and Base64."""

    secret = serializers.CharField()


@extend_schema_view(
    list=extend_schema(summary="Where the token's program is told of events"),
    retrieve=extend_schema(summary="One webhook"),
)
class Webhooks(Resource):
    """A token sees its own webhooks and no others."""

    shape = WebhookShape
    ordering = ("-id",)
    lookup_field = "pk"
    ACTIONS = (
        *("list", "retrieve", "create", "partial_update", "destroy"),
        *("secret", "rotate", "deliveries", "replay"),
    )
    scopes = dict.fromkeys(ACTIONS, Scope.WEBHOOKS)

    def rows(self) -> Any:
        if getattr(self, "swagger_fake_view", False):  # the schema is drawn, nobody asks
            return WebhookEndpoint.objects.none()
        return WebhookEndpoint.objects.filter(token=self.token)

    @extend_schema(
        summary="Be told of events", request=EndpointFields, responses={201: WebhookShape}
    )
    def create(self, request: Request) -> Response:
        asked = self.ask(EndpointFields)
        try:
            endpoint = webhooks.opened(
                self.token,
                asked["url"],
                asked["events"],
                asked.get("description", ""),
                now=now(),
            )
        except webhooks.BadAddress as error:
            raise ValidationError({"url": str(error)}) from None
        except webhooks.BadEvents as error:
            raise ValidationError({"events": str(error)}) from None
        response = self.shown(endpoint, status=201)
        response["Location"] = f"{request.path}{endpoint.pk}/"
        return response

    @extend_schema(
        summary="Switch it on or off", request=EndpointChange, responses={200: WebhookShape}
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        asked, endpoint = self.ask(EndpointChange), self.get_object()
        if not asked["enabled"]:
            webhooks.disabled(endpoint, "Switched off by its program", now=now())
        elif endpoint.disabled_at is not None:
            webhooks.enabled(endpoint)
        return self.shown(endpoint)

    @extend_schema(summary="Forget it, and what waits to be sent to it", responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        self.get_object().delete()
        return Response(status=204)

    @extend_schema(summary="What its signatures are made with", responses=Secret)
    @action(detail=True, methods=["get"], url_path="secret", filter_backends=())
    def secret(self, request: Request, pk: str) -> Response:
        self.refuse_unknown(set())
        return Response(
            {"secret": webhooks.secret(self.get_object())}, headers={"Cache-Control": "no-store"}
        )

    @acts("rotations", asks.Nothing, WebhookShape, status=200, summary="Sign by a new secret")
    def rotate(self, request: Request, pk: str) -> Response:
        self.ask(asks.Nothing)
        endpoint = self.get_object()
        webhooks.rotated(endpoint, now=now())
        return self.shown(endpoint)

    @extend_schema(
        summary="What was sent and what came of it, the latest first",
        responses=DeliveryShape(many=True),
    )
    @action(detail=True, methods=["get"], url_path="deliveries", filter_backends=())
    def deliveries(self, request: Request, pk: str) -> Response:
        self.refuse_unknown({"cursor", "page_size"})
        rows = WebhookDelivery.objects.filter(endpoint=self.get_object())
        return self.listed(rows, DeliveryShape, "-id")

    @acts(
        f"deliveries/(?P<delivery>{KEY})/replays",
        asks.Nothing,
        DeliveryShape,
        status=200,
        summary="Send it once more, under the same id",
    )
    def replay(self, request: Request, pk: str, delivery: str) -> Response:
        self.ask(asks.Nothing)
        rows = WebhookDelivery.objects.select_for_update().filter(endpoint=self.get_object())
        row = rows.filter(pk=delivery).first()
        if row is None:
            raise Http404
        webhooks.replayed(row, now=now())
        return Response(DeliveryShape(WebhookDelivery.objects.get(pk=row.pk)).data)
