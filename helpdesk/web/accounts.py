"""Log-ins: the owner makes them, nobody signs up; and where each begins."""

from typing import Any

from allauth.account import forms
from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from tickets.models import User


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

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


class LoginForm(forms.LoginForm):
    """One types at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autofocus"] = True
