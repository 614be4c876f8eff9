"""Saying no in one voice: RFC 9457 problem details."""

import sys
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.views import defaults
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

from billing.invoicing import NotPayable
from billing.models import NoRate
from policies.calendars import BadHours, NeverOpen
from policies.models import NoTerms
from policies.quotes import AlreadyAccepted
from tickets.merging import NotMergeable
from tickets.models import NoShop
from tickets.outbox import SaidJustNow
from tickets.states import IllegalMove, LostRace
from tickets.troubles import NotEased

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 10  # seconds
NOTHING_HERE = "There is nothing at this address."

# What Django refuses before a view is asked, or after one has failed.
SENTENCES = {
    400: "The request is not one we can read.",
    403: "This is not for you.",
    404: NOTHING_HERE,
    500: "Something went wrong here. It is in our log; try again later.",
    503: "The database is busy or away. Nothing was saved; try again in a moment.",
}


# What they say is for people to read.
REFUSALS = (AlreadyAccepted, IllegalMove, LostRace, NotEased, NotMergeable, NotPayable)


class Conflict(APIException):
    status_code = 409
    default_detail = "Somebody else was first. Fetch it again."


class NotReady(APIException):
    status_code = 503
    default_detail = "The shop has not been set up yet."


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn our refusals into HTTP ones; DRF calls this for every exception in a view."""
    if isinstance(error, SaidJustNow):
        error = Conflict("The same was written to them a moment ago.")
    if isinstance(error, REFUSALS):
        error = Conflict(str(error))
    if isinstance(error, NoShop | NoRate | NoTerms | NeverOpen | BadHours):
        error = NotReady(str(error) or None)
    if isinstance(error, Http404):
        error = APIException(NOTHING_HERE)
        error.status_code = 404
    response = exception_handler(error, context)
    if response is not None:
        response.data = body(response.status_code, response.data)
        response.content_type = MEDIA_TYPE
    return response


def refusal(status: int, page: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Return what Django calls for `status`: a problem below /api/, `page` everywhere else."""

    def refuse(request: HttpRequest, exception: Exception | None = None) -> HttpResponseBase:
        if not request.path.startswith("/api/"):
            return page(request) if exception is None else page(request, exception)
        said = body(status, {"detail": SENTENCES[status]})
        return JsonResponse(said, status=status, content_type=MEDIA_TYPE)

    return refuse


bad_request = refusal(400, defaults.bad_request)
permission_denied = refusal(403, defaults.permission_denied)
page_not_found = refusal(404, defaults.page_not_found)


def _busy_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(render_to_string("503.html"), status=503)


_broken = refusal(500, defaults.server_error)
_busy = refusal(503, _busy_page)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Tell a database that does not answer, where the same request succeeds later, from a bug.

    Here and not in a middleware, because it is a middleware too that asks the database.
    """
    if not isinstance(sys.exception(), OperationalError | InterfaceError):
        return _broken(request)
    response = _busy(request)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def body(status: int, said: Any) -> dict[str, Any]:
    """Shape what was said: `detail` for people, `errors` by field for programs."""
    shaped = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
    if isinstance(said, dict) and set(said) <= {"detail", "code"}:
        return shaped | {"detail": str(said.get("detail", ""))}
    errors = said if isinstance(said, dict) else {"": said}
    return shaped | {
        "detail": "Some of what was sent cannot be used.",
        "errors": [
            {"field": field, "detail": " ".join(_sentences(texts))}
            for field, texts in errors.items()
        ],
    }


def _sentences(said: Any) -> Iterator[str]:
    """Say each thing that is wrong; of a list's entry with its place, the first being 1."""
    if isinstance(said, dict):
        for name, within in said.items():
            place = f"Entry {name + 1}" if isinstance(name, int) else name
            yield from (f"{place}: {sentence}" for sentence in _sentences(within))
    elif isinstance(said, list):
        for n, each in enumerate(said):  # a dict is about the entry that stands there
            yield from _sentences({n: each} if isinstance(each, dict) else each)
    else:
        yield str(said)
