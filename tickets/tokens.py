"""Proof that a mail answers one of ours: a ticket's number with a signature nobody can guess.

It travels in the Message-ID of every mail we send, and in the address replies go to.
"""

import re
import secrets

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_SALT = "tickets.tokens"
_ID = re.compile(r"<(\d{1,15})\.([0-9a-f]{16})\.([0-9a-f]{32})@[^<>@\s]+>")
_ADDRESS = re.compile(r"(\d{1,15})\.([0-9a-f]{32})")


def message_id(ticket: int) -> str:
    """Return a new Message-ID, brackets and all, for a mail about `ticket`."""
    nonce = secrets.token_hex(8)
    return f"<{ticket}.{nonce}.{_sign(f'{ticket}.{nonce}')}@{settings.MAIL_HOST}>"


def reply_address(ticket: int, sender: str) -> str:
    """Return where replies about `ticket` go: to `sender` where no pattern is set."""
    pattern: str = settings.MAIL_REPLY_TO
    if "{token}" not in pattern:
        return sender
    return pattern.replace("{token}", f"{ticket}.{_sign(str(ticket))}")


def ticket_of_id(message_id: str) -> int | None:
    """Return the ticket of a Message-ID that we made, and nobody else can have."""
    found = _ID.fullmatch(message_id)
    if found is None or not _is_ours(f"{found[1]}.{found[2]}", found[3]):
        return None
    return int(found[1])


def ticket_of_address(address: str) -> int | None:
    """Return the ticket of a reply address that we made."""
    before, token, after = settings.MAIL_REPLY_TO.lower().partition("{token}")
    lowered = address.lower()
    if not token or not (lowered.startswith(before) and lowered.endswith(after)):
        return None
    found = _ADDRESS.fullmatch(lowered[len(before) : len(lowered) - len(after)])
    if found is None or not _is_ours(found[1], found[2]):
        return None
    return int(found[1])


def _sign(what: str, key: str | bytes | None = None) -> str:
    # 128 bits: short enough for an address, and nobody tries so many by mail.
    return salted_hmac(_SALT, what, secret=key, algorithm="sha256").hexdigest()[:32]


def _is_ours(what: str, signature: str) -> bool:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return any(constant_time_compare(_sign(what, key), signature) for key in keys)
