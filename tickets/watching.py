"""Who of us hears what happens: those who watch a ticket, have it, or are named in a note."""

import re
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from tickets import notifying
from tickets.models import Call, Interaction, Notice, Ticket, User, Watch
from tickets.models.work import Kind

_NAMED = re.compile(r"(?<![\w@])@([\w.+-]*\w)")
MOST = 20  # named in one note


def watch(ticket: Ticket, user: User) -> None:
    Watch.objects.get_or_create(ticket=ticket, user=user)


def unwatch(ticket: Ticket, user: User) -> None:
    Watch.objects.filter(ticket=ticket, user=user).delete()


def names(text: str) -> list[str]:
    """Return the log-ins that `text` names, each once: @sara. An address of mail is none."""
    return list(dict.fromkeys(_NAMED.findall(text)))[:MOST]


def named(text: str) -> list[User]:
    """Return those of us whom it names, in whichever case: a telephone writes @Sara."""
    said = names(text)
    is_said = Q(username__in=said) | Q(lower__in=[name.lower() for name in said])
    return list(_colleagues().annotate(lower=Lower("username")).filter(is_said))


def tell(interaction: Interaction, *, now: datetime) -> None:
    """Tell whom it concerns: those it names, who watch from then on, those who watch, whoever the
    ticket is with, and of a missed call all who want to hear of those. Not whoever wrote it.
    """
    ticket = interaction.ticket
    if ticket is None:
        return
    watchers = set(Watch.objects.filter(ticket=ticket).values_list("user", flat=True))
    said: set[int] = set()
    if interaction.kind == Kind.NOTE:
        for user in named(interaction.text):
            watch(ticket, user)  # of this they hear because they are named
            said.add(user.pk)
    came_in = interaction.direction == Interaction.Direction.IN
    wants_a_call = came_in and _is_missed(interaction)
    whom = {}
    for user in _colleagues():
        holds = {
            Notice.Why.NAMED: user.pk in said,
            Notice.Why.MINE: came_in and user.pk == ticket.assignee_id,
            Notice.Why.WATCHED: user.pk in watchers,
            Notice.Why.MISSED: wants_a_call,
        }
        whys = [why for why, it_does in holds.items() if it_does]
        if whys and user.pk != interaction.staff_id:
            whom[user] = whys
    notifying.tell(whom, interaction=interaction, now=now)


def promise_broke(ticket: Ticket, maker: User | None, *, now: datetime) -> None:
    """Tell who promised it, and who it was for to keep."""
    whom = {user: [Notice.Why.BROKEN] for user in (maker, ticket.assignee) if user is not None}
    notifying.tell(whom, ticket=ticket, now=now)


def unhappy(ticket: Ticket, *, by: User | None, now: datetime) -> None:
    """They are not happy with how it went. Not told to whoever of us asked them."""
    whom = {user: [Notice.Why.UNHAPPY] for user in _colleagues() if user != by}
    notifying.tell(whom, ticket=ticket, now=now)


def not_sent(interaction: Interaction, *, now: datetime) -> None:
    """Tell whoever wrote it, or for what nobody wrote whoever the ticket is with."""
    ticket = interaction.ticket
    if ticket is None or interaction.direction != Interaction.Direction.OUT:
        return
    user = interaction.staff or ticket.assignee
    if user is not None:
        notifying.tell({user: [Notice.Why.FAILED]}, interaction=interaction, now=now)


def _colleagues() -> QuerySet[User]:
    staff = User.objects.filter(is_active=True).exclude(role=User.Role.INTEGRATION)
    return staff.order_by("pk")


def _is_missed(interaction: Interaction) -> bool:
    if interaction.kind != Kind.CALL:
        return interaction.kind == Kind.VOICEMAIL
    call = Call.objects.filter(interaction=interaction, status=Call.Status.ENDED).first()
    return call is not None and (not call.was_answered or call.outcome == Call.Outcome.VOICEMAIL)
