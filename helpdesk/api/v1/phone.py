"""What the addresses of the phone system's corner have in common."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk.api import access
from helpdesk.models import ApiToken, Scope
from tickets.channels.contract import Malformed

# Of a longer body the beginning is kept: no event comes near it, and it is quarantined anyway.
KEPT = 4 * 1024 * 1024

# By the field at fault; any other is a 422, as Zammad answers.
REFUSALS = {"body": 400, "Content-Type": 415}


class WhateverTheyAccept(DefaultContentNegotiation):
    """Answer as the address says: a phone system asks for HTML and can do without."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type


@method_decorator(never_cache, name="dispatch")
class PhoneView(APIView):
    """A question from the phone system: its token in the header, or as `?key=`."""

    authentication_classes = (access.BearerAuthentication, access.KeyAuthentication)
    content_negotiation_class = WhateverTheyAccept
    scope = Scope.PHONE


def body(request: Request) -> bytes:
    """Return what was sent, as it came: phone systems are read by their channels."""
    return request.stream.read(KEPT) if request.stream else b""


def kept(request: Request, *, now: datetime) -> dict[str, Any]:
    """Return what an arrival is kept with: of what type it was, who sent it, and when."""
    assert isinstance(request.auth, ApiToken)  # or HasScope had refused it
    return {
        "content_type": request.headers.get("Content-Type", ""),
        "source": request.auth.name,
        "now": now,
    }


def refused(malformed: Malformed) -> Response:
    return error(REFUSALS.get(malformed.field, 422), str(malformed))


def error(status: int, sentence: str) -> Response:
    """Refuse in Zammad's shape, which its clients read."""
    return Response({"error": sentence}, status=status)


def no_token() -> Response:
    return error(401, "Invalid token, please contact your admin!")
