"""Bytes of a mail as text, by whatever character set it claims."""

import codecs
import re

# Python's registry holds much more under a charset's name: rot13 and hex, which are no text, and
# utf-7, whose harmless letters turn into markup.
_TEXT = re.compile(
    r"utf-(?:8|16|32)[\w-]*|ascii|iso8859-\d+|cp\d+|koi8-\w|mac-\w+|big5\w*|gb\w+|hz"
    r"|shift_jis\w*|euc_\w+|iso2022_\w+|johab|tis-620|ptcp154|kz1048"
)
# What the name says, and what those who use it mean.
_MEANT = {"ascii": "utf-8", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}


def decode(raw: bytes, charset: str) -> str:
    """Return `raw` as text; what cannot be read in it is U+FFFD."""
    return raw.decode(_codec(charset), "replace")


def is_known(charset: str) -> bool:
    return _known(charset) is not None


def _codec(charset: str) -> str:
    return _known(charset) or "utf-8"


def _known(charset: str) -> str | None:
    try:
        name = codecs.lookup(charset.strip() or "utf-8").name
    except (LookupError, ValueError):  # a NUL in the name is a ValueError
        return None
    return _MEANT.get(name, name) if _TEXT.fullmatch(name) else None
