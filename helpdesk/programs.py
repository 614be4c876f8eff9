"""Programs that work for us: each is a user of its own, and comes in with a token."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.models import ApiToken
from tickets.models import User


class NotAProgram(Exception):
    """Somebody who works here is called that; the text says what to do."""


@transaction.atomic
def let_in(
    name: str,
    scopes: Iterable[str],
    *,
    expires_in: timedelta | None = None,
    in_place_of_others: bool = False,
) -> tuple[ApiToken, str]:
    """Make a token for the program `name`; return it with its key, which is kept nowhere.

    Raises NotAProgram.
    """
    user, is_new = User.objects.get_or_create(
        username=name, defaults={"role": User.Role.INTEGRATION}
    )
    if user.role != User.Role.INTEGRATION:
        raise NotAProgram(_("%s is somebody's log-in. Choose another name.") % name)
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    if in_place_of_others:
        user.auth_token_set.all().delete()
    token, key = ApiToken.objects.create(user, expires_in, name=name, scopes=sorted(set(scopes)))
    return token, key
