"""Who saw and changed what, as an owner reads and searches it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from helpdesk.models import AuditEntry
from helpdesk.reports import REPORTS
from helpdesk.web import paging
from helpdesk.web.http import Request, owners_only
from helpdesk.web.setup import changes, pages
from helpdesk.web.setup.audit import SAW, TAKEN, TAKES_BACK
from helpdesk.web.setup.changes import Change
from helpdesk.web.setup.deeds import DEEDS, KINDS, TOOK_BACK
from policies import calendars
from tickets.models import ContactPoint, Customer, User

ROWS = 50
DID = {
    "saw": Q(action=SAW),
    "changed": ~Q(action__in=[SAW, *TAKEN]),
    "taken": Q(action__in=TAKEN),
}
POINTS = ("opt", "contact_point")
# Where a thing is, by its kind: it is found there by its key.
WHERE = {
    **{"ticket": "ticket", "customer": "customer", "invoice": "invoice", "arrival": "arrival"},
    **{"report": "report", "staff": "staff-member"},
}


@dataclass(frozen=True)
class Line:
    """An entry in words, and where what it was done to is."""

    entry: AuditEntry
    url: str
    kind: Any
    deed: Any
    name: str
    changes: list[Change]


@owners_only
@require_safe
def audit(request: Request) -> HttpResponse:
    page = paging.page(_asked_for(request), ("-at", "-pk"), request.GET, size=ROWS)
    staff = list(User.objects.order_by("first_name", "username"))
    names = _names(page.rows, staff)
    context = {
        "now": now(),
        "page": page,
        "lines": [
            Line(
                entry,
                _where(entry),
                KINDS.get(entry.kind, entry.kind),
                _deed(entry),
                names.get((entry.kind, entry.key), entry.key),
                changes.said(entry, request.shop.currency),
            )
            for entry in page.rows
        ],
        "staff": staff,
        # One for all that are called the same.
        "kinds": {str(called): kind for kind, called in reversed(KINDS.items())},
        "kind": str(KINDS.get(request.GET.get("kind", ""), "")),
        "asked": request.GET,
    }
    return pages.draw(request, "setup/audit.html", context)


def _asked_for(request: Request) -> QuerySet[AuditEntry]:
    asked, zone = request.GET, request.shop.tzinfo
    rows = AuditEntry.objects.select_related("user")
    if asked.get("user", "").isdecimal():
        rows = rows.filter(user=int(asked["user"][:18]))
    if asked.get("kind") in KINDS:
        called = KINDS[asked["kind"]]
        rows = rows.filter(kind__in=[kind for kind, it in KINDS.items() if it == called])
    if key := asked.get("key", "").strip().removeprefix("#"):
        rows = rows.filter(Q(key=key[:64]) | Q(request_id=key[:64]))
    if asked.get("what") in DID:
        rows = rows.filter(DID[asked["what"]])
    try:
        if since := asked.get("since"):
            rows = rows.filter(at__gte=calendars.day_bounds(date.fromisoformat(since), zone)[0])
        if until := asked.get("until"):
            rows = rows.filter(at__lt=calendars.day_bounds(date.fromisoformat(until), zone)[1])
    except ValueError:
        return rows.none()
    return rows


def _names(rows: list[AuditEntry], staff: list[User]) -> dict[tuple[str, str], str]:
    """Return what people and reports are called, by kind and key."""
    keys = [entry.key[:18] for entry in rows if entry.kind == "customer" and entry.key.isdecimal()]
    customers = Customer.objects.filter(pk__in=keys) if keys else ()
    reached = [entry.key[:18] for entry in rows if entry.kind in POINTS and entry.key.isdecimal()]
    points = ContactPoint.objects.filter(pk__in=reached) if reached else ()
    return {
        **{(kind, str(one.pk)): str(one) for one in points for kind in POINTS},
        **{("customer", str(one.pk)): str(one) for one in customers},
        **{("staff", str(one.pk)): str(one) for one in staff},
        **{("report", slug): str(report.title) for slug, report in REPORTS.items()},
    }


def _deed(entry: AuditEntry) -> Any:
    if TAKES_BACK in entry.changes and entry.action in TOOK_BACK:
        return TOOK_BACK[entry.action]
    return DEEDS.get(entry.action, _("did it as a program: %s") % entry.action)


def _where(entry: AuditEntry) -> str:
    try:
        return reverse(WHERE[entry.kind], args=[entry.key])
    except (KeyError, NoReverseMatch):
        return ""


urlpatterns = [path("setup/audit/", audit, name="audit")]
