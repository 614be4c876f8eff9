"""A contact as staff log it, and who it turns out to be."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from billing.models import Invoice
from helpdesk.journey.tickets import complete, merged
from policies import follow_ups, promises, replies
from policies.models import Promise
from tickets import customers, intake, merging, messages, notes, search, watching
from tickets.intake import Particulars, Reachable
from tickets.models import (
    ContactPoint,
    Customer,
    CustomerMerge,
    Interaction,
    Service,
    Shop,
    Ticket,
    User,
)
from tickets.models.work import Kind
from tickets.states import LostRace

Direction = Interaction.Direction


class StaysTheirs(Exception):
    """The ticket cannot be somebody else's; the text says why, for staff to read."""


class LastWay(Exception):
    """Nobody could keep what is promised to them; the text says why, for staff to read."""


@dataclass(frozen=True)
class Contact:
    """What staff write down about a call, or about somebody at the counter."""

    kind: str  # Kind.CALL or Kind.WALK_IN
    direction: str
    said: str
    heard_at: datetime  # when it began; what is promised counts from here
    reached: bool = True  # False: we called and nobody answered
    minutes: int = 0
    official: bool = True
    form_id: str = ""  # of the page it was typed on: sent twice, it is logged once


@dataclass(frozen=True)
class Logged:
    ticket: Ticket
    interaction: Interaction
    promise: Promise | None


@dataclass(frozen=True)
class HandedOver:
    """The tickets that are somebody else's now, and those that stay for their invoices."""

    moved: tuple[Ticket, ...]
    stayed: tuple[Ticket, ...]


@transaction.atomic
def contact_logged(
    contact: Contact,
    *,
    by: User,
    now: datetime,
    ticket: Ticket | None = None,
    customer: Customer | None = None,
    point: ContactPoint | None = None,
    call: Interaction | None = None,
    is_new_matter: bool = False,
    service: Service | None = None,
    subject: str = "",
    wants_callback: bool = False,
    callback_is: str = "",
) -> Logged:
    """Log a contact on `ticket` or a new one; `call` is what the phone system reported of it.

    A call joins the ticket it was filed on, unless it `is_new_matter`. `callback_is` ends the
    callback promise that was open: void when they called again and were answered, solved when
    they helped themselves. Raises IntegrityError for a form that was sent before.
    """
    if ticket is None and not is_new_matter:
        ticket = call.ticket if call and call.ticket else None
    is_new = ticket is None
    if ticket is None:
        ticket = intake.open_ticket(
            subject=subject or _first_line(contact.said),
            channel=contact.kind,
            customer=customer,
            point=point,
            service=service,
            now=now,
        )
    interaction = _logged(contact, ticket, call, point, by=by, now=now)
    complete(ticket, customer=customer, point=point, service=service, subject=subject)
    promise = promises.open_callback(ticket)
    was_solved = callback_is == Promise.Status.SOLVED
    if contact.direction == Direction.OUT and call is None and not was_solved:
        promise = promises.attempted(
            ticket, reached=contact.reached, at=contact.heard_at, cause=interaction, by=by
        )
    if wants_callback:
        promise = _callback_owed(contact, ticket, interaction, by=by, now=now)
    elif callback_is and promise is not None:
        because = _("They called again and were answered")
        if was_solved:
            because = _("They solved it themselves")
        promises.say_ended(promise, callback_is, because=because, at=contact.heard_at, by=by)
        promise = None
    if contact.direction == Direction.IN:
        intake.wake(ticket)
    if not is_new:
        watching.tell(interaction, now=now)
    intake.take_up(ticket)
    follow_ups.plan_promises(ticket, now=now)
    return Logged(ticket, interaction, promise)


def _callback_owed(
    contact: Contact, ticket: Ticket, cause: Interaction, *, by: User, now: datetime
) -> Promise:
    """Promise to call back, and note that they were told, if there was somebody to tell."""
    at = contact.heard_at
    earlier = promises.open_callback(ticket)
    if earlier is not None and earlier.due_at <= at:
        promises.break_(earlier, now=at)  # before the sweep does: nobody is told a time gone by
    promise = promises.owe_callback(ticket, at=at, cause=cause, maker=by)
    if contact.reached:
        promises.tell(
            promise, replies.callback(promise, shop=Shop.objects.current(), now=at), at=now
        )
    return promise


def _logged(
    contact: Contact,
    ticket: Ticket,
    call: Interaction | None,
    point: ContactPoint | None,
    *,
    by: User,
    now: datetime,
) -> Interaction:
    if call is None:
        return notes.log(
            ticket,
            kind=contact.kind,
            direction=contact.direction,
            said=contact.said,
            by=by,
            minutes=contact.minutes,
            point=point or ticket.contact_point,
            official=contact.official,
            happened_at=contact.heard_at,
            form_id=contact.form_id,
            now=now,
        )
    if call.ticket != ticket:
        _moved(call, ticket, by=by, now=now)
    notes.fill_in(call, said=contact.said, by=by, minutes=contact.minutes, now=now)
    return call


def _first_line(said: str) -> str:
    return said.strip().partition("\n")[0][:120]


@transaction.atomic
def contact_moved(interaction: Interaction, to: Ticket, *, by: User, now: datetime) -> None:
    _moved(interaction, to, by=by, now=now)


def _moved(interaction: Interaction, to: Ticket, *, by: User, now: datetime) -> None:
    """Staff know better which ticket a call was about; one left empty goes along."""
    was = interaction.ticket
    if was is None or was.interactions.exclude(pk=interaction.pk).exists() or was.is_ended:
        merging.move_contact(interaction, to)
        return
    merged(was, to, by=by, now=now)
    interaction.ticket = to


@transaction.atomic
def note_added(
    ticket: Ticket, text: str, *, by: User, now: datetime, minutes: int = 0, form_id: str = ""
) -> Interaction:
    """Those it names with @ are told of it. Raises IntegrityError for a form sent before."""
    note = notes.log(
        ticket,
        kind=Kind.NOTE,
        direction=Direction.INTERNAL,
        said=text,
        by=by,
        minutes=minutes,
        happened_at=now,
        form_id=form_id,
        now=now,
    )
    watching.tell(note, now=now)
    return note


@transaction.atomic
def customer_identified(ticket: Ticket, customer: Customer) -> None:
    intake.identify(ticket, customer)


@transaction.atomic
def customer_met(
    name: str,
    *,
    now: datetime,
    point: ContactPoint | None = None,
    kind: str = Customer.Kind.PERSON,
    language: str = "",
) -> Customer:
    """Somebody new says who they are, calling from `point`."""
    is_only_theirs = point is not None and not point.customers.filter(merged_into=None).exists()
    shop = Shop.objects.current()
    customer = intake.new_customer(
        name, shop=shop, now=now, point=point, kind=kind, language=language
    )
    if point is not None and is_only_theirs:
        number_learnt(point, customer)
    return customer


@transaction.atomic
def number_learnt(point: ContactPoint, customer: Customer) -> None:
    """It turns out whose number it is; what a stranger said from it before is theirs, too."""
    point.customers.add(customer)
    search.index(customer)
    strangers = Ticket.objects.filter(contact_point=point, customer__isnull=True)
    if ticket := strangers.first():
        intake.identify(ticket, customer)


@transaction.atomic
def customer_entered(
    about: Particulars, *, now: datetime, reached_by: Reachable | None = None
) -> Customer:
    """Staff write down somebody new, before there is anything to do for them."""
    shop = Shop.objects.current()
    customer = intake.new_customer(about.name, shop=shop, now=now)
    intake.rewrite(customer, about)
    if reached_by is not None:
        customer_reached_by(customer, reached_by)
    return customer


@transaction.atomic
def customer_rewritten(customer: Customer, about: Particulars) -> None:
    intake.rewrite(customer, about)


@transaction.atomic
def customer_reached_by(customer: Customer, by: Reachable) -> None:
    """Another number or address of theirs, which somebody else may have, too."""
    point = intake.reach(customer, by)
    if not point.customers.filter(merged_into=None).exclude(pk=customer.pk).exists():
        number_learnt(point, customer)


@transaction.atomic
def customer_not_reached_by(customer: Customer, point: ContactPoint) -> None:
    """They are not reached there any more; what was said from there stays theirs.

    Raises LastWay while something is promised to them that could not be told otherwise.
    """
    customers.lock(customer)
    is_last = not customer.contact_points.exclude(pk=point.pk).exists()
    if is_last and Promise.objects.open().filter(ticket__customer=customer).exists():
        said = _("%s is promised something and reached in no other way. Add one first.")
        raise LastWay(said % customer)
    customers.unlink(customer, point)


@transaction.atomic
def ticket_reassigned_to(
    ticket: Ticket,
    customer: Customer | None,
    *,
    by: User,
    now: datetime,
    with_number: bool = False,
) -> HandedOver:
    """It is not theirs but `customer`'s, or for None nobody's we know yet.

    `with_number`: neither is the number it came from, nor what else was said from there. Raises
    StaysTheirs, LostRace.
    """
    was, point = ticket.customer, ticket.contact_point if with_number else None
    if was is None:
        raise LostRace(f"{ticket} is nobody's")
    theirs = Q(pk=ticket.pk) | Q(merged_into=ticket.pk)
    if point is not None:
        theirs |= Q(contact_point=point)
    moved, stayed = _movable(ticket, theirs & Q(customer=was), to_nobody=customer is None)
    customers.hand_over(moved, customer)
    messages.whose_is_settled(moved)
    if point is not None and was.contact_points.filter(pk=point.pk).exists():
        customers.hand_number(point, was, customer)
    whose = str(customer) if customer else _("somebody we do not know yet")
    for each in moved:
        said = _("It was taken for %(was)s's; it is from %(whose)s.") % {"was": was, "whose": whose}
        note_added(each, said, by=by, now=now)
    ticket.refresh_from_db(fields=["customer", "device"])
    return HandedOver(moved, stayed)


def _movable(
    ticket: Ticket, theirs: Q, *, to_nobody: bool
) -> tuple[tuple[Ticket, ...], tuple[Ticket, ...]]:
    """Part those that may be somebody else's from those whose invoice names who they belong to."""
    # Locked as invoicing locks them: each is invoiced to one of the two, and we see to whom.
    locked = Ticket.objects.filter(theirs).order_by("pk").select_for_update(of=("self",))
    found = list(locked.select_related("device"))
    if ticket not in found:
        raise LostRace(f"{ticket} is not theirs any more")
    stay = set(Invoice.objects.filter(ticket__in=found).values_list("ticket", flat=True))
    names = {"ticket": ticket, "customer": ticket.customer}
    if ticket.pk in stay:
        said = _("%(ticket)s was invoiced to %(customer)s, and stays theirs. Open a new ticket.")
        raise StaysTheirs(said % names)
    if to_nobody:  # what is closed is invoiced to somebody
        stay |= {each.pk for each in found if each.status == Ticket.Status.CLOSED}
    if ticket.pk in stay:
        raise StaysTheirs(_("%(ticket)s is closed. Say whose it is instead.") % names)
    moved = tuple(each for each in found if each.pk not in stay)
    return moved, tuple(each for each in found if each.pk in stay)


@transaction.atomic
def customers_merged(gone: Customer, kept: Customer, *, by: User, now: datetime) -> CustomerMerge:
    """Two turned out to be one. Raises customers.NotOneCustomer."""
    return customers.merge(gone, kept, by=by, now=now)


@transaction.atomic
def customer_merge_undone(gone: Customer, *, by: User, now: datetime) -> CustomerMerge:
    """They are two after all, however long ago they were made one. Raises LostRace."""
    return customers.take_apart(gone, by=by, now=now)
