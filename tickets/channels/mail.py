"""Mail leaving by SMTP, through Django's own backend."""

import re
import smtplib
from collections.abc import Set
from contextlib import suppress
from typing import ClassVar

from django.core import mail
from django.core.mail import BadHeaderError, EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import sanitize_address

from tickets.channels.contract import (
    Channel,
    DeliveryFailed,
    DeliveryUnknown,
    Outbound,
    Sent,
)

NO_SUCH_ADDRESS = frozenset({550, 551, 553})
# RFC 3463: 5.1 is about the address; 5.2 about the mailbox, 5.7 a policy, often about us.
_ENHANCED = re.compile(r"\s*5\.(\d{1,3})\.\d{1,3}(?!\d)")
LOOP_HEADER = "X-Loop"


class Mail(Channel):
    slug: ClassVar[str] = "email"
    # The same mail twice carries one Message-ID, and mail programs show it once.
    deduplicates: ClassVar[bool] = True

    def __init__(self, *, smtp: bool, host: str) -> None:
        self.smtp, self.host = smtp, host

    @property
    def is_set_up(self) -> bool:
        return self.smtp

    def send(self, message: Outbound) -> Sent:
        connection = mail.get_connection()
        try:
            taken = self._message(message, connection).send()
        except BadHeaderError as error:
            raise DeliveryFailed(str(error), is_final=True) from error
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise _refused(code, said, codes=NO_SUCH_ADDRESS) from error
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPResponseException as error:
            # Of the password or the sender: not the recipient's fault, and once mended, it goes.
            because = f"{error.smtp_code} {_text(error.smtp_error)}"
            raise DeliveryFailed(because, is_final=False) from error
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryUnknown(str(error) or type(error).__name__) from error
        finally:
            # Django leaves it open when it breaks half-way, at STARTTLS for one.
            with suppress(OSError, smtplib.SMTPException):
                connection.close()
        if not taken:
            raise DeliveryFailed("The mail has no recipient.", is_final=True)
        return Sent(provider_id=message.message_id)

    def _message(self, message: Outbound, connection: BaseEmailBackend) -> EmailMessage:
        headers = {"Message-ID": message.message_id, LOOP_HEADER: self.host}
        if message.in_reply_to:
            headers["In-Reply-To"] = message.in_reply_to
        if message.references:
            headers["References"] = " ".join(message.references)
        if message.auto_submitted:
            headers["Auto-Submitted"] = message.auto_submitted
            headers["X-Auto-Response-Suppress"] = "All"
        written = EmailMessage(
            subject=message.subject,
            body=message.text,
            from_email=sanitize_address((message.sender_name, message.sender), "utf-8"),
            to=[message.recipient],
            reply_to=[message.reply_to] if message.reply_to else None,
            headers=headers,
            connection=connection,
        )
        for enclosure in message.enclosures:
            written.attach(enclosure.name, enclosure.content, enclosure.content_type)
        return written


def _refused(code: int, said: bytes | str, codes: Set[int] = frozenset()) -> DeliveryFailed:
    """Read a server's no: 4xx may be yes later, 5xx never is (RFC 5321, 4.2.1).

    `codes` are those that say by themselves that there is no such address.
    """
    text = _text(said)
    enhanced = _ENHANCED.match(text)
    return DeliveryFailed(
        f"{code} {text}",
        is_final=code >= 500,
        no_such_address=enhanced[1] == "1" if enhanced else code in codes,
    )


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
