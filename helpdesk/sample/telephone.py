"""Scenes on the telephone: questions, missed calls and calling back, strangers, robots."""

from datetime import datetime, timedelta
from functools import partial

from helpdesk import journey
from helpdesk.journey import Contact, Direction
from helpdesk.sample import trust
from helpdesk.sample.people import ROBOTS, STRANGERS, Person, full
from helpdesk.sample.questions import ASIDES, GIFT_REASONS, QUESTIONS, SOONER, SORRY
from helpdesk.sample.stage import HOUR, MINUTE, Stage
from helpdesk.sample.words import STRANGERS_ASK
from policies.models import Promise
from tickets.calls import Heard
from tickets.models import Ticket, User
from tickets.models.work import Kind

WITHHELD = "anonymous"
AT_THE_DESK = ("sara", "sara", "per", "amal", "eva")


def number_of(stage: Stage, person: Person) -> str:
    """Return what they call from: now and then the telephone of the family or the office."""
    shared = person.numbers[1:]
    return shared[0] if shared and stage.happens(0.4) else person.number


def asked(stage: Stage) -> tuple[str, str, int]:
    """Return a question: subject, what was written down, minutes."""
    subject, said, minutes = stage.draw(QUESTIONS)
    if stage.happens(0.4):
        said = f"{said} {stage.chance.choice(ASIDES)}"
    return subject, said, max(1, minutes + stage.chance.randint(-1, 2))


def question(stage: Stage, at: datetime, person: Person | None = None) -> None:
    """Answered, helped in minutes, free: the next hour makes it a gift."""
    person, sara = person or stage.asker(), stage.staff["sara"]
    subject, said, minutes = asked(stage)
    number = number_of(stage, person)
    heard = stage.event("newCall", number, at)
    stage.event("answer", number, at + MINUTE / 4, heard, answeringNumber=sara.extension)
    ended = at + minutes * MINUTE
    stage.event("hangup", number, ended, heard, cause="normalClearing")
    assert heard.ticket is not None  # every inbound call has one
    logged = journey.contact_logged(
        Contact(Kind.CALL, Direction.IN, said, heard_at=at, minutes=minutes),
        by=sara,
        now=ended,
        customer=stage.customer(person, ended),
        call=heard.call.interaction,
        is_new_matter=heard.ticket.interactions.count() > 1,
        subject=subject,
        callback_is=Promise.Status.VOID,
    )
    trust.offered(stage, logged.ticket, said, ended, by=sara)
    stage.close_free(logged.ticket, stage.chance.choice(GIFT_REASONS), ended, by=sara)


def at_the_counter(stage: Stage, at: datetime) -> None:
    person, by = stage.asker(), stage.by("per", "sara")
    subject, said, minutes = asked(stage)
    logged = journey.contact_logged(
        Contact(Kind.WALK_IN, Direction.IN, said, heard_at=at, minutes=minutes),
        by=by,
        now=at,
        customer=stage.customer(person, at),
        point=stage.point(person.number),
        subject=subject,
    )
    reason = stage.chance.choice(GIFT_REASONS)
    stage.close_free(logged.ticket, reason, at + minutes * MINUTE, by=by)


def missed(
    stage: Stage, at: datetime, person: Person | None = None, *, is_answered: bool = True
) -> None:
    """Nobody answers; most are called back in time, some late, a few far too early."""
    person = person or stage.somebody()
    heard = _rings_out(stage, number_of(stage, person), at)
    promise = Promise.objects.open().filter(ticket=heard.ticket).first()
    if not is_answered or promise is None or heard.ticket is None:
        return
    window = promise.due_at - at
    share = stage.chance.choice([0.1, 0.35, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 1.15, 1.3, 1.4])
    due = stage.at_work(at + window * share)
    stage.plan(due, partial(call_back, stage, person, heard.ticket, promise))


def called_late(stage: Stage, at: datetime) -> None:
    """Forgotten until an hour after the time; then we say why."""
    person = stage.somebody()
    heard = _rings_out(stage, number_of(stage, person), at)
    promise = Promise.objects.open().filter(ticket=heard.ticket).first()
    if promise is not None and heard.ticket is not None:
        due = stage.at_work(promise.due_at + HOUR)
        stage.plan(due, partial(_sorry, stage, person, heard.ticket))


def _sorry(stage: Stage, person: Person, ticket: Ticket, at: datetime) -> None:
    ticket.refresh_from_db()
    if ticket.is_ended:
        return
    sara = stage.by("sara")
    contact = Contact(Kind.CALL, Direction.OUT, stage.chance.choice(SORRY), heard_at=at, minutes=3)
    customer = stage.customer(person, at)
    ended = at + 3 * MINUTE
    journey.contact_logged(contact, by=sara, now=ended, ticket=ticket, customer=customer)
    _settle(stage, ticket, ended, sara, is_charged=False)


def night_call(stage: Stage, at: datetime) -> None:
    """After hours: the voicemail greeting says when we call back, and we do."""
    person = stage.somebody()
    heard = _rings_out(stage, number_of(stage, person), at, cause="voicemail")
    promise = Promise.objects.open().filter(ticket=heard.ticket).first()
    if promise is not None and heard.ticket is not None:
        due = stage.at_work(promise.due_at - 2 * HOUR)
        stage.plan(due, partial(call_back, stage, person, heard.ticket, promise))


def _rings_out(stage: Stage, number: str, at: datetime, cause: str = "cancel") -> Heard:
    heard = stage.event("newCall", number, at)
    return stage.event("hangup", number, at + MINUTE / 2, heard, cause=cause)


def call_back(stage: Stage, person: Person, ticket: Ticket, promise: Promise, at: datetime) -> None:
    by = stage.by("sara", "sara", "per", "amal")
    ticket.refresh_from_db()
    if ticket.is_ended:
        return
    number = ticket.contact_point.value if ticket.contact_point else person.number
    call = stage.event("newCall", number, at, out=True, user=by.extension)
    if stage.happens(0.15):
        stage.event("hangup", number, at + MINUTE, call, cause="noAnswer")
        later = stage.at_work(at + 2 * HOUR)
        stage.plan(later, partial(call_back, stage, person, ticket, promise))
        return
    stage.event("answer", number, at + MINUTE / 3, call, user=by.extension)
    subject, said, minutes = asked(stage)
    is_charged = stage.happens(0.2)
    if is_charged:
        said, minutes = f"{said} Took over the screen for the rest; agreed to pay.", minutes + 30
    ended = at + minutes * MINUTE
    stage.event("hangup", number, ended, call, cause="normalClearing")
    logged = journey.contact_logged(
        Contact(
            Kind.CALL,
            Direction.OUT,
            f"{said} {_explained(stage, promise, at)}".strip(),
            heard_at=at,
            minutes=minutes,
        ),
        by=by,
        now=ended,
        ticket=ticket,
        customer=stage.customer(person, ended),
        call=call.call.interaction,
        subject=subject,
    )
    _settle(stage, logged.ticket, ended, by, is_charged=is_charged)


def _settle(stage: Stage, ticket: Ticket, at: datetime, by: User, *, is_charged: bool) -> None:
    if is_charged:
        stage.close_charged(ticket, at, by=by)
    else:
        stage.close_free(ticket, stage.chance.choice(GIFT_REASONS), at, by=by)


def _explained(stage: Stage, promise: Promise, at: datetime) -> str:
    """Return the words that keep the expectation where it was; not everybody finds them."""
    if at >= promise.due_at:
        return stage.chance.choice(SORRY) if stage.happens(0.8) else ""
    is_early = at - promise.made_at < (promise.due_at - promise.made_at) / 4
    return stage.chance.choice(SOONER) if is_early and stage.happens(0.5) else ""


def stranger(stage: Stage, at: datetime) -> None:
    """A number nobody knows; tried twice, never reached, and left to be identified."""
    heard = _rings_out(stage, full(stage.draw(STRANGERS)), at)
    promise = Promise.objects.open().filter(ticket=heard.ticket).first()
    if promise is not None and heard.ticket is not None:
        due = stage.at_work(promise.due_at - HOUR)
        stage.plan(due, partial(_try_stranger, stage, heard.ticket, 2))


def _try_stranger(stage: Stage, ticket: Ticket, tries: int, at: datetime) -> None:
    by = stage.by("sara", "amal")
    ticket.refresh_from_db()
    if ticket.is_ended or ticket.contact_point is None:
        return
    number = ticket.contact_point.value
    call = stage.event("newCall", number, at, out=True, user=by.extension)
    stage.event("hangup", number, at + MINUTE, call, cause="noAnswer")
    if tries > 1:
        step = partial(_try_stranger, stage, ticket, tries - 1)
        stage.plan(stage.at_work(at + 3 * HOUR), step)
        return
    for promise in Promise.objects.open().filter(ticket=ticket):
        because = "Nobody answers there; they know our number"
        status = Promise.Status.VOID
        journey.promise_ended(promise, status, because=because, by=by, now=at + 2 * MINUTE)


def nameless(stage: Stage, at: datetime) -> None:
    """Answered, but they would not say who they are."""
    subject, said = stage.draw(STRANGERS_ASK)
    number, sara = full(stage.draw(STRANGERS)), stage.staff["sara"]
    heard = stage.event("newCall", number, at)
    stage.event("answer", number, at + MINUTE / 4, heard, answeringNumber=sara.extension)
    stage.event("hangup", number, at + 2 * MINUTE, heard, cause="normalClearing")
    journey.contact_logged(
        Contact(Kind.CALL, Direction.IN, said, heard_at=at, minutes=2),
        by=sara,
        now=at + 3 * MINUTE,
        call=heard.call.interaction,
        subject=subject,
    )


def withheld(stage: Stage, at: datetime) -> None:
    """Nobody to call back: most are put away as spam the same day."""
    heard = _rings_out(stage, WITHHELD, at)
    if heard.ticket is not None and stage.happens(0.8):
        stage.plan(at + 2 * HOUR, partial(_put_away, stage, heard.ticket))


def robot(stage: Stage, at: datetime) -> None:
    heard = _rings_out(stage, full(stage.draw(ROBOTS)), at)
    if heard.ticket is not None and not heard.is_blocked:
        stage.plan(at + 5 * MINUTE, partial(_put_away, stage, heard.ticket))


def _put_away(stage: Stage, ticket: Ticket, at: datetime) -> None:
    ticket.refresh_from_db()
    if not ticket.is_ended:
        journey.marked_spam(ticket, by=stage.staff["sara"], now=at)


def solved(stage: Stage, at: datetime) -> None:
    """Missed, and when they call again they have found it themselves."""
    person = stage.somebody()
    heard = _rings_out(stage, person.number, at)
    if heard.ticket is not None:
        stage.plan(at + 50 * MINUTE, partial(_found_it, stage, person, heard.ticket))


def _found_it(stage: Stage, person: Person, ticket: Ticket, at: datetime) -> None:
    ticket.refresh_from_db()
    if ticket.is_ended:
        return
    sara = stage.staff["sara"]
    said = stage.chance.choice(
        ("Found it in the manual meanwhile.", "Turned it off and on. Works.", "Neighbor helped.")
    )
    logged = journey.contact_logged(
        Contact(Kind.CALL, Direction.IN, said, heard_at=at, minutes=1),
        by=sara,
        now=at + MINUTE,
        ticket=ticket,
        customer=stage.customer(person, at),
        subject="Solved it while waiting",
        callback_is=Promise.Status.SOLVED,
    )
    stage.close_free(logged.ticket, "A minute's question", at + MINUTE, by=sara)


def still_ringing(stage: Stage, at: datetime) -> None:
    person = stage.somebody()
    stage.event("newCall", person.number, at)


def every_week(stage: Stage, person: Person, at: datetime) -> None:
    """They call on their day, whatever else is open with us."""
    wait = timedelta(minutes=stage.chance.randint(0, 45))
    if stage.happens(0.92):
        stage.plan(at + wait, partial(question, stage, person=person))
