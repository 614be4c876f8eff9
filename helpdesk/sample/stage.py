"""What every scene needs: the queue of what is to happen, the telephone, who is who, the clock."""

import heapq
import itertools
import json
from collections.abc import Callable, Iterator, Sequence, Set
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from helpdesk import duties, journey
from helpdesk.duties import Duty
from helpdesk.journey import Direction
from helpdesk.sample import cast
from helpdesk.sample.people import PEOPLE, Person
from policies import calendars
from policies.models import Calendar
from tickets import intake, outbox
from tickets.calls import Heard
from tickets.channels import cti
from tickets.channels.contract import Delivery, DeliveryState
from tickets.intake import Particulars
from tickets.models import ContactPoint, Customer, Interaction, Service, Shop, Ticket, User
from tickets.models.work import Kind

Step = Callable[[datetime], object]
Thing = TypeVar("Thing")

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONGEST = 75 * MINUTE  # of a scene, from its first instant to its last
SOURCE, JSON = "sample", "application/json"


class Stage:
    """Scenes plan each other; playing runs each at its time, and nothing after `now`."""

    def __init__(self, shop: Shop, *, now: datetime, seed: int) -> None:
        self.shop, self.now = shop, now
        self.chance = Random(seed)  # noqa: S311 - a story, not a secret
        # For what is beside the story: however much of that there is, the story stays the same.
        self.whim = Random(seed + 1)  # noqa: S311
        self.before_end: Callable[..., object] = lambda ticket, at, by: None
        self.hours = Calendar.objects.get().working_hours()
        self.services = list(Service.objects.order_by("position"))
        self.staff = {user.username: user for user in User.objects.all()}
        self.echo: Callable[[Interaction, datetime], object] = lambda letter, at: None
        self._queue: list[tuple[datetime, int, Step]] = []
        self._order = itertools.count()
        self._serial = itertools.count(1)
        self._decks: dict[int, list[object]] = {}
        self._customers: dict[str, int] = {}

    # -- time ------------------------------------------------------------------------------------

    def plan(self, at: datetime, step: Step, *, lasts: timedelta = LONGEST) -> None:
        if at + lasts <= self.now:
            heapq.heappush(self._queue, (at, next(self._order), step))

    def play(self) -> Iterator[datetime]:
        """Run what is planned, in order; yield when each was."""
        while self._queue:
            at, _order, step = heapq.heappop(self._queue)
            step(at)
            yield at

    def at_work(self, at: datetime) -> datetime:
        """Return `at`, or some time after we next open."""
        if self.hours.is_open(at) and self.hours.is_open(at + 20 * MINUTE):
            return at
        opens = self.hours.next_opening(at + 20 * MINUTE)
        return opens + self.chance.randint(5, 90) * MINUTE

    def awake(self, at: datetime) -> datetime:
        """Return `at`, or the next morning for what people do not do at night."""
        wall = calendars.local(at, self.shop.tzinfo)
        if 7 <= wall.hour < 23:
            return at
        return at + ((31 - wall.hour) % 24) * HOUR + self.chance.randint(0, 59) * MINUTE

    def tick(self, at: datetime) -> None:
        """Do what came due, as the clock would. What is to leave is only said to have left."""
        # Without the leases of helpdesk.duties: nobody else is at it, and what fails is to be seen.
        seen: set[tuple[str, int]] = set()
        while rows := self._due(at, seen):
            for duty, row in rows:
                seen.add((duty.slug, row.pk))
                duty.do(row, now=at)
        for letter in list(outbox.due(at).select_related("ticket__customer", "contact_point")):
            self._leaves(letter, at)

    def _due(self, at: datetime, seen: Set[tuple[str, int]]) -> list[tuple[Duty, Any]]:
        """Return what is due and not yet `seen`, of one kind: doing it may change the next."""
        for slug, duty in duties.DUTIES.items():
            if slug == journey.OUTBOX:
                continue
            rows = [(duty, row) for row in duty.due(at) if (slug, row.pk) not in seen]
            if rows:
                return rows
        return []

    def _leaves(self, letter: Interaction, at: datetime) -> None:
        """Report of `letter` what a provider would; no provider ever sees it."""
        is_text = letter.kind == Kind.SMS
        report = Delivery(
            via=letter.via,
            state=DeliveryState.DELIVERED if is_text else DeliveryState.SENT,
            reference=str(letter.pk) if is_text else "",
            provider_id=letter.provider_id or "",
        )
        raw = json.dumps({"to": letter.recipient, "state": report.state.value}).encode()
        journey.delivery_reported(report, raw, content_type=JSON, source=SOURCE, now=at)
        self.echo(letter, at)

    # -- chance ----------------------------------------------------------------------------------

    def happens(self, share: float) -> bool:
        return self.chance.random() < share

    def serial(self) -> int:
        return next(self._serial)

    def draw(self, things: Sequence[Thing]) -> Thing:
        """Return one of `things` in some order, each once before any comes again."""
        deck = self._decks.setdefault(id(things), [])
        if not deck:
            deck.extend(self.chance.sample(things, len(things)))
        return deck.pop()  # type: ignore[return-value]  # of these things, as it was filled

    # -- people ----------------------------------------------------------------------------------

    def by(self, *names: str) -> User:
        return self.staff[self.chance.choice(names)]

    def asker(self, likes: Callable[[Person], int] = lambda person: person.asks) -> Person:
        """Return somebody with nothing open, since a new matter would join it."""
        idle = [person for person in self._idle() if likes(person)]
        return self.chance.choices(idle, [likes(person) for person in idle])[0]

    def somebody(self) -> Person:
        return self.chance.choice(self._idle())

    def _idle(self) -> Sequence[Person]:
        open_tickets = Ticket.objects.open()
        busy = set(open_tickets.values_list("contact_point__value", flat=True))
        busy |= set(open_tickets.values_list("customer__contact_points__value", flat=True))
        return [who for who in PEOPLE if busy.isdisjoint({*who.numbers, who.mail} - {""})]

    def customer(self, person: Person, at: datetime) -> Customer:
        """Return who `person` is in the books; somebody new is written down."""
        if person.name in self._customers:
            return Customer.objects.get(pk=self._customers[person.name])
        kind = Customer.Kind.BUSINESS if person.is_business else Customer.Kind.PERSON
        about = Particulars(
            name=person.name,
            kind=kind,
            language=person.language,
            preferred_channel=person.prefers,
            address=person.address,
            note=person.note,
        )
        customer = journey.customer_entered(about, now=at)
        self._customers[person.name] = customer.pk
        for way in filter(None, (*person.numbers, person.mail)):
            journey.customer_reached_by(customer, intake.reachable(way, self.shop.region))
        return customer

    def known(self, customer: Customer | None) -> Person | None:
        return next((who for who in PEOPLE if customer and who.name == customer.name), None)

    def point(self, value: str) -> ContactPoint:
        return ContactPoint.objects.get(value=value)

    # -- the telephone ---------------------------------------------------------------------------

    def event(
        self,
        kind: str,
        number: str,
        at: datetime,
        heard: Heard | None = None,
        *,
        out: bool = False,
        **fields: object,
    ) -> Heard:
        """Post what a phone system would, through the same reader."""
        interaction = heard.call.interaction if heard else None
        is_out = interaction.direction == Direction.OUT if interaction else out
        ends = (cast.PLAN.phone, number) if is_out else (number, cast.PLAN.phone)
        body = {
            "event": kind,
            "callId": interaction.provider_id if interaction else f"sample-{self.serial()}",
            "direction": "out" if is_out else "in",
            "from": ends[0],
            "to": ends[1],
            **fields,
        }
        raw = json.dumps(body).encode()
        event = cti.parse(cti.decode(raw, JSON))
        return journey.call_event(event, raw, content_type=JSON, source=SOURCE, now=at)

    # -- the end of a ticket ---------------------------------------------------------------------

    def close_free(self, ticket: Ticket, reason: str, at: datetime, *, by: User) -> None:
        self._close(ticket, at, by=by, charge="free", gift_reason=reason)

    def close_charged(self, ticket: Ticket, at: datetime, *, by: User) -> None:
        self._close(ticket, at, by=by, charge="charged")

    def _close(self, ticket: Ticket, at: datetime, *, by: User, **how: str) -> None:
        ticket.refresh_from_db()
        if not ticket.is_ended:
            self.before_end(ticket, at, by=by)
            journey.ticket_closed(ticket, by=by, now=at, concern_is_eased=True, **how)
