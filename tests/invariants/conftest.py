"""A shop with at least one row of everything a rule is about."""

from datetime import date, time, timedelta

import pytest

from billing import gifts
from helpdesk import duties, journey
from helpdesk.models import ApiToken, IdempotencyKey, Lease, WebhookDelivery, WebhookEndpoint
from policies.models import (
    Calendar,
    Closure,
    FollowUp,
    Promise,
    ReplyTemplate,
    Satisfaction,
    SpecialHours,
)
from tests.conftest import boston
from tickets.models import Arrival, Attachment, Interaction, Mailbox, Service, Solution, Ticket
from tickets.models.work import Kind

HOUR = timedelta(hours=1)
TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def world(missed, tried, ingrid, sara, per, monday_nine):
    """A stranger we tried to call; Ingrid's laptop, her gift, and her bill that is paid in part."""
    missed(now=monday_nine, number="+16175550199")
    tried(now=monday_nine, number="+16175550199", by="a telephone nobody has")
    _quoted(_opened(ingrid, sara), sara)
    _closed(_opened(ingrid, sara), "free", sara)
    charged = _closed(_opened(ingrid, sara), "charged", sara)
    duties.swept(now=TEN + HOUR)
    journey.invoice_paid(charged.invoices.get(), kind="card", amount=100, by=sara, now=TEN + HOUR)
    calendar = Calendar.objects.get()
    Closure.objects.create(
        calendar=calendar, first_date=date(2026, 7, 6), last_date=date(2026, 7, 10)
    )
    SpecialHours.objects.create(
        calendar=calendar, date=date(2026, 12, 24), opens=time(9), closes=time(12)
    )
    token, _key = ApiToken.objects.create(per, None, name="pbx", scopes=[])
    _told_of(token)
    Solution.objects.create(title="Offline", written_at=TEN, written_by=per)
    _written(_opened(ingrid, sara), sara)
    _followed_up(_closed(_opened(ingrid, sara), "charged", sara), sara)


def _told_of(token):
    """A write in hand, and an event on its way."""
    IdempotencyKey.objects.create(token=token, key="k", fingerprint="x", began_at=TEN)
    endpoint = WebhookEndpoint.objects.create(token=token, url="https://x.example/", made_at=TEN)
    WebhookDelivery.objects.create(
        endpoint=endpoint, event=1, kind="ticket.created", body="{}", happened_at=TEN, due_at=TEN
    )


def _opened(customer, by):
    contact = journey.Contact(
        kind=Kind.WALK_IN, direction=Interaction.Direction.IN, said="Black screen", heard_at=TEN
    )
    return journey.contact_logged(contact, by=by, now=TEN, customer=customer).ticket


def _quoted(ticket, by):
    """One quote accepted and told, one not; an update kept, and a price still owed."""
    repair = Service.objects.get(name="Laptop repair")
    journey.quoted(ticket, repair, by=by, now=TEN, accepted_how="counter")
    journey.quoted(ticket, repair, by=by, now=TEN)
    thursday = boston(2026, 3, 5, 12)
    update = journey.promised(ticket, "Progress", thursday, kind="update", by=by, now=TEN)
    journey.promise_ended(update, Promise.Status.KEPT, because="Said so", by=by, now=TEN)
    journey.promised(ticket, "The price", thursday, kind="other", by=by, now=TEN)


def _written(ticket, by):
    """A mail that left, one that waits and one that failed; a file, a mailbox, work in hand."""
    common = {"kind": Kind.EMAIL, "direction": Interaction.Direction.OUT, "via": "email"}
    common |= {"ticket": ticket, "staff": by, "recipient": "ingrid@example.com"}
    common |= {"happened_at": TEN, "logged_at": TEN}
    sent = Interaction.objects.create(**common, status="sent", sent_at=TEN, provider_id="<1@x>")
    Interaction.objects.create(**common, status="queued", due_at=TEN, provider_id="<2@x>")
    Interaction.objects.create(**common, status="failed", because="554", provider_id="<3@x>")
    Attachment.objects.create(interaction=sent, name="a.pdf", size=1, sha256="x", file="aa/bb")
    place = {"place": "help@shop.example/1/1", "via": "email", "source": "help@shop.example"}
    Arrival.objects.create(
        **place, raw=b"x", sha256="x", arrived_at=TEN, verdict="quarantined", because="x"
    )
    Mailbox.objects.create(name="help@shop.example/INBOX")
    Lease.objects.create(duty="outbox", row=sent.pk, until=TEN)


def _followed_up(ticket, by):
    """An invoice nobody has sent yet, a message that kept a promise, and an answer on the phone."""
    gifts.bill(ticket, now=TEN + HOUR)
    said = Interaction.objects.earliest("pk")
    Promise.objects.filter(status="kept").update(kept_by=said)
    done = FollowUp.objects.filter(status="done").earliest("pk")
    FollowUp.objects.filter(pk=done.pk).update(sent=said)
    Satisfaction.objects.create(
        ticket=ticket, follow_up=done, is_happy=True, answered_at=TEN, asked_by=by
    )
    ReplyTemplate.objects.create(name="callback", language="en", text="By {deadline}.")


def _closed(ticket, charge, by):
    ticket = Ticket.objects.get(pk=ticket.pk)
    journey.ticket_closed(ticket, charge=charge, by=by, now=TEN)
    return ticket
