"""Reports whose rows are those of one table, and what such a table can be cut by."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, ClassVar

from django.db.models import Aggregate, Choices, DateField, F, Model, Q, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat, NullIf, Trim, Trunc
from django.utils.translation import gettext_lazy as _

from tickets.models import Customer, User
from tickets.models.work import Kind
from tickets.reports import Column, Figures, NoSuchRow, Report, Row, Share, Slice, Table, Text

NONE = "none"  # the key of what has none
BLANK = "(none)"  # the same where the key is what somebody wrote
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Cut:
    """What rows are filed under: what it is called, what it is known by, and found by again."""

    title: Text
    find: Callable[[str], object]  # what the row of that key is called; KeyError or ValueError
    named: Combinable
    key: Combinable | None = None  # none: it is known by its name
    unit: str = ""  # day, week or month, where it is a time: `named` is then an instant

    def what(self, zone: tzinfo) -> Combinable:
        if not self.unit:
            return self.named
        return Trunc(self.named, self.unit, tzinfo=zone, output_field=DateField())

    def key_of(self, row: Mapping[str, Any]) -> str:
        """Return what a row of `LedgerReport.by` is found by again."""
        if self.key is not None:
            return NONE if row["filed_by"] is None else str(row["filed_by"])
        if self.unit:
            return f"{row['filed_as']:{'%Y-%m' if self.unit == 'month' else '%Y-%m-%d'}}"
        return str(row["filed_as"]) or BLANK

    def narrowed(self, rows: QuerySet[Any], key: str, zone: tzinfo) -> QuerySet[Any]:
        """Return those filed under `key`."""
        if self.unit:
            first = _first(key)
            since, until = (_midnight(day, zone) for day in (first, _after(first, self.unit)))
            within: QuerySet[Any] = rows.alias(at=self.named).filter(at__gte=since, at__lt=until)
            return within
        rows = rows.alias(filed=self.named if self.key is None else self.key)
        if self.key is None:
            return rows.filter(filed="" if key == BLANK else key)
        return rows.filter(filed__isnull=True) if key == NONE else rows.filter(filed=int(key))


class LedgerReport(Report):
    """Counts and sums rows of one table, each at one instant."""

    at: ClassVar[str]  # the field that says when a row counts
    cut_by: ClassVar[Mapping[str, Cut]]
    sums: ClassVar[Mapping[str, Aggregate | Coalesce]]
    columns: ClassVar[tuple[Column, ...]]

    @abstractmethod
    def rows(self) -> QuerySet[Any]:
        """Return what is counted, whenever it was, with all that sums and columns read."""

    @abstractmethod
    def cells(self, row: Any) -> tuple[object, ...]: ...

    def read(self, sums: Mapping[str, Any]) -> Figures:
        """Return the figures that these sums come to."""
        return {measure.key: sums[measure.key] for measure in self.measures}

    def figures(self, part: Slice) -> Figures:
        return self.read(self._in(part).order_by().aggregate(**self.sums))

    def by(self, cut: str, part: Slice, *, most: int | None = None) -> list[Share]:
        found = self.cut_by[cut]
        names = {"filed_as": found.what(part.zone)}
        if found.key is not None:
            names["filed_by"] = found.key
        biggest = "-filed_as" if found.unit else f"-{self.measures[0].key}"
        sums = self._in(part).annotate(**names).order_by().values(*names).annotate(**self.sums)
        rows = list(sums.order_by(biggest, *names)[:most])
        if found.unit:  # the latest ones, in the order they happened
            rows.reverse()
        return [
            Share(found.key_of(row), "" if row["filed_as"] is None else row["filed_as"], figures)
            for row in rows
            for figures in [self.read(row)]
        ]

    def name(self, cut: str, key: str) -> object:
        try:
            return self.cut_by[cut].find(key)
        except (KeyError, ValueError, OverflowError):
            raise NoSuchRow(key) from None

    def detail(self, part: Slice, *, after: str = "", most: int | None = None) -> Table:
        rows = self._in(part).order_by(f"-{self.at}", "-pk")
        if after:
            rows = rows.filter(self._after(after))
        found = rows[:most].iterator(chunk_size=2000)
        return Table(self.columns, (Row(str(row.pk), self.cells(row)) for row in found))

    def _in(self, part: Slice) -> QuerySet[Any]:
        within = {f"{self.at}__gte": part.since, f"{self.at}__lt": part.until}
        rows = self.rows().filter(**within)
        return self.cut_by[part.cut].narrowed(rows, part.key, part.zone) if part.key else rows

    def _after(self, key: str) -> Q:
        model = self.rows().model
        try:
            at = model._default_manager.values_list(self.at, flat=True).get(pk=int(key))
        except (ValueError, OverflowError, model.DoesNotExist):
            raise NoSuchRow(key) from None
        return Q(**{f"{self.at}__lt": at}) | Q(**{self.at: at}, pk__lt=int(key))


def times(at: str) -> dict[str, Cut]:
    """Return the cuts by when: each month, week and day."""
    return {
        unit: Cut(title, _first_of(unit), F(at), unit=unit)
        for unit, title in (("month", _("Month")), ("week", _("Week")), ("day", _("Day")))
    }


def by_customer(path: str) -> Cut:
    return Cut(_("Customer"), _row(Customer), F(f"{path}__name"), F(f"{path}_id"))


def by_person(title: Text, *paths: str) -> Cut:
    """Cut by one of us: the first of `paths` that says somebody."""
    named = [full_name(path) for path in paths]
    keys = [F(f"{path}_id") for path in paths]
    if len(paths) == 1:
        return Cut(title, _row(User), named[0], keys[0])
    return Cut(title, _row(User), Coalesce(*named), Coalesce(*keys))


def by_text(title: Text, path: str, rows: Callable[[], QuerySet[Any]]) -> Cut:
    """Cut by what somebody wrote; `rows` are those it may stand on."""

    def find(key: str) -> object:
        if key != BLANK and not rows().filter(**{path: key}).exists():
            raise KeyError(key)
        return "" if key == BLANK else key

    return Cut(title, find, F(path))


def by_choice(title: Text, path: str, choices: type[Choices]) -> Cut:
    """Cut by one of a few; empty where there is none."""
    named = Coalesce(F(path), Value(""))
    return Cut(title, lambda key: "" if key == BLANK else choices(key).value, named)


def by_channel(path: str) -> Cut:
    return by_choice(_("Channel"), path, Kind)


def full_name(user: str) -> Coalesce:
    """Return User.__str__ in SQL."""
    name = Trim(Concat(f"{user}__first_name", Value(" "), f"{user}__last_name"))
    return Coalesce(NullIf(name, Value("")), F(f"{user}__username"))


def _row(model: type[Model]) -> Callable[[str], object]:
    def find(key: str) -> object:
        if key == NONE:
            return ""
        row = model._default_manager.filter(pk=int(key)).first()
        if row is None:
            raise KeyError(key)
        return str(row)

    return find


def _first_of(unit: str) -> Callable[[str], object]:
    def find(key: str) -> date:
        first = _first(key)
        _after(first, unit)  # the last there is has none after it
        if (unit == "month" and first.day != 1) or (unit == "week" and first.weekday()):
            raise ValueError(key)
        return first

    return find


def _first(key: str) -> date:
    """Return the first day of what `key` stands for; a month may be said without it."""
    return date.fromisoformat(f"{key}-01" if len(key) == len("2026-03") else key)


def _after(first: date, unit: str) -> date:
    if unit == "month":
        return (first + 31 * DAY).replace(day=1)
    return first + (7 * DAY if unit == "week" else DAY)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(0), zone)
