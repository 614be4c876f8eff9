"""Real mail servers on loopback: an SMTP server that does as it is told, and an IMAP one."""

import asyncio
import imaplib
import logging
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from urllib.parse import quote

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.servers import dying_with_parent, free_port

PATIENCE = 20.0  # seconds for a server to answer, on a machine busy with other things
OK = "250 OK"
HANG, DROP = "hang", "drop"  # beside whatever a server may answer


@dataclass(frozen=True)
class Received:
    """A mail as it came in by SMTP."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def mail(self):
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def message_id(self):
        return self.mail["Message-ID"].strip()  # folded where it is long

    @property
    def text(self):
        return self.mail.get_body().get_content()


class Smtp:
    """An SMTP server. `answers` are given one by one, to RCPT or after DATA; then it says yes.

    Each mail that it says yes to is kept in `mails`, and handed to `deliver` where there is one.
    """

    def __init__(self, *, deliver=None, password="", certificate=None):
        self.mails, self.answers, self.deliver = [], [], deliver
        self.at = "DATA"  # which command the answers are for
        self.password, self._hanging = password, []
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # it tells of every command
        options = {"auth_require_tls": False}
        if password:
            options["authenticator"] = self._authenticate
        if certificate:
            options["tls_context"] = context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
        self._controller = Controller(
            self, hostname="127.0.0.1", port=free_port(), ready_timeout=PATIENCE, **options
        )
        self.port = self._controller.port

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_error):
        for waiting in self._hanging:
            self._controller.loop.call_soon_threadsafe(waiting.set)
        self._controller.stop()

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        answer = await self._answer(server, "RCPT")
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        answer = await self._answer(server, "DATA")
        if answer == OK:
            received = Received(
                envelope.mail_from, tuple(envelope.rcpt_tos), bytes(envelope.content)
            )
            self.mails.append(received)
            if self.deliver is not None:
                loop = asyncio.get_running_loop()
                answer = await loop.run_in_executor(None, self.deliver, received) or OK
        return answer

    async def _answer(self, server, command):
        answer = self.answers.pop(0) if self.answers and command == self.at else OK
        if answer == HANG:
            waiting = asyncio.Event()
            self._hanging.append(waiting)
            await waiting.wait()
        if answer in (HANG, DROP):
            server.transport.abort()
            raise ConnectionResetError
        return answer

    async def handle_exception(self, error):
        return "451 dropped"

    def _authenticate(self, server, session, envelope, mechanism, given):
        return AuthResult(success=given.password.decode() == self.password, handled=False)


class Imap:
    """An IMAP server in memory, with a mailbox of one user."""

    def __init__(self, user="help", password="secret", port=None, certificate=None):
        self.user, self.password, self.port = user, password, port or free_port()
        self.certificate = certificate

    def __enter__(self):
        tls = ["--cert", self.certificate] if self.certificate else ["--no-tls"]
        command = [
            *(os.path.join(os.path.dirname(sys.executable), "pymap"), "--host", "127.0.0.1"),
            *("--port", str(self.port), *map(str, tls), "dict"),
            *("--demo-user", self.user, "--demo-password", self.password),
        ]
        self.process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONUTF8": "1"},
            preexec_fn=dying_with_parent(signal.SIGKILL),
        )
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            assert self.process.poll() is None, "pymap cannot start"
            assert time.monotonic() < deadline, "pymap does not answer"
            time.sleep(0.05)
        return self

    def __exit__(self, *_error):
        self.process.kill()
        self.process.wait()

    def url(self, folder="", *, password=None, scheme="imap"):
        user, given = quote(self.user, safe=""), quote(password or self.password, safe="")
        return f"{scheme}://{user}:{given}@127.0.0.1:{self.port}/{quote(folder)}"

    def put(self, raw, *, folder="INBOX", at=None, flags=""):
        """Let a mail arrive, at an instant of the server's own choice."""
        when = imaplib.Time2Internaldate(at or datetime.now().astimezone())
        with self.session() as client:
            _done(client.append(_folder(folder), flags, when, raw.replace(b"\n", b"\r\n")))

    def make(self, folder):
        with self.session() as client:
            _done(client.create(_folder(folder)))

    def remake(self, folder):
        """Throw a folder away and make it anew: its UIDVALIDITY is another one."""
        with self.session() as client:
            _done(client.delete(_folder(folder)))
            _done(client.create(_folder(folder)))

    def empty(self, folder):
        """Let a person delete every mail for good."""
        with self.session() as client:
            _done(client.select(_folder(folder)))
            client.store("1:*", "+FLAGS.SILENT", "(\\Deleted)")
            client.expunge()

    def flags(self, folder="INBOX"):
        """Return the flags of each mail, in the order of their UIDs."""
        with self.session() as client:
            _done(client.select(_folder(folder), readonly=True))
            _status, data = client.fetch("1:*", "(FLAGS)")
        return [
            " ".join(sorted(it.decode() for it in imaplib.ParseFlags(line) if it != b"\\Recent"))
            for line in data
            if line
        ]

    def read(self, folder="INBOX", flag="\\Seen"):
        """Let a person read every mail, or mark it otherwise."""
        with self.session() as client:
            _done(client.select(_folder(folder)))
            _done(client.store("1:*", "+FLAGS.SILENT", f"({flag})"))

    @contextmanager
    def session(self):
        client = imaplib.IMAP4("127.0.0.1", self.port, PATIENCE)
        try:
            plain = f"\0{self.user}\0{self.password}".encode()
            client.authenticate("PLAIN", lambda _: plain)
            yield client
        finally:
            client.logout()

    def _answers(self):
        try:
            imaplib.IMAP4("127.0.0.1", self.port, 1).logout()
        except OSError:
            return False
        return True


class Silent:
    """A server that takes a connection and says nothing at all."""

    def __enter__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        return self

    def __exit__(self, *_error):
        self._socket.close()


def certificate(folder, name="IP:127.0.0.1"):
    """Make a certificate nobody trusts yet, its key in the same file; skips without openssl."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: apt-get install openssl")
    path = folder / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=127.0.0.1", "-addext", f"subjectAltName={name}"),
            *("-keyout", str(path), "-out", str(folder / "public.pem")),
        ],
        check=True,
        capture_output=True,
    )
    public = (folder / "public.pem").read_text()
    path.write_text(path.read_text() + public)
    return path


def eventually(condition, within=PATIENCE):
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


def _folder(name):
    return f'"{name}"'


def _done(answer):
    status, data = answer
    assert status == "OK", data
