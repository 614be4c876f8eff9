"""What stands around every page: the shop's name, the ways on, and what holds everything up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Subquery
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from helpdesk import duties
from helpdesk.models import Heartbeat
from helpdesk.templatetags.desk import due_text
from policies.models import Promise
from tickets import channels
from tickets.models import Shop, Ticket, User


@dataclass(frozen=True)
class Banner:
    """What staff should know on whatever page they are; `look` is an alert's class."""

    look: str
    text: str
    doc: str = ""  # where it is written how to mend it


def shops() -> QuerySet[Any]:
    """Return the shop with when the clock last ticked: both are on every page, in one query."""
    ticks = Heartbeat.objects.filter(name=duties.TICK)
    return Shop.objects.order_by("pk").annotate(beat_at=Subquery(ticks.values("beat_at")))


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what templates/base.html shows; two counts for somebody who is logged in."""
    shop = getattr(request, "shop", None)
    if shop is None or not isinstance(request.user, User):
        return {"shop": shop, "nav": []}
    moment = now()
    return {
        "shop": shop,
        "nav": _nav(request, request.user),
        "now": moment,
        "banners": _banners(request, shop, moment),
    }


def _banners(request: HttpRequest, shop: Any, moment: datetime) -> list[Banner]:
    found = []
    if shop.is_sample:
        found.append(Banner("", _("This is the sample shop: nothing leaves it.")))
    elif request.path == reverse("today") and channels.for_mail() is None:
        found.append(Banner("", _("Mail is not set up: none leaves."), "docs/mail.md"))
    if shop.beat_at is None:
        said = _("The clock does not run: nothing is sent, and nothing due is noticed.")
        found.append(Banner("error", said, "docs/operating.md"))
    elif shop.beat_at < duties.alive_since(moment):
        said = _("The clock stands still since %s: nothing is sent, and nothing due is noticed.")
        found.append(Banner("error", said % due_text(shop.beat_at, moment), "docs/operating.md"))
    return found


def _nav(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    late = Promise.objects.overdue_or_following_broken(now()).count()
    pages = [
        ("today", _("Today"), late, bool(late)),
        ("log-call", _("Log a call"), None, False),
        ("tickets", _("Tickets"), Ticket.objects.open().count(), False),
        ("customers", _("Customers"), None, False),
        ("stuck", _("Needs you"), None, False),
        ("arrivals", _("What came in"), None, False),
    ]
    nav = [_entry(request, reverse(name), label, count, hot) for name, label, count, hot in pages]
    if user.is_owner:
        nav.append(
            _entry(request, reverse("report", args=["gifts"]), _("What we gave"), None, False)
        )
    return nav


def _entry(
    request: HttpRequest, url: str, label: str, count: int | None, hot: bool
) -> dict[str, Any]:
    is_here = request.path == url or (url != "/" and request.path.startswith(url))
    return {"url": url, "label": label, "count": count, "hot": hot, "current": is_here}
