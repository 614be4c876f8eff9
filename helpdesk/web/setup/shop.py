"""What the shop is: its name and address, where it is, its limits, its logo."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.web.http import Request, owners_only
from helpdesk.web.setup import audit, pages
from helpdesk.web.setup.shop_forms import FIELDS, LogoForm, ShopForm
from tickets.models import Shop

TEMPLATE = "setup/shop.html"


@owners_only
@require_http_methods(["GET", "HEAD", "POST"])
def shop(request: Request) -> HttpResponse:
    # Not the one that stands around the page: it would show what is wrong in the form.
    found = Shop.objects.current()
    before = {name: _plain(getattr(found, name)) for name in (*FIELDS, "languages")}
    form = ShopForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        saved = form.written()
        after = {name: _plain(getattr(saved, name)) for name in before}
        audit.changed(request, before, after)
        messages.success(request, _("Saved."))
        return redirect("setup-shop")
    return _page(request, form, LogoForm())


@owners_only
@require_POST
def logo(request: Request) -> HttpResponse:
    """Take the picture they chose, or take away the one there is."""
    found = Shop.objects.current()
    if request.POST.get("do") == "remove":
        return _keep(request, found, None, _("The logo is gone."))
    form = LogoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, ShopForm(instance=found), form)
    return _keep(request, found, form.cleaned_data["logo"], _("That is the logo now."))


def _keep(request: Request, found: Shop, picture: bytes | None, said: str) -> HttpResponse:
    audit.changed(request, {"logo": bool(found.logo)}, {"logo": len(picture or b"")})
    found.logo = picture
    found.save(update_fields=["logo"])
    messages.success(request, said)
    return redirect("setup-shop")


def _page(request: Request, form: ShopForm, logo_form: LogoForm) -> HttpResponse:
    context = {"form": form, "logo_form": logo_form}
    wrong = form.errors or logo_form.errors
    return pages.draw(request, TEMPLATE, context, status=422 if wrong else 200)


def _plain(value: object) -> object:
    """Return what can be written down beside what it was before."""
    return value if value is None or isinstance(value, int | list) else str(value)


urlpatterns = [
    path("setup/shop/", shop, name="setup-shop"),
    path("setup/shop/logo/", logo, name="setup-logo"),
]
