"""Mails as they come in over the wire, RFC 5322, from those who write to the sample shop."""

from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from tickets.models import Interaction

_REPORT = """\
Return-Path: <>
From: Mail Delivery System <mailer-daemon@mx.{host}>
To: {sender}
Date: {date}
Message-ID: <dsn-{number}@mx.{host}>
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="=_dsn"

--=_dsn
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered to {recipient}.

--=_dsn
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.{host}

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <{recipient}> User unknown

--=_dsn
Content-Type: text/rfc822-headers

Message-ID: {ours}
To: {recipient}

--=_dsn--
"""


def written(
    sender: tuple[str, str],
    to: str,
    *,
    number: int,
    subject: str,
    text: str,
    at: datetime,
    answers: Interaction | None = None,
    is_automatic: bool = False,
) -> bytes:
    """Write a mail from `sender`, a name and an address; one that `answers` a letter of ours."""
    name, address = sender
    mail = EmailMessage()
    mail["From"] = f'"{name}" <{address}>'
    mail["To"] = to
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<sample-{number}@{address.partition('@')[2]}>"
    mail["Subject"] = subject
    if answers is not None and answers.provider_id:
        mail["In-Reply-To"] = answers.provider_id
    if is_automatic:
        mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(text)
    return mail.as_bytes()


def bounced(letter: Interaction, to: str, *, number: int, at: datetime) -> bytes:
    """Write the report of a server that does not know whom `letter` went to (RFC 3464)."""
    return _REPORT.format(
        host=letter.recipient.partition("@")[2],
        sender=to,
        date=format_datetime(at),
        number=number,
        recipient=letter.recipient,
        ours=letter.provider_id,
    ).encode("ascii")
