"""By what each of us hears of what happened: the page, a mail, a text."""

from collections.abc import Collection, Mapping
from datetime import datetime

from tickets import phones
from tickets.models import Interaction, Notice, Notification, Shop, Ticket, User

Why, By = Notice.Why, Notification.By

PAGE = "page"
CHANNELS: tuple[str, ...] = (PAGE, By.MAIL, By.TEXT)
# What somebody hears of who has not said otherwise. A missed call is on everybody's Callbacks.
USUAL: Mapping[str, frozenset[str]] = {
    why: frozenset() if why == Why.MISSED else frozenset({PAGE}) for why in Why.values
}


def heard_by(user: User, why: str) -> frozenset[str]:
    """Return by what `user` hears of it; none is an answer, too."""
    chosen = user.hears_by.get(why) if isinstance(user.hears_by, dict) else None
    if not isinstance(chosen, list):
        return USUAL[why]
    return frozenset(CHANNELS).intersection(chosen)


def number_of(user: User, shop: Shop) -> str:
    """Return where `user` takes texts, in E.164; nothing if their number is none that does."""
    number = phones.read(user.phone, shop.region).e164 or ""
    regions = (shop.region, *shop.text_countries)
    return number if phones.takes_texts(number) and phones.is_in(number, regions) else ""


def tell(
    whom: Mapping[User, Collection[str]],
    *,
    now: datetime,
    interaction: Interaction | None = None,
    ticket: Ticket | None = None,
) -> None:
    """Tell each of what was said, or happened on `ticket`: by all they chose for any of the whys.

    The first of the whys is the one they are shown. Told of a contact again, they hear nothing new.
    """
    by: dict[int, frozenset[str]] = {}
    notices = []
    for user, whys in whom.items():
        chosen = {why: heard_by(user, why) for why in whys}
        shown = next((why for why in whys if chosen[why]), None)
        if shown is None or not user.is_active or not user.works_here:
            continue
        by[user.pk] = frozenset().union(*chosen.values())
        notice = Notice(user=user, interaction=interaction, ticket=ticket, why=shown)
        notice.noticed_at = now
        notice.seen_at = None if PAGE in by[user.pk] else now
        notices.append(notice)
    if not notices:
        return
    made = Notice.objects.bulk_create(notices, ignore_conflicts=interaction is not None)
    elsewhere = [user for user, chosen_by in by.items() if chosen_by != {PAGE}]
    if not elsewhere:
        return
    if interaction is not None:  # what was there before has no key of ours
        made = list(Notice.objects.filter(interaction=interaction, user__in=elsewhere))
    Notification.objects.bulk_create(
        [
            Notification(notice=notice, channel=channel, due_at=now)
            for notice in made
            for channel in By.values
            if channel in by[notice.user_id]
        ],
        ignore_conflicts=True,
    )
