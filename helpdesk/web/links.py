"""What customers open by a link of ours, without a log-in: whoever has the link may."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils.timezone import now
from django.views.decorators.http import require_safe

from billing import invoicing, mailing
from helpdesk.web.downloads import POLICY

# Nobody between us and them keeps a copy, and no page learns the address they came from.
PRIVATE = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
}


@login_not_required
@require_safe
def invoice(request: HttpRequest, token: str) -> HttpResponseBase:
    found = mailing.linked(token)
    if found is None:
        response = render(request, "billing/no_invoice.html", status=404)
    else:
        document = invoicing.document(found, now=now())
        disposition = f'attachment; filename="{found.reference}.pdf"'
        headers = {"Content-Disposition": disposition, "Content-Security-Policy": POLICY}
        response = HttpResponse(bytes(document.pdf), mailing.PDF, headers=headers)
    for name, value in PRIVATE.items():
        response[name] = value
    return response


urlpatterns = [path("i/<str:token>/", invoice, name="invoice-link")]
