"""Opening a shop where there is none: by a link that is good once, and then step by step."""

from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from helpdesk import opening
from helpdesk.web.setup.first_forms import FirstForm, WhereForm

WHERE, REST, NOT_YET = "setup/first_where.html", "setup/first_rest.html", "setup/first_not_yet.html"
# By the language of a browser that names no country.
LIKELY = {"en": "US", "sv": "SE"}


@login_not_required
@never_cache
@require_safe
def closed(request: HttpRequest) -> HttpResponse:
    return _not_yet(request)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def first(request: HttpRequest, token: str) -> HttpResponse:
    if not opening.may_open(token):
        # Only who has a link of ours is told that somebody was first.
        return _gone(request) if opening.was_used(token) else _not_yet(request)
    asked = request.GET if "name" in request.GET else None
    where = WhereForm(asked, initial={"country": _country(request)})
    if not where.is_valid():
        return render(request, WHERE, {"form": where}, status=422 if asked else 200)
    return _rest(request, where)


def _rest(request: HttpRequest, where: WhereForm) -> HttpResponse:
    given = where.cleaned_data
    form = FirstForm(given["country"], request.POST or None, name=given["name"])
    if request.method == "POST" and form.is_valid():
        try:
            owner = opening.open_first(
                form.plan(),
                username=form.cleaned_data["username"],
                owner=form.cleaned_data["owner"],
                password=form.cleaned_data["password"],
                now=now(),
            )
        except opening.AlreadyOpen:
            return _gone(request)
        answer: HttpResponse = perform_login(
            request, owner, email_verification="none", redirect_url=resolve_url("setup")
        )
        return answer
    country = dict(where.fields["country"].choices)[given["country"]]  # type: ignore[attr-defined]
    context = {"form": form, "country": country, "back": request.path}
    return render(request, REST, context, status=422 if form.errors else 200)


def _not_yet(request: HttpRequest) -> HttpResponse:
    """Tell a stranger nothing but that nobody has set it up, and only while that is so."""
    if not opening.is_awaited():
        raise Http404
    return render(request, NOT_YET, status=404)


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, NOT_YET, {"is_open": True}, status=404)


def _country(request: HttpRequest) -> str:
    """Guess by what the browser asks for first: sv-SE, en-GB, en."""
    first_choice = request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0]
    language, _dash, country = first_choice.strip().partition("-")
    likely = LIKELY.get(language, LIKELY.get(get_language() or "en", "US"))
    return country.upper() if len(country) == 2 else likely


urlpatterns = [
    path("setup/first/", closed, name="first-run-closed"),
    path("setup/first/<str:token>/", first, name="first-run"),
]
