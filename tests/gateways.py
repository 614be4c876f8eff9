"""Real servers to send to: any HTTP server on loopback, and a Kannel with an operator behind it."""

import os
import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest
import requests
from django.http import QueryDict

from tests.servers import Place, Server, dying_with_parent, free_port
from tickets.channels.contract import Hook

PUBLIC_URL = "https://shop.example"
PATIENCE = 20.0  # seconds for a message to arrive somewhere, on a machine busy with other things
SBIN = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])
FAKESMSC = Path("/usr/lib/kannel/test/fakesmsc")


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Respond = Callable[[BaseHTTPRequestHandler, Request], None]


@contextmanager
def serving(respond: Respond, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve HTTP on loopback for as long as the block runs, and give the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            # Whoever gave up waiting is not there to be answered.
            with suppress(ConnectionError):
                respond(self, Request(self.command, self.path, dict(self.headers), body))

        do_POST = do_GET

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def say(handler: BaseHTTPRequestHandler, status: int, content: str = "", **headers: str) -> None:
    body = content.encode()
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def hook(request: Request) -> Hook:
    """Return what the door makes of a request to /hooks/<slug>[/<secret>][/<event>]."""
    path, _, query = request.path.partition("?")
    _, _, _, secret, event = (*map(unquote, path.rstrip("/").split("/")), "", "")[:5]
    content_type = request.headers.get("Content-Type", "")
    is_form = content_type.startswith("application/x-www-form-urlencoded")
    return Hook(
        method=request.method,
        url=PUBLIC_URL + request.path,
        headers=request.headers,
        query=dict(QueryDict(query).lists()),
        form=dict(QueryDict(request.body).lists()) if is_form else {},
        body=request.body,
        secret=secret,
        event=event,
    )


def until(happens: Callable[[], object], *, within: float = PATIENCE) -> None:
    deadline = time.monotonic() + within
    while not happens():
        if time.monotonic() > deadline:
            raise AssertionError("waited in vain")
        time.sleep(0.05)


CONFIGURATION = """\
group = core
admin-port = {admin}
admin-password = admin
smsbox-port = {boxes}
box-allow-ip = 127.0.0.1

group = smsc
smsc = fake
smsc-id = OPERATOR
port = {operator}
connect-allow-ip = 127.0.0.1

group = smsc
smsc = http
smsc-id = UNICODE
system-type = kannel
port = {unicode}
connect-allow-ip = 127.0.0.1
smsc-username = operator
smsc-password = operator
send-url = "http://127.0.0.1:9/"
allowed-smsc-id = NOBODY

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {sendsms}
global-sender = 13013
http-request-retry = 20
http-queue-delay = 1

group = sendsms-user
username = helpdesk
password = {password}
max-messages = 10
concatenation = true

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "{hooks}?from=%p&to=%P&text=%b&id=%I&smsc=%i&ts=%T&charset=%C&coding=%c"

group = sms-service
keyword = posted
max-messages = 0
send-sender = true
post-url = "{hooks}"
"""


@dataclass(frozen=True)
class Operator:
    """Kannel's own stand-in for a mobile network, which writes down what reaches it."""

    process: subprocess.Popen[bytes]
    log: Path

    def send(self, sender: str, text: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(f"{sender} 13013 text {text}\n".encode())
        self.process.stdin.flush()

    def received(self) -> list[str]:
        """Return the messages so far: "sender recipient text Hello"."""
        written = self.log.read_text(errors="replace")
        return re.findall(r"Got message \d+: <(.*?)>\n", written, re.DOTALL)


@dataclass(frozen=True)
class Kannel:
    url: str
    password: str
    hook_url: str
    folder: Path
    ports: dict[str, int]

    @contextmanager
    def operator(self) -> Iterator[Operator]:
        """Connect an operator for as long as the block runs."""
        log = self.folder / f"fakesmsc-{time.monotonic_ns()}.log"
        command = [FAKESMSC, "-H", "127.0.0.1", "-r", str(self.ports["operator"]), "-v", "0"]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=dying_with_parent(signal.SIGKILL),
            )
        with process:
            try:
                until(lambda: "OPERATOR" in self.online())
                yield Operator(process, log)
            finally:
                process.kill()
        until(lambda: "OPERATOR" not in self.online())

    def send_unicode(self, sender: str, text: str) -> None:
        """Hand Kannel a message in UCS-2, which the fake operator cannot send."""
        query = {
            **{"username": "operator", "password": "operator", "from": sender, "to": "13013"},
            **{"text": text, "charset": "UTF-8", "coding": "2"},
        }
        address = f"http://127.0.0.1:{self.ports['unicode']}/sms"
        requests.get(address, params=query, timeout=10).raise_for_status()

    def online(self) -> list[str]:
        """Return the names of the operators and boxes that are connected, by the status page."""
        address = f"http://127.0.0.1:{self.ports['admin']}/status.txt"
        try:
            page = requests.get(address, timeout=10).text
        except requests.ConnectionError:
            return []
        lines = [line.strip() for line in page.splitlines()]
        names = {"OPERATOR": r"OPERATOR\b.*\(online ", "smsbox": r"smsbox:.*\(on-line "}
        return [name for name, sign in names.items() if any(re.match(sign, line) for line in lines)]


@contextmanager
def kannel(hooks: str, hook_url: str) -> Iterator[Kannel]:
    """Run a Kannel that brings what arrives to the address `hooks`, or skip the test."""
    binaries = [shutil.which(name, path=SBIN) for name in ("bearerbox", "smsbox")]
    if not all(binaries) or not FAKESMSC.exists():
        pytest.skip("*** KANNEL IS NOT INSTALLED: apt install kannel kannel-extras ***")
    bearerbox, smsbox = binaries
    ports = {name: free_port() for name in ("admin", "boxes", "operator", "unicode", "sendsms")}
    with tempfile.TemporaryDirectory(prefix="kannel-") as name:
        folder, password = Path(name), "s3cret & 100% r/ght"
        configuration = folder / "kannel.conf"
        written = CONFIGURATION.format(hooks=hooks.replace("%", "%%"), password=password, **ports)
        configuration.write_text(written)
        url = f"http://127.0.0.1:{ports['sendsms']}/cgi-bin/sendsms"
        gateway = Kannel(url, password, hook_url, folder, ports)
        place, running = Place(folder, {}), list[Server]()
        try:
            for box, is_up in ((bearerbox, answers(gateway)), (smsbox, has_smsbox(gateway))):
                # SIGTERM would make it wait for what it has queued.
                server = place.start(
                    Path(box or "").name, [box, configuration], death=signal.SIGKILL
                )
                running.append(server)
                server.wait_until(is_up)
            yield gateway
        finally:
            for server in reversed(running):
                server.stop()


def answers(gateway: Kannel) -> Callable[[], bool]:
    def is_up() -> bool:
        with suppress(requests.ConnectionError):
            address = f"http://127.0.0.1:{gateway.ports['admin']}/status.txt"
            return requests.get(address, timeout=10).ok
        return False

    return is_up


def has_smsbox(gateway: Kannel) -> Callable[[], bool]:
    return lambda: "smsbox" in gateway.online()
