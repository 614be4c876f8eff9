"""Saying yes to an invite: a name, a password, and in."""

from typing import Any

from allauth.account.utils import perform_login
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from helpdesk import invites
from helpdesk.models import Invite
from helpdesk.web import passwords
from tickets.models import Shop, User


class JoinForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=150,
        validators=[User.username_validator],
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = passwords.PasswordField()

    def __init__(self, data: Any, *, asked: Invite) -> None:
        super().__init__(data)
        self.asked = asked

    def clean_username(self) -> str:
        name = User.normalize_username(self.cleaned_data["username"])
        if User.objects.filter(username=name).exists():
            raise forms.ValidationError(_("Somebody has that name already."))
        return name

    def clean_password(self) -> str:
        return passwords.fitting(
            self.cleaned_data["password"],
            username=self.cleaned_data.get("username", ""),
            name=self.asked.name,
            email=self.asked.email,
        )


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    try:
        asked = invites.opened(token, now=now())
        form = JoinForm(request.POST or None, asked=asked)
        if request.method == "POST" and form.is_valid():
            user = invites.accept(asked, **form.cleaned_data, now=now())
            answer: HttpResponse = perform_login(request, user, email_verification="none")
            return answer
    except invites.NotGood as error:
        return render(request, "public/no_invite.html", {"because": error}, status=404)
    context = {
        "asked": asked,
        "role": User.Role(asked.role).label,
        "shop": Shop.objects.current(),
        "form": form,
    }
    return render(request, "public/join.html", context, status=422 if form.errors else 200)


urlpatterns = [path("join/<str:token>/", join, name="join")]
