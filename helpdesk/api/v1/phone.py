"""What the addresses of the phone system's corner have in common."""

from collections.abc import Iterable

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from helpdesk.api import access
from helpdesk.models import Scope


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
