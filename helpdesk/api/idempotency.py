"""A write that is sent again under the same Idempotency-Key is answered again, and done once.

The answer is kept in the transaction of what it answers: there is never one without the other.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import now
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk.models import ApiToken, IdempotencyKey

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT_HEADERS = ("Location", "ETag")
KEPT = timedelta(hours=24)
# In hand for longer, whoever had it is dead: a request ends within half a minute.
GIVEN_UP_AFTER = timedelta(minutes=2)
LONGEST = 255

Handler = Callable[..., Response]


class InFlight(APIException):
    status_code = 409
    default_detail = "The same request is being carried out. Ask again in a second."
    wait = 1  # for Retry-After


class AnotherRequest(APIException):
    status_code = 422
    default_detail = "This Idempotency-Key was used for another request."


def once(handler: Handler, request: Request) -> Handler:
    """Return `handler` as it is to be called for a request with an Idempotency-Key."""

    def answered(request: Request, *args: Any, **kwargs: Any) -> Response:
        mine, earlier = _claim(request)
        if mine is None:
            assert earlier is not None
            return earlier
        try:
            with transaction.atomic():
                response = handler(request, *args, **kwargs)
                _keep(mine, response)
        except BaseException:
            mine.delete()  # nothing was done, so nothing stands in the way of doing it
            raise
        return response

    return answered


def _claim(request: Request) -> tuple[IdempotencyKey | None, Response | None]:
    """Return the row that says it is ours to do, or the answer it had before."""
    token, key = request.auth, request.headers.get(HEADER, "")
    assert isinstance(token, ApiToken)
    if not key.isprintable() or not key.isascii() or len(key) > LONGEST:
        raise ValidationError({HEADER: f"Up to {LONGEST} printable ASCII characters."})
    began_at, fingerprint = now(), _fingerprint(request)
    keys = IdempotencyKey.objects.filter(token=token, key=key)
    keys.filter(began_at__lt=began_at - KEPT).delete()
    keys.filter(began_at__lt=began_at - GIVEN_UP_AFTER, code=None).delete()
    try:
        with transaction.atomic():
            return (
                IdempotencyKey.objects.create(
                    token=token, key=key, fingerprint=fingerprint, began_at=began_at
                ),
                None,
            )
    except IntegrityError:
        earlier = keys.first()
    if earlier is None:
        raise InFlight
    if earlier.fingerprint != fingerprint:
        raise AnotherRequest
    if earlier.code is None or earlier.answer is None:
        raise InFlight
    kept = json.loads(earlier.answer)
    return None, Response(
        kept["data"], status=earlier.code, headers=kept["headers"] | {REPLAYED: "true"}
    )


def _fingerprint(request: Request) -> str:
    said = json.dumps(request.data, sort_keys=True)
    path = request.get_full_path()
    return hashlib.sha256(f"{request.method} {path}\n{said}".encode()).hexdigest()


def _keep(mine: IdempotencyKey, response: Response) -> None:
    answer = {
        "data": response.data,
        "headers": {name: response[name] for name in KEPT_HEADERS if response.has_header(name)},
    }
    kept = JSONRenderer().render(answer).decode()
    mine_still = IdempotencyKey.objects.filter(pk=mine.pk)
    if not mine_still.update(code=response.status_code, answer=kept):
        raise InFlight  # we overslept, and another was asked: what we did is taken back
