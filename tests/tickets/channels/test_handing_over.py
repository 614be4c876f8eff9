"""Handing a text to a gateway that says no, breaks, or says nothing, proved once for each."""

import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest

from tests import gateways
from tests.servers import free_port
from tickets.channels import wire
from tickets.channels.contract import DeliveryFailed, DeliveryUnknown, Outbound, Sent
from tickets.channels.kannel import KannelSms
from tickets.channels.twilio import TwilioSms

PASSWORD = "pa55 w&rd"
TEXT = Outbound(reference="42", recipient="+14155550142", text="Your PC is ready.")


def kannel(url):
    return KannelSms(url=url, username="helpdesk", password=PASSWORD, secret="s")


def twilio(url):
    return TwilioSms(account_sid="AC1", auth_token=PASSWORD, sender="+1617", api_url=url)


@pytest.fixture(params=[kannel, twilio])
def channel(request):
    return request.param


@contextmanager
def answering(status, content="", **headers):
    def respond(handler, request):
        gateways.say(handler, status, content, **headers)

    with gateways.serving(respond) as url:
        yield url


def failure(channel):
    with pytest.raises((DeliveryFailed, DeliveryUnknown)) as failed:
        channel.send(TEXT)
    error = failed.value
    assert (error.__cause__, error.__context__) == (None, None)
    assert PASSWORD not in repr(error)
    assert "pa55" not in repr(error)
    return error


def drop(handler, request):
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def hang(handler, request):
    time.sleep(0.6)


def stop_halfway(handler, request):
    handler.send_response(201)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b'{"sid": ')


@pytest.mark.parametrize("status", [200, 201, 202])
def test_what_is_taken_is_sent(channel, status):
    with answering(status) as url:
        assert channel(url).send(TEXT) == Sent()


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 403, 404, 410, 422])
def test_what_is_refused_is_final(channel, status):
    with answering(status, Location="/elsewhere") as url:
        error = failure(channel(url))

    assert isinstance(error, DeliveryFailed)
    assert (error.is_final, error.opted_out, error.no_such_address) == (True, False, False)
    assert f"status {status}" in str(error)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ({}, None),
        ({"Retry_After": "30"}, timedelta(seconds=30)),
        ({"Retry_After": "999999999"}, timedelta(days=1)),
        ({"Retry_After": "9" * 5000}, None),
        ({"Retry_After": "-1"}, None),
        ({"Retry_After": "Fri, 31 Dec 1999 23:59:59 GMT"}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_a_gateway_that_is_too_busy_is_tried_again(channel, status, header, wait):
    with answering(status, **header) as url:
        error = failure(channel(url))

    assert isinstance(error, DeliveryFailed)
    assert (error.is_final, error.retry_after) == (False, wait)


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_gateway_that_breaks_may_have_taken_it(channel, status):
    with answering(status, "<html>Bad Gateway</html>") as url:
        error = failure(channel(url))

    assert isinstance(error, DeliveryUnknown)
    assert "html" not in str(error)


@pytest.mark.parametrize("respond", [drop, hang, stop_halfway])
def test_a_gateway_that_says_nothing_may_have_taken_it(channel, respond, monkeypatch):
    monkeypatch.setattr(wire, "_TIMEOUTS", (5, 0.3))
    seen = []

    def receive(handler, request):
        seen.append(request)
        respond(handler, request)

    with gateways.serving(receive) as url:
        assert isinstance(failure(channel(url)), DeliveryUnknown)
    assert len(seen) == 1


def test_a_gateway_that_is_not_there_is_tried_again(channel):
    error = failure(channel(f"http://127.0.0.1:{free_port()}"))

    assert isinstance(error, DeliveryFailed)
    assert not error.is_final


def test_a_gateway_with_an_unknown_name_is_tried_again(channel, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", unknown_name)
    error = failure(channel("https://gateway.invalid/"))

    assert isinstance(error, DeliveryFailed)
    assert not error.is_final


def unknown_name(*arguments, **options):
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:13013", "ftp://127.0.0.1/", "http://", "http://[::"]
)
def test_an_address_that_is_none_is_final(channel, url):
    error = failure(channel(url))

    assert isinstance(error, DeliveryFailed)
    assert error.is_final


def test_a_page_that_repeats_our_question_is_not_repeated():
    def respond(handler, request):
        gateways.say(handler, 403, f"You asked for {request.path}")

    with gateways.serving(respond) as url:
        assert str(failure(kannel(url))) == "Kannel refused the message: status 403"


def test_the_gateway_is_given_5_seconds_to_connect_and_20_to_answer():
    assert wire._TIMEOUTS == (5, 20)


def test_a_gateway_whose_certificate_nobody_signed_is_tried_again(channel, tmp_path):
    with over_tls(tmp_path) as url:
        error = failure(channel(url))

    assert isinstance(error, DeliveryFailed)
    assert not error.is_final


def test_a_gateway_whose_tls_breaks_may_have_taken_it(channel):
    with answering(200) as url:
        assert isinstance(failure(channel(url.replace("http:", "https:"))), DeliveryUnknown)


@contextmanager
def over_tls(folder):
    if not shutil.which("openssl"):
        pytest.skip("*** OPENSSL IS NOT INSTALLED: apt install openssl ***")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"]
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=shake_hands, args=(listening, context))
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


def shake_hands(listening, context):
    connection, _ = listening.accept()
    with connection, suppress(ssl.SSLError, ConnectionError):
        context.wrap_socket(connection, server_side=True)
