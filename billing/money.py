"""Money: whole minor units of one currency, never a float. Pure functions."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.numbers import (
    format_currency,
    get_currency_precision,
    get_currency_symbol,
    get_group_symbol,
    list_currencies,
)

from tickets.refusals import Refusal, gettext_noop
from tickets.text import one_line

LIMIT = 10**12  # minor units: more than that is a slip of the finger
_TYPED = 60  # characters

_DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f]")  # which some locales write amounts with
# Groups of two are Indian: 1,20,000. The apostrophe is Swiss.
_GROUPED = re.compile(r"[1-9]\d{0,2}([ .,'’])(\d{2,3}\1)*\d{3}")


class MixedCurrencies(Exception):
    """Amounts in two currencies were to be added or compared."""


class BadAmount(Refusal, ValueError):
    """What was typed is not an amount. The text says why, for staff to read."""


@dataclass(frozen=True)
class Money:
    """An amount of `currency` (ISO 4217) in its minor units: Money(4500, "USD") is $45.00."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        _require_whole(self.minor)
        if self.currency not in _currencies():
            raise ValueError(f"{self.currency!r} is not a currency.")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._comparable(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._comparable(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._comparable(other).minor

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._comparable(other).minor

    def _comparable(self, other: object) -> "Money":
        if not isinstance(other, Money):
            raise TypeError(f"{other!r} is not money.")
        if self.currency != other.currency:
            raise MixedCurrencies(f"{self.currency} and {other.currency} do not mix.")
        return other


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Add up `amounts` of `currency`; none of them add up to zero."""
    return sum(amounts, start=Money(0, currency))


def exponent(currency: str) -> int:
    """Return how many decimals a currency has: 2 for USD, 0 for JPY."""
    return get_currency_precision(currency)


def decimal(money: Money) -> Decimal:
    """Return the amount in major units, exactly, with all the decimals of its currency."""
    # By way of the digits: arithmetic would round to the precision of the context.
    sign, digits, _ = Decimal(money.minor).as_tuple()
    return Decimal((sign, digits, -exponent(money.currency)))


def say(money: Money, locale: str) -> str:
    """Write an amount as people do: "$45.00", "45,00 kr". Its spaces do not break."""
    said = format_currency(decimal(money), money.currency, locale=_locale(locale))
    return re.sub(r"(?<=[A-Z])(?=\d)", "\xa0", said)  # SEK 45.00: babel leaves no room for a code


def parse(text: str, currency: str, locale: str) -> Money:
    """Read a typed amount, with or without its currency, or raise BadAmount.

    "45.00" and "45,00" are the same everywhere. Whether "1,200" is twelve hundred is up to the
    locale: where it is not, it has too many decimals.
    """
    places = exponent(currency)
    typed = _DIRECTION_MARKS.sub("", unicodedata.normalize("NFKC", text)).strip()
    read = _read(typed, "|".join(_symbols(currency, locale)), locale)
    if read is None:
        example = say(Money(45 * 10**places, currency), locale)
        raise BadAmount(
            gettext_noop("“%(typed)s” is not an amount; write it like %(example)s."),
            typed=one_line(typed, 30),
            example=example,
        )

    is_negative, whole, fraction = read
    if len(fraction) > places:
        raise BadAmount(_too_fine(places), typed=one_line(typed, 30), currency=currency, n=places)
    minor = int(whole + fraction.ljust(places, "0") or "0")
    if minor > LIMIT:
        most = say(Money(LIMIT, currency), locale)
        raise BadAmount(gettext_noop("That is too much; the most is %(most)s."), most=most)
    if is_negative and minor == 0:
        raise BadAmount(gettext_noop("Nothing cannot be negative; write 0."))
    return Money(-minor if is_negative else minor, currency)


def _too_fine(places: int) -> str:
    if places:
        return gettext_noop("“%(typed)s”: %(currency)s has %(n)d decimals.")
    return gettext_noop("“%(typed)s”: %(currency)s has no decimals.")


def times(rate_minor_per_hour: int, minutes: int) -> int:
    """Return what `minutes` cost, in whole minor units; halves are rounded away from zero."""
    _require_whole(rate_minor_per_hour)
    _require_whole(minutes)
    exact = rate_minor_per_hour * minutes  # in sixtieths
    rounded = (2 * abs(exact) + 60) // 120
    return rounded if exact >= 0 else -rounded


def round_up_minutes(minutes: int, step: int) -> int:
    """Return the next multiple of `step` minutes, which must be at least 1."""
    _require_whole(minutes)
    _require_whole(step)
    if minutes < 0 or step < 1:
        raise ValueError(f"{minutes} minutes cannot be rounded up to {step}.")
    return -(-minutes // step) * step


def _read(typed: str, symbol: str, locale: str) -> tuple[bool, str, str] | None:
    """Return the sign (True for minus) and the digits before and after the decimal mark."""
    amount = re.fullmatch(
        rf"([-−])?\s*(?:{symbol})?\s*([-−])?\s*([\d., '’]*\d)\s*(?:{symbol})?",
        typed[: _TYPED + 1],
        re.IGNORECASE,
    )
    if amount is None or len(typed) > _TYPED or (amount[1] and amount[2]):
        return None
    whole, fraction = amount[3], ""
    mark = max(whole.rfind("."), whole.rfind(","))
    if mark >= 0 and not _is_grouping(whole[mark], whole, locale):
        whole, fraction = whole[:mark], whole[mark + 1 :]
    if not (whole + fraction).isdecimal() and not _GROUPED.fullmatch(whole):
        return None
    return bool(amount[1] or amount[2]), re.sub(r"\D", "", whole), fraction


def _is_grouping(mark: str, number: str, locale: str) -> bool:
    if number.count(mark) > 1:
        return True
    is_grouping_here = mark == get_group_symbol(_locale(locale))
    return is_grouping_here and _GROUPED.fullmatch(number) is not None


def _symbols(currency: str, locale: str) -> list[str]:
    """Return patterns for what may stand beside an amount: "SEK", "kr", and English's "$"."""
    symbols = {currency, *(get_currency_symbol(currency, _locale(it)) for it in (locale, "en"))}
    normal = {_DIRECTION_MARKS.sub("", unicodedata.normalize("NFKC", it)) for it in symbols}
    return [re.escape(symbol) for symbol in sorted(normal, key=len, reverse=True)]


def _require_whole(number: object) -> None:
    if type(number) is not int:  # nor bool, which is one
        raise TypeError(f"{number!r} is not a whole number.")


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


@cache
def _locale(code: str) -> Locale:
    """Return babel's locale for a language code, in Django's spelling (en-us) or its own."""
    return Locale.parse(code.replace("-", "_"))
