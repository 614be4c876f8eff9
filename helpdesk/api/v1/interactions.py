"""Every touch: what was said and written on a ticket, calls among it, and saying more."""

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
from helpdesk.filters import CallFilter, InteractionFilter
from helpdesk.journey import Contact
from helpdesk.models import Scope
from helpdesk.shapes.tickets import CallShape, InteractionShape
from tickets import intake, notes, outbox, phones, segments
from tickets.intake import Reachable
from tickets.models import Call, ContactPoint, Interaction, Shop, Ticket
from tickets.models.work import Kind
from tickets.states import IllegalMove

Direction = Interaction.Direction


class InteractionAsk(Ask):
    """A note, a contact that happened, or an answer that is to be sent (email or sms, out)."""

    EXAMPLE = {"kind": "note", "text": "The board is dead, the drive is fine.", "minutes": 20}

    kind = serializers.ChoiceField(
        choices=[Kind.NOTE, Kind.CALL, Kind.WALK_IN, Kind.EMAIL, Kind.SMS]
    )
    direction = serializers.ChoiceField(
        choices=[Direction.IN.value, Direction.OUT.value],
        default=Direction.IN.value,
        help_text="Of a call: who called. A message is always `out`.",
    )
    text = Text(max_length=notes.LONGEST, trim_whitespace=False)
    minutes = Whole(min_value=0, max_value=44640, default=0, help_text="Of work.")
    reached = Flag(default=True, help_text="Of a call of ours: whether they answered.")
    official = Flag(default=True, help_text="False: by a private phone, or at dinner.")
    happened_at = Instant(required=False, help_text="Of a call or visit; now, unless given.")
    wants_callback = Flag(default=False, help_text="Of a call or visit: promise to call back.")

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if not asked["text"].strip():
            raise serializers.ValidationError({"text": "In words?"})
        is_message = asked["kind"] in {Kind.EMAIL, Kind.SMS}
        if is_message and asked["direction"] != Direction.OUT:
            raise serializers.ValidationError({"direction": "A message is sent: out."})
        if asked.get("happened_at", now()) > now():
            raise serializers.ValidationError({"happened_at": "That is still to come."})
        if asked["kind"] == Kind.SMS and segments.count(asked["text"]).parts > segments.MOST_PARTS:
            raise serializers.ValidationError(
                {"text": f"More than {segments.MOST_PARTS} text messages."}
            )
        return asked


class Correspondence(Resource):
    """What tickets have of it."""

    scopes = {"interactions": Scope.TICKETS_READ, "say": Scope.TICKETS_WRITE}

    def sent(self) -> bytes:
        """Return the body as it came."""
        return bytes(self.request._request.body)

    def open_ticket(self) -> Ticket:
        """Return the ticket the address names. Raises IllegalMove when it has ended."""
        ticket: Ticket = self.get_object()
        if ticket.is_ended:
            raise IllegalMove(f"{ticket} has ended. Move it to “open” first.")
        return ticket

    def point(self, reach: Reachable | None) -> ContactPoint | None:
        """Return where they are reached, remembering what was never heard of before."""
        if reach is None:
            return None
        if reach.kind == ContactPoint.Kind.EMAIL:
            return intake.known_address(reach.value).point
        return intake.known(phones.read(reach.value, Shop.objects.current().region)).point

    @extend_schema(
        summary="What was said and written, the latest first",
        responses=InteractionShape(many=True),
    )
    @action(detail=True, methods=["get"], url_path="interactions", filter_backends=())
    def interactions(self, request: Request, number: str) -> Response:
        self.refuse_unknown({"cursor", "page_size"})
        rows = InteractionShape.loaded(Interaction.objects.filter(ticket=self.get_object()))
        return self.listed(rows, InteractionShape, "-happened_at", "-id")

    @extend_schema(
        summary="Note something, log a contact, or answer the customer",
        request=InteractionAsk,
        responses={201: InteractionShape},
    )
    @interactions.mapping.post
    def say(self, request: Request, number: str) -> Response:
        asked, ticket = self.ask(InteractionAsk), self.get_object()
        if asked["kind"] == Kind.NOTE:
            row = self._noted(ticket, asked)
        elif asked["kind"] in {Kind.EMAIL, Kind.SMS}:
            row = self._answered(ticket, asked)
        else:
            row = self._spoken_with(ticket, asked)
        return self.made(row, InteractionShape, f"/api/v1/interactions/{row.pk}/")

    def _noted(self, ticket: Ticket, asked: dict[str, Any]) -> Interaction:
        return journey.note_added(
            ticket, asked["text"], by=self.by, now=now(), minutes=asked["minutes"]
        )

    def _answered(self, ticket: Ticket, asked: dict[str, Any]) -> Interaction:
        ways = [route for route in outbox.routes(ticket) if route.kind == asked["kind"]]
        if not ways:
            raise Conflict(f"There is no way to reach them by {asked['kind']}.")
        return journey.staff_answered(ticket, ways[0], asked["text"], by=self.by, now=now())

    def _spoken_with(self, ticket: Ticket, asked: dict[str, Any]) -> Interaction:
        if ticket.is_ended:
            raise IllegalMove(f"{ticket} has ended. Move it to “open” first.")
        moment = now()
        contact = Contact(
            kind=asked["kind"],
            direction=asked["direction"],
            said=asked["text"],
            heard_at=asked.get("happened_at", moment),
            reached=asked["reached"],
            minutes=asked["minutes"],
            official=asked["official"],
        )
        return journey.contact_logged(
            contact,
            by=self.by,
            now=moment,
            ticket=ticket,
            wants_callback=asked["wants_callback"],
        ).interaction


@extend_schema_view(
    list=extend_schema(summary="List contacts and messages, the latest first"),
    retrieve=extend_schema(summary="One contact or message"),
)
class Interactions(Resource):
    shape = InteractionShape
    filterset_class = InteractionFilter
    ordering = ("-happened_at", "-id")
    lookup_field = "pk"
    scopes = {
        "list": Scope.TICKETS_READ,
        "retrieve": Scope.TICKETS_READ,
        "retry": Scope.TICKETS_WRITE,
    }

    @acts(
        "retries",
        asks.Nothing,
        InteractionShape,
        status=200,
        summary="Send a message after all that could not be sent",
    )
    def retry(self, request: Request, pk: str) -> Response:
        self.ask(asks.Nothing)
        interaction = self.get_object()
        journey.message_retried(interaction, now=now())
        return self.shown(interaction)


@extend_schema_view(
    list=extend_schema(summary="List calls as the phone system told of them, the latest first"),
    retrieve=extend_schema(summary="One call, by the id of its interaction"),
)
class Calls(Resource):
    shape = CallShape
    filterset_class = CallFilter
    ordering = ("-started_at", "-id")
    lookup_field = "interaction_id"
    scopes = {"list": Scope.TICKETS_READ, "retrieve": Scope.TICKETS_READ}

    def rows(self) -> Any:
        return Call.objects.all()
