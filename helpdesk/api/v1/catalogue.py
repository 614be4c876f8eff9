"""What the shop does and by which terms, and what helped before."""

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.errors import Conflict
from helpdesk.api.resource import Resource
from helpdesk.api.strict import Ask, Flag, Instant, Text, Whole
from helpdesk.api.v1 import asks
from helpdesk.filters import ServiceFilter, SolutionFilter
from helpdesk.models import Scope
from helpdesk.shapes.promises import CallbackWindowShape, TurnaroundShape
from helpdesk.shapes.tickets import ServiceShape, SolutionShape
from policies.models import Calendar, CallbackWindow, Turnaround
from tickets import solutions
from tickets.models import Customer, Service, Solution, User
from tickets.solutions import Advice
from tickets.text import one_line

NOW_IS = timedelta(minutes=5)  # how far in the past "from now on" may be


class ServiceAsk(Ask):
    """Something the shop does."""

    EXAMPLE = {"name": "Screen replacement", "position": 3}

    name = Text(max_length=80)
    description = Text(max_length=200, required=False, allow_blank=True)
    position = Whole(min_value=0, max_value=32767, required=False, help_text="In lists.")
    active = Flag(required=False, help_text="Whether it is offered.")

    def validate_name(self, typed: str) -> str:
        if not one_line(typed):
            raise serializers.ValidationError("What is it called?")
        return one_line(typed)


class VersionAsk(Ask):
    """Terms from an instant on. What was promised before keeps its own."""

    valid_from = Instant(required=False, help_text="Now, unless given; never in the past.")
    why = Text(
        max_length=2000,
        required=False,
        allow_blank=True,
        help_text="For staff to read out, and on the public page.",
    )
    wording = Text(
        max_length=2000,
        required=False,
        allow_blank=True,
        help_text="What the public page says; made from the terms, unless given.",
    )
    calendar = asks.Key(
        queryset=Calendar.objects.all(), required=False, help_text="The one in force, unless given."
    )

    def validate_valid_from(self, given: Any) -> Any:
        if given < now() - NOW_IS:
            raise serializers.ValidationError("Terms begin now or later.")
        return given


class TurnaroundAsk(VersionAsk):
    """How many working days are quoted, and the shorter target of our own."""

    EXAMPLE = {"days": 4, "target_days": 2, "risks": "Panels come from a supplier."}

    days = Whole(min_value=1, max_value=3650)
    target_days = Whole(min_value=1, max_value=3650)
    risks = Text(max_length=300, required=False, allow_blank=True)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["target_days"] > asked["days"]:
            raise serializers.ValidationError({"target_days": "Not more than is quoted."})
        return asked


class CallbackWindowAsk(VersionAsk):
    """Within how much working time we call back."""

    EXAMPLE = {"minutes": 240, "why": "Mornings are for the bench."}

    minutes = Whole(min_value=1, max_value=44640, help_text="Of working time.")
    customer_kind = serializers.ChoiceField(
        choices=Customer.Kind.choices, required=False, help_text="For all, unless given."
    )


class SolutionAsk(Ask):
    """A common problem, and the choices to offer for it."""

    EXAMPLE = {
        "title": "Printer shows offline",
        "choices": ["We set it up again by phone, ten minutes.", "Bring it, one day."],
    }

    title = Text(max_length=120)
    text = Text(max_length=solutions.LONGEST, required=False, allow_blank=True)
    choices = serializers.ListField(
        child=Text(max_length=solutions.LONGEST_CHOICE),
        max_length=solutions.CHOICES,
        required=False,
        help_text="A sentence each, to read out.",
    )
    service = asks.service(required=False, allow_null=True)
    active = Flag(required=False)

    def validate_title(self, typed: str) -> str:
        if not one_line(typed):
            raise serializers.ValidationError("What is the problem?")
        return typed


@extend_schema_view(
    list=extend_schema(summary="List services as the shop orders them"),
    retrieve=extend_schema(summary="One service"),
)
class Services(Resource):
    shape = ServiceShape
    filterset_class = ServiceFilter
    ordering = ("position", "id")
    lookup_field = "pk"
    scopes = {
        "list": Scope.TICKETS_READ,
        "retrieve": Scope.TICKETS_READ,
        "create": Scope.POLICIES_WRITE,
        "partial_update": Scope.POLICIES_WRITE,
        "turnarounds": Scope.POLICIES_WRITE,
        "quote_by": Scope.POLICIES_WRITE,
    }

    @extend_schema(summary="Offer something new", request=ServiceAsk, responses={201: ServiceShape})
    def create(self, request: Request) -> Response:
        service = _written(Service(), self.ask(ServiceAsk))
        response = self.shown(service, status=201)
        response["Location"] = reverse("api-service-detail", args=[service.pk])
        return response

    @extend_schema(
        summary="Change what is said of it; what is left out stays",
        request=ServiceAsk,
        responses={200: ServiceShape},
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        asked = self.ask(asks.partly(ServiceAsk))
        return self.shown(_written(self.get_object(), asked))

    @extend_schema(
        summary="Its turnarounds by version, the latest first",
        responses=TurnaroundShape(many=True),
    )
    @action(detail=True, methods=["get"], url_path="turnarounds", filter_backends=())
    def turnarounds(self, request: Request, pk: str) -> Response:
        self.refuse_unknown({"cursor", "page_size"})
        rows = TurnaroundShape.loaded(Turnaround.objects.filter(service=self.get_object()))
        return self.listed(rows, TurnaroundShape, "-valid_from", "-id")

    @extend_schema(
        summary="Quote it by other terms from an instant on",
        request=TurnaroundAsk,
        responses={201: TurnaroundShape},
    )
    @turnarounds.mapping.post
    def quote_by(self, request: Request, pk: str) -> Response:
        asked, service = self.ask(TurnaroundAsk), self.get_object()
        version = Turnaround.objects.create(service=service, **_terms(asked, by=self.by))
        return self.made(version, TurnaroundShape, f"/api/v1/services/{pk}/turnarounds/")


@extend_schema_view(
    list=extend_schema(summary="Callback windows by version, the latest first"),
    retrieve=extend_schema(summary="One version of the callback window"),
)
class CallbackWindows(Resource):
    shape = CallbackWindowShape
    ordering = ("-valid_from", "-id")
    lookup_field = "pk"
    scopes = {
        "list": Scope.TICKETS_READ,
        "retrieve": Scope.TICKETS_READ,
        "create": Scope.POLICIES_WRITE,
    }

    @extend_schema(
        summary="Call back by another window from an instant on",
        request=CallbackWindowAsk,
        responses={201: CallbackWindowShape},
    )
    def create(self, request: Request) -> Response:
        asked = self.ask(CallbackWindowAsk)
        version = CallbackWindow.objects.create(**_terms(asked, by=self.by))
        return self.made(version, CallbackWindowShape, reverse("api-callback-window-list"))


@extend_schema_view(
    list=extend_schema(summary="List or search solutions"),
    retrieve=extend_schema(summary="One solution"),
)
class Solutions(Resource):
    shape = SolutionShape
    filterset_class = SolutionFilter
    ordering = ("-written_at", "-id")
    lookup_field = "pk"
    scopes = {
        "list": Scope.TICKETS_READ,
        "retrieve": Scope.TICKETS_READ,
        "create": Scope.TICKETS_WRITE,
        "partial_update": Scope.TICKETS_WRITE,
    }

    @extend_schema(
        summary="Write down what helped", request=SolutionAsk, responses={201: SolutionShape}
    )
    def create(self, request: Request) -> Response:
        solution = self._write(self.ask(SolutionAsk), Solution())
        response = self.shown(solution, status=201)
        response["Location"] = reverse("api-solution-detail", args=[solution.pk])
        return response

    @extend_schema(
        summary="Write it anew; what is left out stays",
        request=SolutionAsk,
        responses={200: SolutionShape},
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        asked = self.ask(asks.partly(SolutionAsk))
        return self.shown(self._write(asked, self.get_object()))

    def _write(self, asked: dict[str, Any], solution: Solution) -> Solution:
        advice = Advice(
            title=asked.get("title", solution.title),
            text=asked.get("text", solution.text),
            choices=tuple(asked.get("choices", solution.choices)),
            service=asked.get("service", solution.service),
            active=asked.get("active", solution.active),
        )
        return solutions.write(advice, by=self.by, now=now(), solution=solution)


def _written(service: Service, asked: dict[str, Any]) -> Service:
    for name, value in asked.items():
        setattr(service, name, value)
    try:
        with transaction.atomic():
            service.save()
    except IntegrityError:
        raise Conflict("Another service is called that.") from None
    return service


def _terms(asked: dict[str, Any], *, by: User) -> dict[str, Any]:
    """Return the fields of a version: the shop's own calendar, from now on, unless asked."""
    moment = now()
    if "calendar" not in asked:
        begun = CallbackWindow.objects.filter(valid_from__lte=moment)
        in_force = begun.order_by("-valid_from", "-pk").first()
        if in_force is None:
            raise serializers.ValidationError({"calendar": "Which? There is none yet."})
        asked["calendar"] = in_force.calendar
    return {"valid_from": moment, **asked, "made_at": moment, "made_by": by}
