"""Writing down a call and what comes of it, all or nothing."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from helpdesk import journey
from helpdesk.journey import Contact, Direction, Logged
from helpdesk.web import offers
from helpdesk.web.call_form import ENDS, CallForm, How, Opened, Outcome, digest
from policies import replies
from policies.models import Promise, Quote
from tickets import intake, text
from tickets.models import ContactPoint, Customer, Interaction, Ticket, User
from tickets.models.work import Kind

TOUCHED = {
    How.IN: (Kind.CALL, Direction.IN),
    How.OUT: (Kind.CALL, Direction.OUT),
    How.NO_ANSWER: (Kind.CALL, Direction.OUT),
    How.COUNTER: (Kind.WALK_IN, Direction.IN),
}


class NotAsRead(Exception):
    """What would be promised now is not the sentence that stood on the page."""


class LoggedBefore(Exception):
    """The page was sent twice, or a colleague has logged the call meanwhile."""

    def __init__(self, ticket: Ticket | None) -> None:
        super().__init__(ticket)
        self.ticket = ticket


def save(form: CallForm, opened: Opened, *, by: User, now: datetime) -> Logged:
    """Log it and what comes of it, all or nothing. Raises NotAsRead and LoggedBefore."""
    try:
        with transaction.atomic():
            if form.call is not None:
                # Under a lock: of two colleagues who log the same call, the second is told.
                fresh = Interaction.objects.select_for_update().get(pk=form.call.pk)
                check_unlogged(fresh, opened)
            logged = _log(form, opened, by=by, now=now)
            _conclude(form, logged, by=by, now=now)
            offers.note(form.offered, logged.ticket, by=by, now=now)
            return logged
    except IntegrityError:  # caught outside the block: inside, the transaction is already lost
        if form.call is None:
            check_unlogged(None, opened)
        raise


def check_unlogged(call: Interaction | None, opened: Opened) -> None:
    """Raise LoggedBefore if the page was sent before, or its call has been logged meanwhile."""
    sent = Interaction.objects.select_related("ticket")
    before = sent.filter(via="desk", provider_id=opened.form_id).first()
    if call is not None and digest(call) != opened.said_before:
        before = call
    if before is not None:
        raise LoggedBefore(before.ticket)


def own_ticket(call: Interaction | None) -> Ticket | None:
    """Return the ticket that was opened for this very call, as long as nothing else is on it."""
    ticket = call.ticket if call else None
    if call is None or ticket is None or ticket.is_ended:
        return None
    return None if ticket.interactions.exclude(pk=call.pk).exists() else ticket


def _log(form: CallForm, opened: Opened, *, by: User, now: datetime) -> Logged:
    given, call = form.cleaned_data, form.call
    filed = own_ticket(call)
    customer, point = _who(form, now=now)
    if filed and filed.customer and customer and filed.customer != customer:
        journey.customer_identified(filed, customer)  # their number, but somebody else
    ticket = form.ticket or filed
    is_new = ticket is None or (ticket == filed and call is not None and not call.text)
    kind, direction = TOUCHED[How(given["how"])]
    contact = Contact(
        kind=kind,
        direction=direction,
        said=given["said"],
        heard_at=opened.at,
        reached=form.was_reached,
        minutes=given.get("minutes") or 0,
        form_id=opened.form_id if call is None else "",
    )
    outcome = given["outcome"]
    is_answer = outcome in {Outcome.ANSWERED, Outcome.QUOTE} and direction == Direction.IN
    ended = Promise.Status.SOLVED if outcome == Outcome.SOLVED else ""
    return journey.contact_logged(
        contact,
        by=by,
        now=now,
        ticket=ticket,
        customer=customer,
        point=point,
        call=call,
        is_new_matter=ticket is None,
        service=given.get("service"),
        subject=(given["subject"] or text.subject(given["said"])) if is_new else "",
        wants_callback=outcome == Outcome.CALLBACK,
        callback_is=Promise.Status.VOID if is_answer else ended,
    )


def _who(form: CallForm, *, now: datetime) -> tuple[Customer | None, ContactPoint | None]:
    """Return customer and number, both remembered where they are new."""
    given, call = form.cleaned_data, form.call
    caller = intake.known(form.point_number) if form.point_number else None
    point = caller.point if caller else (call.contact_point if call else None)
    if form.customer is None and given["new_name"]:
        customer = journey.customer_met(
            given["new_name"],
            now=now,
            point=point,
            kind=given["new_kind"] or Customer.Kind.PERSON,
            language=form.language,
        )
        return customer, point
    if form.customer is not None and point is not None and not point.customers.exists():
        journey.number_learnt(point, form.customer)
    return form.customer, point


def _conclude(form: CallForm, logged: Logged, *, by: User, now: datetime) -> None:
    given, ticket = form.cleaned_data, logged.ticket
    outcome, assignee = given["outcome"], given.get("assignee")
    if outcome in ENDS:
        is_solved = outcome == Outcome.SOLVED
        journey.ticket_closed(
            ticket,
            charge=given["charge"],
            by=by,
            now=now,
            gift_reason=given["gift_reason"],
            promises_are=Promise.Status.SOLVED if is_solved else Promise.Status.KEPT,
        )
        return
    if assignee is not None and assignee != ticket.assignee:
        journey.ticket_assigned(ticket, assignee, now=now)
    if outcome == Outcome.CALLBACK and form.was_reached:
        assert logged.promise is not None
        _check_read(form, replies.callback(logged.promise, shop=form.shop, now=form.heard_at))
    elif outcome == Outcome.QUOTE:
        _quote(form, ticket, by=by, now=now)


def _quote(form: CallForm, ticket: Ticket, *, by: User, now: datetime) -> None:
    given = form.cleaned_data
    service = given.get("service") or ticket.service
    assert service is not None  # the form has checked
    has_agreed = given["agreed"] == "yes"
    at_counter = given["how"] == How.COUNTER
    how = Quote.Accepted.COUNTER if at_counter else Quote.Accepted.PHONE
    quote = journey.quoted(
        ticket,
        service,
        by=by,
        now=form.heard_at,
        days=given.get("days"),
        accepted_how=how if has_agreed else "",
    )
    if has_agreed:
        _check_read(form, quote.promises.get().told_text or "")
    else:
        journey.ticket_moved(ticket, Ticket.Status.WAITING, by=by, now=now)


def _check_read(form: CallForm, words: str) -> None:
    if text.one_line(words) not in form.read:
        raise NotAsRead
