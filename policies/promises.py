"""Making, keeping and breaking promises. Rows are appended: a date that moves is a new row."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from policies.models import CallbackWindow, Promise, PromiseQuerySet, Quote
from tickets import calls, states
from tickets.models import Interaction, Ticket, User

Kind, Status = Promise.Kind, Promise.Status

HOUR = timedelta(hours=1)
LATER_BY = timedelta(days=4)  # a weekend, and a day on both sides of it
SPAN = timedelta(hours=2)  # of work, from when a customer may be called until when we have called
FARTHEST = timedelta(days=3650)  # a promise for later than that is a slip of the finger


class BadTime(Exception):
    """Nobody is called back then; the text says what to do."""


def owe_callback(
    ticket: Ticket,
    *,
    at: datetime,
    cause: Interaction | None = None,
    maker: User | None = None,
    follows: Promise | None = None,
) -> Promise:
    """Promise to call back, by the window in force at `at`.

    One open callback promise per ticket: where there is one already, it is the answer, and a
    second contact never moves it later.
    """
    already = open_callback(ticket)
    if already is not None:
        return already
    window = _window(ticket, at)
    try:
        with transaction.atomic():
            return Promise.objects.create(
                ticket=ticket,
                kind=Kind.CALLBACK,
                made_at=at,
                due_at=callback_due(window, at),
                maker=maker,
                cause=cause,
                window=window,
                follows=follows,
            )
    except IntegrityError:  # two contacts at once: the other one's promise is the promise
        already = open_callback(ticket)
        if already is None:
            raise
        return already


def open_callback(ticket: Ticket) -> Promise | None:
    return Promise.objects.open().filter(ticket=ticket, kind=Kind.CALLBACK).first()


def callback_due(window: CallbackWindow, at: datetime) -> datetime:
    return window.calendar.working_hours().add(at, timedelta(minutes=window.minutes))


def turnaround_due(quote: Quote, at: datetime) -> datetime:
    return quote.turnaround.calendar.working_hours().add_days(at, quote.days)


def later_times(promise: Promise, *, now: datetime) -> list[datetime]:
    """Return before when a customer may ask not to be called: on the hour, while we are open.

    Never farther away than a few days: it stays in the queue.
    """
    assert promise.window is not None  # a constraint: every callback has one
    hours = promise.window.calendar.working_hours()
    whole = now.replace(minute=0, second=0, microsecond=0) + HOUR
    later = (whole + n * HOUR for n in range(LATER_BY // HOUR))
    return [at for at in later if hours.is_open(at)]


def move_callback(promise: Promise, not_before: datetime, *, what: str, at: datetime) -> Promise:
    """Call them, as they asked, `not_before`: a new row, never due earlier. Raises BadTime.

    `what` says so to whoever calls.
    """
    if not_before not in later_times(promise, now=at):
        raise BadTime(_("We cannot call back then. Choose one of the times on the page."))
    assert promise.window is not None  # a constraint: every callback has one
    span = min(timedelta(minutes=promise.window.minutes), SPAN)
    earliest = promise.window.calendar.working_hours().add(not_before, span)
    end(promise, Status.SUPERSEDED, because=_("The customer asked for a later time"), at=at)
    return Promise.objects.create(
        ticket=promise.ticket,
        kind=Kind.CALLBACK,
        what=what,
        made_at=at,
        due_at=max(promise.due_at, earliest),
        cause=promise.cause,
        window=promise.window,
        follows=promise,
    )


def promise_turnaround(quote: Quote, *, maker: User, at: datetime) -> Promise:
    """An accepted quote is a promise; an earlier one on the ticket gives way to it."""
    hours = quote.turnaround.calendar.working_hours()
    earlier = Promise.objects.open().filter(ticket=quote.ticket, kind=Kind.TURNAROUND).first()
    if earlier is not None:
        because = _("A new quote was accepted")
        say_ended(earlier, Status.SUPERSEDED, because=because, at=at, by=maker)
    return Promise.objects.create(
        ticket=quote.ticket,
        kind=Kind.TURNAROUND,
        what=quote.service.name,
        made_at=at,
        due_at=turnaround_due(quote, at),
        target_at=hours.add_days(at, quote.target_days),
        maker=maker,
        quote=quote,
        risks=quote.risks,
        follows=earlier,
    )


def promise_words(
    ticket: Ticket, *, what: str, due_at: datetime, maker: User, at: datetime, kind: str
) -> Promise:
    """Promise something in words: an update on Thursday, a price by noon."""
    return Promise.objects.create(
        ticket=ticket, kind=kind, what=what, made_at=at, due_at=due_at, maker=maker
    )


def attempted(
    ticket: Ticket, *, reached: bool, at: datetime, cause: Interaction, by: User | None
) -> Promise | None:
    """We called. In time keeps the callback promise; unanswered leaves a new one.

    Returns the promise that is open now, if any.
    """
    promise = open_callback(ticket)
    if promise is not None:
        because = _("Called back") if reached else _("Tried, no answer")
        say_ended(promise, Status.KEPT, because=because, at=at, by=by)
    if reached or promise is None:  # a call out of the blue owes nothing
        return None
    return owe_callback(ticket, at=at, cause=cause, maker=by, follows=promise)


def withdraw(cause: Interaction, *, because: str, at: datetime) -> None:
    """What made us promise turned out otherwise: a late event says the call was answered."""
    for promise in Promise.objects.open().filter(cause=cause):
        end(promise, Status.VOID, because=because, at=at)


def answered(ticket: Ticket, *, by_message: Interaction, at: datetime) -> None:
    """A message of ours has left: it answers as well as a call would have."""
    promise = open_callback(ticket)
    if promise is not None and promise.made_at <= by_message.logged_at:
        because = _("Answered in writing")
        say_ended(
            promise, Status.KEPT, because=because, at=at, by=by_message.staff, kept_by=by_message
        )


def came_back(ticket: Ticket, message: Interaction, *, at: datetime) -> Promise:
    """A message of ours never reached them: what it kept, or told, is owed again."""
    kept = Promise.objects.filter(kept_by=message, followed_by__isnull=True).first()
    return owe_callback(ticket, at=at, cause=message, follows=kept)


def told_ready(ticket: Ticket, *, at: datetime, by: User | None) -> None:
    """It is ready and the customer knows: the turnaround is kept, or was late."""
    owed = Promise.objects.open().filter(ticket=ticket, kind__in=[Kind.TURNAROUND, Kind.UPDATE])
    for promise in owed:
        because = _("Ready, and the customer knows")
        say_ended(promise, Status.KEPT, because=because, at=at, by=by)


def to_break(now: datetime) -> PromiseQuerySet:
    """Return what is broken by now; not a callback whose call still rings and began in time."""
    in_time = calls.dialling(now).filter(
        interaction__ticket=OuterRef("ticket"), started_at__lt=OuterRef("due_at")
    )
    return Promise.objects.overdue(now).exclude(Exists(in_time), kind=Kind.CALLBACK)


def break_(promise: Promise, *, now: datetime, onto: Ticket | None = None) -> Promise | None:
    """Its time has come and nothing was done. A new promise follows, so nobody is forgotten.

    The new one is on `onto` where the ticket was merged. Returns None when none follows.
    """
    ticket = onto or promise.ticket
    _time_came(promise, ticket)
    if promise.status == Status.VOID:
        return None
    if promise.kind == Kind.CALLBACK:
        return owe_callback(ticket, at=now, follows=promise)
    # What was promised is late: what we owe at once is to say so, with a new time.
    return Promise.objects.create(
        ticket=ticket,
        kind=Kind.UPDATE,
        what=_("Say when, after a broken promise"),
        made_at=now,
        due_at=callback_due(_window(ticket, now), now),
        follows=promise,
    )


def carry_over(ticket: Ticket, into: Ticket, *, at: datetime, by: User) -> None:
    """On a merge the open promises go along, as new rows; of two callbacks the earlier survives."""
    merged = _("Merged into %s") % into
    for promise in Promise.objects.open().filter(ticket=ticket).order_by("due_at", "pk"):
        if promise.due_at <= at:
            break_(promise, now=at, onto=into)
            continue
        end(promise, Status.SUPERSEDED, because=merged, at=at, by=by)
        theirs = open_callback(into) if promise.kind == Kind.CALLBACK else None
        if theirs is not None:
            if theirs.due_at <= promise.due_at:
                continue
            earlier = _("An earlier one came with a merge")
            end(theirs, Status.SUPERSEDED, because=earlier, at=at, by=by)
        terms = {name: getattr(promise, name) for name in ("kind", "what", "due_at", "target_at")}
        Promise.objects.create(
            **terms,
            ticket=into,
            made_at=at,
            maker=by,
            cause=promise.cause,
            window=promise.window,
            quote=promise.quote,
            risks=promise.risks,
            follows=promise,
            told_at=promise.told_at,  # the time they were told has not changed
            told_text=promise.told_text,
        )


def end_all(ticket: Ticket, status: str, *, because: str, at: datetime, by: User) -> None:
    """End what is open on `ticket`; what is late was broken."""
    for promise in Promise.objects.open().filter(ticket=ticket):
        say_ended(promise, status, because=because, at=at, by=by)


def say_ended(
    promise: Promise,
    status: str,
    *,
    because: str,
    at: datetime,
    by: User | None,
    kept_by: Interaction | None = None,
) -> None:
    """Staff say how it ended; after its time it is broken, whatever they say."""
    if at < promise.due_at:
        end(promise, status, because=because, at=at, by=by, kept_by=kept_by)
    else:
        _time_came(promise, promise.ticket)


def void_all(ticket: Ticket, *, because: str, at: datetime, by: User) -> None:
    """Nothing was owed in the first place: it was spam."""
    for promise in Promise.objects.open().filter(ticket=ticket):
        end(promise, Status.VOID, because=because, at=at, by=by)


def end(
    promise: Promise,
    status: str,
    *,
    because: str,
    at: datetime,
    by: User | None = None,
    kept_by: Interaction | None = None,
) -> None:
    """Set the ending, once. Raises states.LostRace when somebody else has."""
    # A clock that was put back must not make a promise end before it was made.
    states.move(
        promise,
        status,
        ended_at=max(at, promise.made_at),
        ended_by=by,
        ended_because=because,
        kept_by=kept_by,
    )


def tell(promise: Promise, words: str, *, at: datetime) -> None:
    """Note what the customer was told, the first time; later words change nothing."""
    told = Promise.objects.filter(pk=promise.pk, told_at__isnull=True)
    if told.update(told_at=at, told_text=words):
        promise.told_at, promise.told_text = at, words


def _window(ticket: Ticket, at: datetime) -> CallbackWindow:
    return CallbackWindow.in_force(at, ticket.customer.kind if ticket.customer else "")


def _time_came(promise: Promise, ticket: Ticket) -> None:
    """It broke, or with nobody to call on `ticket` is void: when its time came, whoever notices."""
    if promise.kind == Kind.CALLBACK and _nobody_to_call(ticket):
        end(promise, Status.VOID, because=_("No number to call back"), at=promise.due_at)
    else:
        end(promise, Status.BROKEN, because=_("Its time came"), at=promise.due_at)


def _nobody_to_call(ticket: Ticket) -> bool:
    if ticket.contact_point_id is not None:
        return False
    return ticket.customer is None or not ticket.customer.contact_points.exists()
