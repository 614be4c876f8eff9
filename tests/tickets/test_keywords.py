"""One-word messages: what is an instruction, what is thanks, and what is for people to read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickets.keywords import Keyword, is_thanks, meaning, verdict


@pytest.mark.parametrize(
    "text",
    [
        *("STOP", "stop", "Stop ", "stop.", "STOP!!!", "“Stop”", "S T O P", "ＳＴＯＰ", "stop\n"),
        *("STOPALL", "STOP ALL", "Stop-all", "UNSUBSCRIBE", "Cancel", "END", "quit", "REVOKE"),
        *("OPTOUT", "OPT OUT", "opt-out", "Remove", "ARRET", "arrêt", "🛑 STOP", "\u200bStop"),
        *("Stopp", "stopp!", "Sluta", "Avsluta", "Avregistrera", "Avregistrera mig", "Avanmäl"),
    ],
)
def test_stop(text):
    assert meaning(text) == Keyword.STOP


@pytest.mark.parametrize("text", ["START", "start.", "Unstop", "Starta", "starta igen"])
def test_start(text):
    assert meaning(text) == Keyword.START


@pytest.mark.parametrize("text", ["HELP", "Help?", "info", "Hjälp", "HJÄLP!", "hja\u0308lp"])
def test_help(text):
    assert meaning(text) == Keyword.HELP


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "?", "👍", "\0", "yes", "no", "ja", "1", "thanks", "stöd", "slut", "avboka"),
        *("please don't stop", "Stop by at noon?", "Can you help me", "non-stop", "help me start"),
        *("Stopp i avloppet", "the end", "cancel my appointment", "stop" + " " * 200),
    ],
)
def test_everything_else_is_for_people_to_read(text):
    assert meaning(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("Thanks", "thanks!", "Thank you.", "Thank you so much", "thx", "Many thanks!", "ty"),
        *("ok", "OK", "Okay!", "👍", "👍🏽👍🏽", "👌", "🙏", "Ok, thanks", "ok 👍"),
        *("Thanks a lot for your help", "ok great", "Thank you, perfect 👍"),
        *("Tack", "tack!", "Tack så mycket", "Tack så jättemycket!", "Tusen tack", "Okej"),
        *("Tack för hjälpen!", "Tack tack", "Toppen, tack", "Perfekt tack 🙏"),
    ],
)
def test_thanks(text):
    assert is_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "ok?", "Ok when?", "no thanks", "nej tack", "Thanks for nothing", "great", "bra"),
        *("Thanks, but it still does not start", "thank you for calling me back at 5", "tacksam"),
        *("ok see you at noon", "1", "yes", "ok " * 60),
    ],
)
def test_what_says_more_than_thanks(text):
    assert not is_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "1",
            "1.",
            "1️⃣",
            "１",
            "yes",
            "Yes!",
            "Y",
            "happy",
            "Very happy",
            "I’m happy",
            "1 (happy)",
        ),
        *("ja", "Ja!", "Nöjd", "jag är nöjd", "Ja, nöjd", "👍", "👍🏿", "👍👍"),
    ],
)
def test_satisfied(text):
    assert verdict(text) is True


@pytest.mark.parametrize(
    "text",
    [
        *("2", "2!", "no", "NO.", "unhappy", "not happy", "I'm not happy", "2 unhappy"),
        *("nej", "Nej!", "missnöjd", "Inte nöjd", "Jag är inte nöjd", "👎", "👎🏻"),
    ],
)
def test_not_satisfied(text):
    assert verdict(text) is False


@pytest.mark.parametrize(
    "text",
    [
        *("", "3", "12", "1 2", "1/2", "yes?", "no problem", "maybe", "ok", "nöjd?", "👍👎"),
        *("yes and no", "Yes, but it is slow again", "stop", "not unhappy"),
    ],
)
def test_no_verdict(text):
    assert verdict(text) is None


@given(st.text())
def test_any_text_has_an_answer(text):
    assert meaning(text) in {None, *Keyword}
    assert verdict(text) in {None, True, False}
    assert is_thanks(text) in {True, False}
