"""What the headers of a mail say, whatever was written into them. Nothing in here raises."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import parsedate_to_datetime
from hashlib import sha256

from tickets.mail import charsets
from tickets.mail.parsing import Part
from tickets.text import one_line

RECIPIENTS_LIMIT = 100
REFERENCES_LIMIT = 100
NAME_LIMIT = 200
_ID_LIMIT = 250
_VALUE_LIMIT = 1_000

# Both of the library's address parsers take minutes for some headers, and neither reads
# `"us@shop" <them@elsewhere>` and its misspellings as mail programs show them. Nothing in these
# two can fail half-way, so they are linear.
_ADDRESS_TOKEN = re.compile(
    r'"(?P<quoted>(?:[^"\\]|\\.)*+)"?|\((?P<comment>[^()]*+)\)?|<(?P<angle>[^<>]*+)>?'
    r"|(?P<encoded>(?:=\?[^?\s]++\?[bq]\?[^?\s]*+\?=\s*+)++)|(?P<mark>[,;:])"
    r'|(?P<words>(?:(?!=\?)[^"(<,;:])++|=\?)',
    re.DOTALL | re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f]{1,64}@"
    r"(?:[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f]{1,255}|\[[0-9A-Fa-f.:]{3,50}\])"
)
_ADDRESS_IN_A_NAME = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})*")
_ID = re.compile(r"<[!-;=?A-Z\\^-~]+@[!-;=?-~]+>|<[!-;=?A-Z\\^-~]{8,}>")
_YEAR = re.compile(r"(?<!\d)(?:19[7-9]\d|20\d\d)(?!\d)")


@dataclass(frozen=True)
class Mailbox:
    """An address, lower case, with U+FFFD for what is not ASCII in it, and the name beside it."""

    address: str
    name: str
    in_group: bool = False

    @property
    def is_exact(self) -> bool:
        return self.address.isascii()

    @property
    def poses_as(self) -> str:
        """Return the address that the name pretends to be, or an empty string."""
        found = _ADDRESS_IN_A_NAME.search(self.name.lower())
        return found[0] if found and found[0] != self.address else ""


def value(part: Part, name: str) -> str:
    """Return the first header of that name on one line, as it is written."""
    return one_line(str(part.get(name, "")))


def words(written: str) -> str:
    """Return what is `written` with its encoded words (RFC 2047) decoded, on one line."""
    try:
        pieces = decode_header(written)
    except (HeaderParseError, binascii.Error, ValueError):
        return one_line(written)
    return one_line("".join(_decoded(piece, charset) for piece, charset in pieces))


def _decoded(piece: bytes | str, charset: str | None) -> str:
    if isinstance(piece, str):
        return piece
    if charset is None:  # what stands between encoded words
        return piece.decode("raw-unicode-escape", "replace")
    return charsets.decode(piece, charset)


def subject(part: Part) -> str:
    return one_line(words(str(part.get("Subject", ""))), 255)


def mailboxes(written: str) -> list[Mailbox]:
    """Return the mailboxes of a From, To or Cc, those inside groups too."""
    found: list[Mailbox] = []
    in_group = False
    for tokens, mark in _entries(written):
        if mark == ":":
            in_group = True
        elif box := _mailbox(tokens, in_group=in_group):
            found.append(box)
        in_group = in_group and mark != ";"
    return found


def _entries(written: str) -> Iterator[tuple[list[re.Match[str]], str]]:
    tokens: list[re.Match[str]] = []
    for token in _ADDRESS_TOKEN.finditer(written):
        if token.lastgroup == "mark":
            yield tokens, token["mark"]
            tokens = []
        else:
            tokens.append(token)
    yield tokens, ""


def _mailbox(tokens: list[re.Match[str]], *, in_group: bool) -> Mailbox | None:
    angle = next((token["angle"] for token in tokens if token.lastgroup == "angle"), None)
    bare = " ".join(token["words"] for token in tokens if token.lastgroup == "words")
    candidates = bare.split() if angle is None else [angle]
    address = next(filter(None, map(_address, candidates)), "")
    if not address:
        return None
    named_by = {"quoted", "comment", "encoded"} | ({"words"} if angle is not None else set())
    name = " ".join(
        words(re.sub(r"\\(.)", r"\1", token[str(token.lastgroup)]))
        for token in tokens
        if token.lastgroup in named_by
    )
    return Mailbox(address, one_line(name, NAME_LIMIT), in_group)


def _address(written: str) -> str:
    address = one_line(words(written)).lower()
    if not _ADDRESS.fullmatch(address):
        return ""
    return re.sub(r"[^\x00-\x7f]", "\ufffd", address)


def recipients(part: Part) -> tuple[str, ...]:
    """Return who it was delivered and sent to; the first is whom our own border named."""
    written = (
        str(header) for name in ("Delivered-To", "To", "Cc") for header in part.get_all(name, [])
    )
    addresses = (box.address for header in written for box in mailboxes(header))
    return tuple(dict.fromkeys(addresses))[:RECIPIENTS_LIMIT]


def message_id(part: Part) -> str:
    """Return its Message-ID with brackets, a hash for one too long, "" for none to rely on."""
    found = _ID.match(str(part.get("Message-ID", "")).strip())
    if found is None:
        return ""
    if len(found[0]) > _ID_LIMIT:
        return f"<{sha256(found[0].encode()).hexdigest()}@unknown>"
    return found[0]


def ids(written: str) -> list[str]:
    """Return the message ids in `written`, in its order."""
    return [found for found in _ID.findall(written) if len(found) <= _ID_LIMIT]


def in_reply_to(part: Part) -> tuple[str, ...]:
    """Return the ids it answers, the nearest first."""
    answered = ids(str(part.get("In-Reply-To", "")))
    history = ids(str(part.get("References", "")))
    return tuple(dict.fromkeys([*answered, *reversed(history)]))[:REFERENCES_LIMIT]


def sent_at(part: Part) -> datetime | None:
    written = value(part, "Date")[:_VALUE_LIMIT]
    if not _YEAR.search(written):
        return None  # the library makes 2000 of the year 0
    try:
        claimed = parsedate_to_datetime(written)
        return (claimed if claimed.tzinfo else claimed.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
