"""The shop's logo, for whoever sees its pages."""

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from tickets.models import Shop


@login_not_required
@require_safe
def logo(request: HttpRequest) -> HttpResponseBase:
    kept = Shop.objects.values_list("logo", flat=True).first()
    if not kept:
        raise Http404
    png = bytes(kept)
    etag = f'"{hashlib.sha256(png).hexdigest()}"'
    response = HttpResponse(
        png,
        content_type="image/png",
        headers={
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "public, max-age=300",
            "ETag": etag,
        },
    )
    return get_conditional_response(request, etag=etag, response=response) or response


urlpatterns = [path("logo.png", logo, name="shop-logo")]
