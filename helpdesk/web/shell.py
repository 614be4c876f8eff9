"""What stands around every page: the shop's name and the ways on."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from policies.models import Promise
from tickets.models import Ticket, User


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what templates/base.html shows; two counts for somebody who is logged in."""
    shop = getattr(request, "shop", None)
    if shop is None or not isinstance(request.user, User):
        return {"shop": shop, "nav": []}
    return {"shop": shop, "nav": _nav(request, request.user), "now": now()}


def _nav(request: HttpRequest, user: User) -> list[dict[str, Any]]:
    late = Promise.objects.overdue_or_following_broken(now()).count()
    pages = [
        ("today", _("Today"), late, bool(late)),
        ("log-call", _("Log a call"), None, False),
        ("tickets", _("Tickets"), Ticket.objects.open().count(), False),
        ("customers", _("Customers"), None, False),
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
