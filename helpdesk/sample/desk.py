"""What staff do between customers: tasks, payments, and what was said away from the desk."""

from datetime import datetime
from functools import partial

from billing import invoicing
from billing.models import Invoice
from helpdesk import journey
from helpdesk.journey import Contact, Direction, OffChannel
from helpdesk.sample.people import Person
from helpdesk.sample.questions import (
    HAPPY,
    LOGGED_OFF_CHANNEL,
    MADE_GOOD,
    SORRY,
    THINGS,
    UNHAPPY,
)
from helpdesk.sample.stage import DAY, HOUR, MINUTE, Stage
from policies.follow_ups.satisfaction import AskWhetherHappy
from policies.follow_ups.waiting import Waiting
from policies.models import FollowUp, Promise
from tickets.models import Customer, Notice, Ticket, User
from tickets.models.work import Kind

RESTS = 5 * HOUR  # a task is a few hours old before somebody finds the time
FORGOTTEN = 3 * HOUR
AWAY = 4 * DAY
UNHAPPY_EVERY = 9


def tasks(stage: Stage, at: datetime) -> None:
    """Go through what the clock left to people, and what colleagues did."""
    _noticed(stage, at)
    waiting = FollowUp.objects.tasks().filter(due_at__lt=at - RESTS).order_by("due_at", "pk")
    for task in waiting.select_related("ticket__customer"):
        task.refresh_from_db()
        if task.status == FollowUp.Status.TASK and stage.happens(0.6):
            _done(stage, task, at)


def _noticed(stage: Stage, at: datetime) -> None:
    """What came back stays unread until they are reached; Eva, who was away, has hers to read."""
    unread = Notice.objects.filter(seen_at__isnull=True).exclude(why=Notice.Why.FAILED)
    for notice in unread.select_related("user"):
        if not notice.user.is_owner or at < stage.now - AWAY:
            journey.notices_seen(notice.user, now=at, notice=notice.pk)


def _done(stage: Stage, task: FollowUp, at: datetime) -> None:
    by = stage.by("sara", "sara", "amal")
    if task.rule == AskWhetherHappy.slug:
        _asked(stage, task, at)
    elif task.rule == Waiting.slug:
        journey.task_done(task, "Called them, left word", by=by, now=at)
    else:
        journey.task_done(task, "Told them on the phone", by=by, now=at)


def _asked(stage: Stage, task: FollowUp, at: datetime) -> None:
    by, is_happy = stage.staff["sara"], stage.serial() % UNHAPPY_EVERY != 0
    said = stage.draw(HAPPY if is_happy else UNHAPPY)
    journey.satisfaction_asked(task, is_happy=is_happy, words=said, by=by, now=at)
    if not is_happy:
        due = stage.at_work(at + 2 * HOUR)
        stage.plan(due, partial(made_good, stage, task.ticket))


def made_good(stage: Stage, ticket: Ticket, at: datetime) -> None:
    """Somebody who is not happy is called by the owner."""
    ticket.refresh_from_db()
    if ticket.is_ended:
        return
    eva = stage.staff["eva"]
    journey.contact_logged(
        Contact(Kind.CALL, Direction.OUT, stage.draw(MADE_GOOD), heard_at=at, minutes=9),
        by=eva,
        now=at + 9 * MINUTE,
        ticket=ticket,
    )
    stage.close_free(ticket, "To make good", at + 10 * MINUTE, by=eva)


def overdue(stage: Stage, at: datetime) -> None:
    """Call those whom we had promised a call, and forgot for hours."""
    late = Promise.objects.open().filter(
        kind=Promise.Kind.CALLBACK,
        follows__status=Promise.Status.BROKEN,
        made_at__lt=at - FORGOTTEN,
        ticket__customer__isnull=False,
    )
    for promise in late.select_related("ticket").order_by("pk"):
        by, said = stage.by("sara", "amal"), stage.chance.choice(SORRY)
        logged = journey.contact_logged(
            Contact(Kind.CALL, Direction.OUT, said, heard_at=at, minutes=3),
            by=by,
            now=at + 3 * MINUTE,
            ticket=promise.ticket,
        )
        if logged.ticket.assignee is None:  # else it is on the bench
            stage.close_free(logged.ticket, "We called back late", at + 4 * MINUTE, by=by)


def money(stage: Stage, at: datetime) -> None:
    """Take what is paid: persons within days, businesses by transfer, some in part, some not."""
    owed = Invoice.objects.filter(issued_at__lt=at - 2 * HOUR, issued_at__gt=at - 45 * DAY)
    for invoice in owed.select_related("customer").order_by("pk"):
        due = invoice.total - invoicing.paid(invoice)
        if due:
            _pays(stage, invoice, due, at)


def _pays(stage: Stage, invoice: Invoice, due: int, at: datetime) -> None:
    is_business = invoice.customer.kind == Customer.Kind.BUSINESS
    has_begun = due < invoice.total
    if not stage.happens(0.07 if is_business or has_begun else 0.45):
        return
    kind = "transfer" if is_business else stage.chance.choice(("card", "card", "cash"))
    in_part = not has_begun and due > 10_000 and stage.happens(0.15)
    amount = due // 2 // 1000 * 1000 if in_part else due
    by = stage.by("sara", "eva") if is_business else stage.staff["sara"]
    journey.invoice_paid(invoice, kind=kind, amount=amount, by=by, now=at)


def off_channel(stage: Stage, at: datetime) -> None:
    """Said on the technician's own phone, or at the rink: logged, and answered from the shop."""
    person, by = stage.asker(_has_mail), stage.by("per", "amal")
    thing = stage.chance.choice(THINGS)
    how, said = stage.draw(LOGGED_OFF_CHANNEL)
    about = OffChannel(how, at, said.format(thing=thing))
    customer = stage.customer(person, at)
    met = journey.off_channel_met(about, by=by, now=at + 2 * MINUTE, customer=customer)
    if stage.whim.random() < 0.4:
        later = stage.awake(at + 3 * HOUR)
        stage.plan(later, partial(_complains, stage, customer, by))
    stage.plan(stage.at_work(at + 14 * HOUR), partial(_from_the_shop, stage, met.ticket))


def _has_mail(person: Person) -> int:
    """So that the shop can write to them."""
    return person.asks if person.mail and not person.is_business else 0


def _complains(stage: Stage, customer: Customer, by: User, at: datetime) -> None:
    """Who was sent to the shop's number does not like that."""
    about = OffChannel(journey.How.COMPLAINED, at, "Says that it was quicker before.")
    journey.off_channel_met(about, by=by, now=at + MINUTE, customer=customer)


def _from_the_shop(stage: Stage, ticket: Ticket, at: datetime) -> None:
    ticket.refresh_from_db()
    if ticket.is_ended:
        return
    sara = stage.staff["sara"]
    said = "Called from the shop's number. Was only a setting; asked to call here next time."
    journey.contact_logged(
        Contact(Kind.CALL, Direction.OUT, said, heard_at=at, minutes=5),
        by=sara,
        now=at + 5 * MINUTE,
        ticket=ticket,
    )
    stage.close_free(ticket, "Quick help, on the house", at + 6 * MINUTE, by=sara)


def nobody_came(stage: Stage, at: datetime) -> None:
    """Strangers who were tried and never called again."""
    old = Ticket.objects.open().filter(customer=None, touched_at__lt=at - 6 * DAY)
    for ticket in old.order_by("number"):
        journey.marked_spam(ticket, by=stage.staff["sara"], now=at)
