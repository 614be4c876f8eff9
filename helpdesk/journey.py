"""What happens, and in which order.

The one place that knows tickets, policies and billing all at once. Each function is something
that happened in the world; each line in it is one step. People, programs and the clock come in
through helpdesk.web, .api and the commands, which call in here and decide nothing themselves.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from billing import gifts, invoicing
from billing.models import Invoice
from policies import promises, quotes, replies
from policies.calendars import BadHours, NeverOpen
from policies.models import NoTerms, Promise, Quote
from tickets import arrivals, calls, callstate, intake, merging, notes, search, states
from tickets.calls import Heard
from tickets.channels.contract import CallEvent
from tickets.intake import Particulars, Reachable
from tickets.models import (
    Arrival,
    Call,
    ContactPoint,
    Customer,
    Interaction,
    Service,
    Shop,
    Ticket,
    User,
)
from tickets.models.work import Kind

logger = logging.getLogger(__name__)

Row = TypeVar("Row")
Direction = Interaction.Direction


# -- a call, as the phone system tells it --------------------------------------------------------


def call_event(
    event: CallEvent, raw: bytes, *, content_type: str, source: str, now: datetime
) -> Heard:
    try:
        return _heard(event, raw, content_type=content_type, source=source, now=now)
    except states.LostRace:
        # Somebody ended the promise or moved the ticket just now, and none of this is filed yet.
        return _heard(event, raw, content_type=content_type, source=source, now=now)


@transaction.atomic
def _heard(event: CallEvent, raw: bytes, *, content_type: str, source: str, now: datetime) -> Heard:
    heard = calls.hear(event, now=now)
    arrivals.keep(
        raw,
        via=event.via,
        source=source,
        content_type=content_type,
        verdict=Arrival.Verdict.IGNORED if heard.is_blocked else Arrival.Verdict.CALL_EVENT,
        because=_("the caller is blocked") if heard.is_blocked else "",
        interaction=heard.call.interaction,
        now=now,
    )
    if heard.ticket is not None and not heard.is_blocked:
        with _filed_anyway(heard.ticket):
            _promised_by(heard, heard.ticket, now=now)
    return heard


def _promised_by(heard: Heard, ticket: Ticket, *, now: datetime) -> None:
    """What the call makes of our promises: it may cause one, withdraw one, or keep one."""
    cause = heard.call.interaction
    if heard.became(callstate.is_missed):
        promises.owe_callback(ticket, at=now, cause=cause)
    if heard.ceased(callstate.is_missed):
        promises.withdraw(cause, because=_("The call was answered after all"), at=now)
    if heard.became(calls.was_tried):
        _attempted(heard, reached=False)
    if heard.ceased(calls.was_tried):
        promises.withdraw(cause, because=_("The call was answered after all"), at=now)
    if heard.became(calls.was_reached):
        _attempted(heard, reached=True)


@contextmanager
def _filed_anyway(ticket: Ticket) -> Iterator[None]:
    """Let a call stand for which nothing can be promised, as the owner has yet to say by what."""
    try:
        with transaction.atomic():  # all that the call makes of our promises, or nothing
            yield
    except (NoTerms, NeverOpen, BadHours) as missing:
        logger.error("%s: nothing is promised. %s", ticket, missing)


def unreadable_event(
    raw: bytes, *, via: str, content_type: str, source: str, because: str, now: datetime
) -> Arrival:
    return arrivals.keep(
        raw,
        via=via,
        source=source,
        content_type=content_type,
        verdict=Arrival.Verdict.QUARANTINED,
        because=because,
        now=now,
    )


def _attempted(heard: Heard, *, reached: bool) -> None:
    call, ticket = heard.call, heard.ticket
    assert ticket is not None
    # What counts is when we took up the phone, not when the news of it reached us.
    promises.attempted(
        ticket,
        reached=reached,
        at=call.started_at,
        cause=call.interaction,
        by=call.interaction.staff,
    )
    if ticket.status == Ticket.Status.NEW:
        intake.take_up(ticket)


# -- a contact, as staff log it ------------------------------------------------------------------


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
    _complete(ticket, customer=customer, point=point, service=service, subject=subject)
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
    intake.take_up(ticket)
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


def _complete(
    ticket: Ticket,
    *,
    customer: Customer | None = None,
    point: ContactPoint | None = None,
    service: Service | None = None,
    subject: str = "",
) -> None:
    """Write on the ticket what the contact told us about it."""
    if customer is not None and ticket.customer is None:
        intake.identify(ticket, customer)
    if point is not None:  # where they spoke from is where they wait for us
        ticket.contact_point = point
    if service is not None:
        ticket.service = service
    if subject:
        ticket.subject = subject
    ticket.save(update_fields=["contact_point", "service", "subject"])
    search.index(ticket)


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
    _merged(was, to, by=by, now=now)
    interaction.ticket = to


@transaction.atomic
def note_added(
    ticket: Ticket, text: str, *, by: User, now: datetime, minutes: int = 0, form_id: str = ""
) -> None:
    """Raises IntegrityError for a form that was sent before."""
    notes.log(
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
    is_only_theirs = point is not None and not point.customers.exists()
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
    if not point.customers.exclude(pk=customer.pk).exists():
        number_learnt(point, customer)


# -- promises and quotes -------------------------------------------------------------------------


@transaction.atomic
def callback_promised(ticket: Ticket, *, by: User, now: datetime) -> Promise:
    promise = promises.owe_callback(ticket, at=now, maker=by)
    promises.tell(promise, replies.callback(promise, shop=Shop.objects.current(), now=now), at=now)
    return promise


@transaction.atomic
def promised(
    ticket: Ticket, what: str, due_at: datetime, *, kind: str, by: User, now: datetime
) -> Promise:
    return promises.promise_words(ticket, what=what, due_at=due_at, maker=by, at=now, kind=kind)


@transaction.atomic
def promise_told(promise: Promise, words: str, *, now: datetime) -> None:
    promises.tell(promise, words, at=now)


@transaction.atomic
def promise_ended(promise: Promise, status: str, *, because: str, by: User, now: datetime) -> None:
    """Staff say how it ended: kept, solved by the customer, or void. Late is broken anyway."""
    promises.say_ended(promise, status, because=because, at=now, by=by)


@transaction.atomic
def quoted(
    ticket: Ticket,
    service: Service,
    *,
    by: User,
    now: datetime,
    days: int | None = None,
    accepted_how: str = "",
) -> Quote:
    quote = quotes.quote(ticket, service, by=by, now=now, days=days)
    _complete(ticket, service=service)
    if accepted_how:
        quote_accepted(quote, how=accepted_how, by=by, now=now)
    return quote


@transaction.atomic
def quote_accepted(quote: Quote, *, how: str, by: User, now: datetime) -> Promise:
    promise = quotes.accept(quote, how=how, by=by, now=now)
    shop = Shop.objects.current()
    words = replies.turnaround(promise, shop=shop, now=now)
    promises.tell(promise, words, at=now)
    intake.take_up(quote.ticket)
    return promise


# -- a ticket on its way -------------------------------------------------------------------------


@transaction.atomic
def ticket_described(ticket: Ticket, *, subject: str, service: Service | None) -> None:
    """Staff know better what it is about."""
    ticket.subject, ticket.service = subject, service
    ticket.save(update_fields=["subject", "service"])
    search.index(ticket)


@transaction.atomic
def ticket_assigned(ticket: Ticket, assignee: User | None, *, now: datetime) -> None:
    ticket.assignee = assignee
    ticket.save(update_fields=["assignee"])
    intake.touch(ticket, now=now)


@transaction.atomic
def ticket_moved(
    ticket: Ticket, to: str, *, by: User, now: datetime, customer_told: bool = False
) -> None:
    """In work, waiting for the customer, or ready; ready and told keeps the turnaround."""
    if to != ticket.status:
        states.move(ticket, to)
    intake.touch(ticket, now=now)
    if to == Ticket.Status.READY and customer_told:
        promises.told_ready(ticket, at=now, by=by)


@transaction.atomic
def ticket_closed(
    ticket: Ticket,
    *,
    charge: str,
    by: User,
    now: datetime,
    gift_reason: str = "",
    promises_are: str = Promise.Status.KEPT,
    because: str = "",
) -> None:
    """The end. After a rest, what was free is given and what was charged is invoiced."""
    is_free = charge == Ticket.Charge.FREE
    states.move(
        ticket,
        Ticket.Status.CLOSED,
        charge=charge,
        gift_reason=(gift_reason.strip() or _("Quick help, on the house")) if is_free else "",
        ended_at=now,
        ended_by=by,
        endings=ticket.endings + 1,
        bill_at=now + Shop.objects.current().bill_after,
    )
    # After the move: what is promised on an open ticket meanwhile is found, and ended with it.
    because = because or _("Closed with the ticket")
    promises.end_all(ticket, promises_are, because=because, at=now, by=by)
    intake.touch(ticket, now=now)


@transaction.atomic
def ticket_reopened(ticket: Ticket, *, by: User, now: datetime) -> None:
    """Not the end after all. An ending whose invoice was due is invoiced first: it was one."""
    if ticket.bill_at is not None and ticket.bill_at <= now:
        _billed(ticket, now=now)
    was_spam = ticket.status == Ticket.Status.SPAM
    states.move(
        ticket,
        Ticket.Status.OPEN,
        charge=Ticket.Charge.UNDECIDED,
        gift_reason="",
        ended_at=None,
        ended_by=None,
        bill_at=None,
    )
    if was_spam:
        intake.unblock(ticket)
    intake.touch(ticket, now=now)


@transaction.atomic
def marked_spam(ticket: Ticket, *, by: User, now: datetime) -> None:
    """One key: it ends, nothing is owed, and whoever it came from is refused from now on."""
    states.move(ticket, Ticket.Status.SPAM, ended_at=now, ended_by=by, endings=ticket.endings + 1)
    promises.void_all(ticket, because=_("Spam"), at=now, by=by)
    intake.block(ticket, now=now)


@transaction.atomic
def tickets_merged(ticket: Ticket, into: Ticket, *, by: User, now: datetime) -> None:
    _merged(ticket, into, by=by, now=now)


def _merged(ticket: Ticket, into: Ticket, *, by: User, now: datetime) -> None:
    merging.merge(ticket, into, by=by, now=now)
    promises.carry_over(ticket, into, at=now, by=by)
    intake.touch(into, now=now)


@transaction.atomic
def invoice_paid(
    invoice: Invoice, *, kind: str, amount: int, by: User, now: datetime, due: int | None = None
) -> None:
    """`due` is what was due when the payment was asked for: so the same one counts once."""
    invoicing.settle(invoice, kind=kind, amount=amount, by=by, now=now, due=due)


# -- the clock -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Swept:
    """How much was due, by what it was."""

    promises_broken: int
    calls_given_up: int
    invoices: int

    @property
    def total(self) -> int:
        return self.promises_broken + self.calls_given_up + self.invoices


def swept(*, now: datetime) -> Swept:
    """Do everything that is due. Any number may sweep at once: each thing happens once."""
    return Swept(
        calls_given_up=_each(calls.silent(now), lambda call: _give_up(call, now=now)),
        promises_broken=_each(
            promises.to_break(now).select_related("ticket__customer"),
            lambda promise: _broke(promise, now=now),
        ),
        invoices=_each(invoicing.due(now), lambda ticket: _billed(ticket, now=now)),
    )


def _billed(ticket: Ticket, *, now: datetime) -> Invoice | None:
    """Issue, draw, done: each step finds what the one before left, whoever took it."""
    invoice = gifts.bill(ticket, now=now)
    issued = invoice or invoicing.issued_for(ticket)
    if issued is not None:
        invoicing.document(issued, now=now)
        invoicing.done(ticket)
    return invoice


@transaction.atomic
def _broke(promise: Promise, *, now: datetime) -> bool:
    promises.break_(promise, now=now)
    return True


@transaction.atomic
def _give_up(call: Call, *, now: datetime) -> bool:
    """A call nobody ever hung up on: close it, and call back if nobody answered."""
    heard = calls.give_up(call, now=now)
    if heard.ticket is not None and heard.became(callstate.is_missed):
        with _filed_anyway(heard.ticket):
            promises.owe_callback(heard.ticket, at=now, cause=call.interaction)
    return True


def _each(rows: Iterable[Row], step: Callable[[Row], object]) -> int:
    """Do `step` for every row; a bad row stops only itself. Return how many did something."""
    done = 0
    for row in rows:
        try:
            done += step(row) is not None
        except states.LostRace:
            logger.info("another was first: %s", row)
        except Exception:
            logger.exception("step failed: %s", row)
    return done
