"""Text from outside, before anything stores, shows or searches it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tickets import text

ANYTHING = st.text(st.characters())  # surrogates included


@pytest.mark.parametrize(
    ("given", "cleaned"),
    [
        pytest.param("My laptop\tis wet.\n", "My laptop\tis wet.\n", id="nothing to do"),
        pytest.param("a\x00b", "ab", id="NUL, which PostgreSQL refuses"),
        pytest.param("a\x07\x1b[31mb\x7f\x9b", "a[31mb", id="controls"),
        pytest.param("a\r\nb\rc\x85d\u2028e\u2029f\vg\fh", "a\nb\nc\nd\ne\nf\ng\nh", id="newlines"),
        pytest.param("a\ud83db", "a\ufffdb", id="half a surrogate pair"),
        pytest.param("\ud83d\ude00", "😀", id="both halves"),
        pytest.param("Zoë 你好 مرحبا 🎁", "Zoë 你好 مرحبا 🎁", id="every script"),
    ],
)
def test_clean(given, cleaned):
    assert text.clean(given) == cleaned


@pytest.mark.parametrize(
    ("given", "limit", "cut"),
    [
        ("abcd", 4, "abcd"),
        ("abcde", 4, "abc…"),
        ("ab cde", 4, "ab…"),
        ("😀😀😀", 2, "😀…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
        ("", 0, ""),
    ],
)
def test_what_is_too_long_is_cut_with_a_mark(given, limit, cut):
    assert text.clean(given, limit) == cut
    assert text.one_line(given, limit) == cut


@pytest.mark.parametrize(
    ("given", "line"),
    [
        pytest.param("  Ann \t\n Lee\xa0 ", "Ann Lee", id="whitespace of all kinds"),
        pytest.param("Hello\r\nBcc: all@example.com", "Hello Bcc: all@example.com", id="a header"),
        pytest.param("invoice\u202egpj.exe", "invoicegpj.exe", id="right-to-left override"),
        pytest.param("\u200b.htaccess\ufeff", ".htaccess", id="zero width"),
        pytest.param("a \u200b b", "a b", id="zero width between spaces"),
        pytest.param("\u2066a\u2069\u200e\u200fb\u061c", "ab", id="isolates and marks"),
    ],
)
def test_one_line(given, line):
    assert text.one_line(given) == line


@pytest.mark.parametrize(
    ("given", "searched"),
    [
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("café", "cafe"),
        ("cafe\u0301", "cafe"),
        ("İstanbul", "istanbul"),
        ("ISTANBUL", "istanbul"),
        ("Işık", "isik"),
        ("Ångström", "angstrom"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("ﬁle Nº ４７１１", "file no 4711"),
        ("  two\n\tlines ", "two lines"),
        ("err\x00-4711", "err-4711"),
        ("soft\xadware", "software"),
        ("%_'\"*", "%_'\"*"),
        ("", ""),
    ],
)
def test_normalise(given, searched):
    assert text.normalise(given) == searched


@pytest.mark.parametrize(
    ("given", "subject"),
    [
        ("My PC won't boot\nIt beeps.", "My PC won't boot"),
        ("\n \u200b\n\x00\n  Help  me \n", "Help me"),
        ("x" * 81, "x" * 79 + "…"),
        (" \n\t\n", ""),
        ("", ""),
    ],
)
def test_subject(given, subject):
    assert text.subject(given) == subject


@settings(max_examples=200)
@given(ANYTHING)
def test_cleaning_twice_changes_nothing_and_leaves_what_a_database_takes(given):
    cleaned = text.clean(given)

    assert text.clean(cleaned) == cleaned
    assert "\x00" not in cleaned
    assert cleaned.encode().decode() == cleaned


@settings(max_examples=200)
@given(ANYTHING)
def test_one_line_is_one_line(given):
    line = text.one_line(given)

    assert text.one_line(line) == line
    assert len(line.splitlines()) <= 1


@settings(max_examples=200)
@given(ANYTHING)
def test_normalising_twice_changes_nothing(given):
    assert text.normalise(text.normalise(given)) == text.normalise(given)


@settings(max_examples=200)
@given(ANYTHING, st.integers(0, 20))
def test_no_limit_is_exceeded(given, limit):
    assert len(text.clean(given, limit)) <= limit
    assert len(text.one_line(given, limit)) <= limit
