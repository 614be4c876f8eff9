"""Within how long we call back: the versions of it, and what a new one would change."""

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
from policies.models import Calendar, CallbackWindow
from policies.versions import standings
from tickets.models import Customer

LIST, NEW = "setup/windows.html", "setup/window.html"
HOUR = 60
MOST = 31 * 24 * HOUR  # a constraint says so, too
UNITS = [(1, gettext_lazy("working minutes")), (HOUR, gettext_lazy("working hours"))]
COPIED = ("calendar", "customer_kind", "why", "wording")
EVERYBODY = gettext_lazy("Everybody")


class WindowForm(VersionForm):
    customer_kind = forms.ChoiceField(
        label=gettext_lazy("For whom"),
        required=False,
        choices=[("", EVERYBODY), *Customer.Kind.choices],
        help_text=gettext_lazy("Terms of their own beat everybody's, from then on."),
    )
    within = forms.IntegerField(label=gettext_lazy("Within"), min_value=1, max_value=MOST)
    unit = forms.TypedChoiceField(
        label=gettext_lazy("Of what"), coerce=int, choices=UNITS, initial=HOUR
    )

    class Meta:
        model = CallbackWindow
        formfield_callback = for_model
        fields = ("customer_kind", "calendar", "why", "wording")
        labels = {"calendar": gettext_lazy("Calendar")}
        help_texts = {
            "why": gettext_lazy("Customers find it on the page of policies, too."),
            "wording": gettext_lazy("On the page of policies. Empty: made from the terms."),
        }

    field_order = ("customer_kind", "within", "unit", "calendar", "begins_at", "why")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["calendar"].empty_label = None  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("within") and given.get("unit"):
            self.instance.minutes = given["within"] * given["unit"]
            if self.instance.minutes > MOST:
                self.add_error("within", _("At most a month: nobody waits longer for a call."))
        return given


@owners_only
@require_safe
def windows(request: Request) -> HttpResponse:
    moment = now()
    by_kind: dict[str, list[CallbackWindow]] = {"": []}
    for version in CallbackWindow.objects.select_related("calendar", "made_by").order_by("pk"):
        by_kind.setdefault(version.customer_kind, []).append(version)
    groups = []
    for kind, rows in sorted(by_kind.items()):
        stand = standings(rows, now=moment)
        before = revocable(stand, (*COPIED, "minutes"))
        lines = [(one, _span(one.version.minutes), before.get(one.version.pk)) for one in stand]
        groups.append((_for(kind), lines))
    return pages.draw(request, LIST, {"now": moment, "groups": groups})


@owners_only
@require_http_methods(["GET", "HEAD", "POST"])
def window(request: Request) -> HttpResponse:
    """A new version, which begins as a copy of the one it is made from."""
    moment = now()
    form = WindowForm(request.POST or None, initial=_initial(request, moment), now=moment)
    shop = request.shop

    def preview(draft: CallbackWindow) -> dict[str, Any]:
        return {
            "samples": previews.callbacks(draft, zone=shop.tzinfo),
            "words": previews.callback_words(draft, shop=shop),
            "owed": previews.open_callbacks(draft.customer_kind),
            "span": _span(draft.minutes),
            "whom": _for(draft.customer_kind),
        }

    def changed(draft: CallbackWindow) -> dict[str, Any]:
        return {
            "for": draft.customer_kind,
            "minutes": draft.minutes,
            "calendar": str(draft.calendar),
            "why": draft.why,
            "wording": draft.wording,
        }

    return change(
        request,
        form,
        template=NEW,
        context={"calendars": Calendar.objects.exists()},
        preview=preview,
        changed=changed,
        back=("callback-windows",),
    )


def _initial(request: Request, moment: Any) -> dict[str, Any]:
    found, given = prefilled(request, CallbackWindow, COPIED, moment)
    if found is None:
        return {}
    unit = 1 if found.minutes % HOUR else HOUR
    return {**given, "within": found.minutes // unit, "unit": unit}


def _for(kind: str) -> Any:
    return Customer.Kind(kind).label if kind else EVERYBODY


def _span(minutes: int) -> str:
    return wording.span(minutes, get_language() or "en")


urlpatterns = [
    path("setup/callback-windows/", windows, name="callback-windows"),
    path("setup/callback-windows/new/", window, name="callback-window-new"),
]
