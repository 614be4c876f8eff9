"""Reports that are mailed to owners: what was asked for, and sending it when a period is over."""

import logging
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from helpdesk.models import ReportSchedule
from helpdesk.reporting import files, looks
from helpdesk.reporting.looks import ALL, Look
from helpdesk.reporting.periods import Period
from helpdesk.reports import REPORTS
from policies import calendars
from policies.calendars import BadHours, NeverOpen
from policies.models import CallbackWindow, NoTerms
from tickets import channels
from tickets.models import Shop, User
from tickets.reports import NoSuchRow

logger = logging.getLogger(__name__)

DAY = timedelta(days=1)
UNLESS_OPEN = time(8)  # where nobody has said when we open
Every = ReportSchedule.Every


class NotSent(Exception):
    """The report could not be mailed; the text says why, for staff to read."""


def due(now: datetime) -> QuerySet[ReportSchedule]:
    return (
        ReportSchedule.objects.filter(next_at__lte=now)
        .select_related("user")
        .order_by("next_at", "pk")
    )


def came_due(schedule: ReportSchedule, *, now: datetime, may_have_left: bool = False) -> None:
    """Mail the period that has ended and wait for the next. Raises NotSent.

    What may have left already is not sent again: nobody reads the same figures twice.
    """
    shop = Shop.objects.current()
    because = kept_back(schedule.user, shop)
    if because:
        logger.warning("report %s is not mailed: %s", schedule.pk, because)
    elif not may_have_left:
        _send(schedule, shop, now)
    before = schedule.next_at
    after = next_opening(schedule.every, shop, now=now)
    ReportSchedule.objects.filter(pk=schedule.pk, next_at=before).update(next_at=after)


def asked(look: Look, user: User, shop: Shop, *, every: str, kind: str, now: datetime) -> bool:
    """Have it mailed from the end of this period on; False: they get just that already."""
    _schedule, is_new = ReportSchedule.objects.get_or_create(
        user=user,
        report=look.report.slug,
        query=query(look),
        every=every,
        format=kind,
        defaults={"next_at": next_opening(every, shop, now=now)},
    )
    return is_new


def offered(look: Look, user: User, shop: Shop) -> dict[str, Any]:
    """Return what a report's page says of mail: who gets it, and what stands in the way."""
    schedules = ReportSchedule.objects.filter(report=look.report.slug).select_related("user")
    return {
        "mailed": [
            (one, one.user_id == user.pk, kept_back(one.user, shop), _what(one))
            for one in schedules.order_by("user__first_name", "pk")
        ],
        "mail_query": query(look),
        "mail_held": kept_back(user, shop),
        "every": Every.choices,
        "formats": ReportSchedule.Format.choices,
        "mail_is_set_up": channels.for_mail() is not None,
    }


def query(look: Look) -> str:
    """Return its cut and filter, as the address of the page says them."""
    cut, key = look.part.cut, look.part.key
    # What suits the period is chosen for each anew: a week's days, say.
    given = {"cut": cut if key or cut != look.period.unit else "", "of": key}
    return urlencode({name: value for name, value in given.items() if value})


def kept_back(user: User, shop: Shop) -> str:
    """Return why somebody is not mailed, nothing where they are."""
    if not user.is_active:
        return _("%s does not work here any more.") % user
    if not user.is_owner:
        return _("%s is not an owner any more.") % user
    if not user.email:
        return _("%s has no mail address. Write it down under Setup, Staff.") % user
    return _("This is the sample shop: nothing leaves it.") if shop.is_sample else ""


def ended(every: str, today: date) -> Period:
    """Return the last week or month that is over."""
    if every == Every.WEEK:
        first = today - DAY * (today.weekday() + 7)
        return Period("custom", first, first + 6 * DAY)
    last = today.replace(day=1) - DAY
    return Period("custom", last.replace(day=1), last)


def next_opening(every: str, shop: Shop, *, now: datetime) -> datetime:
    """Return when we open first after this week or month is over."""
    today = calendars.local(now, shop.tzinfo).date()
    if every == Every.WEEK:
        first = today + DAY * (7 - today.weekday())
    else:
        first = (today.replace(day=1) + 31 * DAY).replace(day=1)
    midnight = calendars.day_bounds(first, shop.tzinfo)[0]
    try:
        hours = CallbackWindow.in_force(now, "").calendar.working_hours()
        return midnight if hours.is_open(midnight) else hours.next_opening(midnight)
    except (NoTerms, NeverOpen, BadHours):
        return datetime.combine(first, UNLESS_OPEN, shop.tzinfo)


def _send(schedule: ReportSchedule, shop: Shop, now: datetime) -> None:
    if not settings.EMAIL_URL or channels.for_mail() is None:
        raise NotSent(_("Mail is not set up: none leaves."))
    language = schedule.user.language or shop.language
    with translation.override(language), timezone.override(shop.tzinfo):
        mail = _mail(schedule, shop, now)
        if mail.send() != 1:
            raise NotSent(_("The mail server did not take it."))


def _mail(schedule: ReportSchedule, shop: Shop, now: datetime) -> EmailMessage:
    look = _look(schedule, shop, now)
    try:
        file = files.made(look, schedule.format, shop, now=now)
    except NoSuchRow:
        raise NotSent(_("What it was narrowed to is not there any more.")) from None
    about = {"report": look.report.title, "period": look.period, "shop": shop}
    mail = EmailMessage(
        _("%(report)s, %(period)s") % about,
        _(
            "Here is “%(report)s” of %(shop)s for %(period)s, as you asked.\n\nTo have it no more,"
            " open the report and choose “Stop” under “By mail”."
        )
        % about,
        shop.sends_from or None,
        [schedule.user.email],
    )
    mail.attach(file.name, b"".join(file.parts), file.content_type.partition(";")[0])
    return mail


def _look(schedule: ReportSchedule, shop: Shop, now: datetime) -> Look:
    if schedule.report not in REPORTS:
        raise NotSent(_("There is no such report any more."))
    period = ended(schedule.every, calendars.local(now, shop.tzinfo).date())
    given = dict(parse_qsl(schedule.query))
    return looks.read(REPORTS[schedule.report], period, given, shop)


def _what(schedule: ReportSchedule) -> str:
    """Return which part of the report it is, in words."""
    found, given = REPORTS[schedule.report], dict(parse_qsl(schedule.query))
    cut = given.get("cut", "")
    title = found.everything if cut == ALL else found.cuts.get(cut, "")
    return str(title) if not given.get("of") else _("%s, one of them") % title
