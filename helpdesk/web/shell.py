"""What stands around every page: the shop's name, the ways on, and what holds everything up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, IntegerField, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from helpdesk import duties
from helpdesk.models import Heartbeat
from helpdesk.templatetags.desk import due_text
from helpdesk.web import accounts, incoming
from policies.models import Promise
from tickets import channels
from tickets.models import Interaction, Notice, Shop, Ticket, User
from tickets.models.work import Kind

SOON = timedelta(hours=1)
NOT_SENT = (Interaction.Status.FAILED, Interaction.Status.DOUBTFUL)


@dataclass(frozen=True)
class Banner:
    """What staff should know on whatever page they are; `look` is an alert's class."""

    look: str
    text: str
    doc: str = ""  # where it is written how to mend it


@dataclass(frozen=True)
class Way:
    """A page on the way through the shop."""

    name: str
    label: str
    icon: str
    key: str = ""
    args: tuple[str, ...] = ()
    count: int = 0
    is_hot: bool = False


def shops(user: User, now: datetime, *, put_off: Sequence[int] = ()) -> QuerySet[Any]:
    """Return the shop with all that every page says of it, in one query."""
    rang = Q(cause__kind=Kind.CALL, cause__call__isnull=False) | Q(cause__kind=Kind.VOICEMAIL)
    calls = rang & Q(cause__direction="in")
    taken = Q(cause__call__was_answered=True) & ~Q(cause__call__outcome="voicemail")
    promised = Promise.objects.open()
    callbacks = promised.filter(kind=Promise.Kind.CALLBACK)
    ticks = Heartbeat.objects.filter(name=duties.TICK)
    return Shop.objects.order_by("pk").annotate(
        beat_at=Subquery(ticks.values("beat_at")),
        late=_count(promised.overdue_or_following_broken(now)),
        due_soon=_count(promised.filter(due_at__gt=now, due_at__lte=now + SOON)),
        open_tickets=_count(Ticket.objects.open()),
        open_callbacks=_count(callbacks),
        missed_calls=_count(callbacks.filter(calls & ~taken)),
        not_sent=_count(Interaction.objects.filter(status__in=NOT_SENT)),
        unseen=_count(Notice.objects.filter(user=user, seen_at__isnull=True)),
        live_calls=_count(incoming.waiting(now).exclude(interaction__in=put_off)),
    )


def shop_for(request: HttpRequest) -> Any:
    """Return the shop as whoever asks sees it, None before it is set up."""
    assert isinstance(request.user, User)
    return shops(request.user, now(), put_off=incoming.put_off(request)).first()


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values(one=Value(1)).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def context(request: HttpRequest) -> dict[str, Any]:
    """Return what templates/base.html shows; the calls are read when they are drawn."""
    shop = getattr(request, "shop", None)
    if shop is None or not isinstance(request.user, User):
        return {"shop": shop, "nav": []}
    moment = now()
    return {
        "shop": shop,
        "nav": nav(request),
        "now": moment,
        "banners": _banners(request, shop, moment),
        "live": waits(shop),
        "incoming": _calls(request, moment),
        "open_on": open_on(request),
    }


def open_on(request: HttpRequest) -> str:
    """Return the call whose log this page is: no card need tell of it."""
    key = request.GET.get("call", "")
    here = request.resolver_match.url_name if request.resolver_match else ""
    is_key = key.isascii() and key.isdecimal() and len(key) < 19
    return key if is_key and here in {"log-call", "live"} else ""


def _calls(request: HttpRequest, moment: datetime) -> Callable[[], incoming.Cards]:
    def calls() -> incoming.Cards:
        user, shop = request.user, request.shop  # type: ignore[attr-defined]
        if not shop.live_calls or not isinstance(user, User):
            return incoming.Cards()
        if accounts.lacks_a_second_factor(request):  # a card says who is calling
            return incoming.Cards()
        hidden = incoming.put_off(request)
        return incoming.cards(user, moment, put_off=hidden, open_on=open_on(request))

    return calls


def waits(shop: Any) -> list[dict[str, str]]:
    """Say what waits for whoever has a moment, each with the way there."""
    missed, soon, lost = shop.missed_calls, shop.due_soon, shop.not_sent
    said = [
        ("broken", missed, ngettext("%d missed call", "%d missed calls", missed), "callbacks"),
        ("soon", soon, _("%d due within the hour"), "today"),
        ("broken", lost, ngettext("%d message not sent", "%d messages not sent", lost), "stuck"),
        ("", shop.unseen, _("%d for you"), "notices"),
    ]
    return [
        {"mark": mark, "label": words % count, "url": reverse(name)}
        for mark, count, words, name in said
        if count
    ]


def nav(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the ways this user has, what is quieter marked so."""
    shop, user = request.shop, request.user  # type: ignore[attr-defined]
    assert isinstance(user, User)  # strangers are shown no ways
    daily = [
        Way("today", _("Today"), "sun", "t", count=shop.late, is_hot=True),
        Way("log-call", _("Log a call"), "phone-arrow-down-left", "c"),
        Way("callbacks", _("Callbacks"), "phone-arrow-up-right", count=shop.open_callbacks),
        Way("tickets", _("Tickets"), "ticket", count=shop.open_tickets),
        Way("bench", _("Bench"), "wrench-screwdriver"),
        Way("customers", _("Customers"), "users"),
        Way("solutions", _("Solutions"), "light-bulb"),
    ]
    seldom = [
        Way("loans", _("Loans"), "computer-desktop"),
        Way("replies", _("Replies"), "chat-bubble-left-ellipsis"),
        Way("stuck", _("Needs you"), "hand-raised", count=shop.not_sent, is_hot=True),
        Way("arrivals", _("What came in"), "inbox-arrow-down"),
        Way("notices", _("For you"), "bell", count=shop.unseen),
    ]
    if user.is_owner:
        seldom.append(Way("reports", _("Reports"), "chart-bar"))
        seldom.append(Way("setup", _("Setup"), "cog-6-tooth"))
    if user.role == User.Role.TECHNICIAN:
        daily.sort(key=lambda way: way.name != "bench")
    return [
        *(_entry(request, way) for way in daily),
        *(_entry(request, way, is_seldom=True) for way in seldom),
    ]


def _entry(request: HttpRequest, way: Way, *, is_seldom: bool = False) -> dict[str, Any]:
    url = reverse(way.name, args=way.args)
    is_here = request.path == url or (url != "/" and request.path.startswith(url))
    return {
        **{"url": url, "label": way.label, "icon": way.icon, "key": way.key},
        **{"count": way.count, "hot": way.is_hot and way.count > 0},
        **{"current": is_here, "seldom": is_seldom},
    }


def _banners(request: HttpRequest, shop: Any, moment: datetime) -> list[Banner]:
    found = []
    if shop.is_sample:
        found.append(Banner("", _("This is the sample shop: nothing leaves it.")))
    elif request.path == reverse("today") and channels.for_mail() is None:
        found.append(Banner("", _("Mail is not set up: none leaves."), "docs/mail.md"))
    if shop.beat_at is None:
        said = _("The clock does not run: nothing is sent, and nothing due is noticed.")
        found.append(Banner("error", said, "docs/operating.md"))
    elif shop.beat_at < duties.alive_since(moment):
        said = _("The clock stands still since %s: nothing is sent, and nothing due is noticed.")
        found.append(Banner("error", said % due_text(shop.beat_at, moment), "docs/operating.md"))
    return found
