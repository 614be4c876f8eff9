"""What the phone system's corner is asked for and answers, as the OpenAPI document tells it."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from helpdesk.shapes.contract import Money
from tickets import phones
from tickets.models import Ticket

Plain = serializers.Serializer[Any]
View = TypeVar("View", bound=Callable[..., Any])

NUMBER = OpenApiParameter(
    "number", required=True, description="As the phone system has it; empty: withheld."
)
LANGUAGE = OpenApiParameter("language", description="One of the shop's; its first, unless given.")


class CallerTicket(Plain):
    number = serializers.IntegerField()
    subject = serializers.CharField()
    status = serializers.ChoiceField(choices=Ticket.Status.choices)
    url = serializers.URLField()


class CallerPromise(Plain):
    kind = serializers.CharField()
    ticket = serializers.IntegerField()
    due_at = serializers.DateTimeField()
    told = serializers.CharField(allow_null=True)


class CallerCustomer(Plain):
    id = serializers.IntegerField()
    name = serializers.CharField()
    language = serializers.CharField()
    url = serializers.URLField()
    tickets = CallerTicket(many=True, help_text="Open ones, the last touched first.")
    promises = CallerPromise(many=True, help_text="Open ones, in the order they are due.")
    given = Money(help_text="What we have given them so far.")


class CallerFound(Plain):
    number = serializers.CharField(allow_null=True, help_text="In E.164, if it is a number.")
    given = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(choices=[kind.value for kind in phones.Kind])
    is_blocked = serializers.BooleanField()
    customers = CallerCustomer(many=True)


class GreetingWindow(Plain):
    id = serializers.IntegerField()
    working_minutes = serializers.IntegerField()
    valid_from = serializers.DateTimeField()


class GreetingSaid(Plain):
    text = serializers.CharField()
    language = serializers.CharField()
    is_open = serializers.BooleanField()
    callback_by = serializers.DateTimeField()
    window = GreetingWindow()


class PhoneError(Plain):
    """A refusal in the words of Zammad's clients."""

    error = serializers.CharField()


class CallEvent(Plain):
    """An event in Zammad's generic CTI shape; docs/phone.md has all of it."""

    event = serializers.ChoiceField(choices=["newCall", "answer", "hangup"])
    direction = serializers.ChoiceField(choices=["in", "out"])
    callId = serializers.CharField(max_length=250)
    to = serializers.CharField()
    user = serializers.ListField(child=serializers.CharField(), required=False)
    queue = serializers.CharField(required=False)
    answeringNumber = serializers.CharField(required=False)
    cause = serializers.CharField(required=False)

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.CharField(), **super().get_fields()}


class CallHeard(Plain):
    """{}; for a blocked caller what makes the phone system refuse the call."""

    action = serializers.CharField(required=False)
    reason = serializers.CharField(required=False)


class VoicemailPromise(Plain):
    id = serializers.IntegerField()
    due_at = serializers.DateTimeField()


class VoicemailFiled(Plain):
    id = serializers.IntegerField()
    ticket = serializers.IntegerField()
    call_id = serializers.CharField(allow_blank=True)
    promise = VoicemailPromise(allow_null=True)


class JournalFiled(Plain):
    ticket = serializers.IntegerField(allow_null=True)


class JournalContact(Plain):
    id = serializers.CharField()
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    company = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    phone_business = serializers.CharField(allow_blank=True)
    contact_url = serializers.URLField()


class JournalContacts(Plain):
    contacts = JournalContact(many=True)


class Journal(Plain):
    """A call that is over, in the words of our 3CX template."""

    call_type = serializers.ChoiceField(choices=["Inbound", "Outbound", "Missed", "Notanswered"])
    number = serializers.CharField()
    name = serializers.CharField(required=False)
    agent = serializers.CharField(required=False)
    agent_email = serializers.CharField(required=False)
    duration = serializers.CharField(required=False, help_text="hh:mm:ss")
    entity_id = serializers.CharField(required=False)
    started_at = serializers.DateTimeField(required=False)


def _refused(*codes: int) -> dict[Any, Any]:
    return {code: OpenApiResponse(PhoneError, "Refused.") for code in codes}


caller = extend_schema(summary="Who is calling", parameters=[NUMBER], responses=CallerFound)
name = extend_schema(
    summary="The caller's name as plain text, or nothing",
    parameters=[OpenApiParameter("number", description="As the phone system has it.")],
    responses={(200, "text/plain"): OpenApiTypes.STR},
)
greeting = extend_schema(
    summary="The greeting, and the facts it says", parameters=[LANGUAGE], responses=GreetingSaid
)
text = extend_schema(
    operation_id="greeting_text",
    summary="The greeting as plain text",
    parameters=[LANGUAGE],
    responses={(200, "text/plain"): OpenApiTypes.STR},
)
twiml = extend_schema(
    summary="The greeting as TwiML",
    parameters=[LANGUAGE],
    request=None,
    responses={(200, "application/xml"): OpenApiTypes.STR},
)
event = extend_schema(
    operation_id="cti_event",
    summary="Something happened to a call",
    description="The token in the address is the log-in; it takes the scope `phone`.",
    request=CallEvent,
    responses={200: CallHeard, **_refused(400, 401, 415, 422)},
)
desk_phone = extend_schema(
    operation_id="cti_desk_phone",
    summary="Something happened to a call, told by a desk phone",
    description="The token in the address is the log-in; it takes the scope `phone`.",
    parameters=[
        OpenApiParameter(
            "event",
            location=OpenApiParameter.PATH,
            enum=["incoming", "outgoing", "established", "terminated", "missed"],
        ),
        *(OpenApiParameter(name) for name in ("remote", "local", "call_id")),
    ],
    responses={200: CallHeard, **_refused(400, 401, 422)},
)
lookup = extend_schema(
    operation_id="cti_3cx_lookup",
    summary="3CX: the one customer a number belongs to",
    parameters=[OpenApiParameter("number")],
    responses=JournalContacts,
)
journal = extend_schema(
    operation_id="cti_3cx_journal",
    summary="3CX: a call that is over",
    request=Journal,
    responses={200: JournalFiled, **_refused(400, 415, 422)},
)
template = extend_schema(
    operation_id="cti_3cx_template",
    summary="3CX: the template its administrator uploads",
    responses={(200, "application/xml"): OpenApiTypes.STR},
)


def voicemail(body: type[Plain]) -> Callable[[View], View]:
    described: Callable[[View], View] = extend_schema(
        summary="Somebody left a voicemail",
        request=body,
        responses={201: VoicemailFiled, 200: VoicemailFiled},
        examples=[
            OpenApiExample(
                "A transcript",
                {"call_id": "307fa962", "from": "+16175550142", "text": "Please call me back."},
                request_only=True,
            )
        ],
    )
    return described
