"""Who a program is, and what its token lets it do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from knox.auth import TokenAuthentication
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from helpdesk.models import ApiToken, Scope
from tickets.models import User

if TYPE_CHECKING:
    from rest_framework.views import APIView  # it reads the settings that name this module

Known = tuple[User, ApiToken]


class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer <token>`."""

    def authenticate_credentials(self, token: bytes) -> Known:
        try:
            known: Known = super().authenticate_credentials(token)
        except ValueError:  # not UTF-8, or NUL, which PostgreSQL refuses: no token of ours
            raise AuthenticationFailed from None
        return known


class KeyAuthentication(BaseAuthentication):
    """`?key=<token>`, for phone systems that can send nothing but an address."""

    def authenticate(self, request: Request) -> Known | None:
        key = request.query_params.get("key", "")
        return BearerAuthentication().authenticate_credentials(key.encode()) if key else None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class HasScope(BasePermission):
    """Whether the token has the scope its view names; a view that names none is closed."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, ApiToken):
            return False
        if getattr(view, "action", "") is None:  # no such method: it is not allowed to anybody
            return True
        scope = needed(view)
        if scope is None:
            return False
        self.message = f"The token lacks the scope “{scope.value}”."  # if it is refused
        return allows(request.auth, scope)


def needed(view: APIView) -> Scope | None:
    """Return the scope that what is asked of `view` takes; one of several actions has a table."""
    scopes: dict[str, Scope] | None = getattr(view, "scopes", None)
    if scopes is not None:
        return scopes.get(getattr(view, "action", ""))
    scope: Scope | None = getattr(view, "scope", None)
    return scope


def allows(token: ApiToken, scope: Scope) -> bool:
    return scope.value in token.scopes


def bearer(token: str, scope: Scope) -> ApiToken | None:
    """Return the token that `token` is, or None if it is not one or may not do `scope`."""
    try:
        _user, known = BearerAuthentication().authenticate_credentials(
            token.encode("utf-8", "replace")
        )
    except AuthenticationFailed:
        return None
    return known if allows(known, scope) else None
