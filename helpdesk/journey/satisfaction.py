"""Whether they are happy with how it went, and what staff do about what a machine should not."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from helpdesk.journey.calls import filed_anyway
from helpdesk.journey.tickets import reopened
from policies import follow_ups, promises
from policies.follow_ups.satisfaction import AskWhetherHappy
from policies.models import FollowUp, Satisfaction
from tickets import arrivals, keywords, messages, watching
from tickets.messages import Form
from tickets.models import Arrival, Interaction, Shop, Ticket, User
from tickets.models.work import Kind


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
    _answered(asked, said, is_happy=is_happy, words=said.text, now=now)
    return True


def open_question(ticket: Ticket) -> FollowUp | None:
    """Return our question about `ticket`, if it has reached them and nobody has answered it."""
    asked = FollowUp.objects.filter(rule=AskWhetherHappy.slug, satisfaction=None)
    theirs = Q(ticket=ticket) | Q(ticket__merged_into=ticket)
    return asked.filter(theirs, sent__sent_at__isnull=False).order_by("-pk").first()


@transaction.atomic
def satisfaction_answered(
    ticket: Ticket, *, is_happy: bool, words: str, form_id: str, now: datetime
) -> bool:
    """They answer on their own page: once, and as if they had written it to us.

    False where nobody asks, any more: it was answered before.
    """
    Ticket.objects.select_for_update().get(pk=ticket.pk)  # two clicks, one after the other
    asked = open_question(ticket)
    if asked is None:
        return False
    with translation.override(Shop.objects.current().language):  # what becomes of it, staff read
        verdict = _("They are happy") if is_happy else _("They are not happy")
        wrote = Form(subject="", text=words or verdict, reach=None, ticket=ticket, form_id=form_id)
        filed = messages.file_form(wrote, now=now)
        if filed is None:
            return False
        arrivals.keep(
            (words or verdict).encode(),
            via=Kind.WEB,
            source="link",
            content_type="text/plain",
            verdict=Arrival.Verdict.REPLY,
            interaction=filed.interaction,
            now=now,
        )
        _answered(asked, filed.interaction, is_happy=is_happy, words=words, now=now)
    return True


def _answered(
    asked: FollowUp, said: Interaction, *, is_happy: bool, words: str, now: datetime
) -> None:
    answer = Satisfaction.objects.create(
        ticket=asked.ticket,
        follow_up=asked,
        is_happy=is_happy,
        words=words,
        answered_at=now,
        interaction=said,
    )
    _unhappy_reopens(answer, now=now)


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
    watching.unhappy(ticket, by=answer.asked_by, now=now)
    if ticket.is_ended:
        reopened(ticket, now=now)
    with filed_anyway(ticket):
        promises.owe_callback(ticket, at=now, cause=answer.interaction, maker=answer.asked_by)
        follow_ups.plan_promises(ticket, now=now)
