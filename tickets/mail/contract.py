"""What a mail is once it has been read: plain values, cleaned, safe to store."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MAIL_LIMIT = 25 * 1024 * 1024  # bytes; larger ones are refused before they are read
ATTACHMENTS_LIMIT = 50


class Unreadable(ValueError):
    """A mail that is kept as it came and not read further; the text says why, for staff."""


class Nature(StrEnum):
    """What a mail is, as its headers tell: only `PERSONAL` may ever be answered by itself."""

    PERSONAL = "personal"
    AUTO_REPLY = "auto_reply"  # out of office, another system's acknowledgement (RFC 3834)
    BOUNCE = "bounce"  # a delivery report, or a null return path
    LIST = "list"  # List-Id, Precedence: bulk, list or junk
    LOOP = "loop"  # it came from ourselves


class Authentication(StrEnum):
    """What our own border says of DMARC; `UNKNOWN` when no header of ours says anything."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class File:
    """An attachment or an inline picture."""

    name: str  # cleaned; "attachment-3" where there was none to speak of
    content_type: str  # as claimed, lower case; trust nothing by it
    content: bytes = field(repr=False)
    content_id: str = ""  # without brackets; "" for one that no text refers to
    is_inline: bool = False


@dataclass(frozen=True)
class Bounce:
    """What a delivery report says of one of our mails."""

    message_ids: tuple[str, ...]  # with brackets, of the mail that came back; ours if any is
    recipient: str  # lower case, "" where the report does not say
    status: str  # "5.1.1", or ""
    because: str  # a sentence of the other side's, for staff

    @property
    def is_permanent(self) -> bool:
        """A status of 4.x.x is a delay: the other side is still trying."""
        return not self.status.startswith(("2", "4"))


@dataclass(frozen=True)
class Mail:
    """One mail, read.

    Every string is clean (tickets.text): no NUL, no controls, no header can be smuggled by it.
    """

    message_id: str  # with brackets; made from the mail's SHA-256 where it has none to rely on
    sender: str  # the address, lower case; "" when there is none that can be used
    sender_name: str
    subject: str  # at most 255 characters
    text: str  # everything that was written, quoted history and all
    fresh_text: str  # without the quoted history and signature; never empty when `text` is not
    html: str = field(repr=False)  # as it came, "" when none or too much; clean it before showing
    sent_at: datetime | None  # as the mail claims; None when it claims nothing sensible
    nature: Nature
    recipients: tuple[str, ...]  # addresses of To, Cc and Delivered-To, lower case, at most 100
    in_reply_to: tuple[str, ...]  # ids with brackets, the nearest first: In-Reply-To, References
    files: tuple[File, ...]
    authentication: Authentication = Authentication.UNKNOWN
    bounce: Bounce | None = None
    may_be_answered: bool = True  # by itself: false as well for a sender that cannot be trusted
    remarks: tuple[str, ...] = ()  # what was odd about it, in sentences for staff
