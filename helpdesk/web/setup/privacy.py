"""What is kept, and for how long, by kind; with what would go today before it is saved."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from helpdesk import retention
from helpdesk.web.http import Request, owners_only
from helpdesk.web.setup import audit, pages
from tickets.models import Customer, Shop

TEMPLATE = "setup/privacy.html"
LONGEST = 36_500  # a hundred years


class KeptForm(forms.Form):
    """Days for each kind; empty: for ever."""

    def __init__(self, shop: Shop, data: QueryDict | None = None) -> None:
        super().__init__(
            data, initial={it.slug: retention.days(it, shop) for it in retention.KINDS.values()}
        )
        for kind in retention.KINDS.values():
            self.fields[kind.slug] = forms.IntegerField(
                label=str(kind.title),
                help_text=str(kind.says),
                required=False,
                min_value=kind.least,
                max_value=LONGEST,
                widget=forms.NumberInput(
                    attrs={"placeholder": gettext_lazy("for ever"), "class": "short"}
                ),
            )


@dataclass(frozen=True)
class Line:
    """A kind with its field, and what would go today."""

    field: forms.BoundField
    least: int
    goes: int | None

    @property
    def says(self) -> str:
        if self.goes is None:
            return ""
        words = ngettext("would delete %d today", "would delete %d today", self.goes)
        return words % self.goes if self.goes else _("would delete nothing today")


@owners_only
@require_http_methods(["GET", "HEAD", "POST"])
def privacy(request: Request) -> HttpResponse:
    shop, moment = request.shop, now()
    is_preview = "preview" in request.POST
    form = KeptForm(shop, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and not is_preview:
        audit.changed(request, dict(form.initial), form.cleaned_data)
        Shop.objects.filter(pk=shop.pk).update(days_kept=form.cleaned_data)
        messages.success(request, _("Saved. What is too old goes within the hour."))
        return redirect("privacy")
    context = {
        "form": form,
        "lines": _lines(form, moment),
        "is_preview": is_preview and form.is_valid(),
        "forgotten": Customer.objects.filter(anonymised_at__isnull=False, merged_into=None).count(),
    }
    return pages.draw(request, TEMPLATE, context, status=422 if form.errors else 200)


def _lines(form: KeptForm, moment: datetime) -> list[Line]:
    kept: dict[str, Any] = dict(form.initial)
    if form.is_bound:
        form.is_valid()
        kept = form.cleaned_data
    return [
        Line(form[kind.slug], kind.least, _goes(kind, kept, moment))
        for kind in retention.KINDS.values()
    ]


def _goes(kind: retention.Kind, kept: dict[str, Any], moment: datetime) -> int | None:
    """Count what is too old by what is typed; None where that cannot be, or it is for ever."""
    if kept.get(kind.slug) is None:
        return None
    return retention.found(kind, kept[kind.slug], now=moment).count()


urlpatterns = [path("setup/privacy/", privacy, name="privacy")]
