"""One request that hands a message to a provider, and what it means when that fails."""

import re
import ssl
from collections.abc import Mapping
from datetime import timedelta

import requests
import urllib3.exceptions

from tickets.channels.contract import DeliveryFailed, DeliveryUnknown
from tickets.text import one_line

_TIMEOUTS = (5, 20)  # seconds to connect, and between two bytes of the answer
_WORDS_LIMIT = 200
_LONGEST_WAIT = timedelta(days=1)


def hand_over(
    provider: str,
    method: str,
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    data: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = None,
) -> requests.Response:
    """Return the provider's answer, or raise DeliveryFailed or DeliveryUnknown for having none.

    Neither carries what `requests` says or was asked: there may be a password in it.
    """
    try:
        return requests.request(
            method,
            url,
            params=params,
            data=data,
            auth=auth,
            timeout=_TIMEOUTS,
            allow_redirects=False,  # it would be followed with the message, or without
        )
    except (requests.RequestException, UnicodeError) as error:
        problem = _problem(provider, error)
    raise problem  # out here, where it does not remember `error`


def refusal(
    provider: str,
    response: requests.Response,
    words: str,
    *,
    opted_out: bool = False,
    no_such_address: bool = False,
) -> DeliveryFailed | DeliveryUnknown:
    """Return what an answer other than 2xx means. `words` are the provider's."""
    status = response.status_code
    said = one_line(words, _WORDS_LIMIT) or f"status {status}"
    if status in {429, 503}:
        return DeliveryFailed(
            f"{provider} is too busy: {said}",
            is_final=False,
            retry_after=_retry_after(response.headers.get("Retry-After", "")),
        )
    if status >= 500:
        # Something broke there, before or after the message was accepted.
        return DeliveryUnknown(f"{provider} failed, so the message may have left or not: {said}")
    return DeliveryFailed(
        f"{provider} refused the message: {said}",
        is_final=True,
        opted_out=opted_out,
        no_such_address=no_such_address,
    )


def is_taken(response: requests.Response) -> bool:
    return 200 <= response.status_code < 300  # .ok is true for redirects too


def _problem(provider: str, error: Exception) -> DeliveryFailed | DeliveryUnknown:
    if isinstance(error, ValueError):  # InvalidURL, MissingSchema, a header that is not Latin-1 …
        return DeliveryFailed(
            f"{provider} was not asked: its address or our credentials cannot be used.",
            is_final=True,
        )
    if _is_before_writing(error):
        return DeliveryFailed(f"{provider} cannot be reached.", is_final=False)
    return DeliveryUnknown(f"{provider} did not answer, so the message may have left or not.")


def _is_before_writing(error: Exception) -> bool:
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError):
        return True
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, urllib3.exceptions.SSLError):
        return isinstance(reason.args[0], ssl.SSLCertVerificationError)
    return isinstance(reason, urllib3.exceptions.NewConnectionError)


def _retry_after(written: str) -> timedelta | None:
    """Read a number of seconds. The header's other form, a date, no SMS gateway sends."""
    if not re.fullmatch("[0-9]{1,9}", written):
        return None
    return min(timedelta(seconds=int(written)), _LONGEST_WAIT)
