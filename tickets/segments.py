"""How many parts a text message is sent in, and charged as. Pure functions."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

MOST_PARTS = 10  # what gateways take as one text

# GSM 03.38, also known as 3GPP TS 23.038: what fits into seven bits. There is a Ç and no ç.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # sent as an escape and a character
_GSM_7 = _BASIC | _EXTENDED
# A narrow space stands inside of "5:00 PM", and keyboards put in the quotes and dashes.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2007\u2009\u202f", " "),
        **dict.fromkeys("\u2018\u2019\u201a", "'"),
        **dict.fromkeys("\u201c\u201d\u201e", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        "\u2026": "...",
    }
)


class Encoding(StrEnum):
    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


_WHOLE = {Encoding.GSM_7: 160, Encoding.UCS_2: 70}
_PART = {Encoding.GSM_7: 153, Encoding.UCS_2: 67}  # its header takes the rest


@dataclass(frozen=True)
class Segments:
    """What a text costs. `length` and `left` are in septets for GSM-7, in 16 bits for UCS-2.

    `left` is what still fits before another part is begun.
    """

    encoding: Encoding
    length: int
    parts: int
    left: int


def count(text: str) -> Segments:
    """Count `text` as networks do: one character outside GSM-7 turns the whole of it to UCS-2."""
    encoding = Encoding.GSM_7 if _GSM_7.issuperset(text) else Encoding.UCS_2
    widths = list(_widths(text, encoding))
    length = sum(widths)
    if length <= _WHOLE[encoding]:
        return Segments(encoding, length, 1 if text else 0, _WHOLE[encoding] - length)
    parts, left = 1, _PART[encoding]
    for width in widths:
        if width > left:  # the two halves of a character may not be told apart
            parts, left = parts + 1, _PART[encoding]
        left -= width
    return Segments(encoding, length, parts, left)


def thrifty(text: str) -> str:
    """Write typographic characters plainly: one of them would halve what fits into a part."""
    return text.translate(_PLAIN)


def _widths(text: str, encoding: Encoding) -> Iterator[int]:
    for character in text:
        if encoding == Encoding.GSM_7:
            yield 2 if character in _EXTENDED else 1
        else:
            yield 2 if character > "\uffff" else 1  # a surrogate pair
