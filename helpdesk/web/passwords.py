"""A password somebody chooses: what it must be, said before it is typed, and whose it is to be."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy

from tickets.models import User


class PasswordField(forms.CharField):
    """A new password, with the rules below it. Who checks it says whose: see `fitting`."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Password"),
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            help_text=gettext_lazy(
                "At least 8 characters, not digits alone. Not your name, and none that many use."
            ),
        )


def fitting(password: str, *, username: str, name: str, email: str = "") -> str:
    """Return the password. Raises ValidationError where it is weak, or like what names them."""
    # The whole name as one: each word of it is compared, and all of them together.
    validate_password(password, User(username=username, first_name=name, email=email))
    return password
