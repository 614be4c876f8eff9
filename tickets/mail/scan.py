"""Refusing, by its bytes alone, a mail that would cost too much to read. Linear in its size.

The standard library's parser recurses once per nesting and is slow on many parts, many lines and
long headers; some of that kills it before any code of ours could stop it.
"""

import re
from collections.abc import Iterable, Iterator

from tickets.mail.contract import MAIL_LIMIT, Unreadable
from tickets.refusals import gettext_noop

PARTS_LIMIT = 200
SUBJECT_LIMIT = 64 * 1024  # bytes looked at; the rest of a longer subject is ignored

_HEADERS_LIMIT = 256 * 1024  # bytes, the subject not counted
_CONTAINERS_LIMIT = 50  # parts that hold parts: an upper bound of how deep they are nested
_LINES_LIMIT = 1_000_000
_CHECKS_LIMIT = 10_000_000
_BOUNDARIES_LIMIT = 2_000  # mentions of the word, in texts as well
_HOPS_LIMIT = 50
_ENCODED_WORDS_LIMIT = 200  # in one header
_ADDRESSES_LIMIT = 5_000  # in one header
_PARENTHESES_LIMIT = 100  # in one header of addresses

_HEADER_LINE = re.compile(rb"[!-9;-~]{1,200}:")
_NEXT_HEADER = re.compile(rb"\n(?![ \t])")
_CONTAINER = re.compile(rb"content-type:\s*+(?:multipart|message)/")
_BOUNDARY = re.compile(rb'boundary\s*+=\s*+(?:"([^"\r\n]{1,200})|([^\s;"]{1,200}))')
_CONTINUED_BOUNDARY = re.compile(rb"boundary\*[0-9*]*+\s*+=")
_DELIMITER = re.compile(rb"--([^\r\n]{1,202})")


def check(raw: bytes) -> None:
    """Raise Unreadable when `raw` is no mail, or one that must not be parsed."""
    if len(raw) > MAIL_LIMIT:
        raise Unreadable(gettext_noop("The mail is larger than 25 MB."))
    head, _ = split(raw)
    first = head.partition(b"\n")[2] if head.startswith((b"From ", b">From ")) else head
    if not _HEADER_LINE.match(first):
        raise Unreadable(gettext_noop("This is not a mail: it does not begin with headers."))
    _check_headers(headers(head))
    _check_parts(raw.lower())


def split(raw: bytes) -> tuple[bytes, bytes]:
    """Return the headers, without the line breaks that are none, and the body of `raw`.

    To the parser a lone carriage return starts a new header, and so could smuggle one in.
    """
    raw = raw.lstrip(b"\xef\xbb\xbf\r\n")
    blanks = [(at, blank) for blank in (b"\n\n", b"\n\r\n") if (at := raw.find(blank)) >= 0]
    end, blank = min(blanks, default=(len(raw), b""))
    # Some servers double the carriage return on their way.
    head = raw[:end].replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")
    return head.rstrip(b"\r").replace(b"\r", b" "), raw[end + len(blank) :]


def headers(head: bytes) -> Iterator[bytes]:
    """Yield each header of `head` with its name, its continuation lines left in."""
    begins = 0
    while found := _NEXT_HEADER.search(head, begins):
        yield head[begins : found.start()]
        begins = found.end()
    yield head[begins:]


def _check_headers(lines: Iterable[bytes]) -> None:
    size = senders = hops = 0
    for line in lines:
        name = line.partition(b":")[0].strip().lower()
        senders += name == b"from"
        hops += name == b"received"
        if name != b"subject":
            size += len(line)
        if size > _HEADERS_LIMIT:
            raise Unreadable(gettext_noop("The headers of the mail are larger than 256 KB."))
        if line.count(b"=?") > _ENCODED_WORDS_LIMIT:
            raise Unreadable(gettext_noop("A header of the mail has too many encoded words."))
        if name in (b"from", b"to", b"cc", b"reply-to", b"sender", b"delivered-to"):
            _check_addresses(line)
    if senders > 1:
        raise Unreadable(gettext_noop("The mail has two senders: two From headers."))
    if hops > _HOPS_LIMIT:
        raise Unreadable(
            gettext_noop("The mail went through more than 50 servers: it is in a loop.")
        )


def _check_addresses(line: bytes) -> None:
    if line.count(b"(") > _PARENTHESES_LIMIT or line.count(b",") > _ADDRESSES_LIMIT:
        raise Unreadable(gettext_noop("The mail has a header with too many addresses."))


def _check_parts(lowered: bytes) -> None:
    lines = lowered.count(b"\n") + lowered.count(b"\r") - lowered.count(b"\r\n")
    if lines > _LINES_LIMIT:
        raise Unreadable(gettext_noop("The mail has more than a million lines."))
    if lowered.count(b"\ncontent-type:") + lowered.count(b"\rcontent-type:") > PARTS_LIMIT:
        raise Unreadable(gettext_noop("The mail has more than 200 parts."))
    containers = sum(1 for _ in _CONTAINER.finditer(lowered))
    # The parser asks of each line, for each part around it, whether that ends here.
    if containers > _CONTAINERS_LIMIT or containers * lines > _CHECKS_LIMIT:
        raise Unreadable(gettext_noop("The parts of the mail are nested too deeply."))
    if lowered.count(b"boundary") > _BOUNDARIES_LIMIT:
        raise Unreadable(gettext_noop("The mail has more than 200 parts."))
    if _CONTINUED_BOUNDARY.search(lowered):
        # Nobody needs it, and it would hide a boundary from the count below.
        raise Unreadable(gettext_noop("The mail hides where its parts begin."))
    boundaries = {
        (quoted or bare).rstrip() for quoted, bare in _BOUNDARY.findall(lowered) if quoted or bare
    }
    delimiters = 0
    for found in _DELIMITER.finditer(lowered):
        delimiter = found[1].rstrip()
        if delimiter in boundaries or delimiter.removesuffix(b"--") in boundaries:
            delimiters += 1
        if delimiters > 2 * PARTS_LIMIT:  # a part that holds others has an ending one as well
            raise Unreadable(gettext_noop("The mail has more than 200 parts."))
