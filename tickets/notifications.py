"""Sending word of what happened to one of us: what waits for the same person goes as one."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import translation
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tickets import channels, segments
from tickets.channels.contract import Channel, DeliveryFailed, DeliveryUnknown, Outbound
from tickets.delivery import TryLater
from tickets.models import Notice, Notification, Shop, User
from tickets.notifying import number_of
from tickets.text import one_line

Why, By = Notice.Why, Notification.By

TEXTS_A_DAY = 10  # to one of us
DAY = timedelta(days=1)
MOST = 20  # in one mail; the rest is on the page

# With the number of a ticket in it, and nothing of what anybody said: a phone lies on a counter.
HAPPENED: Mapping[str, LazyText] = {
    Why.NAMED: gettext_lazy("You were named in a note on %s."),
    Why.MINE: gettext_lazy("Something came in on %s, which is with you."),
    Why.WATCHED: gettext_lazy("Something happened on %s, which you watch."),
    Why.MISSED: gettext_lazy("A call was missed, or there is a voicemail: %s."),
    Why.BROKEN: gettext_lazy("A promise of yours broke: %s."),
    Why.UNHAPPY: gettext_lazy("A customer is not happy: %s."),
    Why.FAILED: gettext_lazy("A message could not be sent: %s."),
}


def due(now: datetime) -> QuerySet[Notification]:
    """Return what is to be sent: of what goes together the first."""
    first = Q(goes_with=None) | Q(goes_with=F("pk"))
    found = Notification.objects.filter(first, due_at__lte=now).order_by("due_at", "pk")
    return found.select_related(
        "notice__user", "notice__ticket__customer", "notice__interaction__ticket__customer"
    )


def postpone(notification: Notification, until: datetime) -> None:
    """Let it wait, with all that waits for the same person by the same way."""
    keys = list(_alike(notification).values_list("pk", flat=True))
    free = Q(goes_with=None) | Q(goes_with=notification)
    Notification.objects.filter(free, pk__in=keys, due_at__lt=until).update(due_at=until)


def deliver(first: Notification, *, shop: Shop, now: datetime, may_have_left: bool) -> None:
    """Send it, and what else waits for them by the same way, as one. Raises TryLater.

    Outside of any transaction. `may_have_left`: whoever tried before died at it.
    """
    rows = _together(first, now=now)
    read = [row for row in rows if _was_read(row.notice)]
    _settle(read, _("It was read on the page before"))
    rows = [row for row in rows if row not in read]
    if not rows:
        return
    user = first.notice.user
    is_text = first.channel == By.TEXT
    via = channels.for_texts() if is_text else channels.for_mail()
    because = _why_not(user, via, is_text=is_text, shop=shop, now=now)
    if not because and may_have_left and via is not None and not via.deduplicates:
        because = _("It may have been sent before")
    if because or via is None:
        _settle(rows, because)
        return
    outbound = _written(first, rows, shop=shop, is_text=is_text)
    try:
        via.send(outbound)
    except DeliveryUnknown as unknown:
        if via.deduplicates:
            raise TryLater(str(unknown)) from unknown
        _settle(rows, str(unknown))
    except DeliveryFailed as failed:
        if not failed.is_final:
            raise TryLater(str(failed), failed.retry_after) from failed
        _settle(rows, str(failed))
    else:
        _of(rows).update(sent_at=now, due_at=None)


def gave_up(first: Notification, because: str) -> None:
    _settle([first, *first.bundle.exclude(pk=first.pk)], because)


def _together(first: Notification, *, now: datetime) -> list[Notification]:
    """Take `first` and what waits beside it; nothing if it goes with another by now.

    What was taken once stays as it is: tried again, a mail says the same under the same name.
    """
    mine = Notification.objects.filter(pk=first.pk, due_at__isnull=False)
    if mine.filter(goes_with=None).update(goes_with=first):
        # By key: PostgreSQL looks again at what another took, but not at what a join found.
        beside = list(_alike(first).filter(due_at__lte=now).values_list("pk", flat=True))
        Notification.objects.filter(pk__in=beside, goes_with=None).update(goes_with=first)
    elif not mine.filter(goes_with=first).exists():
        return []
    rows = Notification.objects.filter(goes_with=first, due_at__isnull=False)
    return list(rows.select_related("notice__ticket", "notice__interaction__ticket").order_by("pk"))


def _alike(notification: Notification) -> QuerySet[Notification]:
    """Return what has not gone to the same person by the same way."""
    return Notification.objects.filter(
        notice__user=notification.notice.user_id,
        channel=notification.channel,
        due_at__isnull=False,
    )


def _was_read(notice: Notice) -> bool:
    return notice.seen_at is not None and notice.seen_at > notice.noticed_at


def _why_not(user: User, via: Channel | None, *, is_text: bool, shop: Shop, now: datetime) -> str:
    """Return why nothing is sent to `user`, or "" if it is."""
    if shop.is_sample:
        return _("This is the sample shop: nothing leaves it")
    if not user.is_active or not user.works_here:
        return _("They do not work here any more")
    if via is None:
        return _("Text messages are not set up") if is_text else _("Mail is not set up")
    if not is_text:
        return "" if user.email.strip() else _("We know no mail address of theirs")
    if not number_of(user, shop):
        return _("Their number takes no texts")
    sent = Notification.objects.filter(
        notice__user=user, channel=By.TEXT, goes_with=F("pk"), sent_at__gt=now - DAY
    )
    return _("As many texts as a day allows") if sent.count() >= TEXTS_A_DAY else ""


def _written(
    first: Notification, rows: list[Notification], *, shop: Shop, is_text: bool
) -> Outbound:
    """Write it in their language: a line for each, and where to read on."""
    user = first.notice.user
    with translation.override(user.language or shop.language):
        lines = [one_line(_line(row.notice), 200) for row in rows]
        several = _("%d things for you") % len(lines)
        subject = several if len(lines) > 1 else lines[0]
        if is_text:
            where = _page("notices/") if len(lines) > 1 else _ticket(rows[0].notice)
            said = segments.thrifty(f"{shop.name}: {subject} {where}")
            recipient = number_of(user, shop)
            return Outbound(reference=f"notice-{first.pk}", recipient=recipient, text=said)
        said = "\n\n".join(
            f"{line}\n{_ticket(row.notice)}" for line, row in zip(lines, rows[:MOST], strict=False)
        )
        if len(rows) > MOST:
            more = _("And %d more.") % (len(rows) - MOST)
            said += f"\n\n{more}\n{_page('notices/')}"
        said += "\n\n" + _("What you hear of, and how: %s") % _page("me/")
    return Outbound(
        reference=f"notice-{first.pk}",
        recipient=user.email.strip(),
        text=said + "\n",
        sender=shop.sends_from,
        sender_name=shop.name,
        subject=f"{shop.name}: {subject}",
        # Sent again after a crash it is the same mail.
        message_id=f"<notice-{first.pk}.{first.notice.noticed_at:%Y%m%d%H%M%S}@{settings.MAIL_HOST}>",
        auto_submitted="auto-generated",
    )


def _line(notice: Notice) -> str:
    return str(HAPPENED[notice.why]) % notice.about


def _ticket(notice: Notice) -> str:
    return _page(f"tickets/{notice.about.pk}/")


def _page(path: str) -> str:
    return f"{settings.PUBLIC_URL}/{path}"


def _settle(rows: Collection[Notification], because: str) -> None:
    if rows:
        _of(rows).update(due_at=None, because=one_line(because, 200) or "?")


def _of(rows: Collection[Notification]) -> QuerySet[Notification]:
    return Notification.objects.filter(pk__in=[row.pk for row in rows], due_at__isnull=False)
