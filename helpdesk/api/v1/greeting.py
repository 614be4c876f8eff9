"""The voicemail greeting and queue announcement: always what the policy says now."""

from xml.etree import ElementTree

from django.http import HttpResponse
from django.utils.timezone import now
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.api.v1 import phone_shapes
from helpdesk.api.v1.phone import PhoneView
from policies import replies
from policies.replies import Greeting as Said
from tickets.models import Shop
from tickets.text import one_line

# Twilio's names of voices speak a language with its country.
SPOKEN = {"en": "en-GB", "sv": "sv-SE"}


class Greeting(PhoneView):
    """The greeting and the facts it says."""

    @phone_shapes.greeting
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


class Text(PhoneView):
    """The greeting for a recording, or for a machine that speaks."""

    @phone_shapes.text
    def get(self, request: Request) -> HttpResponse:
        said = _greeting(request.query_params.get("language", ""))
        return HttpResponse(said.text, content_type="text/plain; charset=utf-8")


class TwiML(PhoneView):
    """The greeting for Twilio and those who speak like it; they POST unless told otherwise."""

    @phone_shapes.twiml
    def get(self, request: Request) -> HttpResponse:
        said = _greeting(request.query_params.get("language", ""))
        return HttpResponse(_twiml(said), content_type="application/xml")

    @phone_shapes.twiml
    def post(self, request: Request) -> HttpResponse:
        return self.get(request)


def _greeting(language: str) -> Said:
    shop = Shop.objects.current()
    known = language if language in shop.languages else shop.language
    return replies.greeting(shop=shop, now=now(), language=known)


def _twiml(said: Said) -> str:
    response = ElementTree.Element("Response")
    spoken = SPOKEN.get(said.language, said.language)
    # One line: XML has no way to write a control character a shop's name may hold.
    ElementTree.SubElement(response, "Say", {"language": spoken}).text = one_line(said.text)
    return ElementTree.tostring(response, encoding="unicode", xml_declaration=False).join(
        ['<?xml version="1.0" encoding="UTF-8"?>\n', "\n"]
    )
