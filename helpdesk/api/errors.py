"""Saying no in one voice: RFC 9457 problem details."""

from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from rest_framework.exceptions import APIException
from rest_framework.response import Response
from rest_framework.views import exception_handler

from policies.models import NoTerms
from tickets.states import IllegalMove, LostRace

MEDIA_TYPE = "application/problem+json"


class Conflict(APIException):
    status_code = 409
    default_detail = "Somebody else was first. Fetch it again."


class NotReady(APIException):
    status_code = 503
    default_detail = "The shop has not set this up yet."


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn our refusals into HTTP ones; DRF calls this for every exception in a view."""
    if isinstance(error, IllegalMove | LostRace):
        error = Conflict(str(error))
    if isinstance(error, NoTerms):
        error = NotReady(str(error))
    if isinstance(error, Http404):
        error = APIException("There is nothing at this address.")
        error.status_code = 404
    response = exception_handler(error, context)
    if response is not None:
        response.data = body(response.status_code, response.data)
        response.content_type = MEDIA_TYPE
    return response


def problem(request: HttpRequest, status: int, detail: str) -> JsonResponse:
    """Return the same from a view that is not DRF's."""
    response = JsonResponse(body(status, {"detail": detail}), status=status)
    response.headers["Content-Type"] = MEDIA_TYPE
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def body(status: int, said: Any) -> dict[str, Any]:
    """Shape what was said: `detail` for people, `errors` by field for programs."""
    if isinstance(said, dict) and set(said) <= {"detail", "code"}:
        return {"type": "about:blank", "status": status, "detail": str(said.get("detail", ""))}
    errors = said if isinstance(said, dict) else {"": said}
    return {
        "type": "about:blank",
        "status": status,
        "detail": "Some of what was sent cannot be used.",
        "errors": [
            {"field": field, "detail": " ".join(str(text) for text in _list(texts))}
            for field, texts in errors.items()
        ],
    }


def _list(texts: Any) -> list[Any]:
    return texts if isinstance(texts, list) else [texts]
