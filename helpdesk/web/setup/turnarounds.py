"""How many days each service takes: the versions of it, and what a new one would change."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from helpdesk.web.fields import for_model
from helpdesk.web.http import Request, owners_only
from helpdesk.web.setup import pages
from helpdesk.web.setup.versions import VersionForm, change, prefilled, revocable
from policies import previews, wording
from policies.models import Calendar, Turnaround
from policies.versions import standings
from tickets.models import Service

LIST, NEW = "setup/turnarounds.html", "setup/turnaround.html"
COPIED = ("service", "calendar", "days", "target_days", "risks", "why", "wording")


class TurnaroundForm(VersionForm):
    days = forms.IntegerField(
        label=gettext_lazy("We quote, in working days"),
        min_value=1,
        max_value=3650,
        help_text=gettext_lazy("What customers are told. Leave room: early is a surprise."),
    )
    target_days = forms.IntegerField(
        label=gettext_lazy("Our own target, in working days"),
        min_value=0,
        max_value=3650,
        help_text=gettext_lazy("Only staff see it."),
    )

    class Meta:
        model = Turnaround
        formfield_callback = for_model
        fields = COPIED
        labels = {"calendar": gettext_lazy("Calendar"), "service": gettext_lazy("Service")}
        help_texts = {
            "risks": gettext_lazy("Said with each quote, so that nobody is surprised."),
            "why": gettext_lazy("Customers find it on the page of policies, too."),
            "wording": gettext_lazy("On the page of policies. Empty: made from the days."),
        }

    field_order = ("service", "days", "target_days", "calendar", "begins_at", "risks")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("calendar", "service"):
            self.fields[name].empty_label = None  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        days, target = given.get("days"), given.get("target_days")
        if days is not None and target is not None and target > days:
            self.add_error("target_days", _("Our target is not later than what we quote."))
        return given


@owners_only
@require_safe
def turnarounds(request: Request) -> HttpResponse:
    moment = now()
    by_service: dict[int, list[Turnaround]] = {}
    versions = Turnaround.objects.select_related("calendar", "made_by").order_by("pk")
    for version in versions:
        by_service.setdefault(version.service_id, []).append(version)
    groups = []
    for service in Service.objects.order_by("-active", "position", "name"):
        if service.active or service.pk in by_service:
            stand = standings(by_service.get(service.pk, []), now=moment)
            before = revocable(stand, COPIED)
            lines = [(one, _days(one.version.days), before.get(one.version.pk)) for one in stand]
            groups.append((service, lines))
    return pages.draw(request, LIST, {"now": moment, "groups": groups})


@owners_only
@require_http_methods(["GET", "HEAD", "POST"])
def turnaround(request: Request) -> HttpResponse:
    """A new version, which begins as a copy of the one it is made from."""
    moment = now()
    form = TurnaroundForm(request.POST or None, initial=_initial(request, moment), now=moment)
    shop = request.shop

    def preview(draft: Turnaround) -> dict[str, Any]:
        owed, quoted = previews.open_turnarounds(draft)
        return {
            "samples": previews.turnarounds(draft, zone=shop.tzinfo),
            "words": previews.turnaround_words(draft, shop=shop),
            "owed": owed,
            "quoted": quoted,
            "span": _days(draft.days),
        }

    def changed(draft: Turnaround) -> dict[str, Any]:
        terms = {name: getattr(draft, name) for name in COPIED}
        return {**terms, "service": str(draft.service), "calendar": str(draft.calendar)}

    return change(
        request,
        form,
        template=NEW,
        context={"calendars": Calendar.objects.exists()},
        preview=preview,
        changed=changed,
        back=("turnarounds",),
    )


def _initial(request: Request, moment: Any) -> dict[str, Any]:
    found, given = prefilled(request, Turnaround, COPIED, moment)
    if found is not None:
        return given
    service = request.GET.get("service", "")
    return {"service": int(service[:18])} if service.isdecimal() else {}


def _days(days: int) -> str:
    return wording.working_days(days, get_language() or "en")


urlpatterns = [
    path("setup/turnarounds/", turnarounds, name="turnarounds"),
    path("setup/turnarounds/new/", turnaround, name="turnaround-new"),
]
