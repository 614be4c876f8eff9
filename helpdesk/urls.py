"""Every address there is."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import include, path

from helpdesk import health, hooks, metrics
from helpdesk.api import errors


def may_set_up(request: HttpRequest) -> bool:
    """Let superusers in, and tell others no: strangers were sent to the log-in before."""
    if not (request.user.is_active and request.user.is_superuser):
        raise PermissionDenied
    return True


def to_the_admin(request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
    may_set_up(request)
    return redirect("admin:index")


# One log-in, with its limits: the admin's own has none.
admin.site.login = to_the_admin  # type: ignore[method-assign,assignment]
admin.site.has_permission = may_set_up  # type: ignore[method-assign]

urlpatterns = [
    path("", include("helpdesk.web.urls")),
    path("api/v1/", include("helpdesk.api.v1.urls")),
    path("", include(hooks)),
    path("", include(health)),
    path("", include(metrics)),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("admin/", admin.site.urls),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
