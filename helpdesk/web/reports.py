"""What the owner reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.timezone import now
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from billing.reports import REPORTS
from billing.reports.contract import Figures, NoSuchRow, Report, Share, Slice
from helpdesk.web import charts, export, periods
from helpdesk.web.charts import Chart
from helpdesk.web.http import Request, owners_only
from helpdesk.web.periods import BadPeriod, Period
from policies import calendars
from tickets.models import Shop
from tickets.models.work import Kind

ALL = "all"  # the tab with every invoice
MOST = 200  # rows of a cut on a page; what is beyond is summed up there, and in the export
PAGE = 50


@dataclass(frozen=True)
class Look:
    """A report as it was asked for."""

    report: Report
    period: Period
    part: Slice  # its cut may be ALL, which then has no key

    def address(
        self,
        *,
        cut: str = "",
        key: str = "",
        after: str = "",
        period: Period | None = None,
        page: str = "report",
    ) -> str:
        """Return where another look at it is."""
        given = {"cut": cut, "of": key, "after": after}
        said = urlencode({name: value for name, value in given.items() if value})
        asked = "&".join(filter(None, [(period or self.period).query, said]))
        return f"{reverse(page, args=[self.report.slug])}?{asked}"


@owners_only
@require_GET
def report(request: Request, slug: str) -> HttpResponse:
    found = _report(slug)
    today = calendars.local(now(), request.shop.tzinfo).date()
    try:
        period = periods.read(request.GET, today)
    except BadPeriod as error:
        messages.error(request, str(error))
        period = periods.default(today)
    look = _look(found, period, request.GET, request.shop)
    try:
        context = _context(look, request.shop, today=today, after=request.GET.get("after", ""))
    except NoSuchRow:
        raise Http404 from None
    return render(request, "billing/report.html", context)


@owners_only
@require_GET
def report_export(request: Request, slug: str) -> HttpResponseBase:
    found = _report(slug)
    today = calendars.local(now(), request.shop.tzinfo).date()
    try:
        period = periods.read(request.GET, today)
    except BadPeriod as error:  # a page can say so, a file cannot
        messages.error(request, str(error))
        return redirect("report", slug=slug)
    look = _look(found, period, request.GET, request.shop)
    try:
        _name(look)
    except NoSuchRow:
        raise Http404 from None
    name = f"{slug}-{period.first}-{period.last}.csv"
    return StreamingHttpResponse(
        export.lines(found.detail(look.part)),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


def _report(slug: str) -> Report:
    if slug not in REPORTS:
        raise Http404
    return REPORTS[slug]


def _look(found: Report, period: Period, given: Mapping[str, str], shop: Shop) -> Look:
    cut = given.get("cut", "")
    if cut not in {*found.cuts, ALL}:
        cut = next(iter(found.cuts))
    since, until = period.instants(shop.tzinfo)
    return Look(found, period, Slice(since, until, cut, given.get("of", "") if cut != ALL else ""))


def _context(look: Look, shop: Shop, *, today: date, after: str) -> dict[str, Any]:
    part, found = look.part, look.report
    name, figures, months = _name(look), found.figures(part), found.by("month", part)
    context = {
        "report": found,
        "period": look.period,
        "name": name,
        "figures": figures,
        "currency": shop.currency,
        "periods": [
            (label, look.address(cut=part.cut, key=part.key, period=period), period == look.period)
            for period, label in periods.choices(today)
        ],
        "part": part,
        "tabs": [
            (title, look.address(cut=cut), cut == part.cut)
            for cut, title in [*found.cuts.items(), (ALL, _("Every invoice"))]
        ],
        "chart": None if part.cut == "month" and part.key else _chart(look, months, shop, today),
        "export_url": look.address(cut=part.cut, key=part.key, page="report-export"),
        "back_url": look.address(cut=part.cut),
        "heading": found.cuts.get(part.cut, ""),
    }
    if part.key or part.cut == ALL:
        return context | _listed(look, after)
    return context | _cut(look, months, figures)


def _name(look: Look) -> str:
    """Return what the row it is narrowed to is called. Raises NoSuchRow."""
    if not look.part.key:
        return ""
    return str(_words(look.part.cut, look.report.name(look.part.cut, look.part.key)))


def _chart(look: Look, months: Sequence[Share], shop: Shop, today: date) -> Chart:
    amounts = {share.what: share.amount for share in months if isinstance(share.what, date)}
    last = min(look.period.last, max([today, *amounts]))  # nothing was given in the future yet
    return charts.by_month(
        amounts,
        min(look.period.first, last),
        last,
        currency=shop.currency,
        language=get_language() or "en",
    )


def _cut(look: Look, months: Sequence[Share], figures: Figures) -> dict[str, Any]:
    """Return the rows of a cut, each with the way to what is behind it, and what is beyond."""
    cut = look.part.cut
    shares = months if cut == "month" else look.report.by(cut, look.part, most=MOST)
    biggest = max((share.amount for share in shares), default=0)
    return {
        "shares": [
            (
                _words(cut, share.what),
                look.address(cut=cut, key=share.key),
                f"{100 * share.amount / biggest:.1f}%",
                share,
            )
            for share in shares
        ],
        "beyond": {
            "count": figures.count - sum(share.count for share in shares),
            "amount": figures.amount - sum(share.amount for share in shares),
        },
    }


def _listed(look: Look, after: str) -> dict[str, Any]:
    """Return a page of what was counted."""
    table = look.report.detail(look.part, after=after, most=PAGE + 1)
    rows = list(table.rows)
    cut, key = look.part.cut, look.part.key
    return {
        "columns": [column for column in table.columns if not column.only_exported],
        "rows": [
            [
                (column, _words(column.reads, cell))
                for column, cell in zip(table.columns, row.cells, strict=True)
                if not column.only_exported
            ]
            for row in rows[:PAGE]
        ],
        "previous_url": look.address(cut=cut, key=key) if after else "",
        "next_url": (
            look.address(cut=cut, key=key, after=rows[PAGE - 1].key) if len(rows) > PAGE else ""
        ),
    }


def _words(reads: str, value: object) -> object:
    """Return a month, a channel or nothing in words; what the template formats stays."""
    if reads == "month" and isinstance(value, date):
        return date_format(value, pgettext("date format, a month", "F Y"))
    if reads == "channel":
        return Kind(str(value)).label
    return _("Without a service") if reads == "service" and not value else value


urlpatterns = [
    path("reports/<slug:slug>/", report, name="report"),
    path("reports/<slug:slug>/export.csv", report_export, name="report-export"),
]
