"""What the shop does, and what it costs: services, and rates by version."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from billing import previews
from billing.models import Rate
from helpdesk.web.fields import for_model
from helpdesk.web.http import Request, owners_only
from helpdesk.web.setup import audit, pages
from helpdesk.web.setup.amounts import AmountField
from helpdesk.web.setup.versions import VersionForm, change, prefilled, revocable
from policies.versions import State, standings
from tickets.models import Service

LIST, ONE, RATE = "setup/services.html", "setup/service.html", "setup/rate.html"
FIELDS = ("name", "description", "position", "active")
TERMS = ("service", "hourly", "minimum_fee", "rounding_minutes")


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = Service
        formfield_callback = for_model
        fields = FIELDS
        error_messages = {
            "name": {"unique": gettext_lazy("There is a service of this name. Choose another.")}
        }
        help_texts = {
            "description": gettext_lazy("Customers read it on the page of policies."),
            "position": gettext_lazy("Where it stands among the others; the lowest comes first."),
            "active": gettext_lazy("What is not offered any more keeps its tickets and terms."),
        }


class RateForm(VersionForm):
    hourly = AmountField(label=gettext_lazy("An hour"))
    minimum_fee = AmountField(
        label=gettext_lazy("Minimum fee"),
        least=1,
        help_text=gettext_lazy("The least that work costs; a gift of nothing is not one."),
    )
    rounding_minutes = forms.IntegerField(
        label=gettext_lazy("Rounded up to minutes"), min_value=1, max_value=1440, initial=15
    )

    class Meta:
        model = Rate
        formfield_callback = for_model
        fields = TERMS
        labels = {"service": gettext_lazy("Service")}

    field_order = (*TERMS, "begins_at")

    def __init__(self, *args: Any, shop: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["service"].empty_label = _("Every service without a rate of its own")  # type: ignore[attr-defined]
        for name in ("hourly", "minimum_fee"):
            self.fields[name].of(shop)  # type: ignore[attr-defined]


@owners_only
@require_http_methods(["GET", "HEAD", "POST"])
def services(request: Request) -> HttpResponse:
    """List what we do with what it costs now; a new one is named here."""
    form = ServiceForm(request.POST or None, initial={"active": True, "position": 0})
    if request.method == "POST" and form.is_valid():
        made = form.save()
        audit.changed(request, {}, form.cleaned_data)
        messages.success(request, _("%s is on the list. What do you quote for it?") % made)
        return redirect("service", made.pk)
    moment = now()
    by_service = _rates()
    shown = Service.objects.annotate(n=Count("tickets")).order_by("-active", "position", "name")
    context = {
        "now": moment,
        "form": form,
        "services": [(one, _in_force(by_service.get(one.pk, []), moment)) for one in shown],
        "general": _standing(by_service.get(None, []), moment),
    }
    return pages.draw(request, LIST, context, status=422 if form.errors else 200)


@owners_only
@require_http_methods(["GET", "HEAD", "POST"])
def service(request: Request, pk: int) -> HttpResponse:
    one = get_object_or_404(Service, pk=pk)
    before = {name: getattr(one, name) for name in FIELDS}
    form = ServiceForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        form.save()
        audit.changed(request, before, form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("services")
    moment = now()
    context = {
        "now": moment,
        "service": one,
        "name": before["name"],
        "form": form,
        "rates": _standing(_rates(service=one).get(one.pk, []), moment),
    }
    return pages.draw(request, ONE, context, status=422 if form.errors else 200)


@owners_only
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: Request) -> HttpResponse:
    """A new rate, which begins as a copy of the one it is made from."""
    moment, shop = now(), request.shop
    initial = _initial(request, moment)
    form = RateForm(request.POST or None, initial=initial, now=moment, shop=shop)

    def preview(draft: Rate) -> dict[str, Any]:
        return {"samples": previews.samples(draft)}

    def changed(draft: Rate) -> dict[str, Any]:
        terms = {name: getattr(draft, name) for name in TERMS}
        return {**terms, "service": str(draft.service or "")}

    return change(
        request,
        form,
        template=RATE,
        context={},
        preview=preview,
        changed=changed,
        back=("services",),
    )


def _rates(**which: Any) -> dict[int | None, list[Rate]]:
    found: dict[int | None, list[Rate]] = {}
    for one in Rate.objects.filter(**which).select_related("service", "made_by").order_by("pk"):
        found.setdefault(one.service_id, []).append(one)
    return found


def _standing(rates: list[Rate], moment: Any) -> list[tuple[Any, int | None]]:
    """Return how each stands, with the one that holds again when it is taken back."""
    found = standings(rates, now=moment)
    before = revocable(found, TERMS)
    return [(one, before.get(one.version.pk)) for one in found]


def _in_force(rates: list[Rate], moment: Any) -> Rate | None:
    found = standings(rates, now=moment)
    return found[0].version if found and found[0].state == State.IN_FORCE else None


def _initial(request: Request, moment: Any) -> dict[str, Any]:
    found, given = prefilled(request, Rate, TERMS, moment)
    if found is not None:
        return given
    of = request.GET.get("service", "")
    return {"service": int(of[:18])} if of.isdecimal() else {}


urlpatterns = [
    path("setup/services/", services, name="services"),
    path("setup/services/rates/new/", rate, name="rate-new"),
    path("setup/services/<int:pk>/", service, name="service"),
]
