"""A message: a text arrives, staff answer, a provider reports what became of it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing import mailing
from helpdesk.journey.calls import filed_anyway
from helpdesk.journey.satisfaction import answered_by_message
from helpdesk.journey.tickets import reopened
from helpdesk.models import Lease
from policies import follow_ups, promises, replies
from policies.follow_ups.contract import Rules
from policies.models import FollowUp
from tickets import (
    arrivals,
    delivery,
    intake,
    keywords,
    limits,
    messages,
    outbox,
    states,
    watching,
)
from tickets.channels.contract import Delivery, Inbound
from tickets.keywords import Keyword
from tickets.messages import Filed, Form
from tickets.models import Arrival, ContactPoint, Interaction, Shop, Ticket, User
from tickets.models.work import Kind
from tickets.outbox import Letter, Route

RULES: Rules = follow_ups.RULES | {mailing.SendInvoice.slug: mailing.SendInvoice()}
OUTBOX = "outbox"  # the duty's slug, in helpdesk.duties


# -- it arrives ----------------------------------------------------------------------------------


@transaction.atomic
def text_arrived(
    inbound: Inbound, raw: bytes, *, content_type: str, source: str, now: datetime
) -> Interaction | None:
    """File a text message; None for a provider's retry."""
    filed = messages.file_text(inbound, now=now)
    if filed is None:
        return None
    _keep(raw, filed, via=inbound.via, content_type=content_type, source=source, now=now)
    keyword = inbound.answered or keywords.meaning(inbound.text)
    if keyword is not None and filed.interaction.contact_point is not None:
        _keyword_sent(filed, keyword, is_answered=inbound.answered is not None, now=now)
    elif not filed.is_blocked:
        owed_for(filed, now=now)
    return filed.interaction


@transaction.atomic
def form_arrived(
    form: Form, raw: bytes, *, content_type: str, source: str, now: datetime
) -> Interaction | None:
    """Somebody wrote on a web page: a ticket, a promise to call back, and word of it.

    None for a page that was sent before.
    """
    filed = messages.file_form(form, now=now)
    if filed is None:
        return None
    _keep(raw, filed, via=Kind.WEB, content_type=content_type, source=source, now=now)
    if not filed.is_blocked:
        owed_for(filed, now=now)
    return filed.interaction


@transaction.atomic
def put_aside_filed(arrival: Arrival, form: Form, *, now: datetime) -> Interaction | None:
    """Staff say that a person wrote what was taken for a machine's.

    None where the same page is filed already. Raises LostRace for what is not put aside.
    """
    kept = Arrival.objects.select_for_update().get(pk=arrival.pk)
    if kept.verdict != Arrival.Verdict.QUARANTINED:
        raise states.LostRace(f"{kept} is filed")
    filed = messages.file_form(form, now=now)
    if filed is None:
        arrivals.judge(kept, Arrival.Verdict.IGNORED, because=_("the same message is here already"))
        return None
    because = _("the sender is blocked") if filed.is_blocked else ""
    arrivals.judge(kept, verdict(filed), because=because, interaction=filed.interaction)
    if not filed.is_blocked:
        owed_for(filed, now=now)
    return filed.interaction


def _keep(
    raw: bytes, filed: Filed, *, via: str, content_type: str, source: str, now: datetime
) -> None:
    arrivals.keep(
        raw,
        via=via,
        source=source,
        content_type=content_type,
        verdict=verdict(filed),
        because=_("the sender is blocked") if filed.is_blocked else "",
        interaction=filed.interaction,
        now=now,
    )


def verdict(filed: Filed) -> str:
    if filed.is_blocked:
        return Arrival.Verdict.IGNORED
    return Arrival.Verdict.TICKET if filed.is_new_ticket else Arrival.Verdict.REPLY


def owed_for(filed: Filed, *, now: datetime, may_be_answered: bool = True) -> None:
    """A person wrote to us: they are owed an answer, and told by when."""
    ticket, said = filed.ticket, filed.interaction
    if said.is_verified and answered_by_message(said, now=now):
        return
    if keywords.is_thanks(said.text) and not filed.is_new_ticket:
        return  # nothing to answer; what ended stays ended, and what was put aside stays there
    if not filed.is_new_ticket:
        intake.wake(ticket)
        watching.tell(said, now=now)
    if ticket.is_ended and ticket.status != Ticket.Status.SPAM:
        reopened(ticket, now=now)
    if ticket.status == Ticket.Status.WAITING:
        states.move(ticket, Ticket.Status.OPEN)
    with filed_anyway(ticket):
        promises.owe_callback(ticket, at=now, cause=said)
        follow_ups.plan_promises(ticket, now=now)
        if may_be_answered:
            follow_ups.plan_contact(said, now=now)
        else:
            because = _("Not sent: it asks for no automatic answer, or its sender is not certain")
            follow_ups.decline_contact(said, because, now=now)


def _keyword_sent(filed: Filed, keyword: Keyword, *, is_answered: bool, now: datetime) -> None:
    """STOP, START or HELP: a rule of the networks, answered once and owing nobody a call.

    `is_answered`: the provider has done so.
    """
    point, shop = filed.interaction.contact_point, Shop.objects.current()
    assert point is not None
    if keyword == Keyword.STOP:
        outbox.opt_out(point, now=now)
    elif keyword == Keyword.START:
        outbox.opt_in(point)
    if is_answered or limits.keyword_answered(point, now=now):
        return
    route = Route(filed.interaction.kind, point)
    letter = replies.letter(
        f"keyword_{keyword.value}", filed.ticket, route, shop=shop, now=now, is_acknowledgement=True
    )
    outbox.queue(filed.ticket, route, letter, answers=filed.interaction, now=now)


# -- staff write ---------------------------------------------------------------------------------


@transaction.atomic
def staff_answered(
    ticket: Ticket, route: Route, text: str, *, by: User, now: datetime
) -> Interaction:
    """Write to the customer. It keeps what was promised once the provider has it.

    Raises SaidJustNow for an answer that was sent a moment ago.
    """
    subject = replies.subject_of_answer(ticket)
    letter = Letter(text, subject=subject, by=by)
    outbox.refuse_twice(ticket, route, letter, now=now)
    latest = (
        ticket.interactions.filter(direction=Interaction.Direction.IN, kind=route.kind)
        .order_by("-happened_at", "-pk")
        .first()
    )
    intake.take_up(ticket)
    return outbox.queue(ticket, route, letter, answers=latest, now=now)


@transaction.atomic
def message_retried(interaction: Interaction, *, now: datetime) -> None:
    """Staff say: send it after all. What was counted against it is forgotten."""
    outbox.retry(interaction, now=now)
    Lease.objects.filter(duty=OUTBOX, row=interaction.pk).delete()


@transaction.atomic
def sender_accepted(interaction: Interaction) -> None:
    messages.accept(interaction)


@transaction.atomic
def opted_out(point: ContactPoint, *, now: datetime) -> None:
    """They said so on the phone or at the counter: that counts like any STOP."""
    outbox.opt_out(point, now=now)


# -- it has left, or not -------------------------------------------------------------------------


@transaction.atomic
def has_left(interaction: Interaction, *, now: datetime) -> None:
    """The provider has it: what it tells is told, and what it answers is kept."""
    follow_up = FollowUp.objects.filter(sent=interaction).select_related("promise").first()
    if follow_up is not None:
        RULES[follow_up.rule].left(follow_up, interaction, now=now)
    is_by_hand = interaction.staff is not None and not interaction.is_automatic
    if is_by_hand and interaction.ticket is not None:
        promises.answered(interaction.ticket, by_message=interaction, at=now)
    if interaction.ticket is not None:
        follow_ups.tidy(interaction.ticket, now=now)


@transaction.atomic
def delivery_reported(
    report: Delivery, raw: bytes, *, content_type: str, source: str, now: datetime
) -> Interaction | None:
    news = delivery.reported(report, now=now)
    interaction = news.interaction if news else None
    arrivals.keep(
        raw,
        via=report.via,
        source=source,
        content_type=content_type,
        verdict=Arrival.Verdict.DELIVERY if interaction else Arrival.Verdict.IGNORED,
        because="" if interaction else _("a report that says nothing new, or of nothing of ours"),
        interaction=interaction,
        now=now,
    )
    if news is not None and news.has_left:
        has_left(news.interaction, now=now)
    if interaction is not None and interaction.status == Interaction.Status.BOUNCED:
        came_back(interaction, now=now)
    return interaction


def came_back(interaction: Interaction, *, now: datetime) -> None:
    """It never reached them: whoever was owed it is owed it still."""
    ticket = interaction.ticket
    if ticket is None or interaction.direction != Interaction.Direction.OUT:
        return
    watching.not_sent(interaction, now=now)
    if ticket.is_ended:
        return  # nobody waits: it is shown among what did not arrive
    intake.take_up(ticket)
    with filed_anyway(ticket):
        promises.came_back(ticket, interaction, at=now)
        follow_ups.plan_promises(ticket, now=now)
