"""What is new in an answer, without the history it quotes and the signature. Pure."""

import re

from mailparser_reply.parser import EmailMessage

_LANGUAGES = ["en", "sv", "de", "da", "nl", "fr", "es", "it"]
_HEADER = EmailMessage(text="", languages=_LANGUAGES).HEADER_REGEX
# Its expressions take the square of a line's length, and no line that introduces a quotation is
# as long as this one. Nor does an answer have its quotation below so much of its own.
_LONGEST_LINE = 400
_LOOKED_AT = 16_000

_BLANK_LINES = re.compile(r"\n{4,}")
_FORWARDED = re.compile(
    r"^-{4,} ?(?:Forwarded message|Vidarebefordrat meddelande|Weitergeleitete Nachricht) ?-{4,}$",
    re.IGNORECASE | re.MULTILINE,
)
_LINE_ABOVE_A_HEADER = re.compile(r"\n[ _-]{5,}\s*\Z")
_SIGNATURE = re.compile(r"^--[ \xa0]?$", re.MULTILINE)
_DEVICE = re.compile(
    r"\n\s*(?:Sent from my|Get Outlook for|Skickat från min|Hämta Outlook för|Gesendet von"
    r"|Von meinem|Outlook für) [^\n]{1,80}\s*\Z",
    re.IGNORECASE,
)


def fresh(text: str) -> str:
    """Return what was written anew in `text`: all of it rather than nothing."""
    lines = (line.rstrip() for line in text.split("\n"))
    written = _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip("\n")
    begins, ends = _history(written)
    above = _unsigned(_LINE_ABOVE_A_HEADER.sub("", written[:begins]))
    if above:
        return above
    quotation = written[ends:].lstrip()
    below = _unsigned(quotation) if quotation.startswith(">") else ""
    return below or written


def _history(written: str) -> tuple[int, int]:
    """Return where the line that introduces a quotation begins and ends; both at the end if none.

    A forwarded mail is no history: it is what the sender wants to show.
    """
    looked_at = "\n".join(
        line if len(line) <= _LONGEST_LINE else "\0" * len(line)
        for line in written[:_LOOKED_AT].split("\n")
    )
    found = _HEADER.search(looked_at)
    forwarded = _FORWARDED.search(looked_at)
    if found is None or (forwarded and forwarded.start() <= found.start()):
        return len(written), len(written)
    return found.start(), found.end()


def _unsigned(written: str) -> str:
    """Return `written` without a quotation around it, and without the signature below it."""
    if signature := _SIGNATURE.search(written):
        written = written[: signature.start()]
    lines = written.split("\n")
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith(">")):
        lines.pop()
    if any(not line.lstrip().startswith(">") for line in lines):
        while not lines[0].strip() or lines[0].lstrip().startswith(">"):
            lines.pop(0)
    return _DEVICE.sub("", "\n" + "\n".join(lines)).strip("\n").rstrip()
