"""What everybody may know of the shop: its policies, and how long one waits today."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils import timezone, translation
from django.utils.timezone import now
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from billing.models import Rate
from helpdesk.web.public import coming, hours
from policies import replies, waits, wording
from policies.models import CallbackWindow, NoTerms, Turnaround
from tickets.models import Customer, Shop


def for_everybody(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Answer whoever asks, in a language of theirs and the shop's, at the shop's time."""

    @login_not_required
    @vary_on_headers("Accept-Language")
    @wraps(view)
    def guarded(request: HttpRequest, **given: Any) -> HttpResponseBase:
        shop = Shop.objects.first()
        if shop is None:
            raise Http404
        language = _asked_for(request, shop)
        with translation.override(language), timezone.override(shop.tzinfo):
            response = view(request, shop=shop, language=language, **given)
        response["Content-Language"] = language
        return response

    return guarded


def _asked_for(request: HttpRequest, shop: Shop) -> str:
    """Return the first language they ask for that the shop speaks, else the shop's own."""
    browsers = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    wanted = [request.GET.get("language", ""), *(code.partition("-")[0] for code, _q in browsers)]
    return next((code for code in wanted if code in shop.languages), shop.language)


@for_everybody
@require_safe
def policies(request: HttpRequest, *, shop: Shop, language: str) -> HttpResponse:
    """Hours, callback windows, turnaround and fees, as they are in force at this minute."""
    if not shop.shows_policies:
        raise Http404
    moment = now()
    windows = CallbackWindow.all_in_force(moment)
    general = windows.get("")
    found = waits.today(general, now=moment) if general else None
    context = {
        "shop": shop,
        "now": moment,
        "language": language,
        "languages": [code for code in shop.languages if code != language],
        "windows": _windows(windows, language),
        "hours": hours.of(general.calendar, shop, language, moment) if general else None,
        "turnarounds": _turnarounds(language, moment),
        "rates": _rates(moment),
        "changes": coming.changes(shop, language, moment),
        "wait": _said(found, shop, language, moment) if found else "",
    }
    return render(request, "public/policies.html", context)


@for_everybody
@require_safe
def wait(request: HttpRequest, *, shop: Shop, language: str) -> HttpResponse:
    """How long one waits today, for other programs and the shop's own pages."""
    if not shop.shows_policies:
        raise Http404
    moment = now()
    try:
        found = waits.today(CallbackWindow.in_force(moment), now=moment)
    except NoTerms as error:
        return JsonResponse({"detail": str(error)}, status=503)
    said = {
        "minutes": found.minutes,
        "until": found.until.astimezone(shop.tzinfo).isoformat(timespec="minutes"),
        "is_open": found.is_open,
        "language": language,
        "text": _said(found, shop, language, moment),
    }
    # Any page may show it; a minute old, it is still true.
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=60"}
    return JsonResponse(said, headers=headers, json_dumps_params={"ensure_ascii": False})


def todays_wait(shop: Shop, language: str, moment: datetime) -> str:
    """Say how long one waits today; nothing where the shop keeps that to itself."""
    if not shop.shows_policies:
        return ""
    try:
        found = waits.today(CallbackWindow.in_force(moment), now=moment)
    except NoTerms:
        return ""
    return _said(found, shop, language, moment)


def _said(found: waits.Wait, shop: Shop, language: str, moment: datetime) -> str:
    return replies.callback_offer(
        found.window, found.until, shop=shop, now=moment, language=language
    )


def _windows(
    windows: Mapping[str, CallbackWindow], language: str
) -> list[tuple[str, str, CallbackWindow]]:
    """Return for whom, within what, and the terms; one kind of customer only where it differs."""
    labels = {"": "", **dict(Customer.Kind.choices)} if "" in windows else {}
    return [
        (str(label), wording.span(windows[kind].minutes, language), windows[kind])
        for kind, label in labels.items()
        if kind in windows
    ]


def _turnarounds(language: str, moment: datetime) -> list[tuple[Turnaround, str]]:
    """Return what is in force for each service that is offered, in one query."""
    versions = Turnaround.objects.filter(valid_from__lte=moment, service__active=True)
    versions = versions.select_related("service").order_by("valid_from", "pk")
    newest = {version.service_id: version for version in versions}
    shown = sorted(newest.values(), key=lambda version: version.service.name)
    return [(version, wording.working_days(version.days, language)) for version in shown]


def _rates(moment: datetime) -> list[Rate]:
    """Return the rates of services that have one of their own, and last that of all else."""
    newest = Rate.all_in_force(moment)
    general = newest.pop(None, None)
    own = [rate for rate in newest.values() if rate.service and rate.service.active]
    return [*sorted(own, key=lambda rate: str(rate.service)), *([general] if general else [])]


urlpatterns = [
    path("policies/", policies, name="public-policies"),
    path("policies/wait.json", wait, name="public-wait"),
]
