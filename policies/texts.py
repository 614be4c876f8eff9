"""The files of templates/messages/<language>/: placeholders in braces, no template engine."""

import string
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _

MESSAGES = Path(__file__).resolve().parent.parent / "templates" / "messages"
FALLBACK = "en"
SUBJECT = "Subject:"
# What replies.letter fills in whatever the text; what is said aloud is about nobody's ticket.
ALWAYS = frozenset({"shop", "phone", "ticket", "name", "page"})
ALOUD = frozenset(
    {
        *("callback", "callback_later", "greeting_open", "greeting_closed"),
        *("turnaround", "turnaround_risks"),
    }
)
# Sent to whoever writes to us: a name may be of a forger's choosing.
TO_STRANGERS = ("acknowledgement", "keyword_")
# What they accept is a service, and they do so on their page.
NEEDED = dict.fromkeys(("quote", "quote.mail"), frozenset({"service", "page"}))


class BadText(ValueError):
    """These words cannot be filled in; the text says why, for staff to read."""


@dataclass(frozen=True)
class Letter:
    """What is sent: a text message uses the text alone."""

    subject: str
    text: str


def names() -> list[str]:
    """Return what texts there are: "callback", "acknowledgement", "acknowledgement.mail"."""
    return sorted(path.stem for path in (MESSAGES / FALLBACK).glob("*.txt"))


def exists(name: str) -> bool:
    return (MESSAGES / FALLBACK / f"{name}.txt").is_file()


@cache
def original(name: str, language: str) -> str:
    """Return the text as the project has it, in English where there is no other."""
    for folder in (language.partition("-")[0], FALLBACK):
        path = MESSAGES / folder / f"{name}.txt"
        if path.is_file():
            return path.read_text(encoding="utf-8").strip()
    raise FileNotFoundError(f"templates/messages/{FALLBACK}/{name}.txt")


def placeholders(text: str) -> set[str]:
    """Return what is to be filled in; raises BadText for anything but a plain {name}."""
    found = set()
    try:
        for _literal, field, spec, conversion in string.Formatter().parse(text):
            if field is None:
                continue
            # A dot or a bracket would reach into the values, an empty name is filled by nothing.
            if not field.isidentifier() or spec or conversion:
                raise BadText(_("Write placeholders as a plain word in braces: {shop}."))
            found.add(field)
    except ValueError as error:
        if isinstance(error, BadText):
            raise
        raise BadText(_("A brace is left open. For a brace itself, write it twice.")) from None
    return found


def allowed(name: str, language: str) -> set[str]:
    """Return what may be filled in where the text `name` stands."""
    found = placeholders(original(name, FALLBACK)) | placeholders(original(name, language))
    if name in ALOUD:
        return found
    return found | (ALWAYS - {"name", "page"} if name.startswith(TO_STRANGERS) else ALWAYS)


def check(name: str, language: str, text: str) -> None:
    """Raise BadText unless `text` can stand in place of the file `name`."""
    check_part(name, language, text)
    lacking = sorted(NEEDED.get(name, frozenset()) - placeholders(text))
    if lacking:
        raise BadText(_("This text does not do without {%s}.") % lacking[0])


def check_part(name: str, language: str, text: str) -> None:
    """Raise BadText unless `text` can be filled in where the file `name` stands."""
    if not exists(name):
        raise BadText(_("There is no such text. There are: %s.") % ", ".join(names()))
    may_use = allowed(name, language)
    unknown = sorted(placeholders(text) - may_use)
    if unknown:
        raise BadText(
            _("Nothing is known of {%(unknown)s} here. You may use: %(allowed)s.")
            % {"unknown": unknown[0], "allowed": ", ".join(f"{{{it}}}" for it in sorted(may_use))}
        )


def written(letter: Letter) -> str:
    """Write down a mail's text as `letter` reads it."""
    return f"{SUBJECT} {letter.subject}\n\n{letter.text}" if letter.subject else letter.text


def letter(filled_in: str) -> Letter:
    """Read a mail's text: a subject on the first line, then paragraphs."""
    first, _newline, rest = filled_in.partition("\n")
    if not first.startswith(SUBJECT):
        return Letter("", filled_in)
    return Letter(first.removeprefix(SUBJECT).strip(), rest.strip())
