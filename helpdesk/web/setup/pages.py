"""What stands around every page of the setup: the way to all the others."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from helpdesk.web.http import Request

# Groups of pages, each by the name of its address. A page's own pages below light up the same way.
WAYS = (
    ("", (("setup", _("Where it stands")),)),
    (
        _("The shop"),
        (
            ("setup-shop", _("Name, address, logo")),
            ("staff", _("Staff")),
            ("services", _("Services and rates")),
            ("calendars", _("Hours and closures")),
        ),
    ),
    (
        _("What we promise"),
        (
            ("callback-windows", _("Callback windows")),
            ("turnarounds", _("Turnaround")),
            ("texts", _("What we write")),
            ("follow-up-rules", _("Follow-ups")),
        ),
    ),
    (
        _("Ways in"),
        (
            ("channels", _("Telephone, texts, mail, web")),
            ("tokens", _("Programs")),
            ("webhooks", _("Webhooks")),
        ),
    ),
    (
        _("Records"),
        (
            ("audit", _("Who saw and changed what")),
            ("privacy", _("What is kept, and how long")),
        ),
    ),
)


def draw(
    request: Request, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Render a page that extends setup/base.html, with the ways to all the others beside it."""
    return render(request, template, {**context, "setup_ways": groups(request)}, status=status)


def groups(request: Request) -> list[tuple[Any, list[tuple[str, Any, bool]]]]:
    """Return the ways in groups: where each leads, what it is called, and whether one is there."""
    return [(title, [_way(request, name, label) for name, label in ways]) for title, ways in WAYS]


def _way(request: Request, name: str, label: Any) -> tuple[str, Any, bool]:
    url = reverse(name)
    is_here = request.path == url or (name != "setup" and request.path.startswith(url))
    return url, label, is_here
