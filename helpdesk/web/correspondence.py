"""Messages as a ticket's page shows them: what became of each, and what came with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from helpdesk.journey.messages import RULES
from helpdesk.templatetags.desk import due_text
from helpdesk.web.task_forms import form_of
from policies import replies
from policies.models import FollowUp
from tickets.models import Attachment, Interaction, Ticket
from tickets.models.work import Kind
from tickets.triggers import is_erased

LONGEST = 12_000  # characters of one message; the rest is on its own page
Status = Interaction.Status

# The class of the stylesheet, and the words.
MARKS: dict[str, tuple[str, str | LazyText]] = {
    Status.QUEUED: ("open", gettext_lazy("waiting to be sent")),
    Status.SENT: ("sent", pgettext_lazy("message", "sent")),
    Status.DELIVERED: ("kept", gettext_lazy("delivered")),
    Status.BOUNCED: ("broken", gettext_lazy("came back")),
    Status.FAILED: ("broken", gettext_lazy("could not be sent")),
    Status.WITHHELD: ("held", gettext_lazy("held back")),
    Status.DOUBTFUL: ("unexplained", gettext_lazy("may have been sent")),
}


@dataclass(frozen=True)
class Message:
    """One message, or a note that was mailed to one of us."""

    pk: int
    subject: str = ""
    mark: tuple[str, str] | None = None
    because: str = ""  # why it did not reach them, or when it is tried again
    button: str = ""  # what sending it after all is called; empty where it cannot be
    remarks: tuple[str, ...] = ()
    is_unverified: bool = False
    quoted: str = ""  # all of it, history included, where that is more than what is shown
    is_cut: bool = False
    attachments: tuple[Attachment, ...] = ()
    original: str = ""  # where it is shown as it was sent


@dataclass(frozen=True)
class Try:
    """What became of the last try to send it, and until when nobody tries again."""

    because: str
    until: datetime


def message(
    contact: Interaction, about: Ticket, *, now: datetime, tried: Try | None = None
) -> Message | None:
    """Return what there is to show of a contact that is a message; None for any other."""
    if contact.kind not in {Kind.EMAIL, Kind.SMS, Kind.WEB} and contact.status == Status.LOGGED:
        return None
    is_mail_of_theirs = contact.kind == Kind.EMAIL and contact.direction == Interaction.Direction.IN
    url = reverse("message", args=[contact.ticket_id, contact.pk]) if contact.ticket_id else ""
    return Message(
        pk=contact.pk,
        # That of an answer is the ticket's own: it would be read again and again.
        subject="" if contact.subject == replies.subject_of_answer(about) else contact.subject,
        mark=mark(contact, now),
        because=_because(contact, tried, now),
        button=button(contact),
        remarks=tuple(map(str, contact.remarks)),
        is_unverified=not contact.is_verified,
        quoted=contact.whole_text[:LONGEST],
        is_cut=max(len(contact.text), len(contact.whole_text)) > LONGEST,
        attachments=tuple(contact.attachments.all()),
        original=url if is_mail_of_theirs else "",
    )


def mark(contact: Interaction, now: datetime) -> tuple[str, str] | None:
    """Return what became of it, as a mark; None for what was never to be sent."""
    if contact.status not in MARKS:
        return None
    look, words = MARKS[contact.status]
    if contact.status == Status.SENT and contact.sent_at is not None:
        return look, _("sent %(when)s") % {"when": due_text(contact.sent_at, now)}
    return look, str(words)


def button(contact: Interaction) -> str:
    if not contact.is_stuck or is_erased(contact.recipient):
        return ""
    return _("Send it now") if contact.status == Status.WITHHELD else _("Send it again")


def _because(contact: Interaction, tried: Try | None, now: datetime) -> str:
    if contact.status == Status.QUEUED:
        return _waiting(contact, tried, now)
    if contact.status == Status.DOUBTFUL:
        doubt = _("Nobody knows whether it left. Sent again, it may reach them twice.")
        return f"{_sentence(contact.because)} {doubt}"
    return _sentence(contact.because)


def _waiting(contact: Interaction, tried: Try | None, now: datetime) -> str:
    """Say why it is not sent yet, and when it is tried next."""
    if tried is not None and tried.because:
        next_try = _("Next try %(when)s.") % {"when": due_text(tried.until, now)}
        return f"{_sentence(tried.because)} {next_try}"
    if contact.because and contact.due_at is not None:
        until = _("It waits until %(when)s.") % {"when": due_text(contact.due_at, now)}
        return f"{_sentence(contact.because)} {until}"
    return ""


def _sentence(words: str) -> str:
    return words if not words or words.endswith((".", "!", "?", "…")) else f"{words}."


@dataclass(frozen=True)
class Reason:
    """One follow-up: what it is called, what was done about it, and the message it wrote."""

    row: FollowUp
    title: str
    by: str
    form: str = ""  # what its task is answered by
    is_over: bool = False  # planned, and what it was planned for has ended

    @property
    def is_task(self) -> bool:
        return self.row.status == FollowUp.Status.TASK

    @property
    def is_planned(self) -> bool:
        return self.row.status == FollowUp.Status.PLANNED and not self.is_over


def reasons(follow_ups: Iterable[FollowUp], rules: Mapping[str, Any] = RULES) -> list[Reason]:
    """Say of each why something was sent, or was not."""
    return [
        Reason(
            row,
            title=str(rules[row.rule].title) if row.rule in rules else row.rule,
            by=str(row.done_by) if row.done_by else "",
            form=form_of(row),
            is_over=is_over(row, rules),
        )
        for row in follow_ups
    ]


def is_over(row: FollowUp, rules: Mapping[str, Any] = RULES) -> bool:
    """Tell what is planned still, and will do nothing when its time comes."""
    is_planned = row.status == FollowUp.Status.PLANNED
    return is_planned and row.rule in rules and rules[row.rule].is_over(row)
