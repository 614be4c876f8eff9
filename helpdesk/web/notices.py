"""For you: notes that name whoever looks, and what happened on tickets they watch."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from helpdesk import journey
from helpdesk.web import paging
from helpdesk.web.http import Request, way_back
from tickets.models import Notice

TEMPLATE = "desk/notices.html"
ROWS = 25


@require_GET
def notices(request: Request) -> HttpResponse:
    was_seen = request.GET.get("what") == "read"
    rows = Notice.objects.filter(user=request.user, seen_at__isnull=not was_seen)
    rows = rows.select_related(
        "interaction__staff",
        "interaction__contact_point",
        "interaction__ticket__customer",
        "interaction__ticket__contact_point",
        "ticket__customer",
        "ticket__contact_point",
    )
    page = paging.page(rows, ("-noticed_at", "-pk"), request.GET, size=ROWS)
    unseen = request.shop.unseen  # type: ignore[attr-defined]  # counted with the shell
    tabs = [("", _("New"), unseen), ("read", _("Read"), None)]
    context = {"page": page, "tabs": tabs, "asked": "read" if was_seen else "", "now": now()}
    return render(request, TEMPLATE, context)


@require_POST
def notice_read(request: Request, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notice, pk=pk)  # a colleague's stays as it is
    journey.notices_seen(request.user, now=now(), notice=notice.pk)
    return redirect(way_back(request, "notices"))


@require_POST
def notices_read(request: Request) -> HttpResponse:
    count = journey.notices_seen(request.user, now=now())
    messages.success(request, ngettext("%d is read.", "%d are read.", count) % count)
    return redirect("notices")


urlpatterns: list[URLPattern] = [
    path("notices/", notices, name="notices"),
    path("notices/read/", notices_read, name="notices-read"),
    path("notices/<int:pk>/read/", notice_read, name="notice-read"),
]
