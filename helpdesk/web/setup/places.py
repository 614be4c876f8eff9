"""Currencies and time zones to choose from: those in use today, each once."""

from functools import cache

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_name, get_territory_currencies
from django.utils.translation import get_language

from policies import calendars


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


@cache
def _tender() -> frozenset[str]:
    """Return what is legal tender in some country; an old or a special code is in none."""
    countries = get_global("territory_currencies")
    return frozenset(code for country in countries for code in get_territory_currencies(country))
