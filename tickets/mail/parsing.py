"""The tree of a mail's parts, by the standard library, with its traps closed."""

from email.message import Message
from email.parser import BytesParser
from email.policy import Compat32, Policy
from itertools import count

from tickets.mail import scan
from tickets.mail.contract import Unreadable
from tickets.refusals import gettext_noop

# The default policy parses a header when it is asked for, and raises whatever its grammar trips
# over: an IndexError for `Message-ID: <>`, an AttributeError for `From: a@[`. The old one hands out
# the text, and tickets.mail.headers reads that.
Part = Message


_PARAMETERS_LIMIT = 8 * 1024  # characters
_VALUE_LIMIT = 256 * 1024


class _AsText(Compat32):
    """Hands out every header as a string, which the old policy does not for 8-bit ones."""

    def header_fetch_parse(self, name: str, value: str) -> str:
        # Splitting parameters takes the square of their number; those of a part have no limit yet.
        is_of_the_part = name[:8].lower() == "content-"
        return eight_bit(value[: _PARAMETERS_LIMIT if is_of_the_part else _VALUE_LIMIT])


def parse(raw: bytes) -> Part:
    """Return the tree of `raw`, which was checked; raises Unreadable for what the bytes hid."""
    head, body = scan.split(raw)
    lines = [
        line[: scan.SUBJECT_LIMIT] if line[:8].lower() == b"subject:" else line
        for line in scan.headers(head)
    ]
    made = count()

    def part(policy: "Policy[Part]") -> Part:
        # The parser asks here for each part, so this count cannot be fooled by how it is written.
        if next(made) > scan.PARTS_LIMIT:
            raise Unreadable(gettext_noop("The mail has more than 200 parts."))
        return Message(policy=policy)

    parser = BytesParser(policy=_AsText(message_factory=part))
    return parser.parsebytes(b"\n".join(lines) + b"\n\n" + body)


def eight_bit(value: str) -> str:
    """Return `value`, in which the parser wrapped the bytes that are not ASCII, as meant."""
    if value.isascii():
        return value
    raw = value.encode("utf-8", "surrogateescape")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
