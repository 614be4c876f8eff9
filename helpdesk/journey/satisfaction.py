"""Whether they are happy with how it went, and what staff do about what a machine should not."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from helpdesk.journey.calls import filed_anyway
from helpdesk.journey.tickets import reopened
from policies import follow_ups, promises
from policies.follow_ups.satisfaction import AskWhetherHappy
from policies.models import FollowUp, Satisfaction
from tickets import keywords
from tickets.models import Interaction, Ticket, User


@transaction.atomic
def task_done(follow_up: FollowUp, outcome: str, *, by: User, now: datetime) -> None:
    """Staff did what was theirs to do, and say what."""
    follow_ups.done_by_staff(follow_up, outcome, by=by, now=now)
    rule = follow_ups.RULES.get(follow_up.rule)  # gone, if the shop went without a rule since
    if rule is not None:
        rule.done_by_staff(follow_up, by=by, now=now)


@transaction.atomic
def satisfaction_asked(
    follow_up: FollowUp, *, is_happy: bool, words: str, by: User, now: datetime
) -> Satisfaction:
    """Staff called and asked. An unhappy answer reopens the ticket."""
    outcome = _("They are happy") if is_happy else _("They are not happy")
    follow_ups.done_by_staff(follow_up, outcome, by=by, now=now)
    answer = Satisfaction.objects.create(
        ticket=follow_up.ticket,
        follow_up=follow_up,
        is_happy=is_happy,
        words=words,
        answered_at=now,
        asked_by=by,
    )
    _unhappy_reopens(answer, now=now)
    return answer


def answered_by_message(said: Interaction, *, now: datetime) -> bool:
    """Take a message as the answer to our question, if we asked and it is no more than that."""
    asked = _question(said)
    is_happy = keywords.verdict(said.text) if asked else None
    if asked is None or is_happy is None:
        return False
    answer = Satisfaction.objects.create(
        ticket=asked.ticket,
        follow_up=asked,
        is_happy=is_happy,
        words=said.text,
        answered_at=now,
        interaction=said,
    )
    _unhappy_reopens(answer, now=now)
    return True


def _question(said: Interaction) -> FollowUp | None:
    """Return the question, if it is the last thing we wrote: after that a "yes" is to another."""
    to_them = Q(ticket=said.ticket_id)
    if said.contact_point is not None:
        to_them |= Q(contact_point=said.contact_point)
    last = (
        Interaction.objects.filter(to_them, direction=Interaction.Direction.OUT)
        .filter(sent_at__isnull=False, is_acknowledgement=False)
        .order_by("-sent_at", "-pk")
        .first()
    )
    if last is None:
        return None
    asked = FollowUp.objects.filter(rule=AskWhetherHappy.slug, sent=last, satisfaction=None)
    return asked.select_related("ticket").first()


def _unhappy_reopens(answer: Satisfaction, *, now: datetime) -> None:
    ticket: Ticket = answer.ticket
    while ticket.merged_into is not None:  # never into an ended one
        ticket = ticket.merged_into
    if answer.is_happy or ticket.status == Ticket.Status.SPAM:
        return
    if ticket.is_ended:
        reopened(ticket, now=now)
    with filed_anyway(ticket):
        promises.owe_callback(ticket, at=now, cause=answer.interaction, maker=answer.asked_by)
        follow_ups.plan_promises(ticket, now=now)
