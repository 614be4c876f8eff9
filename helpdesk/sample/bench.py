"""Scenes around the bench: brought in, quoted, waited for, done early or late, paid or not."""

from datetime import datetime, timedelta
from functools import partial

from helpdesk import journey
from helpdesk.journey import Contact, Direction, Logged
from helpdesk.sample import trust
from helpdesk.sample.people import Person
from helpdesk.sample.repairs import DECLINED, LAPTOP, LATE, NETWORK, REPAIRS, WAITS_FOR, Repair
from helpdesk.sample.stage import DAY, HOUR, MINUTE, Stage
from policies.models import Promise, Quote
from tickets.models import Device, Ticket, User
from tickets.models.work import Kind

AS_QUOTED = (0.45, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 1.15, 1.3)
OUR_FAULT = "Follow-up of a paid repair"
AGAIN = "Another cable, the same connector. Replaced both, and tried it for a day."


def brought_in(stage: Stage, at: datetime) -> None:
    """Quoted at the counter; most agree at once, some by phone the next day."""
    repair = stage.draw(REPAIRS)
    person = _owner_of(stage, repair)
    _quoted(stage, _taken_in(stage, person, repair, at).ticket, repair, at)


def brought_again(stage: Stage, at: datetime) -> None:
    """What we mended some days ago is back."""
    found = trust.again(stage, at)
    person = stage.known(found[0].customer) if found else None
    if found is None or person is None:
        return
    subject = f"Again: {found[0].subject}"[:120].replace("Again: Again: ", "Again: ")
    repair = Repair(subject, "Back with the same, he says.", LAPTOP, 30, AGAIN)
    _quoted(stage, _taken_in(stage, person, repair, at, found[1]).ticket, repair, at)


def _quoted(stage: Stage, ticket: Ticket, repair: Repair, at: datetime) -> None:
    agrees_later = stage.happens(0.15)
    quote = journey.quoted(
        ticket,
        stage.services[repair.offer],
        by=stage.staff["sara"],
        now=at + 4 * MINUTE,
        accepted_how="" if agrees_later else Quote.Accepted.COUNTER,
    )
    bench = stage.by("per", "amal")
    journey.ticket_assigned(ticket, bench, now=at + 5 * MINUTE)
    trust.offered(stage, ticket, repair.said, at + 5 * MINUTE, by=stage.staff["sara"])
    trust.asides(stage, ticket, bench, at)
    if agrees_later:
        stage.plan(stage.at_work(at + DAY), partial(_agreed, stage, ticket, quote, repair, bench))
    else:
        _work(stage, ticket, quote, repair, bench, at + 5 * MINUTE)


def still_here(stage: Stage, at: datetime, *, status: Ticket.Status) -> None:
    """Brought in some days ago, and now waiting for the customer, or ready for them."""
    repair = stage.draw(REPAIRS)
    ticket = _taken_in(stage, _owner_of(stage, repair), repair, at).ticket
    sara, bench, counter = stage.staff["sara"], stage.by("per", "amal"), Quote.Accepted.COUNTER
    service, agreed_at = stage.services[repair.offer], at + 4 * MINUTE
    journey.quoted(ticket, service, by=sara, now=agreed_at, accepted_how=counter)
    journey.ticket_assigned(ticket, bench, now=agreed_at)
    worked_at = at + 30 * MINUTE
    if status == Ticket.Status.WAITING:
        _spoke(stage, ticket, stage.chance.choice(WAITS_FOR), worked_at, by=bench)
    else:
        _worked(stage, ticket, bench, repair, worked_at)
    told = status == Ticket.Status.READY
    journey.ticket_moved(ticket, status, by=bench, now=worked_at + 2 * MINUTE, customer_told=told)


def put_aside(stage: Stage, at: datetime) -> None:
    """It waits for a part, and is out of the way until that comes."""
    repair = stage.draw(REPAIRS)
    ticket = _taken_in(stage, _owner_of(stage, repair), repair, at).ticket
    per, counter = stage.staff["per"], Quote.Accepted.COUNTER
    quoted_at, service = at + 4 * MINUTE, stage.services[repair.offer]
    journey.quoted(ticket, service, by=stage.staff["sara"], now=quoted_at, accepted_how=counter)
    journey.ticket_assigned(ticket, per, now=quoted_at)
    trust.put_aside(stage, ticket, per, at + 20 * MINUTE)


def _owner_of(stage: Stage, repair: Repair) -> Person:
    if repair.offer == NETWORK:
        return stage.asker(lambda person: 3 if person.is_business else 0)
    return stage.somebody()


def _taken_in(
    stage: Stage, person: Person, repair: Repair, at: datetime, device: Device | None = None
) -> Logged:
    customer = stage.customer(person, at)
    logged = journey.contact_logged(
        Contact(Kind.WALK_IN, Direction.IN, repair.said, heard_at=at),
        by=stage.staff["sara"],
        now=at + 3 * MINUTE,
        customer=customer,
        point=stage.point(person.number),
        subject=repair.subject,
    )
    trust.brought(stage, logged.ticket, repair, at + 3 * MINUTE, device)
    return logged


def _agreed(
    stage: Stage, ticket: Ticket, quote: Quote, repair: Repair, bench: User, at: datetime
) -> None:
    ticket.refresh_from_db()
    said = "Agrees to the quote and to the time."
    _spoke(stage, ticket, said, at, by=stage.staff["sara"], direction=Direction.IN)
    sara = stage.staff["sara"]
    journey.quote_accepted(quote, how=Quote.Accepted.PHONE, by=sara, now=at + MINUTE)
    _work(stage, ticket, quote, repair, bench, at + MINUTE)


def _work(
    stage: Stage, ticket: Ticket, quote: Quote, repair: Repair, bench: User, at: datetime
) -> None:
    promise = Promise.objects.get(quote=quote)
    span = promise.due_at - at
    share = stage.chance.choice(AS_QUOTED)
    if stage.happens(0.15):
        stage.plan(stage.at_work(at + span * 0.2), partial(_waits, stage, ticket, bench))
    worked = partial(_worked, stage, ticket, bench, repair)
    stage.plan(stage.at_work(at + span * share * 0.6), worked)
    if share > 1:
        stage.plan(stage.at_work(at + span * 0.8), partial(_runs_late, stage, ticket, bench))
    done = stage.at_work(at + span * share)
    stage.plan(done, partial(_ready, stage, ticket, bench, promise))


def _waits(stage: Stage, ticket: Ticket, bench: User, at: datetime) -> None:
    """There is something we need from them first: most answer the next day, some in a week."""
    ticket.refresh_from_db()
    if ticket.status != Ticket.Status.OPEN:
        return
    _spoke(stage, ticket, stage.chance.choice(WAITS_FOR), at, by=bench)
    journey.ticket_moved(ticket, Ticket.Status.WAITING, by=bench, now=at + 2 * MINUTE)
    answered = stage.at_work(at + DAY * (1 if stage.happens(0.75) else 6))
    stage.plan(answered, partial(_heard_from, stage, ticket, "Gave what we asked for."))


def _heard_from(stage: Stage, ticket: Ticket, said: str, at: datetime) -> None:
    ticket.refresh_from_db()
    if not ticket.is_ended:
        _spoke(stage, ticket, said, at, by=stage.staff["sara"], direction=Direction.IN)


def _worked(stage: Stage, ticket: Ticket, bench: User, repair: Repair, at: datetime) -> None:
    ticket.refresh_from_db()
    if not ticket.is_ended:
        minutes = repair.minutes + 5 * stage.chance.randint(-3, 4)
        journey.note_added(ticket, repair.done, by=bench, now=at, minutes=max(15, minutes))


def _runs_late(stage: Stage, ticket: Ticket, bench: User, at: datetime) -> None:
    """Two of three hear from us before the promise breaks."""
    ticket.refresh_from_db()
    if ticket.is_ended or ticket.status == Ticket.Status.READY or stage.happens(1 / 3):
        return
    why = stage.chance.choice(LATE)
    _spoke(stage, ticket, why, at, by=bench)
    tomorrow = stage.at_work(at + DAY)
    what = "Say how far we are"
    kind = Promise.Kind.UPDATE
    journey.promised(ticket, what, tomorrow + 3 * HOUR, kind=kind, by=bench, now=at + MINUTE)
    stage.plan(tomorrow + HOUR, partial(_says_how_far, stage, ticket, bench))


def _says_how_far(stage: Stage, ticket: Ticket, bench: User, at: datetime) -> None:
    ticket.refresh_from_db()
    if ticket.is_ended:
        return
    _spoke(stage, ticket, "Told how far we are: nearly done.", at, by=bench)
    for promise in Promise.objects.open().filter(ticket=ticket, kind=Promise.Kind.UPDATE):
        kept, because = Promise.Status.KEPT, "Told on the phone"
        journey.promise_ended(promise, kept, because=because, by=bench, now=at + MINUTE)


def _ready(stage: Stage, ticket: Ticket, bench: User, promise: Promise, at: datetime) -> None:
    """Done; told by phone at once, or left to the message that says so."""
    ticket.refresh_from_db()
    if ticket.is_ended:
        return
    if ticket.status == Ticket.Status.WAITING:  # what we need from them has not come
        step = partial(_ready, stage, ticket, bench, promise)
        stage.plan(stage.at_work(at + DAY), step)
        return
    tells = stage.happens(0.6)
    if tells:
        is_early = promise.due_at - at > 18 * HOUR
        said = "Told: it is ready."
        if is_early and stage.happens(0.7):
            said += " And that there was room this time; it usually takes as long as quoted."
        _spoke(stage, ticket, said, at, by=bench)
    ready = Ticket.Status.READY
    ticket.refresh_from_db()
    journey.ticket_moved(ticket, ready, by=bench, now=at + 2 * MINUTE, customer_told=tells)
    if stage.happens(0.93):
        rests = timedelta(hours=stage.chance.choice([3, 5, 20, 26, 46, 70]))
        stage.plan(stage.at_work(at + rests), partial(_picked_up, stage, ticket))


def _picked_up(stage: Stage, ticket: Ticket, at: datetime) -> None:
    ticket.refresh_from_db()
    if ticket.is_ended:
        return
    said = stage.chance.choice(
        ("Picked it up.", "Picked it up, tried it at the counter.", "Her son picked it up.")
    )
    sara = stage.staff["sara"]
    journey.contact_logged(
        Contact(Kind.WALK_IN, Direction.IN, said, heard_at=at),
        by=sara,
        now=at + MINUTE,
        ticket=ticket,
    )
    if stage.happens(0.07):
        stage.close_free(ticket, OUR_FAULT, at + 2 * MINUTE, by=sara)
        return
    stage.close_charged(ticket, at + 2 * MINUTE, by=sara)
    if stage.happens(0.08):
        back = stage.at_work(at + stage.chance.randint(2, 6) * DAY)
        stage.plan(back, partial(comes_back, stage, ticket))


def declined(stage: Stage, at: datetime) -> None:
    """Quoted, thought about, and not done: they pay for the look, or are spared it."""
    repair = stage.draw(DECLINED)
    ticket = _taken_in(stage, _owner_of(stage, repair), repair, at).ticket
    sara, service = stage.staff["sara"], stage.services[repair.offer]
    journey.quoted(ticket, service, by=sara, now=at + 4 * MINUTE)
    stage.plan(stage.at_work(at + DAY), partial(_says_no, stage, ticket, repair))


def _says_no(stage: Stage, ticket: Ticket, repair: Repair, at: datetime) -> None:
    ticket.refresh_from_db()
    if ticket.is_ended:
        return
    per, sara = stage.staff["per"], stage.staff["sara"]
    journey.note_added(ticket, repair.done, by=per, now=at, minutes=repair.minutes)
    said = "Will not have it done. Picks it up."
    _spoke(stage, ticket, said, at + MINUTE, by=sara, direction=Direction.IN)
    if stage.happens(0.5):
        stage.close_charged(ticket, at + 3 * MINUTE, by=sara)
    else:
        stage.close_free(ticket, "Only looked at, nothing done", at + 3 * MINUTE, by=sara)


def comes_back(stage: Stage, ticket: Ticket, at: datetime) -> None:
    """The same fault again: the ticket is opened again, and what was ours is not charged."""
    ticket.refresh_from_db()
    if ticket.status != Ticket.Status.CLOSED:
        return
    sara, per = stage.staff["sara"], stage.staff["per"]
    journey.ticket_reopened(ticket, by=sara, now=at)
    _spoke(stage, ticket, "Same fault as before.", at, by=sara, direction=Direction.IN)
    journey.callback_promised(ticket, by=sara, now=at + 2 * MINUTE)
    stage.plan(stage.at_work(at + 2 * HOUR), partial(_mended_again, stage, ticket, per))


def _mended_again(stage: Stage, ticket: Ticket, by: User, at: datetime) -> None:
    ticket.refresh_from_db()
    if ticket.is_ended:
        return
    said = "A plug of ours had come loose. Done over the phone, and said sorry."
    _spoke(stage, ticket, said, at, by=by)
    stage.close_free(ticket, OUR_FAULT, at + 9 * MINUTE, by=by)


def asks_when(stage: Stage, at: datetime) -> None:
    """Whose repair is on the bench asks whether it is ready, and hears the promise again."""
    waiting = Ticket.objects.open().filter(promises__kind=Promise.Kind.TURNAROUND).distinct()
    tickets = list(waiting.exclude(contact_point=None).order_by("number"))
    if tickets:
        ticket = stage.chance.choice(tickets)
        said = "Asked whether it is ready. Told again by when."
        _spoke(stage, ticket, said, at, by=stage.staff["sara"], direction=Direction.IN)


def second_number(stage: Stage, at: datetime) -> None:
    """They ask about it from a telephone we did not know: two tickets become one."""
    benches = Ticket.objects.open().filter(assignee__isnull=False, customer__isnull=False)
    ticket = benches.order_by("-number").first()
    person = stage.known(ticket.customer) if ticket else None
    if ticket is None or person is None:
        return
    sara, number = stage.staff["sara"], f"+15085550{160 + stage.serial() % 40}"
    heard = stage.event("newCall", number, at)
    stage.event("answer", number, at + MINUTE / 4, heard, answeringNumber=sara.extension)
    stage.event("hangup", number, at + 3 * MINUTE, heard, cause="normalClearing")
    logged = journey.contact_logged(
        Contact(
            Kind.CALL,
            Direction.IN,
            "Calls from another telephone about the same thing.",
            heard_at=at,
        ),
        by=sara,
        now=at + 4 * MINUTE,
        customer=stage.customer(person, at),
        call=heard.call.interaction,
    )
    if logged.ticket != ticket:
        journey.tickets_merged(logged.ticket, ticket, by=sara, now=at + 5 * MINUTE)


def price_by_noon(stage: Stage, at: datetime) -> None:
    """A promise in words, made on the phone: most are kept."""
    benches = Ticket.objects.open().filter(assignee__isnull=False).order_by("-number")
    ticket = benches.first()
    if ticket is None:
        return
    sara, due_at = stage.staff["sara"], stage.at_work(at + 3 * HOUR)
    what = stage.chance.choice(("Price of the part", "Say whether data can be saved"))
    other = Promise.Kind.OTHER
    promise = journey.promised(ticket, what, due_at, kind=other, by=sara, now=at)
    journey.promise_told(promise, f"{what}: you will know by then.", now=at + MINUTE)
    if stage.happens(0.75):
        stage.plan(at + 2 * HOUR, partial(_told_the_price, stage, promise))


def _told_the_price(stage: Stage, promise: Promise, at: datetime) -> None:
    promise.refresh_from_db()
    ticket = promise.ticket
    if promise.is_open and not ticket.is_ended:
        by = stage.staff["sara"]
        _spoke(stage, ticket, "Told the price. Fine with it.", at, by=by)
        kept, because = Promise.Status.KEPT, "Told on the phone"
        journey.promise_ended(promise, kept, because=because, by=by, now=at + MINUTE)


def _spoke(
    stage: Stage,
    ticket: Ticket,
    said: str,
    at: datetime,
    *,
    by: User,
    direction: Direction = Direction.OUT,
) -> None:
    """Log a call about `ticket` by hand: not every telephone tells us of its calls."""
    journey.contact_logged(
        Contact(Kind.CALL, direction, said, heard_at=at, minutes=2),
        by=by,
        now=at + MINUTE,
        ticket=ticket,
    )
