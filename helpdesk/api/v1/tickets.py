"""Tickets: what has been asked of us, and everything that can be done with one."""

from typing import Any

from django.urls import reverse
from django.utils.timezone import now
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk import journey
from helpdesk.api.resource import Resource, acts
from helpdesk.api.strict import Ask, Flag, Text, Whole
from helpdesk.api.v1 import asks
from helpdesk.api.v1.interactions import Correspondence
from helpdesk.api.v1.promises import ENDINGS, Commitments
from helpdesk.filters import TicketFilter
from helpdesk.journey import Contact
from helpdesk.models import Scope
from helpdesk.shapes.tickets import TicketShape
from tickets import notes
from tickets.messages import Form
from tickets.models import Interaction, Ticket
from tickets.models.work import Kind
from tickets.states import IllegalMove

SPOKEN = (Kind.CALL, Kind.WALK_IN)


class TicketAsk(Ask):
    """A matter somebody brought to us. By `web` they are owed a call back, and told so at once."""

    EXAMPLE = {
        "subject": "Screen stays black",
        "text": "Since this morning. It beeps twice.",
        "reach": "+16175550142",
        "name": "Ingrid Dahlberg",
    }

    subject = Text(max_length=120, required=False, help_text="Else the first line of the text.")
    text = Text(max_length=notes.LONGEST, trim_whitespace=False)
    channel = serializers.ChoiceField(
        choices=[Kind.WEB.value, *(kind.value for kind in SPOKEN)], default=Kind.WEB.value
    )
    customer = asks.customer(required=False, allow_null=True)
    reach = asks.Reach(required=False, help_text="A number or address of theirs.")
    name = Text(max_length=120, required=False, help_text="As a stranger gives it.")
    service = asks.service(required=False, allow_null=True)
    minutes = Whole(min_value=0, max_value=44640, default=0, help_text="Of work, of a spoken one.")
    wants_callback = Flag(default=False, help_text="Of a spoken one: promise to call back.")

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if not asked["text"].strip():
            raise serializers.ValidationError({"text": "What did they say?"})
        if asked["channel"] == Kind.WEB and not (asked.get("customer") or asked.get("reach")):
            raise serializers.ValidationError({"reach": "Where do we answer? Or whose is it?"})
        return asked


class DescriptionAsk(Ask):
    """What it is about; what is left out stays."""

    EXAMPLE = {"subject": "Laptop does not start", "service": 1}

    subject = Text(max_length=120, required=False)
    service = asks.service(required=False, allow_null=True)


class MoveAsk(Ask):
    """Where it goes: on, to its end, or back from it. To close says whether it was free."""

    EXAMPLE = {"to": "closed", "charge": "free", "gift_reason": "Regular customer"}

    to = serializers.ChoiceField(
        choices=[
            *(Ticket.Status.OPEN, Ticket.Status.WAITING, Ticket.Status.READY),
            *(Ticket.Status.CLOSED, Ticket.Status.SPAM),
        ]
    )
    customer_told = Flag(
        default=False, help_text="With `ready`: they know, so the promise is kept."
    )
    charge = serializers.ChoiceField(
        choices=[Ticket.Charge.FREE, Ticket.Charge.CHARGED], required=False
    )
    gift_reason = Text(max_length=200, required=False, help_text="With `free`.")
    promises_are = serializers.ChoiceField(
        choices=ENDINGS,
        required=False,
        help_text="With `closed`: what became of what is still promised.",
    )
    concern_is_eased = Flag(
        required=False, help_text="With `closed`: the concern staff wrote down is settled, too."
    )

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        closes = asked["to"] == Ticket.Status.CLOSED
        if closes and "charge" not in asked:
            raise serializers.ValidationError({"charge": "free or charged?"})
        for name in ("charge", "gift_reason", "promises_are", "concern_is_eased"):
            if name in asked and not closes:
                raise serializers.ValidationError({name: "Only with to: closed."})
        return asked


class AssignmentAsk(Ask):
    """Who works on it; null: nobody."""

    EXAMPLE = {"assignee": "per"}

    assignee = asks.Colleague(allow_null=True)


class IdentificationAsk(Ask):
    """Whose it is."""

    EXAMPLE = {"customer": 7}

    customer = asks.customer()


class MergeAsk(Ask):
    """The open ticket it is a part of."""

    EXAMPLE = {"into": 1042}

    into = asks.ticket()


@extend_schema_view(
    list=extend_schema(summary="List tickets, the last touched first"),
    retrieve=extend_schema(summary="One ticket"),
)
class Tickets(Commitments, Correspondence, Resource):
    shape = TicketShape
    filterset_class = TicketFilter
    ordering = ("-touched_at", "-number")
    lookup_field = "number"
    scopes = {
        "list": Scope.TICKETS_READ,
        "retrieve": Scope.TICKETS_READ,
        "create": Scope.TICKETS_WRITE,
        "partial_update": Scope.TICKETS_WRITE,
        "move": Scope.TICKETS_WRITE,
        "assign": Scope.TICKETS_WRITE,
        "identify": Scope.TICKETS_WRITE,
        "merge": Scope.TICKETS_WRITE,
        **Correspondence.scopes,
        **Commitments.scopes,
    }

    def rows(self) -> Any:
        return Ticket.objects.defer("search_text")

    @extend_schema(
        summary="Log what somebody asks of us",
        request=TicketAsk,
        responses={201: TicketShape},
    )
    def create(self, request: Request) -> Response:
        asked = self.ask(TicketAsk)
        spoken = asked["channel"] != Kind.WEB
        ticket = self._spoken(asked) if spoken else self._written(asked)
        response = self.shown(ticket, status=201)
        response["Location"] = reverse("api-ticket-detail", args=[ticket.pk])
        return response

    def _written(self, asked: dict[str, Any]) -> Ticket:
        request = self.request
        form = Form(
            subject=asked.get("subject", ""),
            text=asked["text"],
            reach=asked.get("reach"),
            name=asked.get("name", ""),
            customer=asked.get("customer"),
            service=asked.get("service"),
        )
        filed = journey.form_arrived(
            form,
            self.sent(),
            content_type=request.content_type,
            source=self.token.name,
            now=now(),
        )
        assert filed is not None  # a request has no form that could be sent again
        assert filed.ticket is not None  # a constraint: what comes in has one
        return filed.ticket

    def _spoken(self, asked: dict[str, Any]) -> Ticket:
        moment = now()
        contact = Contact(
            kind=asked["channel"],
            direction=Interaction.Direction.IN,
            said=asked["text"],
            heard_at=moment,
            minutes=asked["minutes"],
        )
        return journey.contact_logged(
            contact,
            by=self.by,
            now=moment,
            customer=asked.get("customer"),
            point=self.point(asked.get("reach")),
            is_new_matter=True,
            service=asked.get("service"),
            subject=asked.get("subject", ""),
            wants_callback=asked["wants_callback"],
        ).ticket

    @extend_schema(
        summary="Say what it is about", request=DescriptionAsk, responses={200: TicketShape}
    )
    def partial_update(self, request: Request, number: str) -> Response:
        asked, ticket = self.ask(DescriptionAsk), self.open_ticket()
        journey.ticket_described(
            ticket,
            subject=asked.get("subject", ticket.subject),
            service=asked.get("service", ticket.service),
        )
        return self.shown(ticket)

    @acts("moves", MoveAsk, TicketShape, status=200, summary="Move it on, to its end, or back")
    def move(self, request: Request, number: str) -> Response:
        asked, ticket, moment = self.ask(MoveAsk), self.get_object(), now()
        to, by = asked["to"], self.by
        if to == Ticket.Status.CLOSED:
            given = {name: asked[name] for name in asked if name not in {"to", "customer_told"}}
            if ticket.customer is None:
                raise IllegalMove("Nobody knows whose it is. Identify the customer first.")
            journey.ticket_closed(ticket, by=by, now=moment, **given)
        elif to == Ticket.Status.SPAM:
            journey.marked_spam(ticket, by=by, now=moment)
        elif to == Ticket.Status.OPEN and ticket.is_ended:
            journey.ticket_reopened(ticket, by=by, now=moment)
        elif ticket.is_ended:
            raise IllegalMove(f"{ticket} has ended. Move it to “open” first.")
        else:
            told = asked["customer_told"]
            journey.ticket_moved(ticket, to, by=by, now=moment, customer_told=told)
        return self.shown(ticket)

    @acts("assignments", AssignmentAsk, TicketShape, status=200, summary="Say who works on it")
    def assign(self, request: Request, number: str) -> Response:
        asked, ticket = self.ask(AssignmentAsk), self.open_ticket()
        journey.ticket_assigned(ticket, asked["assignee"], now=now())
        return self.shown(ticket)

    @acts("identifications", IdentificationAsk, TicketShape, status=200, summary="Say whose it is")
    def identify(self, request: Request, number: str) -> Response:
        asked, ticket = self.ask(IdentificationAsk), self.open_ticket()
        if ticket.customer_id not in (None, asked["customer"].pk):
            raise IllegalMove(f"{ticket} has another customer.")
        journey.customer_identified(ticket, asked["customer"])
        return self.shown(ticket)

    @acts("merges", MergeAsk, TicketShape, status=200, summary="Make it part of another")
    def merge(self, request: Request, number: str) -> Response:
        asked, ticket = self.ask(MergeAsk), self.open_ticket()
        journey.tickets_merged(ticket, asked["into"], by=self.by, now=now())
        return self.shown(ticket)
