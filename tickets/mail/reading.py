"""Reading a mail that came in: any bytes become a Mail or are Unreadable, and nothing else."""

from collections.abc import Set
from dataclasses import dataclass
from email.errors import MessageError
from hashlib import sha256

from tickets.mail import bounces, headers, quoting, scan
from tickets.mail.contents import Contents, contents
from tickets.mail.contract import Authentication, Mail, Nature, Unreadable
from tickets.mail.headers import Mailbox
from tickets.mail.nature import asks_for_no_answer, authentication, nature
from tickets.mail.parsing import Part, parse
from tickets.refusals import gettext_noop

NO_ID = "The mail has no Message-ID to rely on; it is known by its contents."
SEVERAL_IDS = "The mail has several Message-IDs; the first counts."
NO_SENDER = "The mail does not say who sent it."
SEVERAL_SENDERS = "The mail names several senders; the first counts."
ODD_SENDER = "The sender's address has letters that no address should; it may imitate another."
POSING_SENDER = "The sender's name looks like the address of somebody else."
PASSED_ON = (
    "A mailing list of ours passed this mail on; that the sender is who it says is not proven."
)


@dataclass(frozen=True)
class _Sender:
    address: str
    name: str
    is_trusted: bool
    is_in_from: bool  # which is what the border's verdict is about
    remarks: tuple[str, ...]


def read(
    raw: bytes,
    *,
    our_addresses: Set[str] = frozenset(),
    our_hosts: Set[str] = frozenset(),
    trusted_authserv: str = "",
) -> Mail:
    """Read one mail; raises Unreadable.

    `our_addresses` and `our_hosts`, lower case, are those we send from and make our Message-IDs
    with. `trusted_authserv` is the name under which our own border writes Authentication-Results.
    """
    scan.check(raw)
    try:
        return _read(raw, our_addresses, our_hosts, trusted_authserv)
    except Unreadable:
        raise
    # The library says nowhere what its parser may raise; this is what it has raised, in some
    # version or other, for mails that were sent.
    except (
        AssertionError,
        AttributeError,
        LookupError,
        MessageError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise Unreadable(gettext_noop("The mail is damaged and could not be read.")) from error


def _read(raw: bytes, our_addresses: Set[str], our_hosts: Set[str], trusted_authserv: str) -> Mail:
    mail = parse(raw)
    found = contents(mail)
    sender = _sender(mail, our_addresses)
    kind = nature(mail, sender.address, our_addresses=our_addresses, our_hosts=our_hosts)
    verdict = authentication(mail, trusted_authserv if sender.is_in_from else "")
    message_id = headers.message_id(mail)
    return Mail(
        message_id=message_id or f"<{sha256(raw).hexdigest()}@unknown>",
        sender=sender.address,
        sender_name=sender.name,
        subject=headers.subject(mail),
        text=found.text,
        fresh_text=quoting.fresh(found.text),
        html=found.html,
        sent_at=headers.sent_at(mail),
        nature=kind,
        recipients=headers.recipients(mail),
        in_reply_to=headers.in_reply_to(mail),
        files=tuple(found.files),
        authentication=verdict,
        bounce=(
            bounces.read(mail, found.text, our_hosts=our_hosts) if kind is Nature.BOUNCE else None
        ),
        may_be_answered=(
            kind is Nature.PERSONAL
            and sender.is_trusted
            and verdict is not Authentication.FAILED
            and not asks_for_no_answer(mail, sender.address)
        ),
        remarks=_remarks(mail, sender, found),
    )


def _sender(mail: Part, our_addresses: Set[str]) -> _Sender:
    """Return who is named in From. Reply-To is no sender: anybody may write anybody in there."""
    boxes = headers.mailboxes(str(mail.get("From", "")))
    if not boxes:
        return _Sender("", "", is_trusted=False, is_in_from=True, remarks=(NO_SENDER,))
    sender = boxes[0]
    remarks = []
    passed_on = _passed_on_for(mail, our_addresses) if sender.address in our_addresses else None
    if passed_on:
        remarks.append(PASSED_ON)
        sender = passed_on
    if len(boxes) > 1:
        remarks.append(SEVERAL_SENDERS)
    if not sender.is_exact:
        remarks.append(ODD_SENDER)
    if sender.poses_as:
        remarks.append(POSING_SENDER)
    trusted = sender.is_exact and not sender.in_group and len(boxes) == 1 and not passed_on
    return _Sender(sender.address, sender.name, trusted, not passed_on, tuple(remarks))


def _passed_on_for(mail: Part, our_addresses: Set[str]) -> Mailbox | None:
    """Return whose mail a list in front of our own address passed on under that address.

    Taken for a loop of ours, what customers write to such an address would be lost.
    """
    boxes = headers.mailboxes(str(mail.get("X-Original-Sender", "")))
    return boxes[0] if boxes and boxes[0].address not in our_addresses else None


def _remarks(mail: Part, sender: _Sender, found: Contents) -> tuple[str, ...]:
    remarks = list(sender.remarks)
    if not headers.message_id(mail):
        remarks.append(NO_ID)
    if len(mail.get_all("Message-ID", [])) > 1:
        remarks.append(SEVERAL_IDS)
    return (*remarks, *found.remarks)
