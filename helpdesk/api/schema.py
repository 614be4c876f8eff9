"""The OpenAPI document, and a page to read it and try it on."""

from typing import Any

from csp.decorators import csp_replace
from django.utils.decorators import method_decorator
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from helpdesk.api import access


class Bearer(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = access.BearerAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "manage.py create_token"}


class Key(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = access.KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "query", "name": "key"}


@method_decorator(extend_schema(exclude=True), name="get")
class Document(SpectacularAPIView):
    """The OpenAPI document. It says nothing of the shop, so anybody may read it."""

    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()


RELAXED = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    # What the page is made of writes its own style; it shows nothing that came from outside.
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'none'"],
}


@method_decorator(csp_replace(RELAXED), name="dispatch")
@method_decorator(extend_schema(exclude=True), name="get")
class Docs(SpectacularSwaggerSplitView):
    """The same to look at, from files of our own."""

    authentication_classes = ()
    permission_classes = ()
    url_name = "api-schema"
