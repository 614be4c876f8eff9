"""The ticket list, and the way to a ticket's page."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.functional import Promise as LazyText
from django.utils.text import Truncator
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from helpdesk.filters import NOBODY, TicketFilter
from helpdesk.journey import bulk
from helpdesk.models import BulkAction
from helpdesk.templatetags.desk import due_text, quoted
from helpdesk.web import saved_views, ticket_page
from helpdesk.web.http import Request, part
from policies.models import Promise
from tickets.models import Service, Ticket, TicketQuerySet, User
from tickets.text import one_line

TEMPLATE = "tickets/tickets.html"
ROWS = 25
LONGEST = 200  # of a search: it stands in the links to further pages
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

OPEN, ENDED, ANY = "open", "ended", "all"
# How they stand by name; "open" is everything that has not ended, so the status of that name is
# another word here.
STATUSES: dict[str, Ticket.Status] = {
    ("in-work" if status == Ticket.Status.OPEN else status.value): status
    for status in Ticket.Status
}
STATES: dict[str, LazyText] = {
    OPEN: pgettext_lazy("tickets", "Open"),
    "new": pgettext_lazy("tickets", "New"),
    "in-work": pgettext_lazy("tickets", "In work"),
    "waiting": pgettext_lazy("tickets", "Waiting"),
    "ready": pgettext_lazy("tickets", "Ready"),
    ENDED: pgettext_lazy("tickets", "Ended"),
    "closed": pgettext_lazy("tickets", "Closed"),
    "spam": pgettext_lazy("tickets", "Spam"),
    "merged": pgettext_lazy("tickets", "Merged"),
    ANY: pgettext_lazy("tickets", "All"),
}
MINE, NOBODYS = "me", "nobody"
# What has ended is asleep no more, and who searches wants to find it.
HIDES_SNOOZED = {OPEN, "new", "in-work", "waiting", "ready"}
WATCHED, SNOOZED, UNIDENTIFIED, CONCERN = "watched", "snoozed", "unidentified", "concern"
ONLY: dict[str, LazyText] = {
    WATCHED: pgettext_lazy("tickets", "Watched by me"),
    SNOOZED: pgettext_lazy("tickets", "Snoozed"),
    UNIDENTIFIED: pgettext_lazy("tickets", "To be identified"),
    CONCERN: pgettext_lazy("tickets", "Their concern is open"),
}


@dataclass(frozen=True)
class Asked:
    """What the address asks for. What makes no sense is as if it were not there."""

    q: str
    state: str
    has_chosen_state: bool
    assignee: str
    service: int | None
    only: str

    @classmethod
    def read(cls, query: QueryDict, names: Collection[str] = ()) -> Self:
        """Read it; `names` are the log-ins of those whose tickets may be asked for."""
        q = one_line(query.get("q", ""))[:LONGEST]
        chosen, service = query.get("state", ""), query.get("service", "")
        assignee, only = query.get("assignee", ""), query.get("only", "")
        return cls(
            q=q,
            # Who searches wants to find it, whether it has ended or not.
            state=chosen if chosen in STATES else ANY if q else OPEN,
            has_chosen_state=chosen in STATES,
            assignee=assignee if assignee in {MINE, NOBODYS, *names} else "",
            service=int(service) if re.fullmatch("[0-9]{1,18}", service) else None,
            only=only if only in ONLY else "",
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.has_chosen_state or self.assignee or self.service or self.only)

    @property
    def understood(self) -> dict[str, str]:
        """Return it as it would stand in an address."""
        said = {
            "q": self.q,
            "state": self.state if self.has_chosen_state else "",
            "assignee": self.assignee,
            "service": str(self.service or ""),
            "only": self.only,
        }
        return {name: value for name, value in said.items() if value}

    @property
    def hides_snoozed(self) -> bool:
        return self.state in HIDES_SNOOZED and not self.q and self.only != SNOOZED

    def narrow(
        self, tickets: TicketQuerySet, user: User, now: datetime, *, asleep: bool = False
    ) -> QuerySet[Ticket]:
        """Keep what is asked for, by the filters that programs have too.

        With `asleep` only what is put aside, which is what the list itself may hide.
        """
        asked: dict[str, Any] = {"q": self.q, "service": self.service}
        if self.state in STATUSES:
            asked["status"] = [STATUSES[self.state].value]
        elif self.state != ANY:
            asked["is_open"] = "true" if self.state == OPEN else "false"
        if self.assignee:
            names = {MINE: user.username, NOBODYS: NOBODY}
            asked["assignee"] = names.get(self.assignee, self.assignee)
        if asleep or self.only == SNOOZED:
            asked["asleep_at"] = now.isoformat()
        elif self.hides_snoozed:
            asked["awake_at"] = now.isoformat()
        if self.only == WATCHED:
            asked["watched_by"] = user.username
        elif self.only == UNIDENTIFIED:
            asked["identified"] = "false"
        elif self.only == CONCERN:
            asked["concern_open"] = "true"
        found: QuerySet[Ticket] = TicketFilter(_query(asked), tickets).qs
        return found


def _query(asked: dict[str, Any]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in asked.items():
        query.setlist(name, value if isinstance(value, list) else [value or ""])
    return query


@dataclass(frozen=True)
class Cursor:
    """A place in the list: last touched, then number. `1772460000000000-1001` in an address."""

    touched_at: datetime
    number: int

    def __str__(self) -> str:
        return f"{(self.touched_at - EPOCH) // MICROSECOND}-{self.number}"

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        return cls(ticket.touched_at, ticket.number)

    @classmethod
    def read(cls, typed: str) -> Self | None:
        found = re.fullmatch("([0-9]{1,17})-([0-9]{1,18})", typed)
        if found is None:
            return None
        return cls(EPOCH + int(found[1]) * MICROSECOND, int(found[2]))

    def older(self, tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
        # The first condition says nothing new but to the database, which can begin reading there.
        return tickets.filter(touched_at__lte=self.touched_at).filter(
            Q(touched_at__lt=self.touched_at) | Q(number__lt=self.number)
        )

    def newer(self, tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
        return tickets.filter(touched_at__gte=self.touched_at).filter(
            Q(touched_at__gt=self.touched_at) | Q(number__gt=self.number)
        )


@dataclass(frozen=True)
class Page:
    """Some tickets, the last touched first, and the cursors of the pages around them."""

    rows: list[Ticket]
    newer: Cursor | None = None
    older: Cursor | None = None


def read_page(tickets: QuerySet[Ticket], *, before: Cursor | None, after: Cursor | None) -> Page:
    """Read what is older than `after`, or newer than `before`, or from the top."""
    if before is not None:
        rows = list(before.newer(tickets).order_by("touched_at", "number")[: ROWS + 1])
        if len(rows) > ROWS:
            rows = rows[:ROWS][::-1]
            return Page(rows, newer=Cursor.of(rows[0]), older=Cursor.of(rows[-1]))
        after = None  # that is the top: show a full page of it
    if after is not None:
        tickets = after.older(tickets)
    found = list(tickets.order_by("-touched_at", "-number")[: ROWS + 1])
    rows = found[:ROWS]
    return Page(
        rows,
        newer=Cursor.of(rows[0]) if after and rows else None,
        older=Cursor.of(rows[-1]) if len(found) > ROWS else None,
    )


@dataclass(frozen=True)
class Chip:
    """One thing the list is narrowed by, and where it is not."""

    text: str
    url: str


@dataclass(frozen=True)
class Chosen:
    """What was chosen to be done with several, as it was typed; empty unless it was refused."""

    numbers: frozenset[int] = frozenset()
    assignee: str = ""
    until: str = ""
    because: str = ""
    refusal: str = ""


def colleagues() -> QuerySet[User]:
    """Return those a ticket may be with."""
    staff = User.objects.filter(is_active=True).exclude(role=User.Role.INTEGRATION)
    return staff.order_by("first_name", "last_name", "pk")


@require_safe
@vary_on_headers("HX-Request")
def tickets(request: Request) -> HttpResponse:
    return listing(request, Chosen())


def listing(request: Request, chosen: Chosen) -> HttpResponse:
    """Answer with the list, or for htmx with its rows; with what was refused, to mend it."""
    moment, staff = now(), list(colleagues())
    asked = Asked.read(request.GET, [user.username for user in staff])
    services = list(Service.objects.all())
    open_promises = Promise.objects.open().select_related("follows").order_by("due_at", "pk")
    found = asked.narrow(Ticket.objects.all(), request.user, moment)
    page = read_page(
        found.select_related("customer", "contact_point", "assignee")
        .defer("search_text", "customer__search_text")
        .prefetch_related(Prefetch("promises", open_promises, to_attr="promised")),
        before=Cursor.read(request.GET.get("before", "")),
        after=Cursor.read(request.GET.get("after", "")),
    )
    hidden = asked.narrow(Ticket.objects.all(), request.user, moment, asleep=True)
    views = _views(request, staff, services, hidden if asked.hides_snoozed else None, moment)
    context: dict[str, Any] = {
        "now": moment,
        "asked": asked,
        "page": page,
        "states": STATES.items(),
        "only": ONLY.items(),
        "services": services,
        "staff": staff,
        "chips": _chips(request.GET, asked, staff, services),
        "snoozed": views.counts.get("snoozed", 0),
        "views": views,
        "chosen": chosen,
        "done": _done(request, moment, staff),
        "is_new_shop": not page.rows and not asked.is_narrowed and not Ticket.objects.exists(),
    }
    status = 422 if chosen.refusal else 200
    return render(request, part(request, TEMPLATE, "rows"), context, status=status)


def _views(
    request: Request,
    staff: list[User],
    services: list[Service],
    snoozed: QuerySet[Ticket] | None,
    moment: datetime,
) -> saved_views.Views:
    """Return the saved views, counted in one statement with what is snoozed."""
    names, offered = [user.username for user in staff], {str(service.pk) for service in services}

    def read(query: QueryDict) -> saved_views.Reading:
        one = Asked.read(query, names)
        if query.get("service", "") not in offered:
            one = replace(one, service=None)
        return one.understood, one.narrow(Ticket.objects.all(), request.user, moment)

    also = {} if snoozed is None else {"snoozed": snoozed}
    return saved_views.over(request, "tickets", read, also=also)


def _chips(
    query: QueryDict, asked: Asked, staff: list[User], services: list[Service]
) -> list[Chip]:
    names = {user.username: str(user) for user in staff}
    names |= {MINE: _("Mine"), NOBODYS: _("Nobody's yet")}
    offered = {service.pk: str(service) for service in services}
    found = {
        "q": quoted(Truncator(asked.q).chars(40)) if asked.q else "",
        "assignee": names.get(asked.assignee, ""),
        "service": offered.get(asked.service or 0, ""),
        "only": str(ONLY.get(asked.only, "")),
    }
    return [Chip(text, _without(query, name)) for name, text in found.items() if text]


def _without(query: QueryDict, name: str) -> str:
    left = query.copy()
    for gone in (name, "before", "after"):
        left.pop(gone, None)
    return f"{reverse('tickets')}?{left.urlencode()}"


@dataclass(frozen=True)
class Done:
    """What one did last with several at once, in words, while it can be undone."""

    pk: int
    words: str


def _done(request: Request, moment: datetime, staff: list[User]) -> Done | None:
    action = bulk.undoable(request.user, now=moment)
    if action is None:
        return None
    count = len(action.before)
    if action.kind == BulkAction.Kind.SPAM:
        return Done(action.pk, ngettext("%d is spam.", "%d are spam.", count) % count)
    if action.kind == BulkAction.Kind.SNOOZE:
        until = due_text(datetime.fromisoformat(action.after["until"]), moment)
        return Done(action.pk, _("%(n)d snoozed until %(until)s.") % {"n": count, "until": until})
    names = {user.pk: str(user) for user in staff} | {None: _("nobody")}
    who = names.get(action.after["assignee"], _("somebody"))
    return Done(action.pk, _("%(n)d assigned to %(who)s.") % {"n": count, "who": who})


@require_safe
@vary_on_headers("HX-Request", "HX-Target")
def ticket(request: Request, number: int) -> HttpResponse:
    return ticket_page.show(request, number)


urlpatterns = [
    path("tickets/", tickets, name="tickets"),
    path("tickets/<int:number>/", ticket, name="ticket"),
]
