"""What the owner reads: one report, cut and narrowed, and the same as a file."""

import itertools
from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from helpdesk.reporting import files, headlines, looks, mailing, periods, said
from helpdesk.reporting.looks import ALL, Look
from helpdesk.reporting.periods import BadPeriod, Period
from helpdesk.reports import REPORTS
from helpdesk.web import charts
from helpdesk.web.charts import Chart
from helpdesk.web.http import Request, owners_only
from helpdesk.web.setup import audit
from policies import calendars
from tickets.models import Shop
from tickets.reports import Figures, Measure, NoSuchRow, Report, Share, Text

MOST = 50  # rows of a cut on a page; what is beyond is summed up there, and in the export
PAGE = 50
TEMPLATE = "reports/report.html"
# The name of the address of each kind of file.
FILES = {"pdf": "report-paper", "xlsx": "report-workbook", "csv": "report-export"}


@owners_only
@require_GET
def report(request: Request, slug: str) -> HttpResponse:
    found = named(slug)
    today = calendars.local(now(), request.shop.tzinfo).date()
    try:
        period = periods.read(request.GET, today)
    except BadPeriod as error:
        messages.error(request, str(error))
        period = periods.default(today)
    look = looks.read(found, period, request.GET, request.shop)
    try:
        context = _context(look, request.shop, today=today, after=request.GET.get("after", ""))
    except NoSuchRow:
        raise Http404 from None
    if "after" not in request.GET:  # what is offered stands on the first page
        context |= mailing.offered(look, request.user, request.shop)
    return render(request, TEMPLATE, context)


@owners_only
@require_GET
def report_export(request: Request, slug: str, kind: str) -> HttpResponseBase:
    found = named(slug)
    moment = now()
    try:
        period = periods.read(request.GET, calendars.local(moment, request.shop.tzinfo).date())
    except BadPeriod as error:  # a page can say so, a file cannot
        messages.error(request, str(error))
        return redirect("report", slug=slug)
    look = looks.read(found, period, request.GET, request.shop)
    try:
        file = files.made(look, kind, request.shop, now=moment)
    except NoSuchRow:
        raise Http404 from None
    days = f"{period.first} – {period.last}"
    audit.changed(request, {}, {"period": days, "cut": look.part.cut})
    return StreamingHttpResponse(
        file.parts,
        content_type=file.content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{file.name}"',
            "Cache-Control": "private, no-store",
        },
    )


def named(slug: str) -> Report:
    if slug not in REPORTS:
        raise Http404
    return REPORTS[slug]


def address(
    look: Look,
    *,
    cut: str = "",
    key: str = "",
    after: str = "",
    period: Period | None = None,
    kind: str = "",
) -> str:
    """Return where another look at it is, or this one as a file of some kind."""
    slug = look.report.slug
    page = reverse(FILES[kind] if kind else "report", args=[slug])
    given = {"cut": cut, "of": key, "after": after}
    asked = urlencode({name: value for name, value in given.items() if value})
    return f"{page}?{'&'.join(filter(None, [(period or look.period).query, asked]))}"


def _context(look: Look, shop: Shop, *, today: date, after: str) -> dict[str, Any]:
    part, found = look.part, look.report
    unit, measures = look.period.unit, {it.key: it for it in look.measures}
    name, figures, times = look.name(), found.figures(part), found.by(unit, part)
    context = {
        "report": found,
        "period": look.period,
        "name": name,
        "sentence": headlines.sentence(look, figures, shop),
        "plan_said": headlines.against_the_plan(look, figures, times, shop),
        "headline": _read([measures[key] for key in found.headline if key in measures], figures),
        "figures": _read(look.measures, figures),
        "is_empty": not any(figures.values()),
        "currency": shop.currency,
        "periods": _periods(look, today),
        "part": part,
        "tabs": [
            (title, address(look, cut=cut), cut == part.cut)
            for cut, title in [*_cuts(look), (ALL, found.everything)]
        ],
        # Of one day, week or month there is nothing to compare.
        "chart": None if part.key and part.cut in said.TIMES else _chart(look, times, shop, today),
        "chart_heading": found.cuts[unit],
        "export_url": address(look, cut=part.cut, key=part.key, kind="csv"),
        "files": [
            (label, address(look, cut=part.cut, key=part.key, kind=kind))
            for kind, label in (("pdf", "PDF"), ("xlsx", "Excel"), ("csv", "CSV"))
        ],
        "back_url": address(look, cut=part.cut),
        "heading": look.heading,
    }
    if look.is_list:
        return context | _listed(look, after)
    return context | _cut(look, times, figures)


def _periods(look: Look, today: date) -> list[tuple[str, str, bool]]:
    """Return the ways to other periods; each is cut by days, weeks or months as suits it."""
    cut, key = look.part.cut, look.part.key
    kept = "" if cut == look.period.unit and not key else cut
    return [
        (label, address(look, cut=kept, key=key, period=one), one == look.period)
        for one, label in periods.choices(today)
    ]


def _cuts(look: Look) -> list[tuple[str, Text]]:
    """Return what it can be cut by, what suits the period first, and no months of a few days."""
    unit, every, here = look.period.unit, look.report.cuts, look.part.cut
    others = [cut for cut in every if cut != unit]
    if unit == "day" and here != "month":
        others.remove("month")
    return [(cut, every[cut]) for cut in (unit, *others)]


def _chart(look: Look, times: Sequence[Share], shop: Shop, today: date) -> Chart:
    unit, rows = look.period.unit, _by_day(times)
    last = look.period.last
    if unit == "month":  # of those to come nothing is known; the days of a month are always there
        last = min(last, max([today, *rows]))
    return charts.by_time(
        rows,
        min(look.period.first, last),
        last,
        unit=unit,
        parts=look.report.stacked(unit),
        currency=shop.currency,
        language=get_language() or "en",
        plan=headlines.plan_of(look, shop) if unit == "month" else None,
    )


def _by_day(times: Sequence[Share]) -> dict[date, Figures]:
    return {share.what: share.figures for share in times if isinstance(share.what, date)}


def _cut(look: Look, times: Sequence[Share], figures: Figures) -> dict[str, Any]:
    """Return the rows of a cut, each with the way to what is behind it, and what is beyond."""
    cut, measures = look.part.cut, look.measures
    is_whole = cut == look.period.unit
    shares = times if is_whole else look.report.by(cut, look.part, most=MOST)
    parts = look.report.stacked(cut)
    sizes = [[share.figures[part.key] or 0 for part in parts] for share in shares]
    biggest = max((sum(each) for each in sizes), default=0) or 1
    return {
        "shares": [
            (
                looks.called(cut, share.what),
                address(look, cut=cut, key=share.key),
                _pieces(each, parts, biggest),
                _read(measures, share.figures),
            )
            for share, each in zip(shares, sizes, strict=True)
        ],
        "measures": measures,
        "parts": parts,
        "beyond": _read(measures, _beyond(measures, figures, shares)),
        "is_cut_off": not is_whole and len(shares) == MOST,
    }


def _pieces(
    sizes: Sequence[float], parts: Sequence[Measure], biggest: float
) -> list[tuple[str, str, str]]:
    """Return where each part of a row's bar begins, how long it is, and its look."""
    begins = itertools.accumulate(sizes, initial=0.0)
    return [
        (f"{100 * start / biggest:.1f}%", f"{100 * size / biggest:.1f}%", part.look)
        for start, size, part in zip(begins, sizes, parts, strict=False)
        if size
    ]


def _beyond(measures: Sequence[Measure], whole: Figures, shares: Sequence[Share]) -> Figures:
    """Return what the rows that are not shown come to, of what adds up."""
    return {
        measure.key: (whole[measure.key] or 0)
        - sum(share.figures[measure.key] or 0 for share in shares)
        if measure.adds_up
        else None
        for measure in measures
    }


def _read(measures: Sequence[Measure], figures: Figures) -> list[tuple[Measure, float | None]]:
    return [(measure, figures[measure.key]) for measure in measures]


def _listed(look: Look, after: str) -> dict[str, Any]:
    """Return a page of what was counted."""
    table = look.report.detail(look.part, after=after, most=PAGE + 1)
    rows = list(table.rows)
    cut, key = look.part.cut, look.part.key
    return {
        "columns": [column for column in table.columns if not column.only_exported],
        "rows": [
            [(column, said.words(column.reads, value)) for column, value in shown]
            for shown in (looks.shown(table.columns, row) for row in rows[:PAGE])
        ],
        "previous_url": address(look, cut=cut, key=key) if after else "",
        "next_url": (
            address(look, cut=cut, key=key, after=rows[PAGE - 1].key) if len(rows) > PAGE else ""
        ),
    }


urlpatterns = [
    path("reports/<slug:slug>/", report, name="report"),
    *(
        path(f"reports/<slug:slug>/export.{kind}", report_export, {"kind": kind}, name=name)
        for kind, name in FILES.items()
    ),
]
