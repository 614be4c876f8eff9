"""Calls as Zammad's generic CTI reports them, in JSON or as a form, by any telephone system.

https://docs.zammad.org/en/latest/api/generic-cti/index.html
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import NoReturn
from urllib.parse import parse_qsl

from tickets.channels.contract import CallEvent, CallEventKind, Direction, Malformed, Outcome
from tickets.text import clean, one_line

SLUG = "cti"

_BODY_LIMIT = 64 * 1024
_FIELDS_LIMIT = 200
_CALL_ID_LIMIT = 250
_NUMBER_LIMIT = 250  # a SIP URI with a display name
_NAME_LIMIT = 100
_USERS_LIMIT = 50

_EVENTS = {
    "newcall": CallEventKind.NEW_CALL,
    "answer": CallEventKind.ANSWER,
    "hangup": CallEventKind.HANGUP,
}

# Scripts between a telephone system and us mostly pass on its own words for a cause: those of
# Zammad and sipgate, Placetel, Asterisk (DIALSTATUS), FreeSWITCH, Twilio and 3CX, in lower case
# and without punctuation.
_OUTCOMES = {
    word: outcome
    for outcome, words in {
        Outcome.COMPLETED: "normalclearing accepted answer answered completed inbound outbound",
        Outcome.BUSY: "busy userbusy",
        Outcome.MISSED: "cancel canceled cancelled missed originatorcancel",
        Outcome.NO_ANSWER: "noanswer nouserresponse notanswered progresstimeout unanswered",
        Outcome.FAILED: (
            "callrejected chanunavail congestion destinationoutoforder failed"
            " incompatibledestination invalidnumberformat networkoutoforder noroutedestination"
            " normalcircuitcongestion normaltemporaryfailure notfound recoveryontimerexpire"
            " serviceunavailable subscriberabsent unallocatednumber unavailable usernotregistered"
        ),
        Outcome.FORWARDED: "forwarded",
        Outcome.VOICEMAIL: "voicemail",
    }.items()
    for word in words.split()
}
# Not normalClearing and completed: a queue or menu that picks up by itself ends in these too.
_ANSWERED = frozenset({"accepted", "answer", "answered", "inbound", "outbound"})

_CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    # As browsers read them: who declares Latin-1 sends Windows' superset of it.
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "iso-8859-15": "iso8859-15",
}


def decode(body: bytes, content_type: str) -> Mapping[str, object]:
    """Return the fields in a request's body, or raise Malformed.

    JSON is recognised by its first byte too, since switchboards post it under any content type;
    everything else is read as a form. Of a field given twice the last one counts.
    """
    if len(body) > _BODY_LIMIT:
        raise Malformed("body", f"Send at most {_BODY_LIMIT // 1024} KiB.")
    charset = _charset(content_type)
    text = body.decode(charset, "replace").removeprefix("\ufeff").strip()
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type.endswith(("/json", "+json")) or text.startswith("{"):
        return _json(text)
    return _form(text, charset)


def parse(fields: Mapping[str, object]) -> CallEvent:
    """Read one event, or raise Malformed. Fields we do not know are passed over."""
    kind = _EVENTS.get(_text(fields, "event", _NAME_LIMIT).lower())
    if kind is None:
        raise Malformed("event", 'Send "event" as newCall, answer or hangup.')

    direction = _text(fields, "direction", _NAME_LIMIT)
    if direction not in set(Direction):
        raise Malformed("direction", "Invalid direction!")  # word for word what Zammad answers

    call_id = _text(fields, "callId", None)
    if not call_id:
        raise Malformed("callId", 'Send "callId": one and the same for all events of a call.')
    if len(call_id) > _CALL_ID_LIMIT:  # cut short, two calls could become one
        raise Malformed("callId", f'Send a "callId" of at most {_CALL_ID_LIMIT} characters.')

    users = tuple(_users(fields))
    queue = _text(fields, "queue", _NAME_LIMIT)
    cause = _text(fields, "cause", _NAME_LIMIT)
    return CallEvent(
        via=SLUG,
        call_id=call_id,
        event=kind,
        direction=Direction(direction),
        from_number=_text(fields, "from", _NUMBER_LIMIT),
        to_number=_text(fields, "to", _NUMBER_LIMIT),
        users=users,
        queue=queue,
        answering_number=_text(fields, "answeringNumber", _NUMBER_LIMIT),
        cause=cause,
        outcome=_outcome(kind, users, queue, cause),
        says_answered=kind == CallEventKind.HANGUP and _word(cause) in _ANSWERED,
    )


def ok() -> dict[str, str]:
    return {}


def reject() -> dict[str, str]:
    """Return the answer to newCall that makes a telephone system turn the caller away."""
    return {"action": "reject", "reason": "busy"}


def _charset(content_type: str) -> str:
    declared = re.search(r"""charset\s*=\s*["']?([^\s"';]*)""", content_type, re.IGNORECASE)
    name = declared[1].lower() if declared else "utf-8"
    if name not in _CHARSETS:
        raise Malformed("Content-Type", "Send the body in UTF-8.")
    return _CHARSETS[name]


def _json(text: str) -> Mapping[str, object]:
    try:
        fields = _cleaned(
            json.loads(
                text,
                strict=False,  # scripts paste values in, line breaks and all
                parse_int=_number,
                parse_float=_number,
                parse_constant=_refuse_number,
            )
        )
    except json.JSONDecodeError as error:
        raise Malformed("body", f"Send valid JSON: {error.msg} at {error.pos}.") from None
    except RecursionError:
        raise Malformed("body", "Send a flat JSON object.") from None
    if not isinstance(fields, dict):
        raise Malformed("body", "Send one JSON object with the event's fields.")
    return fields


def _form(text: str, charset: str) -> Mapping[str, object]:
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, encoding=charset, max_num_fields=_FIELDS_LIMIT
        )
    except ValueError:
        raise Malformed("body", f"Send at most {_FIELDS_LIMIT} fields.") from None
    fields: dict[str, object] = {}
    users: dict[str, list[str]] = {}
    for name, value in pairs:
        if _is_users(name):
            users.setdefault(clean(name), []).append(clean(value))
        else:
            fields[clean(name)] = clean(value)
    return fields | users


def _number(written: str) -> str:
    """Keep a JSON number as it was written: call id 1700000000.10 is not 1700000000.1."""
    if len(written) > _NAME_LIMIT or not math.isfinite(float(written)):
        _refuse_number(written)
    return written


def _refuse_number(written: str) -> NoReturn:
    raise Malformed("body", f"Send telephone numbers as strings, not as {one_line(written, 20)}.")


def _cleaned(value: object) -> object:
    match value:
        case str():
            return clean(value)
        case list():
            return [_cleaned(item) for item in value]
        case dict():
            return {clean(name): _cleaned(item) for name, item in value.items()}
    return value


def _text(fields: Mapping[str, object], name: str, limit: int | None) -> str:
    return one_line(_string(name, fields.get(name)), limit)


def _string(name: str, value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case int() if not isinstance(value, bool) and value.bit_length() < 4 * _NAME_LIMIT:
            return str(value)
    raise Malformed(name, f'Send "{name}" as a string.')


def _users(fields: Mapping[str, object]) -> Iterator[str]:
    """Yield the names under `user`, else under `caller`, as Zammad's own examples have it."""
    for spelling in ("user", "caller"):
        given: list[object] = []
        for name, value in fields.items():
            if name.partition("[")[0] == spelling:
                given.extend(value if isinstance(value, list) else [value])
        names = [one_line(_string(spelling, value), _NAME_LIMIT) for value in given]
        if any(names):
            yield from list(dict.fromkeys(filter(None, names)))[:_USERS_LIMIT]
            return


def _is_users(name: str) -> bool:
    return name.partition("[")[0] in {"user", "caller"}


def _outcome(kind: CallEventKind, users: tuple[str, ...], queue: str, cause: str) -> Outcome | None:
    if "voicemail" in {queue.lower(), _word(cause)} or [*map(str.lower, users)] == ["voicemail"]:
        return Outcome.VOICEMAIL
    if kind != CallEventKind.HANGUP:
        return None
    return _OUTCOMES.get(_word(cause), Outcome.UNKNOWN)


def _word(cause: str) -> str:
    return re.sub(r"[\W_]", "", cause).lower()
