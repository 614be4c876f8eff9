"""Calls as a telephone on a desk reports them, by fetching an "action URL" of ours.

Yealink, Grandstream, Htek and Akuvox put values of theirs in for $remote, $local and $call_id.
"""

import re
from collections.abc import Mapping

from tickets.channels.contract import CallEventKind, Direction, Malformed, Outcome, Overheard
from tickets.text import one_line

SLUG = "phone"

_NUMBER_LIMIT = 250  # a SIP URI with a display name
_CALL_ID_LIMIT = 250

_EVENTS: Mapping[str, tuple[CallEventKind, Direction | None, Outcome | None]] = {
    "incoming": (CallEventKind.NEW_CALL, Direction.IN, None),
    "outgoing": (CallEventKind.NEW_CALL, Direction.OUT, None),
    "answered": (CallEventKind.ANSWER, None, None),
    "established": (CallEventKind.ANSWER, None, None),
    "terminated": (CallEventKind.HANGUP, None, None),
    "missed": (CallEventKind.HANGUP, Direction.IN, Outcome.MISSED),
}


def parse(event: str, query: Mapping[str, str]) -> Overheard:
    """Read one event, or raise Malformed."""
    known = _EVENTS.get(event.lower())
    if known is None:
        raise Malformed("event", f"End the address in one of: {', '.join(_EVENTS)}.")
    if "remote" not in query:
        raise Malformed("remote", "Say who is at the other end: ?remote=$remote")
    kind, direction, outcome = known
    call_id = _value(query, "call_id")
    if len(call_id) > _CALL_ID_LIMIT:
        raise Malformed("call_id", f"Send a call_id of at most {_CALL_ID_LIMIT} characters.")
    return Overheard(
        via=SLUG,
        event=kind,
        remote=one_line(_value(query, "remote"), _NUMBER_LIMIT),
        local=one_line(_value(query, "local"), _NUMBER_LIMIT),
        call_id=call_id,
        direction=direction,
        outcome=outcome,
    )


def _value(query: Mapping[str, str], name: str) -> str:
    """Return a value; a variable the telephone does not know comes as it was written."""
    value = one_line(query.get(name, ""))
    return "" if re.fullmatch(r"\$\{?\w+\}?", value) else value
