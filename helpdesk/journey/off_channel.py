"""Somebody called a technician's own phone, or stopped one at dinner: logged, and taught kindly."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.journey.contacts import Contact, contact_logged
from policies import calendars, replies, wording
from policies.models import CallbackWindow, NoTerms
from tickets import outbox
from tickets.models import (
    ContactPoint,
    Customer,
    Interaction,
    Shop,
    Ticket,
    User,
)
from tickets.models.work import Kind
from tickets.outbox import Letter, Route

Direction = Interaction.Direction


class How(models.TextChoices):
    """How they found one of us instead of the shop."""

    CALLED = "called", gettext_lazy("Called my own phone")
    TEXTED = "texted", gettext_lazy("Texted my own phone")
    STOPPED = "stopped", gettext_lazy("Stopped me somewhere")
    COMPLAINED = "complained", gettext_lazy("Complained about it")


KINDS = {How.CALLED: Kind.CALL, How.TEXTED: Kind.SMS, How.STOPPED: Kind.WALK_IN}
# What the timeline says of it, whoever reads it.
SAID: dict[str, LazyText] = {
    How.CALLED: gettext_lazy("Called a private phone."),
    How.TEXTED: gettext_lazy("Texted a private phone."),
    How.STOPPED: gettext_lazy("Stopped one of us outside the shop."),
    How.COMPLAINED: gettext_lazy("Complained about being asked to come to the shop with it."),
}
NOTE, WHY = "off_channel", "off_channel_why"  # the texts: how to reach us; why we ask for it


@dataclass(frozen=True)
class OffChannel:
    """What one of us writes down afterwards."""

    how: str
    heard_at: datetime
    words: str = ""  # what it was about
    form_id: str = ""  # of the page it was typed on: sent twice, it is logged once


@dataclass(frozen=True)
class Met:
    """What came of it. Without a `letter` one of us says `sentence`, and `because` says why."""

    ticket: Ticket
    contact: Interaction
    letter: Interaction | None
    sentence: str
    because: str = ""


@transaction.atomic
def off_channel_met(
    met: OffChannel,
    *,
    by: User,
    now: datetime,
    customer: Customer | None = None,
    point: ContactPoint | None = None,
    ticket: Ticket | None = None,
    is_new_matter: bool = False,
) -> Met:
    """Log it on `ticket`, their open one or a new one, and write to them from the official side.

    No callback is promised by it. `point` is where a stranger is reached. Raises IntegrityError
    for a form that was sent before.
    """
    if customer is not None:  # of two who log it at once, one sees that the other has written
        Customer.objects.select_for_update().get(pk=customer.pk)
    if ticket is None and not is_new_matter:
        ticket = open_ticket_of(customer, point)
    said = str(SAID[met.how])
    logged = contact_logged(
        Contact(
            KINDS.get(How(met.how), Kind.CALL),
            Direction.IN,
            " ".join(filter(None, [said, met.words.strip()])),
            heard_at=met.heard_at,
            official=False,
            form_id=met.form_id,
        ),
        by=by,
        now=now,
        ticket=ticket,
        customer=customer,
        point=point,
        is_new_matter=True,  # the ticket is settled above
        subject="" if ticket else met.words.strip().partition("\n")[0][:120] or said.rstrip("."),
    )
    return _written_to(logged.ticket, logged.interaction, met.how, now=now)


def open_ticket_of(customer: Customer | None, point: ContactPoint | None = None) -> Ticket | None:
    """Return the open ticket on which there was something last."""
    if customer is None and point is None:
        return None
    theirs = {"customer": customer} if customer else {"customer": None, "contact_point": point}
    return Ticket.objects.open().filter(**theirs).order_by("-touched_at", "-number").first()


def _written_to(ticket: Ticket, contact: Interaction, how: str, *, now: datetime) -> Met:
    name = WHY if how == How.COMPLAINED else NOTE
    shop = Shop.objects.current()
    routes = outbox.routes(ticket)
    try:  # said aloud it reads as a text does, whichever way it would have gone
        aloud = _letter(name, ticket, Route(Kind.SMS, ContactPoint()), shop, now)
    except NoTerms as error:
        return Met(ticket, contact, None, "", str(error))
    if not routes:
        because = _("We have no way to write to them, or they asked for no messages.")
        return Met(ticket, contact, None, aloud.text, because)
    letter = _letter(name, ticket, routes[0], shop, now)
    if _had_it_today(ticket, name, letter, shop, now):
        because = _("They were written to about it today.")
        return Met(ticket, contact, None, aloud.text, because)
    sent = outbox.queue(ticket, routes[0], letter, answers=contact, now=now)
    return Met(ticket, contact, sent, aloud.text)


def _letter(name: str, ticket: Ticket, route: Route, shop: Shop, now: datetime) -> Letter:
    language = replies.language_of(ticket, shop)
    hours = CallbackWindow.in_force(now).calendar.working_hours()
    said = wording.opening_hours(hours, language=language, region=shop.region)
    return replies.letter(name, ticket, route, shop=shop, now=now, hours=said)


def _had_it_today(ticket: Ticket, name: str, letter: Letter, shop: Shop, now: datetime) -> bool:
    """Once a day is a kind word, twice a machine. Who was sent the note may still hear why."""
    since, until = calendars.day_bounds(calendars.local(now, shop.tzinfo).date(), shop.tzinfo)
    whose = {"ticket__customer": ticket.customer} if ticket.customer else {"ticket": ticket}
    written = Interaction.objects.filter(
        **whose,
        direction=Direction.OUT,
        is_automatic=True,
        answers__official=False,
        logged_at__gte=since,
        logged_at__lt=until,
    )
    return (written.filter(text=letter.text) if name == WHY else written).exists()
