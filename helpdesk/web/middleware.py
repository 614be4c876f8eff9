"""What every page needs to know: the shop, its clock, and how to say no."""

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from billing.invoicing import NotPayable
from billing.models import NoRate
from helpdesk import tasks
from helpdesk.web import accounts, shell
from helpdesk.web.http import way_back
from policies.calendars import BadHours, NeverOpen
from policies.callbacks import ClaimedAlready
from policies.models import NoTerms
from policies.quotes import AlreadyAccepted
from tickets.devices import LentAlready, NotTheirs
from tickets.merging import NotMergeable
from tickets.models import NoShop
from tickets.sentences import in_words
from tickets.states import IllegalMove, LostRace
from tickets.troubles import NotEased

# What they say is for staff to read.
REFUSALS = (
    *(AlreadyAccepted, BadHours, ClaimedAlready, LentAlready, NeverOpen, NoRate, NoTerms),
    *(NotEased, NotMergeable, NotPayable, NotTheirs),
)


SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
# Some providers, and every telephone, tell us by GET.
HOOKS = ("/hooks/", "/api/v1/cti/phone/")
FOR_PROGRAMS = ("/api/", "/hooks/", "/healthz", "/readyz", "/metrics")
# What is posted here is about whoever posts it, and nothing comes of it that could be due.
IDLE = re.compile(r"/(live|drafts|notices|presence)/|/tickets/\d+/presence/")


class BellMiddleware:
    """Ring for the clock after a request that may have written down something to do."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_read = request.method in SAFE and not request.path.startswith(HOOKS)
        is_idle = is_read or IDLE.match(request.path)
        if not is_idle and response.status_code < 500:
            tasks.ring()
        return response


class ShopMiddleware:
    """Show pages in the reader's language and the shop's time, keep programs out, say refusals."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Read only for those who are shown something: the phone's door has no session.
        shop = shell.shop_for(request) if request.user.is_authenticated else None
        request.shop = shop  # type: ignore[attr-defined]
        if shop is None:
            return _back_to_the_page(request, self._before_the_log_in(request))
        language = request.user.language or shop.language  # type: ignore[union-attr]
        with translation.override(language), timezone.override(shop.tzinfo):
            return self.get_response(request)

    def _before_the_log_in(self, request: HttpRequest) -> HttpResponse:
        """Show it in the language their browser asks for; what programs are told stays English."""
        if request.path.startswith(FOR_PROGRAMS):
            return self.get_response(request)
        with translation.override(translation.get_language_from_request(request)):
            response = self.get_response(request)
        patch_vary_headers(response, ["Accept-Language"])
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        if not request.user.works_here:
            raise PermissionDenied
        if accounts.lacks_a_second_factor(request) and not view.__module__.startswith("allauth."):
            messages.warning(request, _("The owner asks for a second factor. Set one up to go on."))
            return redirect("mfa_index")
        # The admin stays open: an owner may set up the shop there.
        is_page = view.__module__.startswith("helpdesk.web.")
        if is_page and request.shop is None:  # type: ignore[attr-defined]
            return render(request, "no_shop.html", status=503)
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, NoShop):
            return render(request, "no_shop.html", status=503)
        if request.path.startswith(HOOKS):
            return None  # not a page to go back to: a provider that is refused tells us again
        if isinstance(error, LostRace | IllegalMove):
            messages.info(
                request, _("Somebody else changed this first. Here is how it stands now.")
            )
            return redirect(way_back(request))
        if isinstance(error, REFUSALS):
            messages.error(request, in_words(error))
            return redirect(way_back(request))
        return None


def _back_to_the_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let an expired log-in lead back to the page they were on, where their drafts are.

    Not to the part that htmx asked for, and not to where a form was sent.
    """
    if response.status_code != 302:
        return response
    target = response.headers["Location"]
    if target.startswith(resolve_url(settings.LOGIN_URL) + "?next="):
        page = request.htmx.current_url_abs_path  # type: ignore[attr-defined]
        if page is None and request.method not in SAFE:
            page = way_back(request)
        target = redirect_to_login(page).url if page else target
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(target)
    return redirect(target)
