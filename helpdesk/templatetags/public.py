"""How times and money are shown to customers: as in the texts and invoices we send them.

`now` and `shop` come from the page: nothing in here reads the clock.
"""

from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import get_language

from billing import money
from billing.money import Money
from helpdesk.web.public import promised
from policies import wording
from policies.models import Promise

register = template.Library()


@register.simple_tag(takes_context=True)
def moment(context: Context, at: datetime) -> str:
    """Say an instant as our texts do, in a `<time>` that carries the whole of it."""
    where = _where(context)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        localtime(at).isoformat(timespec="minutes"),
        wording.instant(at, **where),
        moment_text(context, at),
    )


@register.simple_tag(takes_context=True)
def moment_text(context: Context, at: datetime) -> str:
    """Say an instant as our texts do: "13:45 today", "5:00 PM on Thursday"."""
    return wording.moment(at, now=context["now"], **_where(context))


@register.simple_tag(takes_context=True)
def instant(context: Context, at: datetime) -> str:
    """Say an instant on paper, which is read on another day: "Thursday 5 March, 5:00 PM"."""
    return wording.instant(at, **_where(context))


@register.simple_tag(takes_context=True)
def amount(context: Context, minor: int) -> str:
    """Say an amount as it is written where the shop is: in English, too, "795,50 kr" in Sweden."""
    shop = context["shop"]
    locale = wording.locale(get_language() or "en", shop.region)
    return money.say(Money(minor, shop.currency), str(locale))


@register.filter
def in_their_words(promise: Promise) -> str:
    """Say what was promised, and nothing we say among ourselves."""
    return promised.what(promise)


def _where(context: Context) -> dict[str, Any]:
    shop = context["shop"]
    return {"zone": shop.tzinfo, "language": get_language() or "en", "region": shop.region}
