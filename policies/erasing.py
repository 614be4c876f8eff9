"""Forgetting a person: what was promised, told and answered in words goes, the fates stay."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from policies import promises
from policies.models import FollowUp, Promise, Satisfaction
from tickets import erasing
from tickets.models import User


def erase(numbers: Sequence[int], *, by: User | None, now: datetime) -> None:
    """Write over the words on these tickets; what is still promised or planned there ends."""
    of_theirs, word = Promise.objects.filter(ticket__in=numbers), erasing.written()
    of_theirs.exclude(what="").update(what=word)
    of_theirs.filter(told_text__isnull=False).update(told_text=word)
    of_theirs.exclude(ended_because=None).exclude(ended_because="").update(ended_because=word)
    Satisfaction.objects.filter(ticket__in=numbers).exclude(words="").update(words=word)
    planned = FollowUp.objects.filter(ticket__in=numbers)
    planned.exclude(outcome="").update(outcome=word)
    because = _("Nobody to tell: the customer was anonymised")
    for promise in of_theirs.open():
        promises.end(promise, Promise.Status.VOID, because=because, at=now, by=by)
    planned.exclude(status=FollowUp.Status.DONE).update(
        status=FollowUp.Status.DONE, done_at=now, done_by=by, outcome=because
    )
