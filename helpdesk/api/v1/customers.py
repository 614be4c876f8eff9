"""Customers, and the numbers and addresses they are reached by."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk import journey
from helpdesk.api.errors import Conflict
from helpdesk.api.resource import Resource, acts
from helpdesk.api.strict import Ask, Text
from helpdesk.api.v1 import asks
from helpdesk.filters import ContactPointFilter, CustomerFilter
from helpdesk.models import Scope
from helpdesk.shapes.people import ContactPointShape, CustomerShape
from tickets.intake import Particulars
from tickets.models import ContactPoint, Customer, Shop
from tickets.models.people import Channel
from tickets.text import clean, one_line


class CustomerFields(Ask):
    """What may be written about a customer."""

    EXAMPLE = {"name": "Corner Books", "kind": "business", "preferred_channel": "email"}

    name = Text(max_length=120)
    kind = serializers.ChoiceField(choices=Customer.Kind.choices, required=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    preferred_channel = serializers.ChoiceField(choices=Channel.choices, required=False)
    address = Text(max_length=1000, required=False, allow_blank=True)
    note = Text(max_length=5000, required=False, allow_blank=True)

    def validate_name(self, typed: str) -> str:
        if not one_line(typed):
            raise serializers.ValidationError("Name?")
        return one_line(typed, 120)


class CustomerAsk(CustomerFields):
    EXAMPLE = {"name": "Corner Books", "kind": "business", "reach": "orders@corner-books.example"}

    reach = asks.Reach(required=False, help_text="A number or address of theirs.")


class ReachAsk(Ask):
    """A number or address of theirs, which somebody else may have, too."""

    EXAMPLE = {"reach": "+16175550155"}

    reach = asks.Reach()


@extend_schema_view(
    list=extend_schema(summary="List customers by name"),
    retrieve=extend_schema(summary="One customer"),
)
class Customers(Resource):
    shape = CustomerShape
    filterset_class = CustomerFilter
    ordering = ("name", "id")
    lookup_field = "pk"
    scopes = {
        "list": Scope.CUSTOMERS_READ,
        "retrieve": Scope.CUSTOMERS_READ,
        "create": Scope.CUSTOMERS_WRITE,
        "partial_update": Scope.CUSTOMERS_WRITE,
        "contact_points": Scope.CUSTOMERS_READ,
        "reach": Scope.CUSTOMERS_WRITE,
    }

    def rows(self) -> Any:
        return Customer.objects.defer("search_text")

    @extend_schema(
        summary="Write down somebody new", request=CustomerAsk, responses={201: CustomerShape}
    )
    def create(self, request: Request) -> Response:
        asked = self.ask(CustomerAsk)
        shop = Shop.objects.current()
        about = _particulars(
            asked,
            Particulars(
                name=asked["name"],
                kind=Customer.Kind.PERSON,
                language=shop.language,
                preferred_channel=Channel.PHONE,
            ),
        )
        customer = journey.customer_entered(about, now=now(), reached_by=asked.get("reach"))
        response = self.shown(customer, status=201)
        response["Location"] = reverse("api-customer-detail", args=[customer.pk])
        return response

    @extend_schema(
        summary="Write down what is new about them; what is left out stays",
        request=CustomerFields,
        responses={200: CustomerShape},
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        asked = self.ask(asks.partly(CustomerFields))
        customer = self.get_object()
        if customer.merged_into_id is not None:
            raise Conflict(f"They are part of customer {customer.merged_into_id}.")
        now_known = Particulars(
            name=customer.name,
            kind=customer.kind,
            language=customer.language,
            preferred_channel=customer.preferred_channel,
            address=customer.address,
            note=customer.note,
        )
        journey.customer_rewritten(customer, _particulars(asked, now_known))
        return self.shown(customer)

    @extend_schema(summary="How they are reached", responses=ContactPointShape(many=True))
    @action(detail=True, methods=["get"], url_path="contact-points", filter_backends=())
    def contact_points(self, request: Request, pk: str) -> Response:
        self.refuse_unknown({"cursor", "page_size"})
        rows = ContactPointShape.loaded(ContactPoint.objects.filter(customers=self.get_object()))
        return self.listed(rows, ContactPointShape, "id")

    @extend_schema(
        summary="Write down how else they are reached",
        request=ReachAsk,
        responses={201: ContactPointShape},
    )
    @contact_points.mapping.post
    def reach(self, request: Request, pk: str) -> Response:
        asked, customer = self.ask(ReachAsk), self.get_object()
        journey.customer_reached_by(customer, asked["reach"])
        by = asked["reach"]
        point = ContactPoint.objects.get(kind=by.kind, value=by.value)
        return self.made(point, ContactPointShape, f"/api/v1/contact-points/{point.pk}/")


@extend_schema_view(
    list=extend_schema(summary="List numbers and addresses"),
    retrieve=extend_schema(summary="One number or address"),
)
class ContactPoints(Resource):
    shape = ContactPointShape
    filterset_class = ContactPointFilter
    ordering = ("-id",)
    lookup_field = "pk"
    scopes = {
        "list": Scope.CUSTOMERS_READ,
        "retrieve": Scope.CUSTOMERS_READ,
        "opt_out": Scope.CUSTOMERS_WRITE,
    }

    @acts(
        "opt-outs",
        asks.Nothing,
        ContactPointShape,
        status=200,
        summary="They want no messages there, by whatever means they said so",
    )
    def opt_out(self, request: Request, pk: str) -> Response:
        self.ask(asks.Nothing)
        point = self.get_object()
        journey.opted_out(point, now=now())
        return self.shown(point)


def _particulars(asked: dict[str, Any], otherwise: Particulars) -> Particulars:
    """Return what is to be written: what was asked, and what is known where nothing was."""

    def said(name: str) -> str:
        return str(asked.get(name, getattr(otherwise, name)))

    return Particulars(
        name=said("name"),
        kind=said("kind"),
        language=said("language"),
        preferred_channel=said("preferred_channel"),
        address=clean(said("address")),
        note=clean(said("note")),
    )
