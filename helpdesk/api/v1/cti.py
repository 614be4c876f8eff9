"""The phone's door: call events in Zammad's generic CTI shape, JSON or form.

https://docs.zammad.org/en/latest/api/generic-cti/index.html
"""

from django.utils.timezone import now
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk import journey
from helpdesk.api import access
from helpdesk.api.v1 import phone, phone_shapes
from helpdesk.models import Scope
from tickets.channels import cti
from tickets.channels.contract import Malformed


class Event(APIView):
    """Something happened to a call. Refuses in Zammad's words, which its clients read."""

    authentication_classes = ()
    permission_classes = ()  # the token in the path is the log-in
    content_negotiation_class = phone.WhateverTheyAccept
    http_method_names = ("post",)

    @phone_shapes.event
    def post(self, request: Request, token: str) -> Response:
        known = access.bearer(token, Scope.PHONE)
        if known is None:
            return phone.no_token()
        raw = phone.body(request)
        content_type = request.headers.get("Content-Type", "")
        try:
            event = cti.parse(cti.decode(raw, content_type))
        except Malformed as malformed:
            journey.unreadable_event(
                raw,
                via=cti.SLUG,
                because=str(malformed),
                content_type=content_type,
                source=known.name,
                now=now(),
            )
            return phone.refused(malformed)
        heard = journey.call_event(
            event, raw, content_type=content_type, source=known.name, now=now()
        )
        return Response(cti.reject() if heard.is_blocked else cti.ok())
