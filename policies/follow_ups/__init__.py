"""What we do as time passes. To add a rule: read contract.py, write one file, list it here."""

import copy
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from policies.follow_ups.about_to_break import AboutToBreak
from policies.follow_ups.acknowledgement import Acknowledgement
from policies.follow_ups.broken import Broken
from policies.follow_ups.contract import (
    ContactRule,
    Done,
    Later,
    PromiseRule,
    Rule,
    Rules,
    Task,
    TicketRule,
)
from policies.follow_ups.ready import Ready
from policies.follow_ups.satisfaction import AskWhetherHappy
from policies.follow_ups.update_due import UpdateDue
from policies.follow_ups.waiting import Waiting
from policies.models import FollowUp, FollowUpRule, Promise
from tickets import states
from tickets.models import Interaction, Shop, Ticket, User

Status = FollowUp.Status
SOONEST = timedelta(seconds=30)  # asked again: no tick comes earlier
Kind = TypeVar("Kind", bound=Rule)

RULES: dict[str, Rule] = {
    rule.slug: rule
    for rule in (
        Acknowledgement(),
        UpdateDue(),
        AboutToBreak(),
        Broken(),
        Ready(),
        Waiting(),
        AskWhetherHappy(),
    )
}


def plan_promises(ticket: Ticket, *, now: datetime) -> None:
    """Write down what will be due because of the open promises on `ticket`; twice is once."""
    tidy(ticket, now=now)
    planned, rules = [], None
    # All of a promise's are planned at once, so that with one of them it has them all.
    unplanned = Promise.objects.open().filter(ticket=ticket, follow_ups__isnull=True)
    for promise in unplanned.select_related("ticket__customer"):
        rules = rules or as_set(PromiseRule)  # type: ignore[type-abstract]
        for rule, is_on in rules:
            if due_at := rule.due_at(promise):
                key = f"{rule.slug}:promise-{promise.pk}"
                row = _row(rule, key, ticket, due_at, now, promise=promise)
                planned.append(row if is_on else _off(row, now))
    _write(planned)


def plan_contact(contact: Interaction, *, now: datetime) -> None:
    """Write down what will be due because of something that reached us."""
    assert contact.ticket is not None  # a constraint: what reaches us has one
    planned = []
    for rule, is_on in as_set(ContactRule):  # type: ignore[type-abstract]
        if due_at := rule.due_at(contact):
            key = f"{rule.slug}:contact-{contact.pk}"
            row = _row(rule, key, contact.ticket, due_at, now, cause=contact)
            planned.append(row if is_on else _off(row, now))
    _write(planned)


def decline_contact(contact: Interaction, because: str, *, now: datetime) -> None:
    """Write down that something that reached us is not answered by itself, and why."""
    assert contact.ticket is not None  # a constraint: what reaches us has one
    rule = RULES[Acknowledgement.slug]
    row = _row(rule, f"{rule.slug}:contact-{contact.pk}", contact.ticket, now, now, cause=contact)
    row.status, row.done_at, row.outcome = Status.DONE, now, because[:200]
    _write([row])


def plan_status(ticket: Ticket, *, now: datetime) -> None:
    """Write down what will be due because `ticket` has just come to its status."""
    tidy(ticket, now=now)
    if not any(ticket.status in rule.on for rule in _of(TicketRule)):  # type: ignore[type-abstract]
        return
    planned = []
    for rule, is_on in as_set(TicketRule):  # type: ignore[type-abstract]
        if ticket.status in rule.on and (due_at := rule.due_at(ticket, now=now)):
            key = f"{rule.slug}:ticket-{ticket.pk}:{now.timestamp():.6f}"
            row = _row(rule, key, ticket, due_at, now)
            planned.append(row if is_on else _off(row, now))
    _write(planned)


def fire(follow_up: FollowUp, rules: Rules, *, shop: Shop, now: datetime) -> None:
    """Act on one row; what was done and that it is done are the caller's one transaction."""
    rule, is_on = _set(rules[follow_up.rule], _by_rule(follow_up.rule))
    with translation.override(shop.language):  # staff read what was done, and a worker has none
        because = rule.not_needed(follow_up, now=now) or ("" if is_on else _is_off())
        deed = Done(because) if because else rule.act(follow_up, shop=shop, now=now)
    match deed:
        case Done():
            states.move(
                follow_up, Status.DONE, done_at=now, outcome=deed.outcome[:200], sent=deed.sent
            )
        case Later():
            # The WHERE repeats what we believe in, as states.move does.
            FollowUp.objects.filter(pk=follow_up.pk, status=Status.PLANNED).update(
                due_at=max(deed.due_at, now + SOONEST), outcome=deed.because[:200]
            )
        case Task():
            states.move(follow_up, Status.TASK, outcome=deed.what[:200])
    if isinstance(deed, Done | Task) and deed.again_at is not None:
        _write([_next(follow_up, rule, deed.again_at, now)])
    tidy(follow_up.ticket, now=now)


def tidy(ticket: Ticket, *, now: datetime) -> None:
    """Take off the list what staff need not do any more: what has happened since did it."""
    tasks = FollowUp.objects.tasks().filter(ticket=ticket, rule__in=RULES)
    for task in tasks.select_related("ticket", "promise"):
        if because := RULES[task.rule].not_needed(task, now=now):
            with suppress(states.LostRace):  # somebody has just said that it is done
                states.move(task, Status.DONE, done_at=now, outcome=because[:200])


@transaction.atomic
def done_by_staff(follow_up: FollowUp, outcome: str, *, by: User, now: datetime) -> None:
    """Staff did what was theirs to do, or say that it is not needed."""
    states.move(follow_up, Status.DONE, done_at=now, done_by=by, outcome=outcome[:200])


def as_set(kind: type[Kind]) -> list[tuple[Kind, bool]]:
    """Return the rules of a kind as the owner has set them, each with whether it is on."""
    chosen = _by_rule()
    return [_set(rule, chosen) for rule in _of(kind)]


def _by_rule(*slugs: str) -> dict[str, FollowUpRule]:
    rows = FollowUpRule.objects.filter(rule__in=slugs) if slugs else FollowUpRule.objects.all()
    return {row.rule: row for row in rows}


def _set(rule: Kind, chosen: dict[str, FollowUpRule]) -> tuple[Kind, bool]:
    row = chosen.get(rule.slug)
    if row is None:
        return rule, True
    own = copy.copy(rule)
    own.after = None if row.minutes is None else timedelta(minutes=row.minutes)
    return own, row.is_on


def _off(row: FollowUp, now: datetime) -> FollowUp:
    """Nothing is planned by a rule that is off, and the ticket says so."""
    row.status, row.done_at, row.outcome = Status.DONE, now, _is_off()[:200]
    return row


def _is_off() -> str:
    return _("Not done: an owner has switched it off")


def _of(kind: type[Kind]) -> list[Kind]:
    return [rule for rule in RULES.values() if isinstance(rule, kind)]


def _row(
    rule: Rule,
    key: str,
    ticket: Ticket,
    due_at: datetime,
    now: datetime,
    *,
    promise: Promise | None = None,
    cause: Interaction | None = None,
) -> FollowUp:
    return FollowUp(
        rule=rule.slug,
        key=key,
        ticket=ticket,
        promise=promise,
        cause=cause,
        planned_at=now,
        due_at=due_at,
    )


def _next(follow_up: FollowUp, rule: Rule, due_at: datetime, now: datetime) -> FollowUp:
    step = follow_up.step + 1
    first = follow_up.key.partition("#")[0]
    row = _row(
        rule,
        f"{first}#{step}",
        follow_up.ticket,
        due_at,
        now,
        promise=follow_up.promise,
        cause=follow_up.cause,
    )
    row.step = step
    return row


def _write(rows: Iterable[FollowUp]) -> None:
    """Two causes at once, or one told twice, plan one row."""
    FollowUp.objects.bulk_create(rows, ignore_conflicts=True)
