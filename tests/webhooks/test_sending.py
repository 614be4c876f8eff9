"""The request itself: to the address that was checked, without detours, and soon over."""

import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest

from helpdesk.webhooks import sending
from helpdesk.webhooks.addresses import BadAddress
from helpdesk.webhooks.sending import NotReached
from tests import gateways, mailservers, servers

NAME = "hooks.example"
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(sending, "SECONDS", 0.5)


@pytest.fixture
def inside(settings):
    """Vouch for an address."""

    def inside(url):
        settings.WEBHOOK_INSIDE = [*settings.WEBHOOK_INSIDE, url.split("/")[2]]
        return url

    return inside


@contextmanager
def saying(*pieces, pause=0.0, forever=b""):
    """Answer whoever connects with these bytes, one after the other; `forever` without an end."""
    over = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def speak():
        connection, _address = server.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            for piece in pieces:
                connection.sendall(piece)
                if over.wait(pause):
                    return
            while forever and not over.wait(pause):
                connection.sendall(forever)

    thread = threading.Thread(target=speak)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    finally:
        over.set()
        thread.join()
        server.close()


def test_what_is_asked_and_answered(receiver):
    receiver.answer(202, content="å")
    url = f"{receiver.url}?key=1"

    answer = sending.post(url, b"{}", {"Content-Type": "application/json"})

    assert answer == sending.Answer(202, "å", None)
    [request] = receiver.requests
    assert (request.method, request.path, request.body) == ("POST", "/told?key=1", b"{}")
    assert request.headers == {
        "Host": receiver.url.split("/")[2],
        "Accept-Encoding": "identity",
        "User-Agent": "Helpdesk",
        "Content-Type": "application/json",
        "Content-Length": "2",
    }


def test_a_redirect_is_not_followed(receiver):
    receiver.answer(302, Location=f"{receiver.url}/inner")

    assert sending.post(receiver.url, b"{}", {}).status == 302
    assert len(receiver.requests) == 1


def test_no_proxy_is_asked(receiver, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{servers.free_port()}")

    assert sending.post(receiver.url, b"{}", {}).status == 200


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("999999999", 86400),
        ("9" * 5000, None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("Mon, 01 Jan 2001 00:00:00 GMT", 0),
        ("Mon, 01 Jan 2999 00:00:00 GMT", 86400),
        ("Mon, 01 Jan 99999999 00:00:00 GMT", None),
    ],
)
def test_how_long_it_asks_us_to_wait(receiver, written, seconds):
    receiver.answer(503, Retry_After=written)

    told = sending.post(receiver.url, b"{}", {}).retry_after
    assert told == (None if seconds is None else timedelta(seconds=seconds))


# -- time and size -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pieces", "forever"),
    [
        pytest.param([b"H"] * 50, b"", id="a status line, letter by letter"),
        pytest.param([OK, *[b"X-Drip: 1\r\n"] * 50], b"", id="headers, one by one"),
        pytest.param([OK], b"X", id="a header without an end"),
    ],
)
def test_an_answer_that_never_comes_is_not_waited_for(impatient, inside, pieces, forever):
    began = time.monotonic()
    with (
        saying(*pieces, pause=0.05, forever=forever) as url,
        pytest.raises(NotReached, match="There was no answer within"),
    ):
        sending.post(inside(url), b"{}", {})

    assert time.monotonic() - began < 2


def test_a_server_that_listens_and_says_nothing(impatient, inside):
    with mailservers.Silent() as silent, pytest.raises(NotReached, match="no answer within"):
        sending.post(inside(f"http://127.0.0.1:{silent.port}/"), b"{}", {})


@pytest.mark.parametrize("length", [b"", b"Content-Length: 9999999\r\n"])
def test_a_slow_body_is_cut_off_and_the_answer_holds(impatient, inside, length):
    began = time.monotonic()
    with saying(OK + length + b"\r\n", pause=0.02, forever=b"x") as url:
        answer = sending.post(inside(url), b"{}", {})

    assert answer.status == 200
    assert 0 < len(answer.said) < 100
    assert 0.4 < time.monotonic() - began < 3


def test_an_endless_body_is_read_up_to_a_limit(inside):
    with saying(OK + b"\r\n", forever=b"x" * 5000) as url:
        answer = sending.post(inside(url), b"{}", {})

    assert (answer.status, len(answer.said)) == (200, 64 * 1024)


def test_a_chunked_body_is_put_together(inside):
    chunks = b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    with saying(OK + chunks) as url:
        assert sending.post(inside(url), b"{}", {}).said == "abcde"


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (b"", "broke before"),
        (b"220 mail.example ESMTP\r\n", "broke before"),
        (b"HTTP/1.1 x\r\n\r\n", "broke before"),
        (OK + b"X: " + b"y" * 70000 + b"\r\n\r\n", "broke before"),
    ],
)
def test_an_answer_that_is_none(inside, said, says):
    with saying(said) as url, pytest.raises(NotReached, match=says):
        sending.post(inside(url), b"{}", {})


def test_nobody_there(inside):
    with pytest.raises(NotReached, match="Nobody takes the connection"):
        sending.post(inside(f"http://127.0.0.1:{servers.free_port()}/"), b"{}", {})


# -- the address that was checked ----------------------------------------------------------------


def test_the_name_is_asked_for_once(resolver):
    """A second answer, from a server that has changed its mind, is never heard."""
    resolver[NAME] = [["93.184.215.14"], ["127.0.0.1"]]

    with pytest.raises(UserWarning, match=r"93\.184\.215\.14"):  # no test gets that far
        sending.post(f"https://{NAME}/", b"{}", {})

    assert resolver["asked"] == [NAME]


@pytest.mark.parametrize("found", [["127.0.0.1"], ["93.184.215.14", "127.0.0.1"]])
def test_a_name_that_leads_inside_is_connected_to_by_nobody(resolver, found, receiver, settings):
    settings.WEBHOOK_INSIDE = []
    resolver[NAME] = [found]

    with pytest.raises(BadAddress, match="inside a network"):
        sending.post(f"https://{NAME}/", b"{}", {})


def test_the_next_address_of_a_name_is_tried(resolver, receiver, settings):
    port = receiver.url.split(":")[2].split("/")[0]
    settings.WEBHOOK_INSIDE = [NAME]
    resolver[NAME] = [["::1", "127.0.0.1"]]

    assert sending.post(f"http://{NAME}:{port}/", b"{}", {}).status == 200
    assert receiver.requests[0].headers["Host"] == f"{NAME}:{port}"


# -- TLS -----------------------------------------------------------------------------------------


@pytest.fixture
def secure(tmp_path, resolver, settings, monkeypatch):
    """Serve under a certificate for `name`, trusted or not: (port, the names asked for)."""

    @contextmanager
    def secure(name, *, is_trusted=True):
        certificate = mailservers.certificate(tmp_path, name)
        context, asked = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH), []
        context.load_cert_chain(certificate)
        context.sni_callback = lambda _socket, asked_for, _context: asked.append(asked_for)
        if is_trusted:
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "public.pem"))
        sending._trust.cache_clear()
        with gateways.serving(lambda handler, _request: gateways.say(handler, 200), context) as url:
            yield int(url.rpartition(":")[2]), asked

    settings.WEBHOOK_INSIDE = [NAME, "127.0.0.1"]
    resolver[NAME] = [["127.0.0.1"]]
    yield secure
    sending._trust.cache_clear()


def test_the_certificate_is_looked_at_for_the_name_and_not_the_address(secure):
    with secure(f"DNS:{NAME}") as (port, asked):
        assert sending.post(f"https://{NAME}:{port}/", b"{}", {}).status == 200
        assert asked == [NAME]


def test_or_for_the_address_where_there_is_no_name(secure):
    with secure("IP:127.0.0.1") as (port, _asked):
        assert sending.post(f"https://127.0.0.1:{port}/", b"{}", {}).status == 200


@pytest.mark.parametrize("name", ["IP:127.0.0.1", "DNS:other.example", "DNS:*.hooks.example"])
def test_a_certificate_for_another_name_is_refused(secure, name):
    with secure(name) as (port, _asked), pytest.raises(NotReached) as refused:
        sending.post(f"https://{NAME}:{port}/?key=hush", b"{}", {})

    assert "certificate is not good for “hooks.example”" in str(refused.value)
    assert "hush" not in str(refused.value)


def test_a_certificate_of_somebody_unknown_is_refused(secure):
    with (
        secure(f"DNS:{NAME}", is_trusted=False) as (port, _asked),
        pytest.raises(NotReached, match="certificate is not good"),
    ):
        sending.post(f"https://{NAME}:{port}/", b"{}", {})


def test_no_tls_where_there_should_be(receiver, resolver, settings):
    settings.WEBHOOK_INSIDE = [receiver.url.split("/")[2]]

    with pytest.raises(NotReached, match="No secure connection"):
        sending.post(receiver.url.replace("http:", "https:"), b"{}", {})


def test_a_handshake_that_never_ends_is_not_waited_for(impatient, settings):
    settings.WEBHOOK_INSIDE = ["127.0.0.1"]
    with mailservers.Silent() as silent, pytest.raises(NotReached, match="no answer within"):
        sending.post(f"https://127.0.0.1:{silent.port}/", b"{}", {})
