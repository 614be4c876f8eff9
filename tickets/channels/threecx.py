"""Calls as 3CX journals them at their end, by a template that its administrator uploads.

It pushes no events and tells no id of a call; what it has no value for comes as "[Name]".
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from tickets.channels.contract import (
    CallEvent,
    CallEventKind,
    Direction,
    Journal,
    Malformed,
    Outcome,
)
from tickets.text import one_line

SLUG = "3cx"

_LIMIT = 250

# Whose call it was, how it ended, and whether they spoke.
_TYPES = {
    "inbound": (Direction.IN, Outcome.COMPLETED, True),
    "outbound": (Direction.OUT, Outcome.COMPLETED, True),
    "missed": (Direction.IN, Outcome.MISSED, False),
    # An outbound call that nobody took; which of the two words depends on the version.
    "notanswered": (Direction.OUT, Outcome.NO_ANSWER, False),
    "unanswered": (Direction.OUT, Outcome.NO_ANSWER, False),
}


def parse(fields: Mapping[str, object], *, now: datetime) -> Journal:
    """Read one journal entry, or raise Malformed. Fields we do not know are passed over."""
    call_type = value(fields, "call_type")
    known = _TYPES.get(call_type.lower())
    if known is None:
        raise Malformed("call_type", "Send Inbound, Outbound, Missed or Notanswered.")
    direction, outcome, spoke = known
    number, agent = value(fields, "number"), value(fields, "agent")
    lasted, began_at = value(fields, "duration"), value(fields, "started_at")
    length = _length(lasted)
    is_inbound = direction == Direction.IN
    hangup = CallEvent(
        via=SLUG,
        # Without a start, one that is told again a minute later is another call.
        call_id=_call_id(number, began_at or f"{now:%Y-%m-%dT%H:%M}", agent),
        event=CallEventKind.HANGUP,
        direction=direction,
        from_number=number if is_inbound else agent,
        to_number=agent if is_inbound else number,
        users=(agent,) if agent else (),
        answering_number=agent if is_inbound and spoke else "",
        cause=call_type if length is not None else f"{call_type}, {lasted}",
        outcome=outcome,
        says_answered=spoke,
    )
    return Journal(hangup, length or timedelta(0), _instant(began_at))


def value(fields: Mapping[str, object], name: str) -> str:
    """Return a field, empty when 3CX had nothing to put into it."""
    given = fields.get(name)
    if given is None:
        return ""
    if not isinstance(given, str | int) or isinstance(given, bool):
        raise Malformed(name, f'Send "{name}" as a string.')
    text = one_line(str(given), _LIMIT)
    return "" if re.fullmatch(r"\[\w*\]", text) else text


def _call_id(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _length(written: str) -> timedelta | None:
    """Read hh:mm:ss; None for what is no time at all."""
    if not written:
        return timedelta(0)
    parts = re.fullmatch(r"(\d{1,2}):([0-5]\d):([0-5]\d)", written, re.ASCII)
    if parts is None:
        return None
    hours, minutes, seconds = map(int, parts.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _instant(written: str) -> datetime | None:
    try:
        instant = datetime.fromisoformat(written)
    except ValueError:
        return None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
