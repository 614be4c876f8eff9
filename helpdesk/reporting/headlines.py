"""What a report comes to in a sentence or two, for whoever has five seconds. Pure functions."""

from collections.abc import Callable, Sequence

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from billing import money
from billing.money import Money
from helpdesk.reporting.looks import Look
from tickets.models import Shop
from tickets.reports import Figures, Share


def sentence(look: Look, figures: Figures, shop: Shop) -> str:
    """Say what the figures come to; nothing of a report that has no words here."""
    say = _SAY.get(look.report.slug)
    return say(figures, shop.currency) if say else ""


def against_the_plan(look: Look, figures: Figures, times: Sequence[Share], shop: Shop) -> str:
    """Say how it stands against what a month may come to: of all there is, not of a part."""
    plan = plan_of(look, shop)
    if not plan:
        return ""
    first = look.report.measures[0].key
    if look.period.is_month:
        given = round(figures[first] or 0)
        said = {
            "budget": _amount(plan, shop.currency),
            "amount": _amount(abs(plan - given), shop.currency),
        }
        if given > plan:
            return _("%(amount)s more than the %(budget)s a month may come to.") % said
        return _("%(amount)s of the %(budget)s a month may come to are left.") % said
    if look.period.unit != "month":
        return ""
    over = sum((share.figures[first] or 0) > plan for share in times)
    budget = _amount(plan, shop.currency)
    if not over:
        return _("No month came to more than the budget of %(budget)s.") % {"budget": budget}
    return ngettext(
        "%(n)d month came to more than the budget of %(budget)s.",
        "%(n)d months came to more than the budget of %(budget)s.",
        over,
    ) % {"n": over, "budget": budget}


def plan_of(look: Look, shop: Shop) -> int | None:
    """Return what a month may come to: of all there is, not of a part of it."""
    if not look.report.budget or look.part.key:
        return None
    plan: int | None = getattr(shop, look.report.budget)
    return plan


def _gifts(it: Figures, currency: str) -> str:
    n = round(it["invoices"] or 0)
    said = {"n": n, "given": _amount(round(it["given"] or 0), currency)}
    return (
        ngettext(
            "%(n)d job was given away, worth %(given)s.",
            "%(n)d jobs were given away, worth %(given)s.",
            n,
        )
        % said
    )


def _promises(it: Figures, _currency: str) -> str:
    kept, broken = round(it["kept"] or 0), round(it["broken"] or 0)
    n = kept + broken
    return ngettext(
        "%(n)d promise ended: %(kept)d kept, %(broken)d broken.",
        "%(n)d promises ended: %(kept)d kept, %(broken)d broken.",
        n,
    ) % {"n": n, "kept": kept, "broken": broken}


def _callbacks(it: Figures, _currency: str) -> str:
    n = round(it["promised"] or 0)
    missed = round(it["late"] or 0) + round(it["never"] or 0)
    said = {"n": n, "in_time": round(it["in_time"] or 0), "missed": missed}
    return (
        ngettext(
            "%(n)d callback was promised: %(in_time)d in time, %(missed)d late or never.",
            "%(n)d callbacks were promised: %(in_time)d in time, %(missed)d late or never.",
            n,
        )
        % said
    )


def _contacts(it: Figures, _currency: str) -> str:
    n = round(it["contacts"] or 0)
    return ngettext(
        "%(n)d contact was free, %(off)d of them off-channel.",
        "%(n)d contacts were free, %(off)d of them off-channel.",
        n,
    ) % {"n": n, "off": round(it["off_channel"] or 0)}


def _amount(minor: int, currency: str) -> str:
    return money.say(Money(minor, currency), get_language() or "en")


_SAY: dict[str, Callable[[Figures, str], str]] = {
    "gifts": _gifts,
    "promises": _promises,
    "callbacks": _callbacks,
    "free-contacts": _contacts,
}
