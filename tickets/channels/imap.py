"""Our mailbox, read by IMAP: raw bytes by UID, and nothing that depends on the unread mark.

imap-tools opens the session and the folder; it would parse every mail it fetches, so the bytes
come through its client instead, the size asked for first.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import unquote, urlsplit

from imap_tools import AND, BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from tickets.mail.contract import MAIL_LIMIT

PATIENCE = 30.0  # seconds of silence
HEADERS_KEPT = 256 * 1024
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxUnavailable(Exception):
    """The mailbox could not be read; the text says why, without its password."""


@dataclass(frozen=True)
class Position:
    """How far it was read: UIDs mean something only under their UIDVALIDITY."""

    uidvalidity: int
    last_uid: int


@dataclass(frozen=True)
class Fetched:
    """One mail, or the beginning of one that is too large."""

    uidvalidity: int
    uid: int
    size: int  # bytes, as the server says
    raw: bytes = field(repr=False)

    @property
    def is_whole(self) -> bool:
        return self.size <= MAIL_LIMIT


class Imap:
    """Where the mailbox is: imaps://, imap+tls:// (STARTTLS) or imap://user:password@host/folder."""

    def __init__(self, url: str) -> None:
        at = urlsplit(url)
        self.scheme, self.host = at.scheme, at.hostname or "localhost"
        self.port = at.port or (993 if at.scheme == "imaps" else 143)
        self.user, self.password = unquote(at.username or ""), unquote(at.password or "")
        self.folder = unquote(at.path.lstrip("/")) or "INBOX"

    @property
    def name(self) -> str:
        return f"{self.user}@{self.host}/{self.folder}"

    @contextmanager
    def opened(self) -> Iterator["OpenMailbox"]:
        """Log in and open the folder. Raises MailboxUnavailable, then and when the line breaks."""
        try:
            box = self._box()
            try:
                self._log_in(box)
                yield OpenMailbox(box, self.folder)
                box.client.logout()
            finally:
                # Not a logout after an error: a server that hangs would be waited for once more.
                with suppress(OSError):
                    box.client.shutdown()
        except (ImapToolsError, imaplib.IMAP4.error, OSError) as error:
            said = str(error).replace(self.password, "***") if self.password else str(error)
            raise MailboxUnavailable(said or type(error).__name__) from error

    def _box(self) -> BaseMailBox:
        if self.scheme == "imap":
            return MailBoxUnencrypted(self.host, self.port, timeout=PATIENCE)
        # imaplib's own context believes any certificate.
        trusted = ssl.create_default_context()
        kind = MailBoxStartTls if self.scheme == "imap+tls" else MailBox
        return kind(self.host, self.port, timeout=PATIENCE, ssl_context=trusted)

    def _log_in(self, box: BaseMailBox) -> None:
        if f"{self.user}{self.password}".isascii():
            box.login(self.user, self.password, self.folder)
        else:  # LOGIN knows no other letters
            box.login_utf8(self.user, self.password, self.folder)


class OpenMailbox:
    """A folder that is open."""

    def __init__(self, box: BaseMailBox, folder: str) -> None:
        self._box = box
        told = box.folder.status(folder, ["UIDVALIDITY", "UIDNEXT"])
        # Where it ended when it was opened: whatever comes later has a UID above that.
        self.end = Position(told["UIDVALIDITY"], told["UIDNEXT"] - 1)

    def new(self, start: Position, *, since: date) -> Iterator[Fetched]:
        """Yield what came after `start`, oldest first.

        A mailbox never read before, or made anew, is read from the day `since`: what is older was
        dealt with by somebody.
        """
        for uid in self._after(start, since):
            fetched = self._fetch(uid)
            if fetched is not None:
                yield fetched

    def waiting(self, start: Position, *, since: date) -> int:
        """Return how many `new` would yield; none of them is fetched."""
        return len(self._after(start, since))

    def mark_seen(self, uid: int) -> None:
        """Mark it as read, where we may. Not by imap-tools, which expunges what others deleted."""
        self._box.client.uid("STORE", str(uid), "+FLAGS.SILENT", "(\\Seen)")

    def _after(self, start: Position, since: date) -> list[int]:
        if start.uidvalidity == self.end.uidvalidity:
            wanted, last_uid = f"UID {start.last_uid + 1}:*", start.last_uid
        else:
            wanted, last_uid = str(AND(date_gte=since)), 0
        # n:* names the last mail even when n is beyond it
        return sorted(uid for uid in map(int, self._box.uids(wanted)) if uid > last_uid)

    def _fetch(self, uid: int) -> Fetched | None:
        """Return one mail, or None when somebody has deleted it meanwhile."""
        told = b" ".join(part for part in self._data(uid, "RFC822.SIZE") if isinstance(part, bytes))
        size = int(found[1]) if (found := _SIZE.search(told)) else 0
        part = "BODY.PEEK[]" if size <= MAIL_LIMIT else f"BODY.PEEK[]<0.{HEADERS_KEPT}>"
        raw = b"".join(part[1] for part in self._data(uid, part) if isinstance(part, tuple))
        return Fetched(self.end.uidvalidity, uid, size, raw) if raw else None

    def _data(self, uid: int, what: str) -> list[bytes | tuple[bytes, bytes] | None]:
        status, data = self._box.client.uid("FETCH", str(uid), f"({what})")
        if status != "OK":
            raise MailboxUnavailable(f"The server does not hand over mail {uid}: {data!r}")
        return list(data)
