"""Keeping passwords, tokens and people's numbers out of every log."""

import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from urllib.parse import unquote

PATTERNS = [
    (re.compile(pattern, re.DOTALL), replacement)
    for pattern, replacement in (
        # /api/v1/cti/<token>/: phone systems can often send nothing but an address.
        (r"(/cti/(?:phone/)?(?!3cx/)|/hooks/[a-z0-9-]+/)[^/?&\s\"'<>]+", r"\1***"),
        # Links that open what they name: an invoice, a ticket, a log-in, a shop.
        (r"(/i/|/t/|/join/|/setup/first/)[^/?&\s\"'<>]+", r"\1***"),
        # What was asked: keys, customers' numbers, the texts that a gateway is given.
        (r"([?&][\w.-]+=)[^&\s\"'<>]+", r"\1***"),
        (r"(://[^\s:/@\"']*:)[^\s\"']+@", r"\1***@"),
        (r"((?i:\b(?:bearer|token)|authorization\W+basic)\s+)[\w+/=.~-]{8,}", r"\1***"),
        # PostgreSQL tells the whole row that it refused.
        (r"(\bDETAIL:  ).+?(?=\nCONTEXT:|\n\n|\Z)", r"\1***"),
        # Two digits stay, to tell one number from another: +46 70-123 45 67, and nine or more in
        # a row, if neither a fraction nor a piece of an id.
        (r"(?:\+|%2[Bb])[1-9][\d ().-]{5,20}(\d\d)(?!\d)", r"***\1"),
        (r"(?<!\w)(?<!\w-)(?<!\d[.,])\d{7,13}(\d\d)(?![\w-])", r"***\1"),
    )
]
SECRET_NAMES = re.compile(r"(KEY|PASSWORD|SECRET|TOKEN|URL)$")
PASSWORD_IN_URL = re.compile(r"://[^:/@]*:(.+)@")
# What is shorter, or a mere word, could be anything else in a line.
TELLING = re.compile(r"(?=.*[^a-zA-Z]).{6,}", re.DOTALL)


def redact(text: str, secrets: Collection[str] = ()) -> str:
    """Return the text with *** for what nobody is to read in it."""
    for secret in secrets:
        text = text.replace(secret, "***")
    for pattern, replacement in PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def secrets_of(environment: Mapping[str, str]) -> list[str]:
    """Return the values that belong into no log, wherever they come from; the longest first."""
    found: set[str] = set()
    for name in environment:
        if SECRET_NAMES.search(name):
            with suppress(OSError):  # the file of a NAME_FILE; who needs it will say so
                found |= _telling(environment[name])
    return sorted(found, key=lambda secret: (-len(secret), secret))


def _telling(value: str) -> set[str]:
    parts = {value}
    if "://" in value:
        given = PASSWORD_IN_URL.search(value)
        # With a / that nobody quoted, whoever reads the address complains of a piece.
        parts = {given[1], unquote(given[1]), *re.split("[/?#@:]", given[1])} if given else set()
    return {part for part in parts if TELLING.fullmatch(part)}
