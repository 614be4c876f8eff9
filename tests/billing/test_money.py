"""Money, counted, typed and written."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing import money
from billing.money import BadAmount, MixedCurrencies, Money

NBSP = "\xa0"

CURRENCIES = st.sampled_from(["USD", "SEK", "EUR", "JPY", "BHD", "INR", "CHF"])
LOCALES = st.sampled_from(
    ["en", "en-us", "sv", "sv_SE", "de", "de_CH", "de_AT", "fr", "nl", "en_IN", "en_ZA", "ar", "he"]
)


def usd(minor):
    return Money(minor, "USD")


def test_adds_up():
    assert usd(4500) + usd(50) == usd(4550)
    assert usd(4500) - usd(5000) == usd(-500)
    assert -usd(4500) == usd(-4500)
    assert money.total([usd(1), usd(2), usd(3)], "USD") == usd(6)
    assert money.total([], "SEK") == Money(0, "SEK")


def test_is_ordered():
    assert sorted([usd(2), usd(-1), usd(1)]) == [usd(-1), usd(1), usd(2)]
    assert usd(1) <= usd(1) < usd(2)
    assert usd(2) > usd(1) >= usd(1)
    assert usd(1) != Money(1, "SEK")


@pytest.mark.parametrize(
    "mix",
    [
        lambda: usd(1) + Money(1, "SEK"),
        lambda: usd(1) - Money(1, "SEK"),
        lambda: usd(1) < Money(1, "SEK"),
        lambda: usd(1) >= Money(1, "SEK"),
        lambda: money.total([usd(1)], "SEK"),
    ],
)
def test_currencies_do_not_mix(mix):
    with pytest.raises(MixedCurrencies, match=r"(USD|SEK) and (USD|SEK) do not mix\."):
        mix()


@pytest.mark.parametrize(
    "miscount",
    [
        lambda: usd(True),
        lambda: usd(45.0),
        lambda: usd(Decimal(45)),
        lambda: usd("45"),
        lambda: usd(1) + 1,
        lambda: sum([usd(1)]),
        lambda: money.times(45.5, 60),
        lambda: money.times(4500, True),
        lambda: money.round_up_minutes(1.5, 15),
        lambda: money.round_up_minutes(1, 15.0),
    ],
)
def test_only_whole_numbers_are_counted(miscount):
    with pytest.raises(TypeError):
        miscount()


@pytest.mark.parametrize("currency", ["usd", "ABC", "", "$"])
def test_only_currencies_are_currencies(currency):
    with pytest.raises(ValueError, match="is not a currency"):
        Money(1, currency)


@pytest.mark.parametrize(("currency", "exponent"), [("USD", 2), ("SEK", 2), ("JPY", 0), ("BHD", 3)])
def test_exponent(currency, exponent):
    assert money.exponent(currency) == exponent


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (usd(4500), "45.00"),
        (usd(-5), "-0.05"),
        (usd(0), "0.00"),
        (Money(45, "JPY"), "45"),
        (Money(1, "BHD"), "0.001"),
        (usd(10**40 + 1), "1" + "0" * 38 + ".01"),
    ],
)
def test_decimal_is_exact(amount, written):
    assert str(money.decimal(amount)) == written


@pytest.mark.parametrize(
    ("amount", "locale", "said"),
    [
        (usd(4500), "en", "$45.00"),
        (usd(4500), "en-us", "$45.00"),
        (usd(-4500), "en", "-$45.00"),
        (usd(0), "en", "$0.00"),
        (usd(123456), "en", "$1,234.56"),
        (usd(4500), "sv", f"45,00{NBSP}US$"),
        (Money(4500, "SEK"), "sv", f"45,00{NBSP}kr"),
        (Money(123456, "SEK"), "sv_SE", f"1{NBSP}234,56{NBSP}kr"),
        (Money(4500, "SEK"), "en", f"SEK{NBSP}45.00"),
        (Money(-4500, "SEK"), "en", f"-SEK{NBSP}45.00"),
        (Money(4500, "JPY"), "en", "¥4,500"),
    ],
)
def test_say(amount, locale, said):
    assert money.say(amount, locale) == said


@pytest.mark.parametrize(
    ("typed", "currency", "locale", "minor"),
    [
        ("45", "USD", "en", 4500),
        ("45.00", "USD", "en", 4500),
        ("45,00", "USD", "en", 4500),
        ("45.5", "USD", "en", 4550),
        ("45,5", "SEK", "sv", 4550),
        ("45.00", "SEK", "sv", 4500),
        (" 045 ", "USD", "en", 4500),
        (".50", "USD", "en", 50),
        (",50", "SEK", "sv", 50),
        ("0", "USD", "en", 0),
        ("-45", "USD", "en", -4500),
        ("−45", "SEK", "sv", -4500),
        ("1 200,50", "SEK", "sv", 120050),
        ("1 200,50", "SEK", "en", 120050),
        ("1\u202f200,50", "EUR", "fr", 120050),
        ("1,200.50", "USD", "en", 120050),
        ("1.200,50", "EUR", "de", 120050),
        pytest.param("1.200,50", "USD", "en", 120050, id="only one way to read it"),
        pytest.param("1,200.50", "SEK", "sv", 120050, id="nor here"),
        pytest.param("1,200", "USD", "en", 120000, id="grouping in English"),
        pytest.param("1.200", "EUR", "de", 120000, id="grouping in German"),
        ("1'200.50", "CHF", "de_CH", 120050),
        ("1,20,000", "INR", "en_IN", 12000000),
        ("1,234,567", "USD", "sv", 123456700),
        ("$45", "USD", "en", 4500),
        ("-$45", "USD", "en", -4500),
        ("$-45", "USD", "en", -4500),
        ("$45", "USD", "sv", 4500),
        ("45 kr", "SEK", "sv", 4500),
        ("45 KR", "SEK", "sv", 4500),
        ("SEK 45", "SEK", "sv", 4500),
        ("45 usd", "USD", "en", 4500),
        ("１２", "USD", "en", 1200),
        ("٤٥", "USD", "en", 4500),
        ("45", "JPY", "en", 45),
        ("1.234", "BHD", "en", 1234),
        ("10 000 000 000,00", "SEK", "sv", 10**12),
    ],
)
def test_parse(typed, currency, locale, minor):
    assert money.parse(typed, currency, locale) == Money(minor, currency)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "free",
        "NaN",
        "Infinity",
        "-inf",
        "1e5",
        "1_000",
        "0x10",
        "$",
        "45-",
        "--45",
        "+45",
        "$$45",
        "-$-45",
        "45$$",
        "12.",
        "1.2.3",
        "1,2,3",
        "0,500.00",
        "0,500,000",
        "1.5,5.5",
        "1,20,00",
        "1,2345,678",
        "45kr",
        "4\x005",
        "45 50",
        "1 2,5",
        "1 200,000.50",
        "9" * 99,
    ],
)
def test_what_is_not_an_amount_is_refused_with_an_example(typed):
    with pytest.raises(BadAmount, match=r"is not an amount; write it like \$45\.00\.$"):
        money.parse(typed, "USD", "en")


@pytest.mark.parametrize(
    ("typed", "currency", "locale", "sentence"),
    [
        ("45.001", "USD", "en", "“45.001”: USD has 2 decimals."),
        ("45.000", "USD", "en", "“45.000”: USD has 2 decimals."),
        ("1,200", "SEK", "sv", "“1,200”: SEK has 2 decimals."),
        ("1.200", "SEK", "sv", "“1.200”: SEK has 2 decimals."),
        ("0,500", "USD", "en", "“0,500”: USD has 2 decimals."),
        ("45.0", "JPY", "en", "“45.0”: JPY has no decimals."),
        ("-0", "USD", "en", "Nothing cannot be negative; write 0."),
        ("-0.00", "USD", "en", "Nothing cannot be negative; write 0."),
        ("10000000000.01", "USD", "en", "That is too much; the most is $10,000,000,000.00."),
        ("-10000000000.01", "USD", "en", "That is too much; the most is $10,000,000,000.00."),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_reason(typed, currency, locale, sentence):
    with pytest.raises(BadAmount) as refused:
        money.parse(typed, currency, locale)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("rate", "minutes", "cost"),
    [
        (6000, 60, 6000),
        (6000, 0, 0),
        (0, 60, 0),
        (9500, 15, 2375),
        (100, 20, 33),
        (100, 40, 67),
        pytest.param(30, 1, 1, id="half up"),
        pytest.param(90, 1, 2, id="half up, not to even"),
        pytest.param(-30, 1, -1, id="half away from zero"),
        pytest.param(29, 1, 0, id="less than half"),
    ],
)
def test_times(rate, minutes, cost):
    assert money.times(rate, minutes) == cost


@pytest.mark.parametrize(
    ("minutes", "step", "billed"),
    [(0, 15, 0), (1, 15, 15), (15, 15, 15), (16, 15, 30), (7, 1, 7), (1, 60, 60)],
)
def test_round_up_minutes(minutes, step, billed):
    assert money.round_up_minutes(minutes, step) == billed


@pytest.mark.parametrize(("minutes", "step"), [(-1, 15), (1, 0), (1, -15)])
def test_minutes_are_not_rounded_to_nonsense(minutes, step):
    with pytest.raises(ValueError, match="cannot be rounded up"):
        money.round_up_minutes(minutes, step)


@settings(max_examples=200)
@given(st.integers(-money.LIMIT, money.LIMIT), CURRENCIES, LOCALES)
def test_what_is_said_can_be_typed(minor, currency, locale):
    amount = Money(minor, currency)

    assert money.parse(money.say(amount, locale), currency, locale) == amount


@settings(max_examples=200)
@given(st.integers(-money.LIMIT, money.LIMIT), CURRENCIES, LOCALES)
def test_a_plain_number_is_read_wherever_its_decimals_are_no_grouping(minor, currency, locale):
    plain = str(money.decimal(Money(minor, currency)))
    if money.exponent(currency) != 3:
        assert money.parse(plain, currency, locale).minor == minor


@settings(max_examples=200)
@given(
    st.text(st.sampled_from("0123456789.,-' $kr\u202f\u200f")) | st.text(st.characters()),
    CURRENCIES,
    LOCALES,
)
def test_whatever_is_typed_is_read_or_refused_with_a_sentence(typed, currency, locale):
    try:
        amount = money.parse(typed, currency, locale)
    except BadAmount as refused:
        sentence = str(refused)
    else:
        sentence = money.say(amount, locale) + "."
    assert sentence.endswith(".")


@settings(max_examples=200)
@given(st.integers(-(10**9), 10**9), st.integers(0, 10**6))
def test_times_rounds_as_paper_does(rate, minutes):
    exact = Decimal(rate) * minutes / 60

    assert money.times(rate, minutes) == exact.quantize(Decimal(1), ROUND_HALF_UP)


@settings(max_examples=200)
@given(st.integers(0, 10**6), st.integers(1, 1440))
def test_rounding_up_adds_less_than_a_step(minutes, step):
    billed = money.round_up_minutes(minutes, step)

    assert billed % step == 0
    assert 0 <= billed - minutes < step
