"""The voicemail greeting and queue announcement: always what the policy says now."""

from collections.abc import Callable
from xml.etree import ElementTree

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.views.decorators.http import require_GET
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from helpdesk.api import access, errors
from helpdesk.models import Scope
from policies import replies
from policies.models import NoTerms
from policies.replies import Greeting as Said
from tickets.models import Shop

# Twilio's names of voices speak a language with its country.
SPOKEN = {"en": "en-GB", "sv": "sv-SE"}


class Greeting(APIView):
    """The greeting and the facts it says."""

    authentication_classes = (access.BearerAuthentication, access.KeyAuthentication)
    scope = Scope.PHONE

    def get(self, request: Request) -> Response:
        said = _greeting(request.query_params.get("language", ""))
        return Response(
            {
                "text": said.text,
                "language": said.language,
                "is_open": said.is_open,
                "callback_by": said.callback_by,
                "window": {
                    "id": said.window.pk,
                    "working_minutes": said.window.minutes,
                    "valid_from": said.window.valid_from,
                },
            }
        )


@login_not_required
@require_GET
def text(request: HttpRequest) -> HttpResponse:
    return _answer(request, "text/plain; charset=utf-8", lambda said: said.text)


@login_not_required
@require_GET
def twiml(request: HttpRequest) -> HttpResponse:
    return _answer(request, "application/xml", _twiml)


def _answer(request: HttpRequest, content_type: str, say: Callable[[Said], str]) -> HttpResponse:
    if access.bearer(access.given(request), Scope.PHONE) is None:
        return errors.problem(request, 401, "This needs a token with the scope phone.")
    try:
        said = _greeting(request.GET.get("language", ""))
    except NoTerms as missing:
        return errors.problem(request, 503, str(missing))
    return HttpResponse(say(said), content_type=content_type)


def _greeting(language: str) -> Said:
    shop = Shop.objects.current()
    known = language if language in shop.languages else shop.language
    return replies.greeting(shop=shop, now=now(), language=known)


def _twiml(said: Said) -> str:
    response = ElementTree.Element("Response")
    spoken = SPOKEN.get(said.language, said.language)
    ElementTree.SubElement(response, "Say", {"language": spoken}).text = said.text
    return ElementTree.tostring(response, encoding="unicode", xml_declaration=False).join(
        ['<?xml version="1.0" encoding="UTF-8"?>\n', "\n"]
    )
