"""Everything that happened on a ticket as one line, the newest first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from billing.models import Invoice, Settlement
from helpdesk.templatetags.desk import due_text, money, standing
from helpdesk.web import correspondence
from helpdesk.web.correspondence import Message, Try
from helpdesk.web.ticket_forms import About
from helpdesk.web.ticket_rows import INTERNAL, Bill, Show
from policies.models import Promise, Quote
from tickets.models import Call, Interaction, Ticket
from tickets.models.work import Kind
from tickets.text import clean

IN, OUT = Interaction.Direction.IN, Interaction.Direction.OUT
HEADLINES: dict[tuple[str, str], LazyText] = {
    (Kind.CALL, IN): gettext_lazy("%(who)s called"),
    (Kind.CALL, OUT): gettext_lazy("%(staff)s called %(who)s"),
    (Kind.VOICEMAIL, IN): gettext_lazy("%(who)s left a voicemail"),
    (Kind.VOICEMAIL, OUT): gettext_lazy("%(staff)s left %(who)s a voicemail"),
    (Kind.SMS, IN): gettext_lazy("%(who)s texted"),
    (Kind.SMS, OUT): gettext_lazy("%(staff)s texted %(who)s"),
    (Kind.EMAIL, IN): gettext_lazy("%(who)s wrote an email"),
    (Kind.EMAIL, OUT): gettext_lazy("%(staff)s wrote %(who)s an email"),
    (Kind.WALK_IN, IN): gettext_lazy("%(who)s was at the counter"),
    (Kind.WALK_IN, OUT): gettext_lazy("%(staff)s spoke with %(who)s at the counter"),
    (Kind.WEB, IN): gettext_lazy("%(who)s wrote through the web form"),
    (Kind.WEB, OUT): gettext_lazy("%(staff)s answered %(who)s through the web form"),
}

ON_THEIR_PAGE = gettext_lazy("%(who)s wrote on their own page")
AWAY = gettext_lazy("%(who)s stopped %(staff)s, not at the counter")


class Rank(IntEnum):
    """What comes after what when all of it happened at the same instant."""

    OPENED = 0
    CONTACT = 1
    QUOTED = 2
    ACCEPTED = 3
    PROMISE_ENDED = 4
    PROMISED = 5
    ENDED = 6
    MERGED = 7
    INVOICED = 8
    SETTLED = 9


@dataclass(frozen=True)
class Entry:
    """One thing that happened: `what`, linked to `url`; small `details`; what was `said`."""

    at: datetime
    rank: Rank
    pk: int
    what: str
    look: str = ""  # a class of the stylesheet: out, missed, gift, note, status
    details: tuple[str, ...] = ()
    mark: tuple[str, str] | None = None  # its class and its words
    said: str = ""
    url: str = ""
    contact: Interaction | None = None
    message: Message | None = None
    came: str = ""  # where it is shown as it reached us

    @property
    def group(self) -> Show:
        if self.contact is not None:
            return Show.NOTES if self.contact.direction == INTERNAL else Show.TALK
        return Show.ALL if self.rank in {Rank.OPENED, Rank.ENDED, Rank.MERGED} else Show.LEDGER


@dataclass(frozen=True)
class Filter:
    """One part of the timeline that can be shown by itself; `count` where it is known."""

    show: Show
    count: int | None
    is_chosen: bool


def asked(show: str) -> Show:
    return Show(show) if show in Show.values else Show.ALL


def shows(chosen: Show, *, talk: int, notes: int) -> list[Filter]:
    counts = {Show.TALK: talk, Show.NOTES: notes}
    return [Filter(show, counts.get(show), show == chosen) for show in Show]


def entries(
    about: About,
    *,
    contacts: Iterable[Any],
    promises: Iterable[Promise],
    quotes: Iterable[Quote],
    bills: Iterable[Bill],
    merged: Iterable[Ticket],
) -> list[Entry]:
    """Return all of it, from rows as ticket_rows reads them."""
    made = [*_ticket(about.ticket), *(_merged(other) for other in merged)]
    shown = list(contacts)
    made += [_contact(contact, about) for contact in shown]
    messages = {contact.text.strip() for contact in shown if contact.direction == OUT}
    for quote in quotes:
        made += _quote(quote)
    for promise in promises:
        told = (promise.told_text or "").strip()
        # What was told by a message is read there.
        made += _promise(promise, about, said="" if told in messages else told)
    for bill in bills:
        made += _invoice(bill)
    return sorted(made, key=lambda entry: (entry.at, entry.rank, entry.pk), reverse=True)


def _ticket(ticket: Ticket) -> Iterator[Entry]:
    opened = _("Opened")
    yield Entry(ticket.opened_at, Rank.OPENED, ticket.pk, opened, "status", _known(ticket.channel))
    if ticket.ended_at is None:
        return
    by, url, what = str(ticket.ended_by), "", str(ticket.get_status_display())
    if ticket.status == Ticket.Status.CLOSED:
        what = _("Closed: %(charge)s") % {"charge": ticket.get_charge_display().lower()}
    elif ticket.merged_into is not None:
        what = _("Merged into %(ticket)s") % {"ticket": ticket.merged_into}
        url = reverse("ticket", args=[ticket.merged_into_id])
    yield Entry(ticket.ended_at, Rank.ENDED, ticket.pk, what, "status", (by,), url=url)


def _known(channel: str) -> tuple[str, ...]:
    return (str(Kind(channel).label),) if channel in Kind.values else ()


def _merged(other: Ticket) -> Entry:
    assert other.ended_at is not None  # a constraint: merged is an ending
    what = _("%(ticket)s was merged into this one") % {"ticket": other}
    details = tuple(filter(None, [str(other.ended_by), other.subject]))
    url = reverse("ticket", args=[other.pk])
    return Entry(other.ended_at, Rank.MERGED, other.pk, what, "status", details, url=url)


def _contact(contact: Any, about: About) -> Entry:
    until = contact.tried_until
    tried = Try(contact.tried_because, until) if until is not None else None
    message = correspondence.message(contact, about.ticket, now=about.now, tried=tried)
    staff = str(contact.staff) if contact.staff else _("We")
    call: Call | None = getattr(contact, "call", None)
    look = "out" if contact.direction == OUT else ""
    if contact.kind == Kind.NOTE:
        what, look = _("%(staff)s noted") % {"staff": staff}, "note"
    else:
        headline = HEADLINES[contact.kind, contact.direction]
        if contact.kind == Kind.WALK_IN and not contact.official:
            headline = AWAY
        if contact.kind == Kind.WEB and contact.is_by_link:  # which names whose it is
            headline = ON_THEIR_PAGE
        what = str(headline) % {"staff": staff, "who": _who(contact, about)}
    if call is not None:
        was_missed = call.status == Call.Status.ENDED and not call.was_answered
        look = "missed" if was_missed and contact.direction == IN else look
    return Entry(
        contact.happened_at,
        Rank.CONTACT,
        contact.pk,
        what,
        look,
        tuple(filter(None, _details(contact, call, staff, about))),
        message.mark if message else None,
        said=clean(contact.text, correspondence.LONGEST) if message else contact.text,
        contact=contact,
        message=message,
        came=_came(contact, message),
    )


def _came(contact: Any, message: Message | None) -> str:
    """Return where it is shown as it reached us; a mail of theirs has a page of its own."""
    if not contact.has_come or (message and message.original):
        return ""
    return reverse("contact-came", args=[contact.ticket_id, contact.pk])


def _details(contact: Interaction, call: Call | None, staff: str, about: About) -> Iterator[str]:
    """Say how it went, by which number or address, and who of us was there."""
    if contact.direction == IN and contact.staff:
        yield _taken_by(contact, call, staff)
    if call is not None:
        yield from _how_it_went(call)
    if call is not None or contact.kind in {Kind.EMAIL, Kind.SMS}:
        if contact.contact_point is not None:
            yield contact.contact_point.said(about.shop.region)
        elif contact.direction == IN:
            yield _("number withheld") if call else _("no address")
    elif contact.recipient:
        yield _("mailed to %(address)s") % {"address": contact.recipient}
    if contact.is_automatic:
        yield _("by itself")
    if not contact.official:
        yield _("not by the official number or address")
    if contact.minutes:
        minutes = ngettext("%(n)d min of work", "%(n)d min of work", contact.minutes)
        yield minutes % {"n": contact.minutes}


def _who(contact: Interaction, about: About) -> str:
    point = contact.contact_point
    if about.ticket.customer is not None and contact.is_verified:
        return about.ticket.customer.name
    if point is not None:
        return point.signed or point.said(about.shop.region)
    return _("Somebody")


def _taken_by(contact: Interaction, call: Call | None, staff: str) -> str:
    if contact.kind == Kind.CALL and (call is None or call.was_answered):
        return _("answered by %(staff)s") % {"staff": staff}
    return _("logged by %(staff)s") % {"staff": staff}


def _how_it_went(call: Call) -> list[str]:
    if call.status != Call.Status.ENDED:
        is_talking = call.status == Call.Status.ANSWERED
        return [_("on the line") if is_talking else _("ringing")]
    went = []
    if not call.was_answered or call.outcome not in {Call.Outcome.COMPLETED, ""}:
        went.append(str(call.get_outcome_display()).lower() or _("not answered"))
    if call.answered_at is not None and call.ended_at is not None:
        went.append(_span(call.ended_at - call.answered_at))
    return went


def _span(talked: timedelta) -> str:
    seconds = max(0, int(talked.total_seconds()))
    if seconds < 60:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    return _("%(n)d min") % {"n": seconds // 60}


def _quote(quote: Quote) -> Iterator[Entry]:
    days = ngettext("%(n)d working day", "%(n)d working days", quote.days) % {"n": quote.days}
    quoted = _("Quoted: %(service)s, %(days)s") % {"service": quote.service, "days": days}
    yield Entry(quote.quoted_at, Rank.QUOTED, quote.pk, quoted, "status", (str(quote.quoted_by),))
    if quote.accepted_at is not None:
        accepted = _("Quote accepted: %(service)s") % {"service": quote.service}
        how = (str(quote.get_accepted_how_display()),)
        yield Entry(quote.accepted_at, Rank.ACCEPTED, quote.pk, accepted, "status", how)


def _promise(promise: Promise, about: About, *, said: str) -> Iterator[Entry]:
    what = promise.what or str(promise.get_kind_display())
    named = {"what": what, "due": due_text(promise.due_at, about.now)}
    by = str(promise.maker) if promise.maker else _("by the policy")
    told = ""
    if promise.told_at is not None and promise.told_at > promise.made_at:
        told = _("told %(when)s") % {"when": due_text(promise.told_at, about.now)}
    yield Entry(
        promise.made_at,
        Rank.PROMISED,
        promise.pk,
        pgettext("timeline", "Promised: %(what)s, by %(due)s") % named,
        "status",
        tuple(filter(None, [by, told])),
        said=said,
    )
    if promise.ended_at is not None:
        fate = str(promise.get_status_display())
        because = promise.ended_because if promise.ended_because != fate else ""
        mark = standing(promise, now=about.now).mark
        yield Entry(
            promise.ended_at,
            Rank.PROMISE_ENDED,
            promise.pk,
            pgettext("timeline", "%(what)s, by %(due)s") % named,
            "missed" if mark == "broken" else "status",
            tuple(filter(None, [str(promise.ended_by or ""), because])),
            (mark, _("Kept early") if mark == "ahead" else fate),
        )


def _invoice(bill: Bill) -> Iterator[Entry]:
    invoice = bill.invoice
    named = {"reference": invoice.reference, "total": money(invoice.total, invoice.currency)}
    what = _("Invoice %(reference)s: %(total)s") % named
    url = reverse("invoice-document", args=[invoice.reference])
    yield Entry(invoice.issued_at, Rank.INVOICED, invoice.pk, what, "status", url=url)
    due = invoice.total
    for settlement in bill.settlements:
        due -= settlement.amount
        yield _settlement(settlement, invoice, due)


def _settlement(settlement: Settlement, invoice: Invoice, due: int) -> Entry:
    is_gift = settlement.kind == Settlement.Kind.GIFT
    what = _("Given: %(amount)s") if is_gift else _("Paid: %(amount)s")
    how = "" if is_gift else str(settlement.get_kind_display())
    left = _("%(due)s due") % {"due": money(due, invoice.currency)}
    is_paid = due == 0
    return Entry(
        settlement.settled_at,
        Rank.SETTLED,
        settlement.pk,
        what % {"amount": money(settlement.amount, invoice.currency)},
        "gift" if is_gift else "status",
        tuple(filter(None, [how, str(settlement.author), settlement.reason])),
        (
            "gift" if is_gift else "kept" if is_paid else "soon",
            f"{left}, {_('PAID')}" if is_paid else left,
        ),
    )
