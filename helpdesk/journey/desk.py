"""What staff do with a ticket at the desk, besides moving it on."""

from datetime import date, datetime

from django.db import transaction

from policies import callbacks
from policies.models import Promise
from tickets import devices, intake, solutions, troubles, watching
from tickets.devices import Particulars as DeviceParticulars
from tickets.models import (
    Customer,
    Device,
    Loan,
    LoanDevice,
    Notice,
    Offer,
    Solution,
    Ticket,
    User,
)
from tickets.states import LostRace


@transaction.atomic
def ticket_watched(ticket: Ticket, *, by: User) -> None:
    watching.watch(ticket, by)


@transaction.atomic
def ticket_unwatched(ticket: Ticket, *, by: User) -> None:
    watching.unwatch(ticket, by)


@transaction.atomic
def notices_seen(by: User, *, now: datetime, notice: int | None = None) -> int:
    """They have read this one, or all of theirs; return how many that were."""
    unseen = Notice.objects.filter(user=by, seen_at__isnull=True)
    return (unseen.filter(pk=notice) if notice is not None else unseen).update(seen_at=now)


@transaction.atomic
def ticket_snoozed(
    ticket: Ticket, until: datetime, because: str, *, by: User, now: datetime
) -> None:
    """Put it aside. A thank-you leaves it there; whatever else they say brings it back."""
    put_aside = {"snoozed_until": until, "snoozed_by": by, "snoozed_because": because}
    if not Ticket.objects.open().filter(pk=ticket.pk).update(**put_aside):
        raise LostRace(f"{ticket} has ended")
    for name, value in put_aside.items():
        setattr(ticket, name, value)


@transaction.atomic
def ticket_woken(ticket: Ticket) -> None:
    intake.wake(ticket)


@transaction.atomic
def trouble_written(ticket: Ticket, *, fault: str, concern: str, by: User, now: datetime) -> None:
    """What is broken, and what that did to their trust. Raises troubles.NotEased."""
    troubles.write(ticket, fault=fault, concern=concern)
    intake.touch(ticket, now=now)


@transaction.atomic
def concern_acknowledged(ticket: Ticket, words: str, *, by: User, now: datetime) -> None:
    troubles.acknowledge(ticket, words, by=by, now=now)
    intake.touch(ticket, now=now)


@transaction.atomic
def concern_eased(ticket: Ticket, *, by: User, now: datetime) -> None:
    """Raises troubles.NotEased for one that nobody has acknowledged."""
    troubles.ease(ticket, by=by, now=now)
    intake.touch(ticket, now=now)


@transaction.atomic
def device_written(
    customer: Customer, about: DeviceParticulars, *, device: Device | None = None
) -> Device:
    return devices.write(customer, about, device=device)


@transaction.atomic
def device_brought(ticket: Ticket, device: Device | DeviceParticulars | None) -> None:
    """Which device it is about, written down first if it is new; None for none.

    Raises devices.NotTheirs.
    """
    if isinstance(device, DeviceParticulars):
        device = devices.write(devices.owner(ticket), device)
    devices.bring(ticket, device)


@transaction.atomic
def device_lent(
    device: LoanDevice, ticket: Ticket, due_date: date, *, by: User, now: datetime
) -> Loan:
    """Raises devices.LentAlready."""
    return devices.lend(device, ticket, due_date, by=by, now=now)


@transaction.atomic
def loan_returned(loan: Loan, *, by: User, now: datetime) -> None:
    devices.take_back(loan, by=by, now=now)


@transaction.atomic
def solution_offered(
    solution: Solution, ticket: Ticket, *, by: User, now: datetime, choice: str = ""
) -> Offer:
    """A solution was offered, and which of its choices they took, if any yet."""
    return solutions.offer(solution, ticket, choice=choice, by=by, now=now)


@transaction.atomic
def callback_claimed(promise: Promise, *, by: User, now: datetime) -> None:
    """Raises callbacks.ClaimedAlready, and LostRace where it has ended."""
    if not Promise.objects.open().filter(pk=promise.pk).exists():
        raise LostRace(f"{promise} has ended")
    callbacks.claim(promise, by=by, now=now)


@transaction.atomic
def callback_released(promise: Promise, *, by: User) -> None:
    callbacks.release(promise, by=by)
