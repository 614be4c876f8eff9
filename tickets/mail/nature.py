"""What kind of mail it is, and whether a machine may answer it (RFC 3834). Pure."""

import re
from collections.abc import Set

from tickets.mail import headers
from tickets.mail.contract import Authentication, Nature
from tickets.mail.parsing import Part

_DAEMON = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|mdaemon)@")
_NO_REPLY = re.compile(r"(?:no|do[._-]?not|dont|never)[._-]?repl(?:y|ies)(?:[._+-][^@]*)?@")
_HOST = re.compile(r"@([^<>@\s]+)")
_COMMENT_OR_QUOTED = re.compile(r"\([^()]*+\)|\"[^\"]*+\"")
_DMARC = re.compile(r"\s*dmarc\s*=\s*(\w+)", re.IGNORECASE)


def nature(mail: Part, sender: str, *, our_addresses: Set[str], our_hosts: Set[str]) -> Nature:
    """Return what the headers tell; what is ours first, since nothing may come of it."""
    if sender and sender in our_addresses:
        return Nature.LOOP
    if _is_bounce(mail, sender):
        return Nature.BOUNCE
    if _is_ours(mail, our_addresses, our_hosts):
        return Nature.LOOP
    if _is_automatic(mail):
        return Nature.AUTO_REPLY
    if mail.get("List-Id") or _precedence(mail) in ("bulk", "list", "junk"):
        return Nature.LIST
    return Nature.PERSONAL


def asks_for_no_answer(mail: Part, sender: str) -> bool:
    """Whether it wants no machine to answer, though a person sent it."""
    suppressed = headers.value(mail, "X-Auto-Response-Suppress").lower()
    return bool(
        _NO_REPLY.match(sender) or suppressed not in ("", "none") or mail.get("List-Unsubscribe")
    )


def authentication(mail: Part, trusted_authserv: str) -> Authentication:
    """Return the verdict on DMARC of the topmost header, if our own border wrote it (RFC 8601)."""
    written = headers.value(mail, "Authentication-Results")
    server, *results = _COMMENT_OR_QUOTED.sub(" ", written).split(";")
    if not trusted_authserv or server.split()[:1] != [trusted_authserv]:
        return Authentication.UNKNOWN
    verdicts = {found[1].lower() for result in results if (found := _DMARC.match(result))}
    if verdicts == {"pass"}:
        return Authentication.PASSED
    return Authentication.FAILED if "fail" in verdicts else Authentication.UNKNOWN


def _is_bounce(mail: Part, sender: str) -> bool:
    if _is_delivery_report(mail) or _DAEMON.match(sender) or mail.get("X-Failed-Recipients"):
        return True
    envelopes = ("Return-Path", "X-Envelope-From", "Envelope-Sender")
    # Holiday notices have no return path either, so that nobody answers them.
    return _auto_submitted(mail) != "auto-replied" and any(
        headers.value(mail, name) == "<>" for name in envelopes
    )


def _is_delivery_report(mail: Part) -> bool:
    return mail.get_content_type() == "multipart/report" and any(
        part.get_content_type() == "message/delivery-status" for part in mail.walk()
    )


def _is_ours(mail: Part, our_addresses: Set[str], our_hosts: Set[str]) -> bool:
    loops = {headers.words(str(loop)).lower() for loop in mail.get_all("X-Loop", [])}
    named = {*_HOST.findall(headers.message_id(mail).lower())}
    named |= {host for loop in loops for host in (loop, *_HOST.findall(loop))}
    return bool(named & our_hosts or loops & our_addresses)


def _is_automatic(mail: Part) -> bool:
    return (
        _auto_submitted(mail) not in ("", "no")
        or any(
            headers.value(mail, name).lower() not in ("", "no")
            for name in ("X-Autoreply", "X-Autorespond")
        )
        or _precedence(mail) == "auto_reply"
        or mail.get_content_type() == "multipart/report"
    )


def _auto_submitted(mail: Part) -> str:
    return re.split(r"[;\s(]", headers.value(mail, "Auto-Submitted").lower())[0]


def _precedence(mail: Part) -> str:
    return headers.value(mail, "Precedence").lower()
