"""Where the setup of the shop stands, read from what is there: what is open first, then all."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.urls import path, reverse
from django.utils.functional import Promise as LazyText
from django.utils.timezone import now
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from billing import money
from billing.models import Rate
from helpdesk.models import ApiToken, Scope
from helpdesk.web.http import Request, owners_only
from helpdesk.web.setup import pages
from policies import wording
from policies.models import CallbackWindow, Turnaround
from tickets import channels
from tickets.models import Call, Interaction, Service, Shop, User
from tickets.models.work import Kind


@dataclass(frozen=True)
class Step:
    """One thing a shop needs, or may want: how it stands, and where one sees to it."""

    title: str | LazyText
    says: str
    is_done: bool
    action: str  # what one does about it
    page: str  # the name of its address
    is_needed: bool = True
    part: str = ""  # of that page

    @property
    def url(self) -> str:
        return reverse(self.page) + (f"#{self.part}" if self.part else "")


@owners_only
@require_safe
def index(request: Request) -> HttpResponse:
    found = list(steps(request.shop, now()))
    waiting = [step for step in found if step.is_needed and not step.is_done]
    context = {
        "needed": [step for step in found if step.is_needed],
        "wanted": [step for step in found if not step.is_needed],
        "done": sum(step.is_done for step in found if step.is_needed),
        "next": waiting[0] if waiting else None,
    }
    return pages.draw(request, "setup/index.html", context)


def steps(shop: Shop, moment: datetime) -> Iterator[Step]:
    """Yield what a shop needs before and with its first call, and then what makes it easier."""
    facts: Any = _facts(moment)
    yield _shop(shop)
    yield from _promising(shop, moment)
    yield _services(shop, facts, moment)
    says = _("There is one.") if facts.logged else _("Who called last? Log it: see what happens.")
    yield Step(_("The first call that is logged"), says, facts.logged, _("Log a call"), "log-call")
    yield from _ways_in(facts)
    yield _staff(facts.staff - 1)


def _facts(moment: datetime) -> Any:
    """Read in one query what only has to be counted."""
    terms = Turnaround.objects.filter(service=OuterRef("pk"), valid_from__lte=moment)
    services = Service.objects.filter(Exists(terms), active=True)
    staff = User.objects.filter(is_active=True).exclude(role=User.Role.INTEGRATION)
    return Shop.objects.annotate(
        logged=Exists(Interaction.objects.filter(kind=Kind.CALL)),
        rang=Exists(Call.objects.all()),
        quoted=_count(services),
        staff=_count(staff),
    ).get()


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values(one=Value(1)).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _shop(shop: Shop) -> Step:
    known = [shop.said_phone, shop.official_email, shop.address.replace("\n", ", ")]
    is_done = bool(shop.official_phone or shop.official_email)
    says = ", ".join(filter(None, known)) if is_done else _("How do customers reach it?")
    return Step(_("The shop"), f"{shop.name}: {says}", is_done, _("Write it down"), "setup-shop")


def _promising(shop: Shop, moment: datetime) -> Iterator[Step]:
    versions = CallbackWindow.objects.filter(valid_from__lte=moment).select_related("calendar")
    window, hours, within = versions.order_by("-valid_from", "-pk").first(), "", ""
    if window is not None:
        spoken = get_language() or "en"
        week = window.calendar.working_hours()
        within = _("within %s") % wording.span(window.minutes, spoken)
        if week.hours:
            hours = wording.opening_hours(week, language=spoken, region=shop.region)
    yield Step(
        _("Opening hours"),
        hours or _("Nothing can be promised before we know when you work."),
        bool(hours),
        _("Set the hours"),
        "calendars",
    )
    yield Step(
        _("Callback window"),
        within or _("Until when do you call back?"),
        window is not None,
        _("Set a window"),
        "callback-windows",
    )


def _services(shop: Shop, facts: Any, moment: datetime) -> Step:
    rates = Rate.objects.filter(service=None, valid_from__lte=moment)
    rate, count = rates.order_by("-valid_from", "-pk").first(), facts.quoted
    says = ngettext("%d service with a turnaround", "%d services with a turnaround", count) % count
    if rate is not None:
        hour = money.say(money.Money(rate.hourly, shop.currency), get_language() or "en")
        says = _("%(services)s, %(amount)s an hour") % {"services": says, "amount": hour}
    is_done = bool(count) and rate is not None
    return Step(_("Services and rates"), says, is_done, _("Say what you do"), "services")


def _ways_in(facts: Any) -> Iterator[Step]:
    mail, texts = channels.for_mail() is not None, channels.for_texts() is not None
    tokens = list(ApiToken.objects.values_list("scopes", flat=True))
    phone = facts.rang or any(Scope.PHONE in scopes for scopes in tokens)
    for title, is_done, missing, part in (
        (_("Mail"), mail, _("None comes or leaves yet."), "mail"),
        (_("Telephone"), phone, _("Missed calls are not seen by themselves yet."), "phone"),
        (_("Texts"), texts, _("None come or leave yet."), "texts"),
    ):
        says = _("It is set up.") if is_done else missing
        yield Step(title, says, is_done, _("See how"), "channels", is_needed=False, part=part)


def _staff(others: int) -> Step:
    says = ngettext("You and %d more", "You and %d more", others) % others
    return Step(
        _("Staff"),
        says if others > 0 else _("You are alone so far."),
        others > 0,
        _("Ask somebody to work here"),
        "staff",
        is_needed=False,
    )


urlpatterns: list[Any] = [path("setup/", index, name="setup")]
