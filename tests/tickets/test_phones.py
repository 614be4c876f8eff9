"""Telephone numbers, as typed by people and sent by phone systems."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets import phones
from tickets.phones import Kind, Number

ANN = "+14158675309"


@pytest.mark.parametrize(
    ("raw", "region", "e164"),
    [
        ("(415) 867-5309", "US", ANN),
        ("415.867.5309", "us", ANN),
        (" +1 415 867 5309 ", "SE", ANN),
        ("+1 (415) 867/5309", "DE", ANN),
        ("030 55571600", "DE", "+493055571600"),
        ("+46 (0)70 174 06 05", "SE", "+46701740605"),
        ("+39 06 1234 5678", "US", "+390612345678"),
        pytest.param("+14158675309", "", ANN, id="no region is needed with a plus"),
        pytest.param("200023", "FO", "+298200023", id="six digits are a number on the Faroes"),
        # E.164 without its plus, as Zammad's format has it.
        ("493055571600", "US", "+493055571600"),
        ("14158675309", "US", ANN),
        ("14158675309", "SE", ANN),
        ("46812345678", "SE", "+46812345678"),
        pytest.param("492214710334", "DE", "+492214710334", id="not +49 492214..., a number too"),
        ("02214710334", "DE", "+492214710334"),
        ("390612345678", "IT", "+390612345678"),
        ("4791234567", "NO", "+4791234567"),
        pytest.param("812345678", "SE", "+46812345678", id="typed without its leading zero"),
        # Exit codes.
        ("0046701740605", "SE", "+46701740605"),
        pytest.param("00493055571600", "US", "+493055571600", id="00 where one dials 011"),
        ("01146701740605", "US", "+46701740605"),
        # Other scripts' digits.
        ("٤١٥٨٦٧٥٣٠٩", "US", ANN),
        ("４１５８６７５３０９", "US", ANN),
        ("＋４６８１２３４５６７８", "US", "+46812345678"),
        # Letters on a keypad.
        ("1-800-FLOWERS", "US", "+18003569377"),
        # Possible, though no such area code is in use yet.
        ("+15551234567", "SE", "+15551234567"),
        ("15551234567", "US", "+15551234567"),
        ("(555) 123-4567", "US", "+15551234567"),
        # URIs.
        ("tel:+1-415-867-5309", "US", ANN),
        ("tel:867-5309;phone-context=+1-415", "US", ANN),
        ("sip:+14158675309@pbx.example", "SE", ANN),
        ("sips:%2B14158675309@pbx.example;user=phone", "SE", ANN),
        ("SIP:14158675309:secret@10.0.0.1:5060", "US", ANN),
        ('"Ann Lee" <sip:+14158675309;phone-context=x@pbx.example;user=phone>', "SE", ANN),
        ('"Ann Lee" <4158675309>', "US", ANN),
        ("4158675309@10.0.0.1", "US", ANN),
        # What must not get into a database.
        ("+1 415\x00 867 53\x0709", "US", ANN),
        ("\u202a+14158675309\u202c", "US", ANN),
    ],
)
def test_reads_a_number(raw, region, e164):
    number = phones.read(raw, region)

    assert (number.e164, number.extension, number.kind) == (e164, "", Kind.NUMBER)


@pytest.mark.parametrize(
    "raw",
    [
        "tel:+1-415-867-5309;ext=9",
        "415 867 5309 x9",
        "(415) 867-5309 ext. 9",
        "+14158675309;ext=9",
        "+14158675309 #9",
    ],
)
def test_keeps_the_extension_apart(raw):
    assert phones.read(raw, "US") == Number(raw, ANN, "9", Kind.NUMBER)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "anonymous",
        "Anonymous",
        "RESTRICTED",
        "unknown",
        "<unknown>",
        "withheld",
        "Private Number",
        "Unavailable",
        "sip:anonymous@anonymous.invalid",
        '"Anonymous" <sip:anonymous@anonymous.invalid>',
        "sip:",
        "+266696687",
        "+86282452253",
    ],
)
def test_a_withheld_number_is_no_number(raw):
    number = phones.read(raw, "US")

    assert (number.e164, number.extension, number.kind) == (None, "", Kind.WITHHELD)


@pytest.mark.parametrize(
    ("raw", "region", "extension"),
    [
        ("101", "US", "101"),
        ("sip:200@pbx", "US", "200"),
        ("200@10.0.0.1", "SE", "200"),
        ("*97", "US", "97"),
        ("10123", "US", "10123"),
        pytest.param("1640", "DE", "1640", id="not a number in Germany"),
        pytest.param("19222", "DE", "19222", id="nor this"),
    ],
)
def test_a_few_digits_are_somebody_in_the_house(raw, region, extension):
    assert phones.read(raw, region) == Number(raw, None, extension, Kind.INTERNAL)


@pytest.mark.parametrize(("raw", "region"), [("24636", "US"), ("72456", "SE")])
def test_a_short_code_is_nobody_one_can_call_back(raw, region):
    assert phones.read(raw, region) == Number(raw, None, "", Kind.SHORT)


@pytest.mark.parametrize(
    ("raw", "region"),
    [
        ("+999123", "US"),
        ("+4612", "SE"),
        ("493055571600123456", "US"),
        pytest.param("867-5309", "US", id="without its area code"),
        pytest.param("4158675309", "ZZ", id="without a region"),
        ("ann@example.com", "US"),
        ("s", "US"),
        ("+", "US"),
    ],
)
def test_what_is_no_number_is_kept_as_it_came(raw, region):
    assert phones.read(raw, region) == Number(raw, None, "", Kind.INVALID)


@pytest.mark.parametrize("raw", ["1" * 300, "+" + "1" * 300, "(" * 20_000, "<" * 20_000])
def test_what_is_too_long_is_kept_cut(raw):
    assert phones.read(raw, "US") == Number(raw[:99] + "…", None, "", Kind.INVALID)


@pytest.mark.parametrize(
    ("e164", "region", "said"),
    [
        ("+14155550143", "US", "(415) 555-0143"),
        ("+14155550143", "us", "(415) 555-0143"),
        pytest.param("+14165550143", "US", "(416) 555-0143", id="Toronto is dialled the same way"),
        ("+14155550143", "SE", "+1 415-555-0143"),
        ("+46812345678", "SE", "08-123 456 78"),
        ("+46812345678", "US", "+46 8 123 456 78"),
        ("+46812345678", "", "+46 8 123 456 78"),
        ("garbage", "US", "garbage"),
        ("", "US", ""),
    ],
)
def test_say(e164, region, said):
    assert phones.say(e164, region) == said


@pytest.mark.parametrize(
    ("e164", "region", "forms"),
    [
        ("+14155550143", "US", "14155550143 4155550143"),
        ("+46812345678", "SE", "46812345678 0812345678"),
        ("+46812345678", "US", "46812345678 0812345678 01146812345678"),
        ("+46812345678", "", "46812345678 0812345678"),
        ("garbage 12", "US", "12"),
        ("", "US", ""),
    ],
)
def test_search_forms(e164, region, forms):
    assert phones.search_forms(e164, region) == forms


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("(415) 867-5309", "4158675309"),
        ("+46 (0)8 123 45", "46812345"),
        ("08/123.45", "0812345"),
        ("415\xa0867", "415867"),
        ("415–867", "415867"),
        ("１２３４", "1234"),
        ("5309", "5309"),
        ("530", ""),
        ("err-4711", ""),
        ("ann 4711", ""),
        ("#4711", ""),
        ("", ""),
    ],
)
def test_digits_of_a_search(typed, digits):
    assert phones.digits(typed) == digits


@pytest.mark.parametrize(
    ("typed", "e164"),
    [("08-123 45", "+46812345678"), ("+46 (0)8-123", "+46812345678"), ("0011 23", "+46800112345")],
)
def test_a_typed_beginning_is_found_in_the_forms(typed, e164):
    assert phones.digits(typed) in phones.search_forms(e164, "SE")


DIALLED = st.text(st.sampled_from('0123456789+()- .;:@<>"x*#/abctelsipext=%٤４\x00\ud83d'))


@settings(max_examples=300)
@given(
    st.one_of(st.text(st.characters()), DIALLED), st.sampled_from(["US", "DE", "IT", "", "\x00"])
)
def test_nothing_raises(raw, region):
    number = phones.read(raw, region)

    assert (number.e164 is not None) == (number.kind == Kind.NUMBER)
    assert len(number.raw) <= 100
    for ask in (phones.say, phones.search_forms):
        ask(raw, region)
    assert phones.digits(raw) == "" or phones.digits(raw).isdecimal()


@settings(max_examples=200)
@given(st.integers(2_000_000_000, 9_999_999_999), st.sampled_from(["US", "SE", "DE"]))
def test_what_is_read_is_read_again_however_it_is_written(national, region):
    first = phones.read(f"+1{national}", "US")
    if first.e164 is not None:
        for form in (first.e164, phones.say(first.e164, region), f"tel:{first.e164}"):
            assert phones.read(form, region).e164 == first.e164
