"""What our views know about a request, and who may see what."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from tickets.models import Shop, User

Rest = ParamSpec("Rest")


class Request(HttpRequest):
    """A request as our middleware leaves it for a page; for annotations only."""

    htmx: HtmxDetails
    user: User
    shop: Shop


View = Callable[Concatenate[Request, Rest], HttpResponseBase]


def owners_only(view: View[Rest]) -> View[Rest]:
    """Let owners in, and nobody else."""

    @wraps(view)
    def guarded(request: Request, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
        if not request.user.is_owner:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def part(request: Request, template: str, name: str) -> str:
    """Return the named part of `template` for htmx, and all of it for everyone else."""
    return f"{template}#{name}" if request.htmx else template


def way_back(request: HttpRequest, otherwise: Any = "today") -> str:
    """Return the page of ours that the request came from."""
    came_from = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, request.is_secure()):
        address = urlsplit(came_from)
        return address.path + (f"?{address.query}" if address.query else "")
    return resolve_url(otherwise)
