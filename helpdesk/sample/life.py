"""The story: what happens to whom, and when. The same seed tells the same story."""

import heapq
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from django.db import transaction

from helpdesk import duties, journey
from helpdesk.journey import Contact, Direction
from helpdesk.sample import cast
from helpdesk.sample.cast import Person
from policies import calendars
from policies.models import Calendar, Promise
from tickets import intake, phones
from tickets.calls import Heard
from tickets.channels import cti
from tickets.models import ContactPoint, Customer, Service, Shop, Ticket, User
from tickets.models.work import Kind

Step = Callable[[datetime], object]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Life:
    """A queue of what is to happen; telling it runs each step at its time, up to now."""

    def __init__(self, shop: Shop, *, since: datetime, now: datetime, seed: int) -> None:
        self.shop, self.since, self.now = shop, since, now
        self.chance = Random(seed)  # noqa: S311 - a story, not a secret
        self.queue: list[tuple[datetime, int, Step]] = []
        self.order = itertools.count()
        self.calls = itertools.count(1)
        self.staff = {user.username: user for user in User.objects.all()}
        self.services = list(Service.objects.order_by("position"))
        self.questions = self._shuffled(cast.QUESTIONS)
        self.repairs = self._shuffled(cast.REPAIRS)

    def tell(self) -> None:
        """Fill the days, then live them."""
        day = calendars.local(self.since, self.shop.tzinfo).date()
        while day <= calendars.local(self.now, self.shop.tzinfo).date():
            start, _end = calendars.day_bounds(day, self.shop.tzinfo)
            if day.weekday() < 6:
                self._working_day(start, is_saturday=day.weekday() == 5)
            day += DAY
        self._right_now()
        while self.queue:
            at, _order, step = heapq.heappop(self.queue)
            step(at)

    def plan(self, at: datetime, step: Step) -> None:
        if at <= self.now:
            heapq.heappush(self.queue, (at, next(self.order), step))

    # -- days ------------------------------------------------------------------------------------

    def _working_day(self, midnight: datetime, *, is_saturday: bool) -> None:
        chance = self.chance
        opens, closes = (10, 14) if is_saturday else (9, 17)
        for _ in range(chance.randint(1, 2) if is_saturday else chance.randint(2, 5)):
            at = midnight + timedelta(minutes=chance.randint(opens * 60, closes * 60 - 20))
            self.plan(at, chance.choice(self._happenings()))
        if chance.random() < 0.25:
            self.plan(midnight + timedelta(hours=21, minutes=chance.randint(0, 90)), self.missed)
        for hour in range(opens, closes + 3):
            self.plan(midnight + timedelta(hours=hour, minutes=5), self._sweep)

    def _happenings(self) -> list[Step]:
        return [
            *[self.question] * 5,
            *[self.missed] * 4,
            *[self.repair] * 5,
            *[self.asks_when] * 2,
            self.solved,
            self.at_the_counter,
            *([self.withheld] if self.chance.random() < 0.5 else []),
            *([self.spam] if self.chance.random() < 0.3 else []),
        ]

    def _right_now(self) -> None:
        """Something to look at on the first page, whatever the time of day."""
        self.plan(self.now - 28 * HOUR, partial(self.missed, is_answered=False))
        self.plan(self.now - 50 * MINUTE, partial(self.missed, is_answered=False))
        self.plan(self.now - 35 * MINUTE, self.repair)
        self.plan(self.now - 12 * MINUTE, partial(self.missed, is_answered=False))
        self.plan(self.now - MINUTE / 2, lambda at: self._event("new_call", self._somebody(), at))
        self.plan(self.now, self._sweep)

    def _sweep(self, at: datetime) -> None:
        duties.swept(now=at)

    # -- happenings ------------------------------------------------------------------------------

    def question(self, at: datetime) -> None:
        """Answered, helped in minutes, free: the next hour makes it a gift."""
        person, sara = self._asker(), self.staff["sara"]
        subject, said, minutes = next(self.questions)
        heard = self._event("new_call", person, at)
        self._event("answer", person, at + MINUTE / 4, heard, answering_number="101")
        ended = at + minutes * MINUTE
        self._event("hangup", person, ended, heard, cause="normalClearing")
        logged = journey.contact_logged(
            Contact(Kind.CALL, Direction.IN, said, heard_at=at, minutes=minutes),
            by=sara,
            now=ended,
            customer=self._customer(person, at),
            call=heard.call.interaction,
            subject=subject,
            callback_is=Promise.Status.VOID,
        )
        self._close_free(logged.ticket, ended, by=sara)

    def missed(self, at: datetime, *, is_answered: bool = True) -> None:
        """Nobody answers; most are called back in time, some late, some not at all."""
        person = self._somebody()
        heard = self._event("new_call", person, at)
        self._event("hangup", person, at + MINUTE / 2, heard, cause="cancel")
        ticket = heard.ticket
        assert ticket is not None
        promise = Promise.objects.open().filter(ticket=ticket).first()
        if not is_answered or promise is None:
            return
        window = promise.due_at - at
        share = self.chance.choice([0.2, 0.35, 0.5, 0.6, 0.8, 0.9, 1.15, 1.4])
        self.plan(at + window * share, partial(self._call_back, person, ticket))

    def _call_back(self, person: Person, ticket: Ticket, at: datetime) -> None:
        by = self.staff[self.chance.choice(["sara", "per", "amal"])]
        ticket.refresh_from_db()
        if ticket.is_ended:
            return
        call = self._event("new_call", person, at, out=True, users=(by.extension,))
        if self.chance.random() < 0.15:
            self._event("hangup", person, at + MINUTE, call, cause="noAnswer")
            self.plan(at + 2 * HOUR, partial(self._call_back, person, ticket))
            return
        self._event("answer", person, at + MINUTE / 3, call, users=(by.extension,))
        subject, said, minutes = next(self.questions)
        ended = at + minutes * MINUTE
        self._event("hangup", person, ended, call, cause="normalClearing")
        logged = journey.contact_logged(
            Contact(Kind.CALL, Direction.OUT, said, heard_at=at, minutes=minutes),
            by=by,
            now=ended,
            ticket=ticket,
            customer=self._customer(person, at),
            call=call.call.interaction,
            subject=subject,
        )
        if self.chance.random() < 0.75:
            self._close_free(logged.ticket, ended, by=by)
        else:
            self._close_charged(logged.ticket, ended, by=by)

    def repair(self, at: datetime) -> None:
        """Brought in, quoted, done by the quote or late, paid."""
        person, sara = self._somebody(), self.staff["sara"]
        subject, said, offer, minutes = next(self.repairs)
        bench = self.staff[self.chance.choice(["per", "amal"])]
        logged = journey.contact_logged(
            Contact(Kind.WALK_IN, Direction.IN, said, heard_at=at),
            by=sara,
            now=at,
            customer=self._customer(person, at),
            point=ContactPoint.objects.get(value=person.number),
            subject=subject,
        )
        quote = journey.quoted(
            logged.ticket,
            self.services[offer],
            by=sara,
            now=at + 2 * MINUTE,
            accepted_how="counter",
        )
        journey.ticket_assigned(logged.ticket, bench, now=at + 3 * MINUTE)
        promise = Promise.objects.get(quote=quote)
        span = promise.due_at - at
        self.plan(at + span * 0.3, partial(self._note, logged.ticket, bench, minutes))
        share = self.chance.choice([0.55, 0.7, 0.85, 0.95, 1.2])
        self.plan(at + span * share, partial(self._ready, logged.ticket, bench))

    def _note(self, ticket: Ticket, by: User, minutes: int, at: datetime) -> None:
        ticket.refresh_from_db()
        text = "Opened it, fault found and mended. Tested for an hour."
        journey.note_added(ticket, text, by=by, now=at, minutes=minutes)

    def _ready(self, ticket: Ticket, by: User, at: datetime) -> None:
        ticket.refresh_from_db()
        if ticket.is_ended:
            return
        journey.ticket_moved(ticket, Ticket.Status.READY, by=by, now=at, customer_told=True)
        collected = self._in_hours(at + self.chance.randint(2, 30) * HOUR)
        self.plan(collected, partial(self._close_charged, ticket, by=self.staff["sara"]))

    def solved(self, at: datetime) -> None:
        """They called, nobody answered, and an hour later they had helped themselves."""
        person = self._somebody()
        heard = self._event("new_call", person, at)
        self._event("hangup", person, at + MINUTE / 2, heard, cause="cancel")
        assert heard.ticket is not None  # every inbound call has one
        self.plan(at + 40 * MINUTE, partial(self._solved, person, heard.ticket))

    def _solved(self, person: Person, ticket: Ticket, at: datetime) -> None:
        ticket.refresh_from_db()
        if ticket.is_ended:
            return
        logged = journey.contact_logged(
            Contact(Kind.CALL, Direction.IN, "Found it in the manual meanwhile.", heard_at=at),
            by=self.staff["sara"],
            now=at,
            ticket=ticket,
            customer=self._customer(person, at),
            callback_is=Promise.Status.SOLVED,
        )
        self._close_free(logged.ticket, at, by=self.staff["sara"])

    def at_the_counter(self, at: datetime) -> None:
        person, by = self._asker(), self.staff["per"]
        subject, said, minutes = next(self.questions)
        logged = journey.contact_logged(
            Contact(Kind.WALK_IN, Direction.IN, said, heard_at=at, minutes=minutes),
            by=by,
            now=at,
            customer=self._customer(person, at),
            subject=subject,
        )
        self._close_free(logged.ticket, at + minutes * MINUTE, by=by)

    def asks_when(self, at: datetime) -> None:
        """Whose repair is on the bench asks whether it is ready, and hears the promise again."""
        waiting = Ticket.objects.open().filter(promises__kind=Promise.Kind.TURNAROUND)
        ticket = waiting.filter(contact_point__isnull=False).order_by("number").last()
        if ticket is None or ticket.contact_point is None:
            return
        said = "Asked whether it is ready. Told again by when."
        journey.contact_logged(
            Contact(Kind.CALL, Direction.IN, said, heard_at=at, minutes=1),
            by=self.staff["sara"],
            now=at + MINUTE,
            ticket=ticket,
            point=ticket.contact_point,
        )

    def withheld(self, at: datetime) -> None:
        """Nobody to call back: most are put away as spam the same day."""
        heard = self._event("new_call", Person("", "anonymous"), at)
        self._event("hangup", Person("", "anonymous"), at + MINUTE, heard, cause="cancel")
        if self.chance.random() < 0.8:
            assert heard.ticket is not None  # every inbound call has one
            self.plan(at + 2 * HOUR, partial(self._put_away, heard.ticket))

    def _put_away(self, ticket: Ticket, at: datetime) -> None:
        journey.marked_spam(ticket, by=self.staff["sara"], now=at)

    def spam(self, at: datetime) -> None:
        robot = Person("", f"+1857555010{self.chance.randint(0, 9)}")
        heard = self._event("new_call", robot, at)
        self._event("hangup", robot, at + MINUTE, heard, cause="cancel")
        ticket = heard.ticket
        if ticket is not None and not ticket.is_ended and not heard.is_blocked:
            journey.marked_spam(ticket, by=self.staff["sara"], now=at + 5 * MINUTE)

    # -- pieces ----------------------------------------------------------------------------------

    def _event(
        self,
        kind: str,
        person: Person,
        at: datetime,
        heard: Heard | None = None,
        *,
        out: bool = False,
        **fields: object,
    ) -> Heard:
        """Post what a phone system would, through the same reader."""
        interaction = heard.call.interaction if heard else None
        is_out = interaction.direction == Direction.OUT if interaction else out
        ends = (person.number, cast.PLAN.phone)
        names = {"new_call": "newCall", "answer": "answer", "hangup": "hangup"}
        body: dict[str, object] = {
            "event": names[kind],
            "callId": interaction.provider_id if interaction else f"sample-{next(self.calls)}",
            "direction": "out" if is_out else "in",
            "from": ends[1] if is_out else ends[0],
            "to": ends[0] if is_out else ends[1],
        }
        body |= {{"answering_number": "answeringNumber"}.get(k, k): v for k, v in fields.items()}
        raw = json.dumps(body).encode()
        event = cti.parse(cti.decode(raw, "application/json"))
        return journey.call_event(
            event, raw, content_type="application/json", source="sample", now=at
        )

    @transaction.atomic
    def _customer(self, person: Person, at: datetime) -> Customer:
        caller = intake.known(phones.read(person.number, self.shop.region))
        return caller.customer or intake.new_customer(
            person.name,
            shop=self.shop,
            now=at,
            point=caller.point,
            kind=Customer.Kind.BUSINESS if person.is_business else Customer.Kind.PERSON,
            language=person.language,
        )

    def _close_free(self, ticket: Ticket, at: datetime, *, by: User) -> None:
        reason = self.chance.choice(cast.GIFT_REASONS)
        journey.ticket_closed(ticket, charge="free", gift_reason=reason, by=by, now=at)

    def _close_charged(self, ticket: Ticket, at: datetime, *, by: User) -> None:
        ticket.refresh_from_db()
        if ticket.is_ended:
            return
        journey.ticket_closed(ticket, charge="charged", by=by, now=at)
        self.plan(at + 3 * HOUR, partial(self._pay, ticket, by))

    def _pay(self, ticket: Ticket, by: User, at: datetime) -> None:
        invoice = ticket.invoices.first()
        if invoice is not None and self.chance.random() < 0.8:
            kind = self.chance.choice(["card", "card", "cash", "transfer"])
            journey.invoice_paid(invoice, kind=kind, amount=invoice.total, by=by, now=at)

    def _somebody(self) -> Person:
        return self.chance.choice(self._idle())

    def _asker(self) -> Person:
        """Return who calls with a quick question; some do all the time."""
        idle = self._idle()
        return self.chance.choices(idle, [person.asks for person in idle])[0]

    def _idle(self) -> Sequence[Person]:
        """Return those with nothing open: a new matter would join it."""
        open_tickets = Ticket.objects.open()
        busy = set(open_tickets.values_list("contact_point__value", flat=True))
        busy |= set(open_tickets.values_list("customer__contact_points__value", flat=True))
        return [person for person in cast.PEOPLE if person.number not in busy] or cast.PEOPLE

    def _in_hours(self, at: datetime) -> datetime:
        """Return `at`, or some time after we next open."""
        hours = Calendar.objects.get().working_hours()
        return (
            at
            if hours.is_open(at)
            else hours.next_opening(at) + self.chance.randint(5, 90) * MINUTE
        )

    def _shuffled(self, things: tuple[Any, ...]) -> Iterator[Any]:
        """Return them in some order, again and again: days differ."""
        order = list(things)
        self.chance.shuffle(order)
        return itertools.cycle(order)
