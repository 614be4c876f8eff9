"""Programs that may come in: a token each, shown once, and revoked here."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Max
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.crypto import salted_hmac
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk import programs
from helpdesk.models import ApiToken, IdempotencyKey, Scope
from helpdesk.web import fields
from helpdesk.web.http import Request, owners_only
from helpdesk.web.setup import audit, pages
from tickets.models import Arrival, Interaction

LIST, MADE = "setup/tokens.html", "setup/token.html"
LOOKED_BACK = timedelta(days=30)  # for what they wrote: further back it would be all there is
LONGEST = 3650  # days


@dataclass(frozen=True)
class Line:
    """A token with what is known of it."""

    token: ApiToken
    handle: str
    scopes: list[Any]
    heard_at: datetime | None
    has_expired: bool


class TokenForm(forms.Form):
    name = fields.Line(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("What it is for: Telephones at the front desk. Tickets show it."),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("What it may do"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("As little as it needs."),
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days until it expires"),
        required=False,
        min_value=1,
        max_value=LONGEST,
        help_text=gettext_lazy("Empty: never."),
        widget=forms.NumberInput(attrs={"class": "short"}),
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        # Sent twice by the browser, one form would make two.
        if ApiToken.objects.filter(name=name).exists():
            raise forms.ValidationError(
                _("There is one called %s. Revoke it first, or choose another name.") % name
            )
        return name


@owners_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: Request) -> HttpResponse:
    is_posted = request.method == "POST"
    initial = {"scopes": request.GET.getlist("scope")}
    form = TokenForm(request.POST if is_posted else None, initial=initial)
    if is_posted and form.is_valid():
        try:
            return _made(request, form)
        except programs.NotAProgram as error:
            form.add_error("name", str(error))
    context = {"now": now(), "form": form, "lines": _lines(now())}
    return pages.draw(request, LIST, context, status=422 if form.errors else 200)


def _made(request: Request, form: TokenForm) -> HttpResponse:
    """Make it and show its key in this one answer: it is kept nowhere."""
    given = form.cleaned_data
    expires_in = timedelta(days=given["days"]) if given["days"] else None
    token, key = programs.let_in(given["name"], given["scopes"], expires_in=expires_in)
    audit.changed(request, {}, {"name": token.name, "scopes": token.scopes, "days": given["days"]})
    at = f"{settings.PUBLIC_URL}/api/v1"
    phone = {
        _("Call events"): f"{at}/cti/{key}/",
        _("Who is calling, as text"): f"{at}/callers/name/?key={key}&number=",
        _("Greeting, as text"): f"{at}/greeting.txt?key={key}",
        _("Greeting, as TwiML"): f"{at}/greeting.xml?key={key}",
    }
    context = {
        "token": token,
        "key": key,
        "addresses": phone if Scope.PHONE.value in token.scopes else {},
        "may_have_webhooks": Scope.WEBHOOKS.value in token.scopes,
    }
    return pages.draw(request, MADE, context)


def _lines(moment: datetime) -> list[Line]:
    found = ApiToken.objects.select_related("user").annotate(told=Count("webhooks"))
    listed = list(found.order_by("name", "created"))
    heard, labels = _heard(listed, moment - LOOKED_BACK), dict(Scope.choices)
    return [
        Line(
            token,
            handle_of(token),
            [labels.get(scope, scope) for scope in token.scopes],
            heard.get(token.name),
            token.expiry is not None and token.expiry <= moment,
        )
        for token in listed
    ]


def _heard(listed: list[ApiToken], since: datetime) -> dict[str, datetime]:
    """Return when each program last told us or wrote something; reading leaves no trace."""
    names = {token.name for token in listed}
    if not names:
        return {}
    found: dict[str, datetime] = {}
    for rows, name, at in (
        (Arrival.objects.filter(source__in=names), "source", "arrived_at"),
        (IdempotencyKey.objects.filter(token__name__in=names), "token__name", "began_at"),
        (Interaction.objects.filter(staff__username__in=names), "staff__username", "logged_at"),
    ):
        lately = rows.filter(**{f"{at}__gte": since}).order_by().values_list(name)
        for program, last in lately.annotate(Max(at)):
            found[program] = max(last, found.get(program, last))
    return found


@owners_only
@require_POST
def revoke(request: Request, handle: str) -> HttpResponse:
    every = ApiToken.objects.select_related("user")
    token = next((each for each in every if handle_of(each) == handle), None)
    if token is None:
        raise Http404
    audit.changed(request, {"name": token.name, "scopes": token.scopes}, {"name": "", "scopes": []})
    token.delete()
    messages.success(request, _("%s is revoked: whoever used it is locked out.") % token.name)
    return redirect("tokens")


def handle_of(token: ApiToken) -> str:
    """Return what names it on a page: the key of its row is a digest, and nobody's business."""
    return salted_hmac("helpdesk.web.setup.tokens", token.digest).hexdigest()[:20]


urlpatterns = [
    path("setup/tokens/", tokens, name="tokens"),
    path("setup/tokens/<slug:handle>/revoke/", revoke, name="token-revoke"),
]
