"""When a follow-up comes due, in working time; by the clock on the wall where nobody set any."""

from datetime import datetime, time, timedelta

from policies.calendars import BadHours, Interval, NeverOpen, WorkingHours
from policies.models import CallbackWindow, NoTerms
from tickets.models import Shop, Ticket

DAY = timedelta(days=1)
LONGEST = timedelta(days=300)  # of what is looked back on: working hours are laid out for a year
WHOLE_DAY = Interval(time(0), time(0))


def of(ticket: Ticket, at: datetime) -> WorkingHours:
    """Return the hours in which we call back whom `ticket` is about.

    Without terms, or with a calendar that never opens, every hour is one: a shop that is not set
    up yet must still be able to file what reaches it.
    """
    try:
        window = CallbackWindow.in_force(at, ticket.customer.kind if ticket.customer else "")
        hours = window.calendar.working_hours()
        hours.next_opening(at)
    except (NoTerms, NeverOpen, BadHours):
        zone = Shop.objects.current().tzinfo
        return WorkingHours(zone, dict.fromkeys(range(7), (WHOLE_DAY,)))
    return hours


def next_opening(hours: WorkingHours, at: datetime) -> datetime:
    """Return `at` itself while we are open, or if we never will be again."""
    try:
        return hours.next_opening(at)
    except NeverOpen:
        return at


def before(due_at: datetime, lead: timedelta, *, since: datetime, hours: WorkingHours) -> datetime:
    """Return when `lead` of working time is left until `due_at`, but no sooner than `since`.

    While we are open, unless we are closed all the way from `since` to `due_at`: then it is
    counted by the clock, and is half of the way at most.
    """
    since = max(since, due_at - LONGEST)
    working = hours.between(since, due_at)
    if not working:
        return due_at - min(lead, (due_at - since) / 2)
    at = hours.add(since, max(working - lead, timedelta()))
    return min(hours.next_opening(at), due_at)


def days_after(start: datetime, days: int, *, hours: WorkingHours) -> datetime:
    """Return the same time of day so many working days later, or when we open next after it."""
    at = start
    for _day in range(days):
        at = next_opening(hours, at + DAY)
    return at
