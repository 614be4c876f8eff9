"""What staff type to end a ticket: closed, spam, or part of another; and what it costs by then."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from billing import gifts, rating
from billing.models import NoRate
from helpdesk.templatetags.desk import money, quoted
from helpdesk.web.fields import Line
from helpdesk.web.ticket_forms import HOW_IT_ENDED, About, ActionForm, AnotherTicket, Way
from policies.models import Promise
from tickets import text
from tickets.models import Loan, Ticket


class CloseForm(ActionForm):
    do, url = "close", "ticket-close"
    title, button = pgettext_lazy("verb", "Close"), gettext_lazy("Close the ticket")

    charge = forms.ChoiceField(
        label=gettext_lazy("What it costs the customer"),
        choices=[
            (Ticket.Charge.FREE.value, gettext_lazy("Free: we give it")),
            (Ticket.Charge.CHARGED.value, gettext_lazy("Charged")),
        ],
        widget=forms.RadioSelect,
    )
    gift_reason = Line(
        label=gettext_lazy("If free, why"),
        help_text=gettext_lazy("The customer reads it on the invoice."),
        max_length=200,
        required=False,
    )
    promises_are = forms.ChoiceField(
        label=gettext_lazy("What was still promised"),
        choices=HOW_IT_ENDED,
        widget=forms.RadioSelect,
    )
    concern_is_eased = forms.BooleanField(
        label=gettext_lazy("Their concern is settled, too"),
        error_messages={"required": gettext_lazy("Settle it first, or say that it is settled.")},
    )

    def __init__(self, about: About, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(about, data, initial={"gift_reason": _("Quick help, on the house")})
        promised = Promise.objects.open().filter(ticket=about.ticket)
        due = list(promised.values_list("due_at", flat=True))
        if not due:
            del self.fields["promises_are"]
        elif min(due) <= about.now:
            self.fields["promises_are"].help_text = _("What is late counts as broken either way.")
        ticket = about.ticket
        concern = ""
        if not ticket.concern or ticket.eased_at is not None:
            del self.fields["concern_is_eased"]
        else:
            concern = quoted(text.one_line(ticket.concern, 300))
            self.fields["concern_is_eased"].help_text = escape(concern)
        if ticket.customer is None:
            self.refusal = _("Say whose it is first: the invoice goes to them, that of a gift too.")
            self.way_on = Way("#identify", _("Say whose it is"))
        elif concern and ticket.acknowledged_at is None:
            self.refusal = _("Nobody has acknowledged their concern yet: %s") % concern
            here = reverse("ticket", args=[ticket.pk])
            self.way_on = Way(f"{here}?do=acknowledge#do", _("Acknowledge it…"))
        else:
            price = cost(about)
            self.hints = [*_still_out(ticket), price.sentence, *_as_a_gift(about, price.total)]

    def clean(self) -> None:
        if self.refusal:
            raise ValidationError(self.refusal)


def _as_a_gift(about: About, price: int) -> Iterator[str]:
    """Warn before it is given: a third in a row is expected, and a month has its line."""
    assert about.ticket.customer is not None  # else there is nothing to close yet
    shop = about.shop
    before = gifts.before(about.ticket.customer, shop, now=about.now)
    if before.lately >= 2:
        yield _(
            "As a gift it is number %(n)s in 90 days: a third in a row is expected the next time."
            " Charge it, or say why not."
        ) % {"n": before.lately + 1}
    given = before.this_month + price
    if shop.gift_budget is not None and given > shop.gift_budget:
        yield _("As a gift it brings this month to %(given)s; the line is %(budget)s.") % {
            "given": money(given, shop.currency),
            "budget": money(shop.gift_budget, shop.currency),
        }


def _still_out(ticket: Ticket) -> list[str]:
    """Say what of ours they have not brought back."""
    lent = Loan.objects.filter(ticket=ticket, returned_at__isnull=True).select_related("device")
    return [_("They still have our %s.") % loan.device for loan in lent]


class SpamForm(ActionForm):
    do, url, is_grave = "spam", "ticket-spam", True
    title, button = gettext_lazy("Is it spam?"), gettext_lazy("It is spam")

    def __init__(self, about: About, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(about, data)
        self.hints = [_("The ticket ends, what is promised on it is void, nothing is invoiced.")]
        point = about.ticket.contact_point
        if point is not None and about.ticket.customer is None:
            blocked = _("Further calls from %(number)s are filed here and promised nothing.")
            self.hints.append(blocked % {"number": point.said(about.shop.region)})
            self.hints.append(_("Reopen it, and they are heard again."))


class MergeForm(ActionForm):
    do, url = "merge", "ticket-merge"
    title, button = gettext_lazy("Same matter as another ticket"), pgettext_lazy("verb", "Merge")

    into = AnotherTicket(
        label=gettext_lazy("Merge into ticket"),
        help_text=gettext_lazy(
            "What was said here and is still promised moves there. This ticket ends."
        ),
    )

    @cached_property
    def likely(self) -> list[Ticket]:
        """Return the other open tickets of whoever this one is about."""
        ticket = self.about.ticket
        theirs = Q(contact_point=ticket.contact_point_id, contact_point__isnull=False)
        if ticket.customer_id:
            theirs |= Q(customer=ticket.customer_id)
        others = Ticket.objects.open().filter(theirs).exclude(pk=ticket.pk)
        return list(others.order_by("-touched_at", "-number")[:5])


@dataclass(frozen=True)
class Cost:
    """What the work would cost if it were invoiced now, or why nobody can say."""

    lines: tuple[rating.Priced, ...] = ()
    total: int = 0
    sentence: str = ""
    is_known: bool = True


def cost(about: About, *, minutes: int | None = None) -> Cost:
    """Price what was worked since the last invoice; `minutes` of it, where they are known."""
    ticket = about.ticket
    try:
        if minutes is None:
            lines = tuple(rating.lines(ticket, now=about.now))
        else:
            rate = rating.agreed(ticket, ticket.service, now=about.now)
            lines = (rating.price(rate, minutes, ticket.subject),)
    except NoRate as error:
        return Cost(sentence=str(error), is_known=False)
    total = sum(line.amount for line in lines)
    amount = money(total, about.shop.currency)
    return Cost(lines, total, _("It would cost %(amount)s now.") % {"amount": amount})
