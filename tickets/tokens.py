"""Proof that something is about a ticket: its number with a signature nobody can guess.

It travels in the Message-ID of every mail we send, in the address replies go to, and in the link
by which customers see their ticket without a password.
"""

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.http import base36_to_int, int_to_base36

PAGE = "/t/"  # where a link leads, before what signs it
_SALT = "tickets.tokens"
_ID = re.compile(r"<(\d{1,15})\.([0-9a-f]{16})\.([0-9a-f]{32})@[^<>@\s]+>")
_ADDRESS = re.compile(r"(\d{1,15})\.([0-9a-f]{32})")
_LINK = re.compile(r"([0-9a-z]{1,10})-([0-9a-z]{1,6})-([0-9a-f]{32})")


class Linked(NamedTuple):
    """What a link opens, and when it was made: those made before they were revoked open nothing."""

    ticket: int
    made_at: datetime


def link(ticket: int, *, at: datetime) -> str:
    """Return what a link to `ticket` made at `at` ends with: short enough for a text message."""
    made = f"{int_to_base36(ticket)}-{int_to_base36(int(at.timestamp()) // 60)}"
    return f"{made}-{_sign(f'link.{made}')}"


def address(ticket: int, *, at: datetime) -> str:
    """Return where whoever has the link sees `ticket`."""
    return f"{settings.PUBLIC_URL}{PAGE}{link(ticket, at=at)}/"


def linked(token: str, *, now: datetime) -> Linked | None:
    """Return what `link` was given; None when it is forged or older than LINK_SECONDS."""
    found = _LINK.fullmatch(token)
    if found is None or not _is_ours(f"link.{found[1]}-{found[2]}", found[3]):
        return None
    made_at = datetime.fromtimestamp(base36_to_int(found[2]) * 60, UTC)
    if not timedelta(0) <= now - made_at <= timedelta(seconds=settings.LINK_SECONDS):
        return None
    return Linked(base36_to_int(found[1]), made_at)


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
