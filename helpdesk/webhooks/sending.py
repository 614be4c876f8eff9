"""One request to somebody's program: to the address that was checked, and over in ten seconds."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from http.client import HTTPException

import certifi
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    InvalidHeader,
    NewConnectionError,
)
from urllib3.response import BaseHTTPResponse
from urllib3.util import Retry

from helpdesk.webhooks import addresses
from helpdesk.webhooks.addresses import Place

SECONDS = 10.0  # from the first attempt to connect to the last byte that is read
LONGEST_ANSWER = 64 * 1024
LONGEST_WAIT = 24 * 3600  # that they may ask for, in seconds
ADDRESSES = 4  # of one name


class NotReached(Exception):
    """There was no answer; the text says why, and names neither path nor query."""


@dataclass(frozen=True)
class Answer:
    """What the other side said. `retry_after` is a day at most."""

    status: int
    said: str
    retry_after: timedelta | None


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send it. Raises BadAddress or NotReached; a redirect is an answer like any other.

    No proxy is asked: it would do the looking up, and be inside.
    """
    place = addresses.read(url)
    found = addresses.resolved(place)
    until = time.monotonic() + SECONDS
    try:
        with closing(_connected(place, found, until)) as connection:
            return _asked(connection, place, body, headers, until)
    except (HTTPError, HTTPException, OSError) as error:
        problem = _problem(place, error, is_late=time.monotonic() >= until)
    raise NotReached(problem)  # out here, where it does not remember `error`


def _connected(place: Place, found: list[str], until: float) -> HTTPConnection:
    """Connect to the first of the addresses that takes it; each gets its share of the time."""
    *others, last = found[:ADDRESSES]
    for tried, address in enumerate(others):
        connection = _connection(place, address, _left(until) / (len(others) + 1 - tried))
        with suppress(NewConnectionError, ConnectTimeoutError):
            connection.connect()
            return connection
    connection = _connection(place, last, _left(until))
    connection.connect()
    return connection


def _connection(place: Place, address: str, seconds: float) -> HTTPConnection:
    if place.scheme == "http":
        return HTTPConnection(address, place.port, timeout=seconds)
    return HTTPSConnection(
        address,
        place.port,
        timeout=seconds,
        server_hostname=place.host,  # whose certificate it has to be
        ssl_context=_trust(),
    )


@cache
def _trust() -> ssl.SSLContext:
    """Return whom this machine trusts, and, where it knows nobody, whom the world does."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _asked(
    connection: HTTPConnection, place: Place, body: bytes, headers: Mapping[str, str], until: float
) -> Answer:
    connection.timeout = _left(until)
    with _hung_up(connection.sock, until):
        connection.request(
            "POST",
            place.target,
            body,
            {"Host": place.host_and_port, "User-Agent": "Helpdesk", **headers},
            preload_content=False,
            decode_content=False,
        )
        response = connection.getresponse()
        if time.monotonic() >= until:
            raise TimeoutError  # headers cut in the middle look like all there are
        said = _said(response)
    return Answer(
        status=response.status,
        said=said.decode("utf-8", "replace"),
        retry_after=_retry_after(response.headers.get("Retry-After", "")),
    )


@contextmanager
def _hung_up(sock: socket.socket, until: float) -> Iterator[None]:
    """Break the connection when the time is over, however busily they drip byte after byte."""

    def hang_up() -> None:
        with suppress(OSError):
            # Below TLS, whose own shutdown would take the session away under who is reading.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(_left(until), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _said(response: BaseHTTPResponse) -> bytes:
    """Read what there is, up to a limit. They have answered: that it breaks off is no matter."""
    said = b""
    with suppress(HTTPError, HTTPException, OSError):
        while len(said) < LONGEST_ANSWER and (
            piece := response.read1(LONGEST_ANSWER - len(said), decode_content=False)
        ):
            said += piece
    return said


def _retry_after(written: str) -> timedelta | None:
    try:
        seconds = Retry(retry_after_max=LONGEST_WAIT).parse_retry_after(written)
    except (InvalidHeader, ValueError, OverflowError):
        return None
    return timedelta(seconds=seconds)


def _left(until: float) -> float:
    return max(until - time.monotonic(), 0.01)  # 0 would mean: do not wait at all


def _problem(place: Place, error: Exception, *, is_late: bool) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _("The certificate is not good for “%(host)s”: %(why)s.") % {
            "host": place.host,
            "why": error.verify_message,
        }
    if isinstance(error, NewConnectionError):  # which is a ConnectTimeoutError as well
        return _("Nobody takes the connection.")
    if is_late or isinstance(error, TimeoutError | ConnectTimeoutError):
        return _("There was no answer within %d seconds.") % SECONDS
    if isinstance(error, ssl.SSLError):
        return _("No secure connection came about.")
    return _("The connection broke before there was an answer.")
