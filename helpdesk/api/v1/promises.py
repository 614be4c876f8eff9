"""What we promised and quoted, and saying what became of it."""

from typing import Any

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk import journey
from helpdesk.api.errors import Conflict
from helpdesk.api.resource import Resource, acts
from helpdesk.api.strict import Ask, Flag, Instant, Text, Whole
from helpdesk.api.v1 import asks
from helpdesk.filters import FollowUpFilter, PromiseFilter, QuoteFilter
from helpdesk.models import Scope
from helpdesk.shapes.promises import FollowUpShape, PromiseShape, QuoteShape
from policies import promises
from policies.models import FollowUp, Promise, Quote, Turnaround
from policies.models.terms import NoTerms
from tickets.states import LostRace

# What staff may say became of one.
ENDINGS = [
    (status.value, status.label)
    for status in (Promise.Status.KEPT, Promise.Status.SOLVED, Promise.Status.VOID)
]


class PromiseAsk(Ask):
    """A call back, by the window in force; or something in words, by a time."""

    EXAMPLE = {
        "kind": "update",
        "what": "A price for the board",
        "due_at": "2026-03-05T12:00:00-05:00",
    }

    kind = serializers.ChoiceField(
        choices=[Promise.Kind.CALLBACK, Promise.Kind.UPDATE, Promise.Kind.OTHER]
    )
    what = Text(max_length=200, required=False, help_text="In words; not of a callback.")
    due_at = Instant(required=False, help_text="By when; of a callback the policy says it.")

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["kind"] == Promise.Kind.CALLBACK:
            for name in ("what", "due_at"):
                if name in asked:
                    raise serializers.ValidationError({name: "The policy says it."})
            return asked
        for name, question in (("what", "What, in words?"), ("due_at", "By when?")):
            if name not in asked:
                raise serializers.ValidationError({name: question})
        if asked["due_at"] <= now():
            raise serializers.ValidationError({"due_at": "That time has passed."})
        if asked["due_at"] > now() + promises.FARTHEST:
            raise serializers.ValidationError({"due_at": "That is too far away to promise."})
        return asked


class QuoteAsk(Ask):
    """A service, by the turnaround in force; never fewer working days than it says."""

    EXAMPLE = {"service": 1, "days": 4, "accepted_how": "phone"}

    service = asks.service()
    days = Whole(required=False, min_value=1, max_value=3650)
    accepted_how = serializers.ChoiceField(choices=Quote.HEARD, required=False)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            least = Turnaround.in_force(now(), asked["service"]).days
        except NoTerms as error:
            raise serializers.ValidationError({"service": str(error)}) from None
        if asked.get("days", least) < least:
            raise serializers.ValidationError(
                {"days": f"It takes {least} working days. Fewer are never quoted."}
            )
        return asked


class TellingAsk(Ask):
    """What the customer was told, word for word. The first telling counts."""

    EXAMPLE = {"words": "We call you back by 3:00 PM today."}

    words = Text(max_length=2000)


class EndingAsk(Ask):
    """What became of it. After its time it is broken, whatever is said."""

    EXAMPLE = {"status": "solved", "because": "They found the switch themselves"}

    status = serializers.ChoiceField(choices=ENDINGS)
    because = Text(max_length=200)


class AcceptanceAsk(Ask):
    """How the customer said yes. It is a promise from now on."""

    EXAMPLE = {"how": "phone"}

    how = serializers.ChoiceField(choices=Quote.HEARD)


class CompletionAsk(Ask):
    """What staff did; where customers were asked whether they are happy, what they said."""

    EXAMPLE = {"outcome": "Called, they come on Thursday."}

    outcome = Text(max_length=200, required=False)
    is_happy = Flag(required=False)
    words = Text(max_length=2000, required=False, allow_blank=True)


class Commitments(Resource):
    """What tickets have of it."""

    scopes = {
        "promises": Scope.TICKETS_READ,
        "promise": Scope.TICKETS_WRITE,
        "quotes": Scope.TICKETS_READ,
        "quote": Scope.TICKETS_WRITE,
    }

    @extend_schema(
        summary="What was promised on it, the latest first", responses=PromiseShape(many=True)
    )
    @action(detail=True, methods=["get"], url_path="promises", filter_backends=())
    def promises(self, request: Request, number: str) -> Response:
        self.refuse_unknown({"cursor", "page_size"})
        rows = PromiseShape.loaded(Promise.objects.filter(ticket=self.get_object()))
        return self.listed(rows, PromiseShape, "-made_at", "-id")

    @extend_schema(summary="Promise something", request=PromiseAsk, responses={201: PromiseShape})
    @promises.mapping.post
    def promise(self, request: Request, number: str) -> Response:
        asked, ticket = self.ask(PromiseAsk), self.open_ticket()  # type: ignore[attr-defined]
        if asked["kind"] == Promise.Kind.CALLBACK:
            if Promise.objects.open().filter(ticket=ticket, kind=asked["kind"]).exists():
                raise Conflict("A call back is promised already. A second would not be sooner.")
            row = journey.callback_promised(ticket, by=self.by, now=now())
        else:
            what, due_at, kind = asked["what"], asked["due_at"], asked["kind"]
            row = journey.promised(ticket, what, due_at, kind=kind, by=self.by, now=now())
        return self.made(row, PromiseShape, f"/api/v1/promises/{row.pk}/")

    @extend_schema(
        summary="What was quoted on it, the latest first", responses=QuoteShape(many=True)
    )
    @action(detail=True, methods=["get"], url_path="quotes", filter_backends=())
    def quotes(self, request: Request, number: str) -> Response:
        self.refuse_unknown({"cursor", "page_size"})
        rows = QuoteShape.loaded(Quote.objects.filter(ticket=self.get_object()))
        return self.listed(rows, QuoteShape, "-quoted_at", "-id")

    @extend_schema(summary="Quote a service", request=QuoteAsk, responses={201: QuoteShape})
    @quotes.mapping.post
    def quote(self, request: Request, number: str) -> Response:
        asked, ticket = self.ask(QuoteAsk), self.open_ticket()  # type: ignore[attr-defined]
        row = journey.quoted(
            ticket,
            asked["service"],
            by=self.by,
            now=now(),
            days=asked.get("days"),
            accepted_how=asked.get("accepted_how", ""),
        )
        return self.made(row, QuoteShape, f"/api/v1/quotes/{row.pk}/")


@extend_schema_view(
    list=extend_schema(summary="List promises, the latest made first"),
    retrieve=extend_schema(summary="One promise"),
)
class Promises(Resource):
    shape = PromiseShape
    filterset_class = PromiseFilter
    ordering = ("-made_at", "-id")
    lookup_field = "pk"
    scopes = {
        "list": Scope.TICKETS_READ,
        "retrieve": Scope.TICKETS_READ,
        "tell": Scope.TICKETS_WRITE,
        "end": Scope.TICKETS_WRITE,
    }

    def _open(self) -> Promise:
        promise: Promise = self.get_object()
        if not promise.is_open:
            raise LostRace("It has ended.")
        return promise

    @acts(
        "tellings", TellingAsk, PromiseShape, status=200, summary="Note what the customer was told"
    )
    def tell(self, request: Request, pk: str) -> Response:
        asked, promise = self.ask(TellingAsk), self._open()
        if promise.told_at is not None:
            raise LostRace("They were told before, and the first telling counts.")
        journey.promise_told(promise, asked["words"], now=now())
        return self.shown(promise)

    @acts("endings", EndingAsk, PromiseShape, status=200, summary="Say what became of it")
    def end(self, request: Request, pk: str) -> Response:
        asked, promise = self.ask(EndingAsk), self._open()
        status, because = asked["status"], asked["because"]
        journey.promise_ended(promise, status, because=because, by=self.by, now=now())
        return self.shown(promise)


@extend_schema_view(
    list=extend_schema(summary="List quotes, the latest first"),
    retrieve=extend_schema(summary="One quote"),
)
class Quotes(Resource):
    shape = QuoteShape
    filterset_class = QuoteFilter
    ordering = ("-quoted_at", "-id")
    lookup_field = "pk"
    scopes = {
        "list": Scope.TICKETS_READ,
        "retrieve": Scope.TICKETS_READ,
        "accept": Scope.TICKETS_WRITE,
    }

    @acts("acceptances", AcceptanceAsk, PromiseShape, summary="The customer said yes")
    def accept(self, request: Request, pk: str) -> Response:
        asked, quote = self.ask(AcceptanceAsk), self.get_object()
        if quote.ticket.is_ended:
            raise LostRace(f"{quote.ticket} has ended.")
        row = journey.quote_accepted(quote, how=asked["how"], by=self.by, now=now())
        return self.made(row, PromiseShape, f"/api/v1/promises/{row.pk}/")


@extend_schema_view(
    list=extend_schema(summary="List what is to be done as time passes, and what was"),
    retrieve=extend_schema(summary="One follow-up"),
)
class FollowUps(Resource):
    shape = FollowUpShape
    filterset_class = FollowUpFilter
    ordering = ("-due_at", "-id")
    lookup_field = "pk"
    scopes = {
        "list": Scope.TICKETS_READ,
        "retrieve": Scope.TICKETS_READ,
        "complete": Scope.TICKETS_WRITE,
    }

    @acts(
        "completions", CompletionAsk, FollowUpShape, status=200, summary="Staff did what was theirs"
    )
    def complete(self, request: Request, pk: str) -> Response:
        asked, follow_up = self.ask(CompletionAsk), self.get_object()
        if follow_up.status != FollowUp.Status.TASK:
            raise Conflict("It is not for staff to do, or it is done.")
        if "is_happy" in asked:
            journey.satisfaction_asked(
                follow_up,
                is_happy=asked["is_happy"],
                words=asked.get("words", ""),
                by=self.by,
                now=now(),
            )
        elif "outcome" not in asked:
            raise serializers.ValidationError({"outcome": "What was done, in words?"})
        else:
            journey.task_done(follow_up, asked["outcome"], by=self.by, now=now())
        return self.shown(follow_up)
