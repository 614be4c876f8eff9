"""Who of us hears what happens on a ticket: those who watch it, and those a note names."""

import re
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Lower

from tickets.models import Interaction, Notice, Ticket, User, Watch
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
    staff = User.objects.filter(is_active=True).exclude(role=User.Role.INTEGRATION)
    return list(staff.annotate(lower=Lower("username")).filter(is_said).order_by("pk"))


def tell(interaction: Interaction, *, now: datetime) -> None:
    """Tell those who watch, and those it names, who watch from then on. Not whoever wrote it."""
    ticket = interaction.ticket
    if ticket is None:
        return
    told: dict[int, str] = {}
    if interaction.kind == Kind.NOTE:
        for user in named(interaction.text):
            watch(ticket, user)
            told[user.pk] = Notice.Why.NAMED
    for watcher in Watch.objects.filter(ticket=ticket).values_list("user", flat=True):
        told.setdefault(watcher, Notice.Why.WATCHED)
    told.pop(interaction.staff_id or 0, None)
    notices = [
        Notice(user_id=user, interaction=interaction, why=why, noticed_at=now)
        for user, why in told.items()
    ]
    if notices:  # told once, also when a call is logged that was reported before
        Notice.objects.bulk_create(notices, ignore_conflicts=True)
