"""Who of us is about to call back, so that no two do."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from policies.models import CallbackClaim, Promise
from tickets.models import User

LASTS = timedelta(minutes=15)


class ClaimedAlready(Exception):
    """A colleague is calling them; the text says who, for staff to read."""


def claim(promise: Promise, *, by: User, now: datetime) -> None:
    """Say that `by` calls back now; anew, it lasts longer. Raises ClaimedAlready."""
    mine = {"user": by, "until": now + LASTS}
    free = CallbackClaim.objects.filter(Q(user=by) | Q(until__lte=now), promise=promise)
    if free.update(**mine):
        return
    try:
        with transaction.atomic():
            CallbackClaim.objects.create(promise=promise, **mine)
    except IntegrityError:
        other = CallbackClaim.objects.select_related("user").get(promise=promise)
        raise ClaimedAlready(_("%s is calling them.") % other.user) from None


def release(promise: Promise, *, by: User) -> None:
    """Leave it to the others after all."""
    CallbackClaim.objects.filter(promise=promise, user=by).delete()
