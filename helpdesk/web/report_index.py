"""All reports at a glance: what tells most of each, this month beside the last."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.timezone import now
from django.views.decorators.http import require_GET

from helpdesk.reporting import periods
from helpdesk.reports import REPORTS
from helpdesk.web.http import Request, owners_only
from policies import calendars
from tickets.models import Shop
from tickets.reports import Figures, Measure, Report, Slice


@dataclass(frozen=True)
class Headline:
    """A figure of this month and the same of the month before; none where there is nothing."""

    measure: Measure
    value: float | None
    before: float | None


@dataclass(frozen=True)
class Entry:
    report: Report
    url: str
    headlines: tuple[Headline, ...]
    plan: int | None  # what a month of the first figure may come to


@owners_only
@require_GET
def reports(request: Request) -> HttpResponse:
    today = calendars.local(now(), request.shop.tzinfo).date()
    context = {
        "entries": [_entry(report, request.shop, today) for report in REPORTS.values()],
        "currency": request.shop.currency,
        "today": today,
    }
    return render(request, "reports/index.html", context)


def _entry(report: Report, shop: Shop, today: date) -> Entry:
    """Read both months at once: their shares are what each comes to."""
    named = {period.slug: period for period, _label in periods.choices(today)}
    this, last = named["month"], named["last-month"]
    part = Slice(last.instants(shop.tzinfo)[0], this.instants(shop.tzinfo)[1], zone=shop.tzinfo)
    months = {share.what: share.figures for share in report.by("month", part)}
    found, before = months.get(this.first, {}), months.get(last.first, {})
    measures = {measure.key: measure for measure in report.measures}
    return Entry(
        report,
        f"{reverse('report', args=[report.slug])}?{this.query}",
        tuple(
            Headline(measures[key], _said(measures[key], found), _said(measures[key], before))
            for key in report.headline
        ),
        getattr(shop, report.budget) if report.budget else None,
    )


def _said(measure: Measure, figures: Figures) -> float | None:
    """Return a figure of a month; of one without anything, nothing was counted."""
    return figures.get(measure.key, 0 if measure.reads in {"count", "money"} else None)


urlpatterns = [path("reports/", reports, name="reports")]
