"""When we work: hours by weekday, holidays, closures, and what a year looks like."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.timezone import now
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.web.http import Request, owners_only
from helpdesk.web.setup import audit, pages
from helpdesk.web.setup.calendar_forms import CalendarForm, ClosureForm, SpecialForm
from policies import calendars as working
from policies import opening_hours, previews, wording, year
from policies.models import Calendar, Closure
from tickets.sentences import in_words

LIST, ONE, FORM = "setup/calendars.html", "setup/calendar.html", "setup/calendar_form.html"
YEARS = range(2000, 2100)
A_WEEK_OF_WORK = timedelta(hours=40)


@owners_only
@require_safe
def calendars(request: Request) -> HttpResponse:
    rows = Calendar.objects.prefetch_related("hours", "closures", "special_hours").order_by("name")
    shown = [(one, _said(one, request)) for one in rows]
    return pages.draw(request, LIST, {"now": now(), "calendars": shown})


@owners_only
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: Request, pk: int) -> HttpResponse:
    """One calendar through a year, and what is to be different on some days of it."""
    one = get_object_or_404(Calendar, pk=pk)
    adding = request.POST.get("add", "")
    closure = ClosureForm(request.POST if adding == "closure" else None, prefix="closure")
    special = SpecialForm(request.POST if adding == "special" else None, prefix="special")
    if closure.is_valid():
        return _closed(request, one, closure)
    if special.is_valid():
        return _special(request, one, special)
    number = _year(request, one)
    hours = one.working_hours()
    context = {
        "now": now(),
        "calendar": one,
        "week": [(day, hours.hours.get(day, ())) for day in range(7)],
        "said": _said(one, request, hours),
        "year": number,
        "years": [n for n in (number - 1, number + 1) if n in YEARS],
        "closure_form": closure,
        "special_form": special,
        **_shown(one, hours, number),
    }
    wrong = closure.errors or special.errors
    return pages.draw(request, ONE, context, status=422 if wrong else 200)


@owners_only
@require_http_methods(["GET", "HEAD", "POST"])
def calendar_new(request: Request) -> HttpResponse:
    zone = request.shop.zone
    return _written(request, Calendar(zone=zone, country=request.shop.region))


@owners_only
@require_http_methods(["GET", "HEAD", "POST"])
def calendar_hours(request: Request, pk: int) -> HttpResponse:
    return _written(request, get_object_or_404(Calendar, pk=pk))


@owners_only
@require_POST
def closure_remove(request: Request, pk: int) -> HttpResponse:
    found = get_object_or_404(Closure, pk=pk)
    audit.changed(request, {"closure": str(found)}, {"closure": None})
    found.delete()
    messages.success(request, _("We are open then, as on other such days."))
    return redirect(_at(found.calendar_id, found.first_date))


@owners_only
@require_POST
def special_remove(request: Request, pk: int) -> HttpResponse:
    """Take the hours of one date away again."""
    one = get_object_or_404(Calendar, pk=pk)
    try:
        on = date.fromisoformat(request.POST.get("date", ""))
    except ValueError:
        raise Http404 from None
    audit.changed(request, {"special": str(on)}, {"special": None})
    opening_hours.write_special(one, on, ())
    messages.success(request, _("That day is as others of its kind."))
    return redirect(_at(one.pk, on))


def _written(request: Request, one: Calendar) -> HttpResponse:
    """Show the form of a calendar, new or not, and save it with its week."""
    name = one.name
    form = CalendarForm(request.POST or None, instance=one)
    before = form.said() if one.pk else {}
    if request.method == "POST" and form.is_valid():
        saved = opening_hours.write(form.save(commit=False), form.week())
        audit.changed(request, before, form.given())
        messages.success(request, _("Saved. What was promised before keeps its time."))
        _warn(request, saved)
        return redirect("calendar", saved.pk)
    context = {"calendar": one, "name": name, "form": form}
    return pages.draw(request, FORM, context, status=422 if form.errors else 200)


def _warn(request: Request, saved: Calendar) -> None:
    try:
        saved.working_hours().add(now(), A_WEEK_OF_WORK)
    except working.NeverOpen as error:
        messages.warning(request, in_words(error))


def _closed(request: Request, one: Calendar, form: ClosureForm) -> HttpResponse:
    form.instance.calendar = one
    made = form.save()
    audit.changed(request, {}, {"closure": str(made), "reason": made.reason})
    messages.success(request, _("Closed then. What was promised before keeps its time."))
    owed = previews.owed_during(made.first_date, made.last_date, one)
    if owed:
        said = ngettext(
            "%d open promise is due in that time. Keep it, or tell the customer and promise anew.",
            "%d open promises are due in that time. Keep them, or tell the customers and promise"
            " anew.",
            owed,
        )
        messages.warning(request, said % owed)
    _warn(request, one)
    return redirect(_at(one.pk, made.first_date))


def _special(request: Request, one: Calendar, form: SpecialForm) -> HttpResponse:
    on, hours = form.cleaned_data["date"], form.cleaned_data["hours"]
    opening_hours.write_special(one, on, hours)
    audit.changed(request, {}, {"special": str(on), "hours": opening_hours.written(hours)})
    messages.success(request, _("Those are its hours. What was promised before keeps its time."))
    return redirect(_at(one.pk, on))


def _shown(one: Calendar, hours: working.WorkingHours, number: int) -> Mapping[str, Any]:
    """Return the year in months, and what is different on some days of it."""
    named = working.public_holidays(one.country, one.subdivision, number, get_language() or "en")
    rows = list(one.closures.all())
    reasons = {(row.first_date, row.last_date): row.reason for row in rows}
    days = year.days(hours, number, holidays=named, closures=reasons)
    first, last = date(number, 1, 1), date(number, 12, 31)
    return {
        "months": year.months(days),
        "open_days": sum(1 for day in days if day.hours),
        "holidays": sorted((on, name) for on, name in named.items() if on.year == number),
        "closures": [row for row in rows if row.first_date <= last and row.last_date >= first],
        "specials": sorted(
            (on, opening_hours.written(stretches))
            for on, stretches in hours.special.items()
            if on.year == number
        ),
    }


def _year(request: Request, one: Calendar) -> int:
    asked = request.GET.get("year", "")
    if asked.isdecimal() and asked.isascii() and len(asked) == 4 and int(asked) in YEARS:
        return int(asked)
    return working.local(now(), working.zone(one.zone)).year


def _said(one: Calendar, request: Request, hours: working.WorkingHours | None = None) -> str:
    return wording.opening_hours(
        hours or one.working_hours(), language=get_language() or "en", region=request.shop.region
    )


def _at(pk: int, on: date) -> str:
    return f"{reverse('calendar', args=[pk])}?year={on.year}"


urlpatterns = [
    path("setup/calendars/", calendars, name="calendars"),
    path("setup/calendars/new/", calendar_new, name="calendar-new"),
    path("setup/calendars/<int:pk>/", calendar, name="calendar"),
    path("setup/calendars/<int:pk>/hours/", calendar_hours, name="calendar-hours"),
    path("setup/calendars/<int:pk>/special/remove/", special_remove, name="special-remove"),
    path("setup/calendars/closures/<int:pk>/remove/", closure_remove, name="closure-remove"),
]
