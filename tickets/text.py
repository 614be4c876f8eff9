"""Text from outside, made safe to store, to show on one line and to search. Pure functions."""

import re
import unicodedata

# What mail programs and phone systems break a line with; readers further on know only "\n".
_NEWLINES = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]")
# Zero-width characters and those that turn the direction of writing: they hide the real
# ending of a file name, and make two names that look alike differ.
_INVISIBLE = re.compile("[\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")

# Of those, what makes a whole run of text read backwards. Letters of Arabic and emoji need some of
# the others, so that longer texts keep them.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean(text: str, limit: int | None = None) -> str:
    """Return `text` as both databases can store it, at most `limit` characters long.

    NUL and other controls are gone, lone surrogates become U+FFFD, newlines are "\\n". What is
    cut ends in "…".
    """
    text = _CONTROLS.sub("", _NEWLINES.sub("\n", _without_surrogates(text)))
    return text if limit is None else _cut(text, limit)


def lines(text: str) -> str:
    """Return `text` as `clean` does, without what would turn the direction of writing."""
    return _TURNING.sub("", clean(text))


def one_line(text: str, limit: int | None = None) -> str:
    """Return `text` as a single visible line: whitespace folded, nothing hidden, nothing turned."""
    text = " ".join(_INVISIBLE.sub("", clean(text)).split())
    return text if limit is None else _cut(text, limit)


def normalise(text: str) -> str:
    """Return the form that is searched and searched for: no case, no accents, single spaces.

    Computed here and not by the database, whose ideas of case differ: SQLite knows only ASCII's.
    """
    folded = _without_marks(_without_marks(one_line(text)).casefold())
    # In upper case the Turkish ı is the I that i has too, so they must be searched as one letter.
    return " ".join(folded.replace("ı", "i").split())


def subject(text: str) -> str:
    """Return the first line of `text` that has something on it, or an empty string."""
    lines = (one_line(line, 80) for line in clean(text).split("\n"))
    return next(filter(None, lines), "")


def _without_surrogates(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        # By way of UTF-16, so that two halves standing side by side become the one they mean.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _without_marks(text: str) -> str:
    if text.isascii():
        return text  # most of what is indexed, and a long mail is slow letter by letter
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return text[: limit - 1].rstrip() + "…" if limit > 0 else ""
