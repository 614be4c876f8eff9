"""Currencies and time zones of today to choose from, and the shop's own telephone number."""

from functools import cache

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_name, get_territory_currencies
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from policies import calendars
from tickets import phones

DIALLED = (phones.Kind.NUMBER, phones.Kind.SHORT, phones.Kind.INTERNAL)


def currencies(also: str) -> list[tuple[str, str]]:
    """Return those that are paid in somewhere today, and `also`, with their names."""
    spoken = Locale.parse((get_language() or "en").replace("-", "_"))
    return sorted(
        (code, f"{code}, {get_currency_name(code, locale=spoken)}") for code in {*_tender(), also}
    )


def zones(also: str) -> list[str]:
    """Return the names of places, without the old ones of the same place, and `also`."""
    earlier = set(get_global("zone_aliases")) - {also, "UTC"}
    return [zone for zone in calendars.zones(also) if zone not in earlier]


def telephone(typed: str, region: str) -> str:
    """Return the number customers dial, E.164 where it is one. Raises ValidationError."""
    if not typed:
        return ""
    number = phones.read(typed, region)
    if number.kind not in DIALLED:
        raise ValidationError(_("Write the telephone number as customers dial it."))
    return number.e164 or number.extension or typed


@cache
def _tender() -> frozenset[str]:
    """Return what is legal tender in some country; an old or a special code is in none."""
    countries = get_global("territory_currencies")
    return frozenset(code for country in countries for code in get_territory_currencies(country))
