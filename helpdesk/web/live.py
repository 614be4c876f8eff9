"""What waits and who rings, asked for again and again by the pages that are looked at."""

from hashlib import sha256

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.timezone import now
from django.views.decorators.http import require_GET, require_POST

from helpdesk.web import incoming
from helpdesk.web.http import Request, way_back

TEMPLATE = "parts/_live.html"


@require_GET
def live(request: Request) -> HttpResponse:
    """The parts of every page that change by themselves; 304 for those the page has."""
    response = render(request, TEMPLATE)
    etag = quote_etag(sha256(response.content).hexdigest()[:32])
    answer = get_conditional_response(request, etag=etag, response=response)
    assert answer is not None
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    if answer.status_code == 200:
        # Who has logged in again meanwhile has forms open that know no more than the old one.
        answer.headers["X-CSRFToken"] = get_token(request)
    return answer


@require_POST
def later(request: Request) -> HttpResponse:
    """This user does not want to see this call any more; their colleagues still do."""
    key = request.POST.get("call", "")
    if key.isascii() and key.isdecimal() and len(key) < 19:
        incoming.put_aside(request, int(key), now=now())
    return HttpResponse(status=204) if request.htmx else redirect(way_back(request))


urlpatterns: list[URLPattern] = [
    path("live/", live, name="live"),
    path("live/later/", later, name="live-later"),
]
