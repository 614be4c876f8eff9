"""What somebody said to a machine of ours: filed like a call, and owed a callback."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.fields import Field
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk import journey
from helpdesk.api.strict import BadCharset, Instant
from helpdesk.api.v1 import phone, phone_shapes
from policies.models import Promise
from tickets.channels import cti
from tickets.channels.contract import Malformed, Voicemail

SLUG = "voicemail"

_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z][a-z0-9-]*[a-z0-9])")
# Names that mean something else on every network, or nothing outside of it.
_PRIVATE = frozenset({"corp", "home", "internal", "intranet", "lan", "local", "localhost"})


def refuse_private(url: str) -> None:
    """Refuse what is no address of the public web. It is only ever shown, and never fetched."""
    try:
        parts = urlsplit(url)
        host, _port = (parts.hostname or "").removesuffix("."), parts.port
    except ValueError:  # a port or brackets that are none
        host, parts = "", urlsplit("")
    name = _HOST.fullmatch(host)
    is_public = name is not None and name[1] not in _PRIVATE
    is_plain = re.fullmatch(r"[!-~]+", url, re.ASCII) and not parts.username
    if parts.scheme not in {"http", "https"} or not is_public or not is_plain:
        raise ValidationError(
            _(
                "Send an address that begins with http:// or https:// and a public host name,"
                " without a password in it. A number is not a name."
            )
        )


class VoicemailIn(serializers.Serializer[Any]):
    """What a phone system tells of a voicemail; fields it does not know are passed over."""

    call_id = serializers.CharField(max_length=250, default="", allow_blank=True)
    to = serializers.CharField(max_length=250, default="", allow_blank=True, allow_null=True)
    text = serializers.CharField(default="", allow_blank=True, allow_null=True)
    duration = serializers.CharField(max_length=100, default="", allow_blank=True, allow_null=True)
    recording_url = serializers.CharField(max_length=2000, default="", allow_blank=True)
    left_at = Instant(default=None, allow_null=True)

    def get_fields(self) -> dict[str, Field[Any, Any, Any, Any]]:
        caller: Field[Any, Any, Any, Any] = serializers.CharField(
            max_length=250,
            allow_blank=True,
            allow_null=True,
            error_messages={"required": _("Say who called; empty or anonymous: withheld.")},
        )
        return {"from": caller, **super().get_fields()}

    def validate_recording_url(self, url: str) -> str:
        if url:
            refuse_private(url)
        return url


class Voicemails(phone.PhoneView):
    """A voicemail. It joins the ticket of its call; told again, it is the same one."""

    http_method_names = ("post",)

    @phone_shapes.voicemail(VoicemailIn)
    def post(self, request: Request) -> Response:
        raw, kept = phone.body(request), phone.kept(request, now=now())
        try:
            voicemail = _read(raw, kept["content_type"])
        except APIException as refusal:
            journey.unreadable_event(raw, via=SLUG, because=_sentence(refusal), **kept)
            raise
        left = journey.voicemail_left(voicemail, raw, **kept)
        return Response(
            {
                "id": left.interaction.pk,
                "ticket": left.ticket.number,
                "call_id": voicemail.call_id,
                "promise": _promise(left.promise),
            },
            status=201 if left.is_new else 200,
        )


def _read(raw: bytes, content_type: str) -> Voicemail:
    try:
        fields = cti.decode(raw, content_type)
    except Malformed as malformed:
        refusal = BadCharset if malformed.field == "Content-Type" else ParseError
        raise refusal(str(malformed)) from None
    given = VoicemailIn(data=fields)
    given.is_valid(raise_exception=True)
    said = given.validated_data
    return Voicemail(
        via=SLUG,
        from_number=said["from"] or "",
        call_id=said["call_id"],
        text=said["text"] or "",
        recording_url=said["recording_url"],
        duration=said["duration"] or "",
        left_at=said["left_at"],
    )


def _sentence(refusal: APIException) -> str:
    said = refusal.detail
    if not isinstance(said, dict):
        return str(said)
    return " ".join(f"{field}: {' '.join(map(str, texts))}" for field, texts in said.items())


def _promise(promise: Promise | None) -> dict[str, Any] | None:
    return {"id": promise.pk, "due_at": promise.due_at} if promise else None
