"""What a text costs: seven bits or sixteen, and how many parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets import segments
from tickets.segments import Encoding, Segments, count

GSM, UCS = Encoding.GSM_7, Encoding.UCS_2

GSM_TEXT = st.text("ab é£\n^{}\\[~]|€", max_size=400)
ANY_TEXT = st.text(st.sampled_from("aå€ç你’🎁👍"), max_size=200) | st.text(max_size=200)


@pytest.mark.parametrize(
    ("text", "encoding", "length", "parts", "left"),
    [
        ("", GSM, 0, 0, 160),
        ("a", GSM, 1, 1, 159),
        ("åäöÅÄÖ éèß Ñ ¿?", GSM, 15, 1, 145),
        ("a" * 160, GSM, 160, 1, 0),
        ("a" * 161, GSM, 161, 2, 145),
        ("a" * 306, GSM, 306, 2, 0),
        ("a" * 307, GSM, 307, 3, 152),
        ("^{}\\[~]|€\f", GSM, 20, 1, 140),
        ("€" * 80, GSM, 160, 1, 0),
        ("€" * 81, GSM, 162, 2, 143),  # 76 and 5: half of the 77th would not fit
        ("a" * 152 + "€" + "a" * 7, GSM, 161, 2, 144),
        ("Ç", GSM, 1, 1, 159),
        ("ç", UCS, 1, 1, 69),
        ("It’s ready", UCS, 10, 1, 60),
        ("å" * 70, GSM, 70, 1, 90),
        ("ç" * 70, UCS, 70, 1, 0),
        ("ç" * 71, UCS, 71, 2, 63),
        ("🎁", UCS, 2, 1, 68),
        ("🎁" * 35, UCS, 70, 1, 0),
        ("🎁" * 36, UCS, 72, 2, 61),  # 33 and 3
        ("ç" * 66 + "🎁" * 3, UCS, 72, 2, 61),
        ("€ç", UCS, 2, 1, 68),  # nothing is extended in UCS-2
    ],
)
def test_counts(text, encoding, length, parts, left):
    assert count(text) == Segments(encoding, length, parts, left)


@given(ANY_TEXT | GSM_TEXT)
def test_adds_up(text):
    counted = count(text)
    whole, part = (160, 153) if counted.encoding == GSM else (70, 67)
    room = whole if counted.parts <= 1 else counted.parts * part
    lost = room - counted.length - counted.left  # at the ends of parts, before a wide character

    assert 0 <= lost <= max(counted.parts - 1, 0)
    assert 0 <= counted.left < whole or not text


@given(ANY_TEXT)
def test_counts_ucs_2_as_utf_16_does(text):
    counted = count(text + "ç")

    assert (counted.encoding, counted.length) == (UCS, len((text + "ç").encode("utf-16-be")) // 2)


@given(GSM_TEXT)
def test_costs_no_more_without_its_last_character(text):
    assert count(text[:-1]).parts <= count(text).parts


def test_typographic_characters_are_written_plainly():
    assert segments.thrifty("“5:00\u202fPM” – that’s late…") == '"5:00 PM" - that\'s late...'
    assert segments.count(segments.thrifty("by 5:00\u202fPM")).encoding == segments.Encoding.GSM_7


def test_what_no_keyboard_makes_by_itself_stays():
    assert segments.thrifty("Å 🎁 ç €") == "Å 🎁 ç €"
