"""What is in the parts of a mail: the text, the HTML and the files."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import InvalidBase64CharactersDefect, InvalidBase64LengthDefect
from email.message import Message
from email.policy import compat32

from tickets.mail import charsets, headers, markup, names
from tickets.mail.contract import ATTACHMENTS_LIMIT, File
from tickets.mail.parsing import Part
from tickets.text import clean, one_line

TEXT_LIMIT = 1_000_000
_HTML_LIMIT = 600_000  # of all parts together, as each costs its time

NO_TEXT = "The mail has no text."
BAD_BASE64 = "A part of the mail is damaged: it is not the base64 that it claims to be."
UNKNOWN_ENCODING = "A part of the mail is in an encoding that is not known; it is kept as a file."
UNKNOWN_CHARSET = "The mail claims a character set that is not known; some letters may be wrong."
TOO_COMPLEX = "The HTML of the mail is too complex to read."
TOO_LONG = "The text of the mail is too long; the end is left out."
TOO_MANY_FILES = f"The mail has more than {ATTACHMENTS_LIMIT} files; the others are left out."
NO_BOUNDARY = "The mail does not say where its parts begin; it is shown as one text."

_ENCODINGS = frozenset({"", "7bit", "8bit", "binary", "base64", "quoted-printable"})
_AS_IT_CAME = compat32.clone(max_line_length=None)


@dataclass
class Contents:
    """What was found while walking the parts, in their order."""

    text: str = ""
    html: str = ""
    files: list[File] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def remark(self, sentence: str) -> None:
        if sentence not in self.remarks:
            self.remarks.append(sentence)


@dataclass(frozen=True)
class _Written:
    """What a part says to the reader."""

    text: str
    is_plain: bool


def contents(mail: Part) -> Contents:
    """Return what is in `mail`; of two versions of the same, the plain one is its text."""
    found = Contents()
    text = _written(mail, found).text
    if len(text) > TEXT_LIMIT:
        found.remark(TOO_LONG)
    found.text = clean(text[: 2 * TEXT_LIMIT], TEXT_LIMIT).strip("\n").rstrip()
    if not found.text:
        found.remark(NO_TEXT)
    if len(found.files) > ATTACHMENTS_LIMIT:
        found.remark(TOO_MANY_FILES)
        del found.files[ATTACHMENTS_LIMIT:]
    return found


def _written(part: Part, found: Contents) -> _Written:
    kind = part.get_content_type()
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        return _chosen(kind, [_written(child, found) for child in _children(part)])
    if part.get_content_maintype() == "multipart":
        found.remark(NO_BOUNDARY)
        kind = "text/plain"
    if kind not in ("text/plain", "text/html") or _is_file(part):
        _keep(part, found)
        return _Written("", is_plain=False)
    if _encoding(part) not in _ENCODINGS:
        found.remark(UNKNOWN_ENCODING)
        _keep(part, found)
        return _Written("", is_plain=False)
    text = _text(part, found)
    if kind == "text/plain":
        return _Written(text, is_plain=True)
    return _Written(_html(text, found), is_plain=False)


def _chosen(kind: str, written: list[_Written]) -> _Written:
    told = [version for version in written if version.text.strip()]
    plain = [version for version in told if version.is_plain]
    if kind == "multipart/alternative":
        told = (plain or told)[:1]
    return _Written(
        "\n\n".join(version.text.strip("\n") for version in told),
        is_plain=bool(told) and len(plain) >= len(told),
    )


def _html(html: str, found: Contents) -> str:
    html = markup.without_pictures(clean(html))
    if len(found.html) + len(html) > _HTML_LIMIT:
        found.remark(TOO_COMPLEX)
        return ""
    found.html += html + "\n"
    try:
        return markup.text(html)
    except markup.TooComplex:
        found.remark(TOO_COMPLEX)
        return ""


def _text(part: Part, found: Contents) -> str:
    charset = _parameter(part, "charset")
    if not charsets.is_known(charset):
        found.remark(UNKNOWN_CHARSET)
    return charsets.decode(_bytes(part, found), charset)


def _bytes(part: Part, found: Contents) -> bytes:
    """Return what the part holds; as it came, where that is not encoded as it says."""
    content = part.get_payload(decode=True)
    damaged = (InvalidBase64CharactersDefect, InvalidBase64LengthDefect)
    if any(isinstance(defect, damaged) for defect in part.defects):
        found.remark(BAD_BASE64)
        if part.get_content_maintype() in ("text", "multipart"):
            return str(part.get_payload()).encode("utf-8", "surrogateescape")
    return content if isinstance(content, bytes) else b""


def _keep(part: Part, found: Contents) -> None:
    number = len(found.files) + 1
    if number > ATTACHMENTS_LIMIT + 1:
        return  # one more than kept, for the remark
    claimed = _claimed_name(part)
    kind = part.get_content_type()
    if part.is_multipart():  # message/rfc822, and the reports that are lists of headers
        content = b"\n".join(child.as_bytes(policy=_AS_IT_CAME) for child in _children(part))
        claimed = claimed or (f"attachment-{number}.eml" if kind == "message/rfc822" else "")
    else:
        content = _bytes(part, found)
    content_id = headers.value(part, "Content-ID").strip("<> ")
    disposition = part.get_content_disposition() or ("inline" if content_id else "")
    found.files.append(
        File(
            name=names.attachment(claimed, number),
            content_type=one_line(kind, 100),
            content=content,
            content_id=one_line(content_id, 250),
            is_inline=disposition == "inline",
        )
    )


def _children(part: Part) -> Iterator[Part]:
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (child for child in payload if isinstance(child, Message))


def _is_file(part: Part) -> bool:
    return part.get_content_disposition() == "attachment" or bool(_claimed_name(part))


def _encoding(part: Part) -> str:
    return headers.value(part, "Content-Transfer-Encoding").partition(";")[0].strip().lower()


def _claimed_name(part: Part) -> str:
    disposition = _parameter(part, "filename", header="Content-Disposition")
    return headers.words(disposition or _parameter(part, "name"))


def _parameter(part: Part, name: str, *, header: str = "Content-Type") -> str:
    try:
        given = part.get_param(name, "", header)
        if isinstance(given, tuple):  # RFC 2231: charset, language, value
            charset, _, given = given
            return charsets.decode(given.encode("latin-1", "replace"), charset or "utf-8")
    except (LookupError, ValueError, TypeError):  # numbered or quoted in ways that nobody should
        return ""
    return str(given)
