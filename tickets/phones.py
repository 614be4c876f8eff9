"""Telephone numbers as people and phone systems write them. Pure, and nothing in here raises."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

import phonenumbers
from phonenumbers import (
    PhoneNumber,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
    shortnumberinfo,
)

from tickets.text import one_line

RAW_LIMIT = 100  # of what is kept; a number in a URI with a display name may be behind it
LONGEST = 10_000  # of what is looked at

_WITHHELD = frozenset(
    {
        "",
        "anonymous",
        "blocked",
        "nocallerid",
        "none",
        "notavailable",
        "null",
        "private",
        "privatenumber",
        "restricted",
        "unavailable",
        "unknown",
        "unknownnumber",
        "withheld",
    }
)
# Twilio spells the same words on the keypad: +266696687 is ANONYMOUS, and so on. Read as numbers,
# everybody who withholds theirs would become one and the same customer.
_WITHHELD_ON_A_KEYPAD = frozenset(
    {"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"}
)
_TEXTABLE = frozenset(
    {
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.VOIP,
    }
)
_EXTENSION_DIGITS = 4  # a small switchboard's
_SHORT_DIGITS = 6
_E164_DIGITS = 10  # at least, country code and number: fewer are no number whose plus was left off


class Kind(StrEnum):
    NUMBER = "number"
    WITHHELD = "withheld"
    INTERNAL = "internal"
    SHORT = "short"
    INVALID = "invalid"


@dataclass(frozen=True)
class Number:
    """A number as it was given and as we understood it; `e164` is set when `kind` is NUMBER.

    `extension` is what follows "ext." behind a number, and the whole of an internal one.
    """

    raw: str
    e164: str | None
    extension: str
    kind: Kind


def read(raw: str, region: str) -> Number:
    """Read a number as somebody in `region` (ISO 3166, two letters) would dial or display it.

    Also reads SIP and tel URIs, vanity numbers, any script's digits, and E.164 without its plus.
    """
    raw = one_line(raw[:LONGEST])
    text = _address(raw)
    raw = one_line(raw, RAW_LIMIT)
    if _is_withheld(text):
        return Number(raw, None, "", Kind.WITHHELD)

    dialled = re.sub(r"[\s().*#/-]", "", text)
    is_short = dialled.isdecimal() and len(dialled) <= _SHORT_DIGITS
    if is_short and len(dialled) <= _EXTENSION_DIGITS:
        return Number(raw, None, dialled, Kind.INTERNAL)
    if is_short and _is_short_code(dialled, region):
        return Number(raw, None, "", Kind.SHORT)

    number = _parse(text, region.upper(), is_short=is_short)
    if number is not None:
        e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
        return Number(raw, e164, number.extension or "", Kind.NUMBER)
    if is_short:
        return Number(raw, None, dialled, Kind.INTERNAL)
    return Number(raw, None, "", Kind.INVALID)


def say(e164: str, region: str) -> str:
    """Format a number for staff: as dialled within `region`, internationally when it is abroad."""
    number = _known(e164)
    if number is None:
        return e164
    is_domestic = number.country_code == phonenumbers.country_code_for_region(region.upper())
    return phonenumbers.format_number(
        number, PhoneNumberFormat.NATIONAL if is_domestic else PhoneNumberFormat.INTERNATIONAL
    )


def takes_texts(e164: str) -> bool:
    """Whether a text may arrive there: a mobile, or a country where one cannot tell."""
    number = _known(e164)
    return number is not None and phonenumbers.number_type(number) in _TEXTABLE


def is_country(region: str) -> bool:
    return region in phonenumbers.SUPPORTED_REGIONS


def is_in(e164: str, regions: Collection[str]) -> bool:
    number = _known(e164)
    if number is None:
        return False
    codes = {phonenumbers.country_code_for_region(region.upper()) for region in regions}
    return number.country_code in codes


def search_forms(e164: str, region: str) -> str:
    """Return the strings of digits somebody in `region` may type to find a number, with spaces.

    These are E.164 without its plus, the national form with its leading zero, and for a number
    abroad the form with the exit code: "4612345678 012345678 0114612345678".
    """
    number = _known(e164)
    if number is None:
        return _ascii_digits(e164)
    written = [
        e164,
        phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
        phonenumbers.format_out_of_country_calling_number(number, region.upper()),
    ]
    return " ".join(dict.fromkeys(_ascii_digits(form) for form in written))


def digits(text: str) -> str:
    """Return the digits of a typed search that looks like (part of) a number, else nothing."""
    text = unicodedata.normalize("NFKC", one_line(text[:LONGEST]))
    text = re.sub(r"^(\+[\d ]+)\(0\)", r"\1", text)  # +46 (0)8: that zero is not dialled
    if not re.fullmatch(r"[\d +\-\u2010-\u2015().\/]+", text):
        return ""
    found = _ascii_digits(text)
    return found if len(found) >= 4 else ""


def _address(text: str) -> str:
    """Return the part of `"Name" <sip:200@pbx;user=phone>` that is dialled, in plain digits."""
    text = unicodedata.normalize("NFKC", text)
    # The last one: a caller may put what looks like an address into the name before it.
    if inner := re.search(r"<([^<>]*)>[^<>]*$", text):
        text = inner[1]
    text = text.strip(" \"'")
    scheme, colon, rest = text.partition(":")
    is_uri = bool(colon) and scheme.lower() in {"sip", "sips", "tel"}
    if (is_uri and scheme.lower() != "tel") or "@" in text:
        user = (rest if is_uri else text).partition("@")[0]
        text = unquote(re.split("[:;]", user)[0])
    elif is_uri:
        text = rest  # with its ;ext= and ;phone-context=, which the parser knows
    return "".join(str(unicodedata.decimal(char, char)) for char in one_line(text))


def _is_withheld(text: str) -> bool:
    word = re.sub(r"[\s._-]", "", text).lower()
    return word in _WITHHELD or word in _WITHHELD_ON_A_KEYPAD


def _is_short_code(dialled: str, region: str) -> bool:
    try:
        number = phonenumbers.parse(dialled, region.upper())
    except phonenumbers.NumberParseException:
        return False
    return shortnumberinfo.is_valid_short_number_for_region(number, region.upper())


def _parse(text: str, region: str, *, is_short: bool) -> PhoneNumber | None:
    """Return the first reading of `text` that is a number in use, else one that could become so.

    The tables of numbers in use are always somewhat behind the world's new area codes.
    """
    has_trunk_zero = phonenumbers.ndd_prefix_for_region(region, True) == "0"
    lacks_trunk_zero = has_trunk_zero and text[:1] in set("123456789")
    if len(text) > RAW_LIMIT or (is_short and lacks_trunk_zero):
        return None

    readings = list(_readings(text, region, plus_first=lacks_trunk_zero))
    for number in readings:
        if phonenumbers.is_valid_number(number):
            return number
    for number in readings:
        # Not is_possible_number, which also takes a local number without its area code.
        reason: int = phonenumbers.is_possible_number_with_reason(number)
        if reason == ValidationResult.IS_POSSIBLE and not is_short:
            return number
    return None


def _readings(text: str, region: str, *, plus_first: bool) -> Iterator[PhoneNumber]:
    """Yield `text` read as it stands, and as E.164 whose plus was left off or written 00.

    Where people dial 0 before an area code, digits that begin otherwise are E.164 from a phone
    system; the tables alone would read Cologne's 492214710334 as a number in northern Germany.
    """
    forms = [text]
    if text[:1].isdecimal() and len(_ascii_digits(text)) >= _E164_DIGITS:
        forms.insert(0 if plus_first else 1, "+" + text)
    if text.startswith("00"):
        forms.append("+" + text[2:])
    for form in forms:
        try:
            yield phonenumbers.parse(form, region)
        except phonenumbers.NumberParseException:
            continue


def _known(e164: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return None


def _ascii_digits(text: str) -> str:
    return "".join(str(unicodedata.decimal(char)) for char in text if char.isdecimal())
