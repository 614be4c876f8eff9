"""Writing to the customer: by which way, and in how many parts a text goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from helpdesk.web.fields import Text
from helpdesk.web.ticket_forms import About, ActionForm
from policies import replies
from policies.models import CannedReply
from tickets import channels, outbox, segments
from tickets.models import Ticket
from tickets.outbox import Route


@dataclass(frozen=True)
class Preview:
    """What would leave, as they will read it."""

    to: str
    subject: str  # empty for a text
    text: str


class AnswerForm(ActionForm):
    """An answer, by one of the ways there are."""

    do, url = "answer", "ticket-answer"
    title, button = pgettext_lazy("verb", "Reply"), gettext_lazy("Send")

    way = forms.ChoiceField(label=gettext_lazy("Send it as"), widget=forms.RadioSelect)
    text = Text(
        label=pgettext_lazy("noun", "Reply"),
        max_length=outbox.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(
        self,
        about: About,
        data: Mapping[str, Any] | None = None,
        *,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(about, data, initial=initial)
        self.routes = {_key(route): route for route in outbox.routes(about.ticket)}
        ways = [(key, _said(route, about)) for key, route in self.routes.items()]
        field = self.fields["way"]
        assert isinstance(field, forms.ChoiceField)
        field.choices, field.initial = ways, next(iter(self.routes), None)
        if self.initial.get("way") not in self.routes:  # of a draft, and gone since
            self.initial.pop("way", None)
        if len(ways) == 1:  # nothing to choose, but something to know
            field.widget = forms.HiddenInput()
            self.hints = [ways[0][1]]
        self.canned: Sequence[CannedReply] | None = None  # to choose from, once asked for
        if not ways:
            self.refusal = _why_not(about.ticket)

    @property
    def route(self) -> Route:
        return self.routes[self.cleaned_data["way"]]

    @cached_property
    def parts(self) -> str:
        """Return what a text as it is typed now would be sent in; nothing for a mail."""
        if self._chosen is None or not self._chosen.is_text:
            return ""
        counted = segments.count(self._typed)
        said = ngettext("%(n)d part", "%(n)d parts", counted.parts) % {"n": counted.parts}
        return _("%(parts)s, room for %(left)d characters more") % {
            "parts": said,
            "left": counted.left,
        }

    @cached_property
    def preview(self) -> Preview | None:
        """Return what would leave now; None as long as there is nothing to send."""
        if self._chosen is None or not self._typed.strip():
            return None
        to = _said(self._chosen, self.about)
        if self._chosen.is_text:
            return Preview(to, "", segments.thrifty(self._typed))
        return Preview(to, replies.subject_of_answer(self.about.ticket), self._typed)

    @property
    def _chosen(self) -> Route | None:
        return self.routes.get(str(self["way"].value()))

    @property
    def _typed(self) -> str:
        return str(self["text"].value() or "")

    def clean(self) -> None:
        if self.refusal:
            raise ValidationError(self.refusal)
        given = self.cleaned_data
        if "way" not in given or "text" not in given or not self.route.is_text:
            return
        parts = segments.count(given["text"]).parts
        if parts > segments.MOST_PARTS:
            said = _("That is %(parts)d text messages. Shorten it, or write a mail.")
            self.add_error("text", said % {"parts": parts})


def may_be_answered(ticket: Ticket) -> bool:
    """Whether there is anybody to write to about it: an ended one can still be answered."""
    if ticket.customer is not None and ticket.customer.anonymised_at is not None:
        return False
    return ticket.status not in {Ticket.Status.SPAM, Ticket.Status.MERGED}


def _key(route: Route) -> str:
    return f"{route.kind}-{route.point.pk}"


def _said(route: Route, about: About) -> str:
    named = {"where": route.point.said(about.shop.region)}
    return (_("Text to %(where)s") if route.is_text else _("Email to %(where)s")) % named


def _why_not(ticket: Ticket) -> str:
    """Say why nobody can be written to, and what to do about it."""
    points = [ticket.contact_point] if ticket.contact_point else []
    if ticket.customer is not None:
        points += ticket.customer.contact_points.all()
    if not points:
        return _("We know no number or address of theirs. Add one on the customer's page.")
    if any(point.opted_out_at for point in points):
        return _("They want no messages from us. Call them instead.")
    if any(point.bounced_at for point in points):
        return _("Mail to them comes back. Call them, and ask for another address.")
    if any(point.blocked_at for point in points):
        return _(
            "Whoever wrote is blocked. Reopen the ticket that was marked as spam to hear them."
        )
    if channels.for_texts() is None:
        return _("We know only numbers, and text messages are not set up. Call them instead.")
    return _("Their number takes no texts. Call them instead.")
