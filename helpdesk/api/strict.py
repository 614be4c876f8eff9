"""Reading what programs send: what is not meant to be understood is refused in a sentence.

Bodies are kept shallow and small before they are read, and every serializer for input is an `Ask`.
"""

import json
import math
from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import JSONParser

LARGEST = 1024 * 1024  # bytes of a body
DEEPEST = 20
LONGEST_NUMBER = 20  # digits: more than any of our columns has
CHARSETS = {"utf-8", "utf8", "us-ascii"}


class TooLarge(APIException):
    status_code = 413
    default_detail = f"The body is longer than {LARGEST} bytes."


class BadCharset(APIException):
    status_code = 415
    default_detail = "Send JSON in UTF-8."


class StrictJSONParser(JSONParser):
    """JSON in UTF-8; of two equal keys the last counts. No NaN, endless number or NUL, not deep."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        request = (parser_context or {}).get("request")
        if request is not None:
            _refuse_encoded(request.META, media_type or "")
        raw = stream.read(LARGEST + 1)
        if len(raw) > LARGEST:
            raise TooLarge
        return read(raw)


def read(raw: bytes) -> Any:
    """Read a body. Raises ParseError."""
    if _depth(raw) > DEEPEST:
        raise ParseError(f"Nested more than {DEEPEST} deep.")
    try:
        text = raw.decode()
        found = json.loads(text, parse_constant=_no_number, parse_int=_whole, parse_float=_decimal)
    except ParseError:
        raise
    except UnicodeDecodeError:
        raise ParseError("The body is not UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise ParseError(f"The body is not JSON: {error}") from None
    _refuse_odd_text(found)
    return found


def _refuse_encoded(meta: Mapping[str, Any], media_type: str) -> None:
    if meta.get("HTTP_CONTENT_ENCODING", "identity") != "identity":
        raise BadCharset("Send the body as it is, not compressed.")
    _type, _semicolon, parameters = media_type.partition(";")
    for parameter in parameters.split(";"):
        name, _equals, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip(' "').lower() not in CHARSETS:
            raise BadCharset


def _depth(raw: bytes) -> int:
    """Return how deep brackets are nested, at most; those in strings do not count."""
    deepest = depth = 0
    in_string = is_escaped = False
    for byte in raw:
        if in_string:
            if is_escaped:
                is_escaped = False
            elif byte == 0x5C:
                is_escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _no_number(name: str) -> NoReturn:
    raise ParseError(f"{name} is not a number JSON knows.")


def _whole(digits: str) -> int:
    if len(digits.removeprefix("-")) > LONGEST_NUMBER:
        raise ParseError(f"A number has more than {LONGEST_NUMBER} digits.")
    return int(digits)


def _decimal(digits: str) -> float:
    number = float(digits) if len(digits) <= 2 * LONGEST_NUMBER else math.inf
    if not math.isfinite(number):
        raise ParseError("A number is too large or too long.")
    return number


def _refuse_odd_text(found: Any, field: str = "") -> None:
    """Refuse what one of the two databases could not keep, wherever it stands."""
    if isinstance(found, str):
        if "\x00" in found:
            raise ValidationError({field: [_("NUL cannot be part of a text.")]})
        try:
            found.encode()
        except UnicodeEncodeError:
            raise ValidationError({field: [_("Half a character (a lone surrogate).")]}) from None
    elif isinstance(found, list):
        for each in found:
            _refuse_odd_text(each, field)
    elif isinstance(found, dict):
        for name, value in found.items():
            _refuse_odd_text(name, field)
            _refuse_odd_text(value, f"{field}.{name}" if field else name)


class Ask(serializers.Serializer[Any]):
    """What may be asked for: a field it does not know is refused, and so is the wrong type."""

    EXAMPLE: ClassVar[dict[str, Any]] = {}  # shown in the OpenAPI document

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := set(data) - set(self.fields)):
            known = ", ".join(self.fields)
            raise ValidationError(
                {
                    str(name): [_("There is no such field. Known are: %s.") % known]
                    for name in sorted(unknown, key=str)
                }
            )
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """Text, and not a number that could be read as one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A whole number, and not a text or a truth that could be read as one."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Flag(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Instant(serializers.DateTimeField):
    """An instant with its offset from UTC, in a year people live in."""

    default_error_messages = {
        "no_offset": _("Say the offset too: 2026-03-02T15:00:00-05:00 or …Z."),
        "far": _("That is too far from now to be meant."),
    }
    YEARS = range(1970, 2200)

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str):
            self.fail("invalid", format="2026-03-02T15:00:00Z")
        if value[10:] and not set("Zz+-") & set(value[10:]):
            self.fail("no_offset")
        try:
            found = super().to_internal_value(value)
        except OverflowError:
            self.fail("far")
        if found.year not in self.YEARS:
            self.fail("far")
        return found
