"""Log-ins: the owner makes them, nobody signs up; second factors; and where each begins."""

import base64
from typing import Any

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _

from tickets.models import Shop, User

_SALT = b"helpdesk.web.accounts"


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_from_email(self) -> str:
        shop = Shop.objects.first()
        return (shop.sends_from if shop else "") or str(super().get_from_email())

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        is_technician = getattr(request.user, "role", "") == User.Role.TECHNICIAN
        return resolve_url("bench") if is_technician else super().get_login_redirect_url(request)

    def post_login(
        self, request: HttpRequest, user: Any, *, redirect_url: str | None, **more: Any
    ) -> HttpResponse:
        # Who opens the front door and is asked to log in wanted to go nowhere in particular.
        if redirect_url == resolve_url("today"):
            redirect_url = self.get_login_redirect_url(request)
        response: HttpResponse = super().post_login(
            request, user, redirect_url=redirect_url, **more
        )
        return response


class SecondFactor(DefaultMFAAdapter):
    """A phone's codes, passkeys and recovery codes; what is secret of them is kept encrypted."""

    def get_totp_issuer(self) -> str:
        return _shop_name()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": _shop_name()}

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:  # a key that is lost opens nothing, and nothing else does
            raise PermissionDenied(
                _("Your second factor cannot be read any more. Ask an owner to take it away.")
            ) from None


def has_second_factor(request: HttpRequest) -> bool:
    """Return whether they logged in by one, or have set one up since."""
    used = {record.get("method") for record in get_authentication_records(request, request.user)}
    return "mfa" in used or SecondFactor().is_mfa_enabled(request.user)


def lacks_a_second_factor(request: Any) -> bool:
    """Tell whether the owner asks for one, and they have none: nothing of the shop is shown."""
    shop = request.shop
    is_asked = shop is not None and request.user.role in shop.second_factor_roles
    return is_asked and not has_second_factor(request)


def _shop_name() -> str:
    shop = Shop.objects.first()
    return shop.name if shop else "Helpdesk"


def _cipher() -> MultiFernet:
    """Return what reads all that was written under today's signing key and those before."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str | bytes) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=_SALT, info=b"second factors")
    return base64.urlsafe_b64encode(kdf.derive(force_bytes(key)))


class LoginForm(forms.LoginForm):
    """One types at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autofocus"] = True
