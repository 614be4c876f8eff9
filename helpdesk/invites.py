"""Somebody is asked to work here: a signed link, good once and for a week."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from helpdesk.models import Invite
from helpdesk.opening import hire
from tickets.models import User

GOOD_FOR = timedelta(days=7)
_SALT = "helpdesk.invites"


class NotGood(Exception):
    """The link makes nobody a log-in any more; the text says why, for whoever opened it."""


def invite(name: str, email: str, role: str, *, by: User, now: datetime) -> Invite:
    """Write down who is asked. Whoever was asked before at that address is not any more."""
    with transaction.atomic():
        earlier = Invite.objects.filter(email__iexact=email, used_at=None, revoked_at=None)
        earlier.update(revoked_at=now)
        return Invite.objects.create(
            name=name,
            email=email,
            role=role,
            invited_by=by,
            invited_at=now,
            expires_at=now + GOOD_FOR,
        )


def address(asked: Invite) -> str:
    """Return where they say yes: whoever has it may."""
    return f"{settings.PUBLIC_URL}/join/{signing.dumps(asked.pk, salt=_SALT)}/"


def opened(token: str, *, now: datetime) -> Invite:
    """Return the invite of such a link. Raises NotGood."""
    try:
        key = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        raise NotGood(_("This link opens nothing. Ask the owner for a new one.")) from None
    asked = Invite.objects.filter(pk=key).first()
    if asked is None or asked.revoked_at is not None:
        raise NotGood(_("This link opens nothing. Ask the owner for a new one."))
    if asked.used_at is not None:
        raise NotGood(_("You have a log-in already: this link was good once."))
    if asked.expires_at <= now:
        raise NotGood(_("This link is too old. Ask the owner for a new one."))
    return asked


@transaction.atomic
def accept(asked: Invite, *, username: str, password: str, now: datetime) -> User:
    """Make them a log-in. Raises NotGood when somebody else was quicker."""
    user = hire(username, asked.name, asked.role, password, email=asked.email)
    fresh = Invite.objects.filter(pk=asked.pk, used_at=None, revoked_at=None, expires_at__gt=now)
    if not fresh.update(used_at=now, user=user):
        raise NotGood(_("This link was used or taken back just now."))
    return user


def take_back(asked: Invite, *, now: datetime) -> None:
    Invite.objects.filter(pk=asked.pk, used_at=None).update(revoked_at=now)
