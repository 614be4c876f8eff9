"""The weeks: which scenes a day is made of, and what goes on right now."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial

from helpdesk.sample import bench, desk, post, telephone, trust
from helpdesk.sample.people import AWAY_MAIL, DEAD_MAIL, PEOPLE
from helpdesk.sample.stage import DAY, HOUR, MINUTE, Stage
from policies import calendars
from tickets.models import Shop, Ticket

Scene = Callable[[Stage, datetime], None]

# How often each happens, beside the others.
COMMON: dict[Scene, int] = {
    telephone.question: 4,
    telephone.missed: 8,
    telephone.at_the_counter: 2,
    telephone.solved: 1,
    telephone.robot: 1,
    bench.brought_in: 24,
    bench.declined: 3,
    bench.asks_when: 3,
    post.mail: 7,
    post.text: 5,
}


def _to_machine(address: str) -> Scene:
    """A question from somebody whose mail does not come to rest: the invoice goes there."""
    person = next(it for it in PEOPLE if it.mail == address)
    return partial(telephone.question, person=person)


# One of each on every four working days, so that no week goes without;
ROUND: tuple[tuple[Scene, ...], ...] = (
    (telephone.nameless,),
    (telephone.night_call,),
    (bench.price_by_noon, telephone.stranger),
    (desk.off_channel, telephone.withheld),
)
# and these on the first four of every three such rounds.
RARE: tuple[tuple[Scene, ...], ...] = (
    (post.spam, _to_machine(DEAD_MAIL)),
    (bench.second_number, _to_machine(AWAY_MAIL), bench.brought_again),
    (post.stop, telephone.solved, bench.declined),
    (post.spam, telephone.robot, bench.brought_again),
)
BACK_FROM = 90 * DAY  # who is known before the story has been a customer for at least so long


def _pieces(number: int) -> tuple[Scene, ...]:
    """Return what the working day `number`, counted from 0, has beside its chances."""
    turn, place = divmod(number, len(ROUND))
    return ROUND[place] + (RARE[place] if turn % 3 == 0 else ())


class Life:
    """A shop's days from `since` to `now`."""

    def __init__(self, shop: Shop, *, since: datetime, now: datetime, seed: int) -> None:
        self.since, self.now = since, now
        self.stage = Stage(shop, now=now, seed=seed)
        self.stage.echo = partial(post.echo, self.stage)
        self.stage.before_end = trust.settled
        self.zone = shop.tzinfo

    def tell(self) -> Iterator[datetime]:
        """Fill the days, then live them; yields as it goes, so that one can say how far it is."""
        self._known_before()
        worked = 0
        day = calendars.local(self.since, self.zone).date()
        while day <= calendars.local(self.now, self.zone).date():
            midnight, _end = calendars.day_bounds(day, self.zone)
            if self.stage.hours.is_open(midnight + 12 * HOUR):
                self._working_day(midnight, worked, is_short=day.weekday() == 5)
                worked += 1
            else:
                self._day_off(midnight)
            day += DAY
        self._right_now()
        yield from self.stage.play()

    def _known_before(self) -> None:
        trust.set_up(self.stage, self.since - 30 * DAY)
        known = [person for person in PEOPLE if person.is_known]
        days = sorted(self.stage.chance.randint(1, 270) for _person in known)
        self.stage.chance.shuffle(known)
        for person, day in zip(known, days, strict=True):
            self.stage.customer(person, self.since - BACK_FROM - (270 - day) * DAY)

    def _working_day(self, midnight: datetime, number: int, *, is_short: bool) -> None:
        stage, chance = self.stage, self.stage.chance
        opens, closes = (10, 14) if is_short else (9, 17)
        scenes, weights = list(COMMON), list(COMMON.values())
        for scene in chance.choices(scenes, weights, k=2 if is_short else chance.randint(2, 4)):
            self._some_time(midnight, opens, closes, scene)
        if not is_short:
            for scene in _pieces(number):
                if scene is telephone.night_call:
                    stage.plan(midnight + 22 * HOUR, partial(scene, stage))
                else:
                    self._some_time(midnight, opens + 1, closes - 1, scene)
        weekday = calendars.local(midnight, self.zone).weekday()
        for person in (it for it in PEOPLE if weekday in it.days):
            at = midnight + chance.randint(opens + 1, closes - 3) * HOUR
            stage.plan(at, partial(telephone.every_week, stage, person))
        if stage.happens(0.25):
            self._some_time(midnight, 18, 23, telephone.night_call)
        self._routine(midnight, opens, closes)

    def _routine(self, midnight: datetime, opens: int, closes: int) -> None:
        """What a day has whatever comes: the clock, tasks, payments."""
        stage = self.stage
        for hour in range(opens, closes + 2):
            stage.plan(midnight + timedelta(hours=hour, minutes=5), stage.tick, lasts=timedelta())
        stage.plan(midnight + opens * HOUR + 40 * MINUTE, partial(desk.tasks, stage))
        stage.plan(midnight + (closes - 1) * HOUR + 35 * MINUTE, partial(desk.tasks, stage))
        stage.plan(midnight + (closes - 1) * HOUR + 45 * MINUTE, partial(desk.money, stage))
        stage.plan(midnight + (closes - 1) * HOUR + 25 * MINUTE, partial(desk.overdue, stage))
        stage.plan(midnight + opens * HOUR + 20 * MINUTE, partial(desk.nobody_came, stage))

    def _day_off(self, midnight: datetime) -> None:
        """Sundays and holidays: the telephone rings in an empty shop."""
        if self.stage.happens(0.6):
            self._some_time(midnight, 10, 20, telephone.night_call)
        self.stage.plan(midnight + 21 * HOUR, self.stage.tick, lasts=timedelta())

    def _some_time(self, midnight: datetime, since: int, until: int, scene: Scene) -> None:
        minutes = self.stage.chance.randint(since * 60, until * 60 - 20)
        self.stage.plan(midnight + minutes * MINUTE, partial(scene, self.stage))

    def _right_now(self) -> None:
        """Something to look at on the first page, whatever the time of day."""
        stage, now = self.stage, self.now
        unanswered = partial(telephone.missed, stage, is_answered=False)
        for ago in (20 * HOUR, 50 * MINUTE, 12 * MINUTE):
            stage.plan(now - ago, unanswered, lasts=MINUTE)
        stage.plan(now - 2 * HOUR, partial(post.mail, stage))
        if stage.hours.is_open(now - 35 * MINUTE):
            stage.plan(now - 35 * MINUTE, partial(bench.brought_in, stage), lasts=10 * MINUTE)
        for status in (Ticket.Status.WAITING, Ticket.Status.READY):
            lately = stage.at_work(now - 4 * DAY)
            stage.plan(lately, partial(bench.still_here, stage, status=status))
        stage.plan(stage.at_work(now - 2 * DAY), partial(bench.put_aside, stage))
        stage.plan(stage.at_work(now - DAY), partial(bench.brought_again, stage))
        stage.plan(stage.at_work(now - DAY), partial(post.written_to_nowhere, stage))
        forgotten = stage.at_work(now - 6 * DAY)
        stage.plan(forgotten, partial(telephone.called_late, stage))
        stage.plan(now - 25 * MINUTE, partial(post.text, stage), lasts=2 * MINUTE)
        stage.plan(now, stage.tick, lasts=timedelta())
        ringing = partial(telephone.still_ringing, stage)
        stage.plan(now - MINUTE / 2, ringing, lasts=timedelta())
