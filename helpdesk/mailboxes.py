"""Reading our mailbox: each mail is filed and committed before it is marked as seen."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _

from helpdesk import journey
from tickets.channels.imap import Fetched, Imap, MailboxUnavailable, Position
from tickets.models import Mailbox, Shop
from tickets.text import one_line

logger = logging.getLogger(__name__)

# Well within what a task may take: what is left is read the next time, from where this one ended.
LONGEST = timedelta(seconds=45)


def fetch(*, clock: Callable[[], datetime]) -> int:
    """File what is new in the mailbox; return how many. Nothing happens where none is set up."""
    shop = Shop.objects.first()
    if not settings.IMAP_URL or shop is None:
        return 0
    imap = Imap(settings.IMAP_URL)
    box, _created = Mailbox.objects.get_or_create(name=imap.name[:120])
    began, filed = clock(), 0
    try:
        with imap.opened() as opened:
            start = Position(box.uidvalidity, box.last_uid)
            today = began.astimezone(shop.tzinfo).date()
            for fetched in opened.new(start, since=today):
                _file(box, fetched, now=clock())
                opened.mark_seen(fetched.uid)  # after the commit, and only for people to look at
                filed += 1
                if clock() - began > LONGEST:
                    break
            else:
                if start.uidvalidity != opened.end.uidvalidity:
                    _read_up_to(box, opened.end)  # what is older than today is left alone
    except MailboxUnavailable as problem:
        _unavailable(box, str(problem), now=clock())
        return filed
    Mailbox.objects.filter(pk=box.pk).update(read_at=clock(), problem="", problem_at=None)
    return filed


def _file(box: Mailbox, fetched: Fetched, *, now: datetime) -> None:
    """File one mail; how far we have read is written after it. Fetched twice, it is filed once."""
    place = f"{box.name}/{fetched.uidvalidity}/{fetched.uid}"
    if fetched.is_whole:
        journey.mail_arrived(fetched.raw, source=box.name, place=place, now=now)
    else:
        size = fetched.size // (1024 * 1024)
        because = _("too large to be read: %s MB. It is still in the mailbox.") % size
        journey.mail_refused(fetched.raw, because=because, source=box.name, place=place, now=now)
    _read_up_to(box, Position(fetched.uidvalidity, fetched.uid))


def _read_up_to(box: Mailbox, end: Position) -> None:
    """Note how far we have read; never back, where another has read further meanwhile."""
    Mailbox.objects.filter(pk=box.pk).exclude(
        uidvalidity=end.uidvalidity, last_uid__gte=end.last_uid
    ).update(uidvalidity=end.uidvalidity, last_uid=end.last_uid)


def _unavailable(box: Mailbox, problem: str, *, now: datetime) -> None:
    logger.warning("%s could not be read: %s", box, problem)
    since = box.problem_at or now
    Mailbox.objects.filter(pk=box.pk).update(problem=one_line(problem, 200), problem_at=since)
