"""Around a repair: the device, what they worry about, what we lend, what we tell each other."""

from datetime import datetime, timedelta
from functools import partial

from helpdesk import journey
from helpdesk.sample import belongings, book
from helpdesk.sample.belongings import Thing
from helpdesk.sample.repairs import Repair
from helpdesk.sample.stage import DAY, HOUR, MINUTE, Stage
from policies import calendars, canned
from tickets import notifying, solutions, text
from tickets.devices import Particulars
from tickets.models import Device, Loan, LoanDevice, Notice, Ticket, User
from tickets.solutions import Advice

YEAR = 365


def set_up(stage: Stage, at: datetime) -> None:
    """What the shop has written down before the story: its book, its answers, what it lends, and
    that Sara, who answers the telephone, hears of every call that nobody did.
    """
    per, sara = stage.staff["per"], stage.staff["sara"]
    sara.hears_by = {Notice.Why.MISSED: [notifying.PAGE]}
    sara.save(update_fields=["hears_by"])
    for chapter in book.CHAPTERS:
        service = stage.services[chapter.offer] if chapter.offer is not None else None
        advice = Advice(chapter.title, chapter.text, chapter.choices, service)
        solutions.write(advice, by=per, now=at)
    for title, language, words in book.REPLIES:
        canned.write(title, words, language=language, by=sara, now=at)
    for name in belongings.LOANS:
        LoanDevice.objects.create(name=name)


def brought(
    stage: Stage, ticket: Ticket, repair: Repair, at: datetime, device: Device | None = None
) -> None:
    """Which device it is, what is broken and what that did to them."""
    comes_again = device is not None
    device = device or _device(stage, ticket, repair, at)
    journey.device_brought(ticket, device)
    concern, words = "", ""
    if comes_again:
        concern, words = stage.whim.choice(belongings.CAME_BACK)
    elif stage.whim.random() < 0.35:
        concern, words = stage.whim.choice(belongings.CONCERNS)
    sara = stage.staff["sara"]
    journey.trouble_written(ticket, fault=repair.said, concern=concern, by=sara, now=at)
    if not concern:
        return
    if not comes_again and stage.whim.random() < 0.8:
        journey.concern_acknowledged(ticket, words, by=sara, now=at + MINUTE)
    if stage.whim.random() < 0.4:
        journey.ticket_watched(ticket, by=stage.staff["eva"])
    if device is not None and stage.whim.random() < 0.6:
        _lent(stage, ticket, at + 2 * MINUTE)


def _device(stage: Stage, ticket: Ticket, repair: Repair, at: datetime) -> Device | None:
    things = belongings.BY_SUBJECT.get(repair.subject, belongings.BY_OFFER.get(repair.offer))
    if things is None or ticket.customer is None:
        return None
    thing = stage.whim.choice(things)
    known = Device.objects.filter(customer=ticket.customer, name=thing.name).first()
    return known or journey.device_written(ticket.customer, _bought(stage, thing, at))


def _bought(stage: Stage, thing: Thing, at: datetime) -> Particulars:
    """Return what is known of it: of some nothing, of some all that makes it worse."""
    whim = stage.whim
    if whim.random() < 0.25:
        return Particulars(thing.name)
    bought = calendars.local(at, stage.shop.tzinfo).date() - timedelta(days=whim.randint(40, 1400))
    is_financed = thing.price > 60_000 and whim.random() < 0.5
    return Particulars(
        name=thing.name,
        serial=f"{thing.name[:2].upper()}{whim.randint(100_000, 999_999)}",
        bought_date=bought,
        bought_where=thing.where,
        price=thing.price,
        currency=stage.shop.currency,
        warranty_until=bought + timedelta(days=YEAR * whim.choice((1, 2, 2, 3))),
        financed_until=bought + timedelta(days=2 * YEAR) if is_financed else None,
    )


def _lent(stage: Stage, ticket: Ticket, at: datetime) -> None:
    out = Loan.objects.filter(returned_at__isnull=True)
    device = LoanDevice.objects.exclude(pk__in=out.values("device")).order_by("pk").first()
    if device is not None:
        until = calendars.local(at, stage.shop.tzinfo).date() + timedelta(days=7)
        journey.device_lent(device, ticket, until, by=stage.staff["sara"], now=at)


def settled(ticket: Ticket, at: datetime, *, by: User) -> None:
    """Before the end: whoever was worried has been heard, and what was lent is back."""
    if ticket.concern and ticket.acknowledged_at is None:
        journey.concern_acknowledged(ticket, "I understand, and I am sorry.", by=by, now=at)
    for loan in ticket.loans.filter(returned_at__isnull=True):
        journey.loan_returned(loan, by=by, now=at)


def offered(stage: Stage, ticket: Ticket, said: str, at: datetime, *, by: User) -> None:
    """What the book has on it is offered, and mostly one of the choices taken."""
    words = {word for word in text.normalise(ticket.subject).split() if len(word) > 3}
    for found in solutions.fitting(f"{ticket.subject} {said}", None, 3):
        if words & set(text.normalise(found.title).replace(",", "").split()):
            choice = stage.whim.choice(found.choices) if stage.whim.random() < 0.75 else ""
            journey.solution_offered(found, ticket, by=by, now=at, choice=choice)
            return


def asides(stage: Stage, ticket: Ticket, bench: User, at: datetime) -> None:
    """Now and then a technician asks a colleague, by name."""
    if stage.whim.random() < 0.25:
        said = stage.whim.choice(belongings.ASIDES)
        stage.plan(at + HOUR, partial(_asks, stage, ticket, said, bench))


def _asks(stage: Stage, ticket: Ticket, said: str, bench: User, at: datetime) -> None:
    ticket.refresh_from_db()
    if not ticket.is_ended:
        journey.note_added(ticket, said, by=bench, now=at)


def put_aside(stage: Stage, ticket: Ticket, bench: User, at: datetime) -> None:
    """Out of the way until the part comes; one who waits for that is worried, and has ours."""
    if not ticket.concern:
        concern, words = belongings.CONCERNS[-1]
        journey.trouble_written(ticket, fault=ticket.fault, concern=concern, by=bench, now=at)
        journey.concern_acknowledged(ticket, words, by=bench, now=at)
    if not ticket.loans.exists():
        _lent(stage, ticket, at)
    journey.note_added(ticket, belongings.FOR_EVA, by=bench, now=at)
    until, because = stage.now + 2 * DAY, stage.whim.choice(belongings.SNOOZED)
    journey.ticket_snoozed(ticket, until, because, by=bench, now=at)


def again(stage: Stage, at: datetime) -> tuple[Ticket, Device] | None:
    """Return something mended lately whose owner has nothing open with us."""
    ended = Ticket.objects.filter(
        device__isnull=False, status=Ticket.Status.CLOSED, ended_at__lt=at - DAY
    )
    idle = ended.exclude(customer__tickets__ended_at__isnull=True)
    ticket = idle.order_by("-ended_at", "-pk").select_related("device", "customer").first()
    return (ticket, ticket.device) if ticket is not None and ticket.device else None
