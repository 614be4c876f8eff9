"""What the shop does by itself as time passes: on or off, and when."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from helpdesk.web.http import Request, owners_only
from helpdesk.web.setup import audit, pages, texts
from policies import follow_ups
from policies.follow_ups.contract import Rule, Timing
from policies.models import FollowUpRule

LIST, ONE = "setup/follow_up_rules.html", "setup/follow_up_rule.html"
DAY = 24 * 60
LABELS = {
    Timing.AFTER: gettext_lazy("Minutes after it happened"),
    Timing.BEFORE: gettext_lazy("Working minutes before it is due"),
    Timing.DAYS: gettext_lazy("Working days after it happened"),
}
# What makes sense: 0 minutes is at once, and nobody waits for a month.
RANGES = {Timing.AFTER: (0, 7 * DAY), Timing.BEFORE: (15, 3 * DAY), Timing.DAYS: (1, 30)}


@dataclass(frozen=True)
class Line:
    """A rule, and how the owner has set it."""

    rule: Rule
    is_on: bool
    when: str

    @property
    def texts(self) -> list[tuple[Any, list[texts.Way]]]:
        return texts.links(self.rule.texts)


class RuleForm(forms.Form):
    is_on = forms.BooleanField(label=gettext_lazy("On"), required=False)
    time = forms.IntegerField(required=False)

    def __init__(self, data: Any, *, rule: Rule, row: FollowUpRule) -> None:
        self.unit = DAY if rule.timing == Timing.DAYS else 1
        time = None if row.minutes is None else row.minutes // self.unit
        super().__init__(data, initial={"is_on": row.is_on, "time": time})
        least, most = RANGES[rule.timing]
        field = forms.IntegerField(
            label=LABELS[rule.timing],
            required=False,
            min_value=least,
            max_value=most,
            help_text=_("Empty: %s.") % rule.as_it_comes,
        )
        field.widget.attrs["class"] = "short"
        self.fields["time"] = field

    @property
    def minutes(self) -> int | None:
        time: int | None = self.cleaned_data["time"]
        return None if time is None else time * self.unit


@owners_only
@require_safe
def rules(request: Request) -> HttpResponse:
    rows = {row.rule: row for row in FollowUpRule.objects.all()}
    lines = [
        _line(rule, rows.get(slug, FollowUpRule(rule=slug)))
        for slug, rule in follow_ups.RULES.items()
    ]
    return pages.draw(request, LIST, {"lines": lines})


@owners_only
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: Request, rule: str) -> HttpResponse:
    found = follow_ups.RULES.get(rule)
    if found is None:
        raise Http404
    row = FollowUpRule.objects.filter(rule=rule).first() or FollowUpRule(rule=rule)
    form = RuleForm(request.POST if request.method == "POST" else None, rule=found, row=row)
    if request.method == "POST" and form.is_valid():
        before = {"on": row.is_on, "minutes": row.minutes}
        row, _is_new = FollowUpRule.objects.update_or_create(
            rule=rule,
            defaults={"is_on": form.cleaned_data["is_on"], "minutes": form.minutes},
        )
        audit.changed(request, before, {"on": row.is_on, "minutes": row.minutes})
        messages.success(request, _("Saved. What is planned from now on goes by it."))
        return redirect("follow-up-rules")
    context = {"line": _line(found, row), "form": form}
    return pages.draw(request, ONE, context, status=422 if form.errors else 200)


def _line(rule: Rule, row: FollowUpRule) -> Line:
    return Line(rule, row.is_on, str(rule.as_it_comes) if row.minutes is None else _when(rule, row))


def _when(rule: Rule, row: FollowUpRule) -> str:
    n = row.minutes or 0
    if rule.timing == Timing.DAYS:
        n //= DAY
        return ngettext("one working day after", "%(n)d working days after", n) % {"n": n}
    if rule.timing == Timing.BEFORE:
        said = ngettext(
            "one working minute before it is due", "%(n)d working minutes before it is due", n
        )
        return said % {"n": n}
    if n == 0:
        return _("at once")
    return ngettext("one minute after", "%(n)d minutes after", n) % {"n": n}


urlpatterns = [
    path("setup/follow-up-rules/", rules, name="follow-up-rules"),
    path("setup/follow-up-rules/<str:rule>/", rule, name="follow-up-rule"),
]
