"""What everybody may know of the shop: its policies, and how long one waits today."""

from collections.abc import Callable
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
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from billing.models import Rate
from helpdesk.web.public import hours
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
        wanted = request.GET.get("language") or translation.get_language_from_request(request)
        language = wanted if wanted in shop.languages else shop.language
        with translation.override(language), timezone.override(shop.tzinfo):
            response = view(request, shop=shop, language=language, **given)
        response["Content-Language"] = language
        return response

    return guarded


@for_everybody
@require_safe
def policies(request: HttpRequest, *, shop: Shop, language: str) -> HttpResponse:
    """Hours, callback windows, turnaround and fees, as they are in force at this minute."""
    if not shop.shows_policies:
        raise Http404
    moment = now()
    context = {
        "shop": shop,
        "now": moment,
        "language": language,
        "languages": [code for code in shop.languages if code != language],
        "windows": _windows(shop, language, moment),
        "hours": hours.of_general(shop, language, moment),
        "turnarounds": _turnarounds(language, moment),
        "rates": _rates(moment),
        "wait": todays_wait(shop, language, moment),
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
        found = waits.today(now=moment)
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
        return _said(waits.today(now=moment), shop, language, moment)
    except NoTerms:
        return ""


def _said(found: waits.Wait, shop: Shop, language: str, moment: datetime) -> str:
    return replies.callback_offer(
        found.window, found.until, shop=shop, now=moment, language=language
    )


def _windows(shop: Shop, language: str, moment: datetime) -> list[tuple[str, str, CallbackWindow]]:
    """Return for whom, within what, and the terms; one kind of customer only where it differs."""
    found = []
    try:
        general = CallbackWindow.in_force(moment)
        of_kinds = [(kind, CallbackWindow.in_force(moment, kind)) for kind in Customer.Kind]
    except NoTerms:
        return []
    for label, window in [("", general), *((kind.label, own) for kind, own in of_kinds)]:
        if label and window == general:
            continue
        found.append((str(label), wording.span(window.minutes, language), window))
    return found


def _turnarounds(language: str, moment: datetime) -> list[tuple[Turnaround, str]]:
    """Return what is in force for each service that is offered, in one query."""
    newest: dict[int, Turnaround] = {}
    versions = Turnaround.objects.filter(valid_from__lte=moment, service__active=True)
    for version in versions.select_related("service").order_by("valid_from", "pk"):
        newest[version.service_id] = version
    shown = sorted(newest.values(), key=lambda version: version.service.name)
    return [(version, wording.working_days(version.days, language)) for version in shown]


def _rates(moment: datetime) -> list[Rate]:
    """Return the rates of services that have one of their own, and last that of all else."""
    newest: dict[int | None, Rate] = {}
    for rate in (
        Rate.objects.filter(valid_from__lte=moment)
        .select_related("service")
        .order_by("valid_from", "pk")
    ):
        newest[rate.service_id] = rate
    general = newest.pop(None, None)
    own = [rate for rate in newest.values() if rate.service and rate.service.active]
    return [*sorted(own, key=lambda rate: str(rate.service)), *([general] if general else [])]


urlpatterns = [
    path("policies/", policies, name="public-policies"),
    path("policies/wait.json", wait, name="public-wait"),
]
