"""The providers' door."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import re_path
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from helpdesk import journey
from tickets.channels import channels
from tickets.channels.contract import (
    CallEvent,
    Delivery,
    Forged,
    Hook,
    Hooked,
    Inbound,
    Malformed,
)


class Kept(TypedDict):
    """What is written down of every arrival."""

    content_type: str
    source: str
    now: datetime


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def receive(request: HttpRequest, slug: str, secret: str = "", event: str = "") -> HttpResponse:
    channel = channels().get(slug)
    if not isinstance(channel, Hooked):
        raise Http404
    hook = _hook(request, secret, event)
    try:
        channel.verify(hook)
    except Forged:
        raise PermissionDenied from None
    raw = hook.body or request.META.get("QUERY_STRING", "").encode()
    kept = Kept(content_type=request.content_type or "", source=slug, now=now())
    try:
        for happening in channel.parse(hook):
            match happening:
                case Inbound():
                    journey.text_arrived(happening, raw, **kept)
                case Delivery():
                    journey.delivery_reported(happening, raw, **kept)
                case CallEvent():
                    journey.call_event(happening, raw, **kept)
    except Malformed as error:
        journey.unreadable_event(raw, via=slug, because=str(error), **kept)
        # Not 4xx: the provider would send the same again, for a day, and it is kept already.
    answer = channel.reply(hook)
    return HttpResponse(answer.content, content_type=answer.content_type, status=answer.status)


def _hook(request: HttpRequest, secret: str, event: str) -> Hook:
    body = request.body  # before the form: read as a stream, it is gone afterwards
    return Hook(
        method=request.method or "",
        url=settings.PUBLIC_URL + request.get_full_path(),  # what the provider signed
        headers=request.headers,
        query=_fields(request.GET),
        form=_fields(request.POST),
        body=body,
        secret=secret,
        event=event,
    )


def _fields(given: QueryDict) -> Mapping[str, list[str]]:
    """Keep repeated keys, since a signature covers them; as they came, since it covers that too."""
    return {name: given.getlist(name) for name in given}


urlpatterns = [
    re_path(
        r"^hooks/(?P<slug>[a-z0-9-]+)(?:/(?P<secret>[^/]+))?(?:/(?P<event>[^/]+))?/?$",
        receive,
        name="hook",
    ),
]
