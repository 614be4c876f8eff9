"""The door of a telephone on a desk, which can do no more than fetch an address."""

from django.utils.decorators import method_decorator
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk import journey
from helpdesk.api import access
from helpdesk.api.v1 import phone, phone_shapes
from helpdesk.models import Scope
from tickets.channels import deskphone
from tickets.channels.contract import Malformed


@method_decorator(never_cache, name="dispatch")
class Event(APIView):
    """Something happened to a call. Told by GET, since that is all a telephone can do."""

    authentication_classes = ()
    permission_classes = ()  # the token in the path is the log-in
    content_negotiation_class = phone.WhateverTheyAccept
    http_method_names = ("get",)

    @phone_shapes.desk_phone
    def get(self, request: Request, token: str, event: str) -> Response:
        known = access.bearer(token, Scope.PHONE)
        if known is None:
            return phone.no_token()
        raw = f"{event}?{request.META.get('QUERY_STRING', '')}".encode()
        try:
            told = deskphone.parse(event, request.query_params)
        except Malformed as malformed:
            journey.unreadable_event(
                raw,
                via=deskphone.SLUG,
                because=str(malformed),
                content_type="",
                source=known.name,
                now=now(),
            )
            return phone.refused(malformed)
        journey.telephone_told(told, raw, source=known.name, now=now())
        return Response({})
