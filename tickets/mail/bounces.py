"""What a delivery report says: which mail of ours, to whom, and why it came back (RFC 3464)."""

import re
from collections.abc import Iterator, Set

from tickets.mail import headers
from tickets.mail.contract import Bounce
from tickets.mail.parsing import Part
from tickets.text import one_line

_REASON_LIMIT = 300
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_ID_IN_TEXT = re.compile(r"^[> \t]{0,20}Message-ID:\s{0,20}(<[^<>\s]{1,250}>)", re.I | re.M)
_RECIPIENT_IN_TEXT = re.compile(
    r"^[ \t>]{0,20}(?:(?:Final-|Original-)?Recipient:|To:)?[ \t]{0,20}(?:rfc822;)?[ \t]{0,20}"
    r"<?([^\s<>()\",;:@]{1,64}@[\w.-]{1,255})>?:?[ \t]*$",
    re.I | re.M,
)
_REPLY_OF_A_SERVER = re.compile(r"(?<!\d)[45]\d\d[ -][^\n]{0,300}")
_LOOKED_AT = 50_000  # characters of the text


def read(mail: Part, text: str, *, our_hosts: Set[str] = frozenset()) -> Bounce:
    """Read the report `mail`, whose text for people is `text`; nothing is found: empty strings."""
    text = text[:_LOOKED_AT]
    fields = _of_a_recipient(mail)
    reason = _after_type(fields, "Diagnostic-Code")
    found = tuple(dict.fromkeys(filter(None, [*_ids(mail), *_ID_IN_TEXT.findall(text)])))
    ours = tuple(it for it in found if it.strip("<>").rpartition("@")[2].lower() in our_hosts)
    return Bounce(
        message_ids=ours or found,
        recipient=_recipient(mail, fields, text),
        status=_status(fields, f"{reason}\n{text}"),
        because=one_line(reason, _REASON_LIMIT) or _reason(text),
    )


def _of_a_recipient(mail: Part) -> Part | None:
    """Return the fields about the first recipient, one that failed before one that is late."""
    blocks = [
        block
        for part in mail.walk()
        if part.get_content_type() == "message/delivery-status" and part.is_multipart()
        for block in part.walk()
        if block.get("Final-Recipient") or block.get("Original-Recipient")
    ]
    failed = (block for block in blocks if _field(block, "Action").lower() == "failed")
    return next(failed, blocks[0] if blocks else None)


def _ids(mail: Part) -> Iterator[str]:
    """Yield the id of the mail that came back, then what the report says it answers."""
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822" and part.is_multipart():
            payload = part.get_payload(0)
            if isinstance(payload, type(mail)):
                yield headers.message_id(payload)
        elif kind in ("text/rfc822-headers", "message/rfc822-headers"):
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield from _ID_IN_TEXT.findall(content.decode("ascii", "replace"))
    yield from headers.in_reply_to(mail)


def _recipient(mail: Part, fields: Part | None, text: str) -> str:
    named = [
        _after_type(fields, "Final-Recipient"),
        _after_type(fields, "Original-Recipient"),
        headers.value(mail, "X-Failed-Recipients"),
    ]
    boxes = (box.address for name in named for box in headers.mailboxes(name))
    written = _RECIPIENT_IN_TEXT.search(text)
    return next(boxes, written[1].lower() if written else "")


def _status(fields: Part | None, text: str) -> str:
    action = _field(fields, "Action").lower()
    found = _STATUS.search(_field(fields, "Status")) or _STATUS.search(text)
    if found is None:
        return "4.0.0" if action == "delayed" else ""
    # "Failed" with a 4 is a server that has tried for days and gives up now.
    return f"5{found[1][1:]}" if action == "failed" else found[1]


def _reason(text: str) -> str:
    found = _REPLY_OF_A_SERVER.search(text)
    return one_line(found[0] if found else text[: 2 * _REASON_LIMIT], _REASON_LIMIT)


def _after_type(fields: Part | None, name: str) -> str:
    """Return a field such as `smtp; 550 no such user` without the type in front of it."""
    written = _field(fields, name)
    return written.partition(";")[2].strip() or written


def _field(fields: Part | None, name: str) -> str:
    return headers.value(fields, name) if fields else ""
