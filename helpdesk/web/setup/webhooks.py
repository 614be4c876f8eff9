"""Where programs are told what happens here, and what became of each telling."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk import webhooks
from helpdesk.models import ApiToken, Scope, WebhookDelivery, WebhookEndpoint
from helpdesk.web.http import Request, owners_only
from helpdesk.web.setup import audit, pages, trying
from helpdesk.web.setup.tokens import handle_of
from helpdesk.webhooks import BadAddress, BadEvents

LIST, ONE, SECRET = "setup/webhooks.html", "setup/webhook.html", "setup/webhook_secret.html"
SHOWN = 25  # deliveries
EVERYTHING = gettext_lazy("All that it may read, also what is added one day")
KINDS = {
    "ticket.created": gettext_lazy("A ticket is opened"),
    "ticket.updated": gettext_lazy("A ticket changed"),
    "ticket.closed": gettext_lazy("A ticket ended"),
    "ticket.reopened": gettext_lazy("A ticket is worked on again"),
    "interaction.created": gettext_lazy("A call, message, visit or note is written down"),
    "interaction.updated": gettext_lazy("What became of it changed"),
    "promise.made": gettext_lazy("We promised something"),
    "promise.told": gettext_lazy("The customer was told of a promise"),
    "promise.ended": gettext_lazy("A promise is kept, broken or over"),
    "invoice.issued": gettext_lazy("An invoice is issued"),
    "invoice.settled": gettext_lazy("An invoice is paid, or given"),
}


class WebhookForm(forms.Form):
    token = forms.ChoiceField(
        label=gettext_lazy("Program"),
        help_text=gettext_lazy("It is told of what its token may read, and of nothing else."),
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("It is told when"),
        choices=[(webhooks.ALL, EVERYTHING), *((kind, KINDS[kind]) for kind in webhooks.KINDS)],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )
    description = forms.CharField(
        label=gettext_lazy("What it is for"), max_length=120, required=False
    )

    def __init__(self, data: Any, *, tokens: list[ApiToken]) -> None:
        super().__init__(data)
        self.tokens = {handle_of(token): token for token in tokens}
        field = self.fields["token"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (handle, f"{token.name}, {localtime(token.created):%Y-%m-%d}")
            for handle, token in self.tokens.items()
        ]

    def open(self) -> WebhookEndpoint | None:
        """Have it told, or say at the field why not."""
        given = self.cleaned_data
        try:
            return webhooks.opened(
                self.tokens[given["token"]],
                given["url"],
                given["events"],
                given["description"],
                now=now(),
            )
        except BadAddress as error:
            self.add_error("url", str(error))
        except BadEvents as error:
            self.add_error("events", str(error))
        return None


@owners_only
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def all_webhooks(request: Request) -> HttpResponse:
    able = [
        token
        for token in ApiToken.objects.order_by("name", "created")
        if Scope.WEBHOOKS.value in token.scopes
    ]
    form = WebhookForm(request.POST if request.method == "POST" else None, tokens=able)
    if request.method == "POST" and form.is_valid() and (endpoint := form.open()):
        after = {"url": _where(endpoint), "events": endpoint.events, "token": endpoint.token.name}
        audit.changed(request, {}, after)
        return _secret(request, endpoint)
    last = WebhookDelivery.objects.filter(endpoint=OuterRef("pk")).order_by("-pk")
    context = {
        "now": now(),
        "form": form,
        "able": able,
        "endpoints": WebhookEndpoint.objects.select_related("token")
        .annotate(last=Subquery(last.values("status")[:1]))
        .order_by("-pk"),
        "said": dict(WebhookDelivery.Status.choices),
    }
    return pages.draw(request, LIST, context, status=422 if form.errors else 200)


@owners_only
@require_safe
def webhook(request: Request, pk: int) -> HttpResponse:
    endpoint = _find(pk)
    deliveries = endpoint.deliveries.defer("body").order_by("-pk")[:SHOWN]
    context = {
        "now": now(),
        "endpoint": endpoint,
        "events": [KINDS.get(kind, EVERYTHING) for kind in endpoint.events],
        "deliveries": [(each, each.tries[-1] if each.tries else None) for each in deliveries],
    }
    return pages.draw(request, ONE, context)


@owners_only
@require_POST
def active(request: Request, pk: int) -> HttpResponse:
    """Pause it, or go on; what waits keeps waiting meanwhile."""
    endpoint, is_to_run = _find(pk), request.POST.get("active") == "on"
    audit.changed(request, {"enabled": endpoint.disabled_at is None}, {"enabled": is_to_run})
    if is_to_run:
        webhooks.enabled(endpoint)
        messages.success(request, _("It is told again, also of what had been waiting."))
    else:
        webhooks.disabled(endpoint, _("Paused by %s.") % request.user, now=now())
        messages.success(request, _("Paused. What happens meanwhile is not collected for it."))
    return redirect("webhook", pk)


@owners_only
@require_POST
def ping(request: Request, pk: int) -> HttpResponse:
    endpoint = _find(pk)
    if not trying.may(now()):
        messages.error(request, trying.enough())
        return redirect("webhook", pk)
    tried = webhooks.pinged(endpoint, now=now())
    said = {"status": tried.status, "ms": tried.ms}
    if tried.is_taken:
        messages.success(request, _("It answered %(status)s, after %(ms)s ms.") % said)
    elif tried.failed:
        messages.error(request, _("It was not taken: %s") % tried.failed)
    else:
        messages.error(
            request,
            _("It answered %(status)s, after %(ms)s ms. Anything but 2xx is tried again.") % said,
        )
    return redirect("webhook", pk)


@owners_only
@never_cache
@require_POST
def rotate(request: Request, pk: int) -> HttpResponse:
    """Give it a new secret, and show that one once; the one before holds for a day."""
    endpoint = _find(pk)
    before = endpoint.secret_version
    webhooks.rotated(endpoint, now=now())
    audit.changed(request, {"secret_version": before}, {"secret_version": endpoint.secret_version})
    return _secret(request, endpoint)


@owners_only
@require_POST
@transaction.atomic
def resend(request: Request, pk: int, delivery: int) -> HttpResponse:
    rows = WebhookDelivery.objects.select_for_update().filter(endpoint=pk)
    webhooks.replayed(get_object_or_404(rows, pk=delivery), now=now())
    messages.success(request, _("It is sent once more, under the same id."))
    return redirect("webhook", pk)


@owners_only
@require_POST
def delete(request: Request, pk: int) -> HttpResponse:
    endpoint = _find(pk)
    audit.changed(
        request, {"url": _where(endpoint), "events": endpoint.events}, {"url": "", "events": []}
    )
    endpoint.delete()
    messages.success(request, _("Forgotten, with what waited to be sent to it."))
    return redirect("webhooks")


def _find(pk: int) -> WebhookEndpoint:
    return get_object_or_404(WebhookEndpoint.objects.select_related("token"), pk=pk)


def _where(endpoint: WebhookEndpoint) -> str:
    """Return the address without what may be a key in it."""
    return endpoint.url.partition("?")[0]


def _secret(request: Request, endpoint: WebhookEndpoint) -> HttpResponse:
    context = {"endpoint": endpoint, "secret": webhooks.secret(endpoint)}
    return pages.draw(request, SECRET, context)


urlpatterns = [
    path("setup/webhooks/", all_webhooks, name="webhooks"),
    path("setup/webhooks/<int:pk>/", webhook, name="webhook"),
    path("setup/webhooks/<int:pk>/active/", active, name="webhook-active"),
    path("setup/webhooks/<int:pk>/ping/", ping, name="webhook-ping"),
    path("setup/webhooks/<int:pk>/secret/", rotate, name="webhook-secret"),
    path("setup/webhooks/<int:pk>/delete/", delete, name="webhook-delete"),
    path(
        "setup/webhooks/<int:pk>/deliveries/<int:delivery>/resend/", resend, name="webhook-resend"
    ),
]
