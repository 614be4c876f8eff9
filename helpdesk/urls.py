"""Every address there is."""

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.urls import include, path

from helpdesk.api import errors

# One log-in, with its limits: the admin's own has none.
admin.site.login = login_required(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("helpdesk.web.urls")),
    path("api/v1/", include("helpdesk.api.v1.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
