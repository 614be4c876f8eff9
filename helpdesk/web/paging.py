"""Lists a page at a time, each page found by the row it follows: the thousandth costs no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the queries that lead to those before and after them, if there are any."""

    rows: list[Row]
    previous: str = ""
    next: str = ""


def page(
    rows: QuerySet[Row],
    by: Sequence[str],
    given: QueryDict,
    *,
    size: int,
    anchor: str = "",
    among: QuerySet[Row] | None = None,
) -> Page[Row]:
    """Read the page that `?after=` or `?before=`, the key of a row, asks for.

    `by` is what is sorted by, "-" for falling; its last is unique, and a row that has gone is as
    if nothing had been asked for. `among` is where that row is looked up, where `by` names what
    only a query knows: whatever is done on one page must not push a row over the edge of the next.
    """
    every = rows.model._default_manager.all() if among is None else among
    after, before = _row(every, given.get("after", "")), _row(every, given.get("before", ""))

    def query(name: str, row: Row) -> str:
        return _query(given, name, row) + anchor

    if after is None and before is not None:
        backwards = [_turned(name) for name in by]
        found = list(rows.filter(_beyond(before, backwards)).order_by(*backwards)[: size + 1])
        if len(found) > size:
            found = found[:size][::-1]
            return Page(found, query("before", found[0]), query("after", found[-1]))
        # The first page, and a full one.
    if after is not None:
        rows = rows.filter(_beyond(after, by))
    found = list(rows.order_by(*by)[: size + 1])
    has_more, found = len(found) > size, found[:size]
    return Page(
        found,
        query("before", found[0]) if after is not None and found else "",
        query("after", found[-1]) if has_more else "",
    )


def _row(every: QuerySet[Row], key: str) -> Row | None:
    # Not among those listed only: one that does not belong there any more still has its place.
    is_key = key.isascii() and key.isdecimal() and len(key) < 19
    return every.filter(pk=int(key)).first() if is_key else None


def _beyond(row: Model, by: Sequence[str]) -> Q:
    """Return what comes after `row`: further by the first, or the same by it and further by …"""
    first, *others = by
    name, value = first.removeprefix("-"), getattr(row, first.removeprefix("-"))
    further = Q(**{f"{name}__{'lt' if first.startswith('-') else 'gt'}": value})
    return further | (Q(**{name: value}) & _beyond(row, others)) if others else further


def _turned(name: str) -> str:
    return name.removeprefix("-") if name.startswith("-") else f"-{name}"


def _query(given: QueryDict, name: str, row: Model) -> str:
    query = given.copy()
    for old in ("after", "before"):
        query.pop(old, None)
    query[name] = str(row.pk)
    return f"?{query.urlencode()}"
