"""File names that strangers chose, made harmless. Pure."""

import re

from tickets.text import one_line

LIMIT = 120
_EXTENSION_LIMIT = 20
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)\s*", re.IGNORECASE)


def attachment(claimed: str, number: int) -> str:
    """Return the name for the `number`th file of a mail that calls it `claimed`."""
    visible = one_line(claimed[: 10 * LIMIT])
    name = re.split(r"[/\\]", visible)[-1].strip().rstrip(". ")
    # Windows opens a device for con.txt as well as for con.
    if not name or _RESERVED.fullmatch(name.partition(".")[0]):
        return f"attachment-{number}"
    if len(name) <= LIMIT:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension) > _EXTENSION_LIMIT:
        return one_line(name, LIMIT)
    return one_line(stem, LIMIT - len(dot + extension)) + dot + extension
