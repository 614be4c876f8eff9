"""What may stand in braces in a text, what it means, and how it looks for a made-up customer."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from billing.money import Money, say
from policies import calendars, wording
from policies.calendars import BadHours, NeverOpen
from policies.models import CallbackWindow, NoTerms
from tickets import tokens
from tickets.models import Shop

MEANINGS = {
    "shop": _("the shop's name"),
    "phone": _("the shop's official number"),
    "ticket": _("the number of their ticket"),
    "name": _("their name; empty where we do not know it"),
    "page": _("the address of their own page of the ticket"),
    "hours": _("when we are open and call back"),
    "span": _("within how much working time we call back"),
    "deadline": _("until when they hear from us, or have it"),
    "start": _("before when they asked not to be called"),
    "service": _("what the shop does for them"),
    "days": _("how many working days it usually takes"),
    "risks": _("what may get in the way"),
    "amount": _("what the invoice comes to; of a gift, what it was worth"),
    "due": _("what is still to be paid"),
    "invoice": _("the number of the invoice"),
    "link": _("the address of the invoice"),
}
FOUR_HOURS = timedelta(hours=4)
SERVICES = {"en": "Laptop repair", "sv": "Reparation av bärbar dator"}
RISKS = {"en": "parts that have to be ordered", "sv": "reservdelar som måste beställas"}
OTHERWISE = {"en": "Monday to Friday 09:00 to 17:00", "sv": "måndag till fredag 09:00 till 17:00"}


def sample(language: str, *, shop: Shop, now: datetime) -> dict[str, str]:
    """Return what each variable would be filled in with for somebody called Ingrid Dahl."""
    spoken = language.partition("-")[0]
    locale = str(wording.locale(language, shop.region))
    money = say(Money(11_500, shop.currency), locale)
    hours, due = _hours(language, shop, now)
    return {
        "shop": shop.name,
        "phone": shop.said_phone,
        "ticket": "1042",
        "name": "Ingrid Dahl",
        "page": tokens.address(1042, at=datetime.min.replace(year=2001, tzinfo=now.tzinfo)),
        "hours": hours or OTHERWISE.get(spoken, OTHERWISE["en"]),
        "span": wording.span(FOUR_HOURS // timedelta(minutes=1), language),
        "deadline": wording.deadline(
            due,
            now=now,
            zone=shop.tzinfo,
            language=language,
            region=shop.region,
        ),
        "start": wording.moment(
            now + timedelta(hours=1),
            now=now,
            zone=shop.tzinfo,
            language=language,
            region=shop.region,
        ),
        "service": SERVICES.get(spoken, SERVICES["en"]),
        "days": wording.working_days(3, language),
        "risks": RISKS.get(spoken, RISKS["en"]),
        "amount": money,
        "due": money,
        "invoice": f"{calendars.local(now, shop.tzinfo).year}-1001",
        "link": f"{settings.PUBLIC_URL}/i/{'a' * 40}/",
    }


def _hours(language: str, shop: Shop, now: datetime) -> tuple[str, datetime]:
    """Return when we are open, and by when who calls now is called back."""
    try:
        hours = CallbackWindow.in_force(now).calendar.working_hours()
        due = hours.add(now, FOUR_HOURS)
    except (NoTerms, NeverOpen, BadHours):
        return "", now + FOUR_HOURS
    return wording.opening_hours(hours, language=language, region=shop.region), due
