"""What a customer's whole message means when it is one of a few words. Pure functions.

Only whole messages: "please don't stop" and "yes, but not before noon" are for people to read.
"""

import re
from enum import StrEnum
from itertools import groupby

from tickets.text import normalise

_LONGEST = 100  # characters; what is longer says more than a word


class Keyword(StrEnum):
    STOP = "stop"
    START = "start"
    HELP = "help"


# As written after `normalise` and without what stands between letters: opt-out, Opt Out, OPTOUT.
# "Avboka" (cancel an appointment) and "avbryt" (cancel a job) are meant for staff and are not here;
# CANCEL and END are, because 47 CFR 64.1200(a)(10) counts them as opting out whatever was meant.
_KEYWORDS = {
    word: keyword
    for keyword, words in {
        Keyword.STOP: (
            "stop stopall unsubscribe cancel end quit revoke optout remove arret"
            " stopp stoppa sluta avsluta avregistrera avregistreramig avanmal avprenumerera"
        ),
        # Not YES, which some gateways take for START: here it mostly answers a question of ours,
        # and nobody who said STOP is to be written to again because of it.
        Keyword.START: "start unstop starta startaigen",
        Keyword.HELP: "help info hjalp",
    }.items()
    for word in words.split()
}

_VERDICTS = {
    phrase: is_satisfied
    for is_satisfied, phrases in {
        True: (
            "1, yes, y, yep, yeah, happy, satisfied, 👍, 1 yes, 1 happy, yes happy, very happy,"
            " im happy, i am happy, ja, japp, jajamensan, nojd, 1 ja, 1 nojd, ja nojd,"
            " mycket nojd, jag ar nojd, jag ar mycket nojd"
        ),
        False: (
            "2, no, n, nope, unhappy, dissatisfied, 👎, 2 no, 2 unhappy, no unhappy, not happy,"
            " very unhappy, im not happy, i am not happy, nej, nepp, missnojd, 2 nej, 2 missnojd,"
            " nej missnojd, mycket missnojd, inte nojd, jag ar inte nojd, jag ar missnojd"
        ),
    }.items()
    for phrase in phrases.split(", ")
}

_OK = "ok|okay|okey|okej|👍|👌"
_THANKS = (
    "(?:(?:many|tusen|stort) )?(?:thanks|thank (?:you|u)|thankyou|thx|ty|tack|tackar|🙏)"
    "(?: (?:(?:so|very) much|a lot|again|sa (?:jatte)?mycket))?"
    "(?: (?:for (?:the|your|all your) help|for (?:all )?(?:din |er )?hjalp(?:en)?))?"
)
_PRAISE = "great|perfect|super|wonderful|excellent|bra|fint|perfekt|toppen|underbart"
_ONLY_THANKS = re.compile(
    f"(?:(?:{_PRAISE}) )*(?:{_OK}|{_THANKS})(?: (?:{_OK}|{_THANKS}|{_PRAISE}))*"
)


def meaning(text: str) -> Keyword | None:
    return _KEYWORDS.get(_words(text).replace(" ", ""))


def is_thanks(text: str) -> bool:
    """Whether the message says thanks or ok, in English or Swedish, and nothing that needs us."""
    return "?" not in text and _ONLY_THANKS.fullmatch(_words(text)) is not None


def verdict(text: str) -> bool | None:
    """Return whether a customer is satisfied, or None when the message does not say only that."""
    return None if "?" in text else _VERDICTS.get(_words(text))


def _words(text: str) -> str:
    """Return the words and thumbs in `text`, normalised: "¡Okej!! 👍🏽👍🏽" becomes "okej 👍"."""
    if len(text) > _LONGEST:
        return ""
    # An apostrophe joins what it stands in, the rest parts. The tone of a thumb is neither.
    plain = re.sub("['’🏻-🏿]", "", normalise(text))
    found = re.findall(r"[^\W_]+|[👍👎👌🙏]", plain)
    return " ".join(word for word, _ in groupby(found))
