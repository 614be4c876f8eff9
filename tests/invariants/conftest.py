"""A shop with at least one row of everything a rule is about."""

from datetime import date, time, timedelta

import pytest

from billing import gifts
from helpdesk import duties, journey
from helpdesk.models import (
    ApiToken,
    AuditEntry,
    BulkAction,
    Draft,
    IdempotencyKey,
    Invite,
    Lease,
    Presence,
    SavedView,
    WebhookDelivery,
    WebhookEndpoint,
)
from policies.models import (
    Calendar,
    CallbackClaim,
    CannedReply,
    Closure,
    FollowUp,
    FollowUpRule,
    Promise,
    ReplyTemplate,
    Satisfaction,
    SpecialHours,
)
from tests.conftest import boston
from tickets.devices import Particulars
from tickets.models import (
    Arrival,
    Attachment,
    Customer,
    CustomerMerge,
    Interaction,
    LoanDevice,
    Mailbox,
    Notice,
    Notification,
    Service,
    Solution,
    Ticket,
)
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
    _worried(_opened(ingrid, sara), sara, per)
    _at_the_desk(Ticket.objects.open().latest("pk"), ingrid, sara, per)
    _told(Ticket.objects.open().latest("pk"), sara)
    _set_up(sara, per)


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
        ticket=ticket, follow_up=done, is_happy=True, words="At last", answered_at=TEN, asked_by=by
    )
    ReplyTemplate.objects.create(name="callback", language="en", text="By {deadline}.")


def _worried(ticket, by, colleague):
    """A concern that was acknowledged and settled; one more that was put aside and stays open."""
    journey.trouble_written(ticket, fault="Dead", concern="Lost trust", by=by, now=TEN)
    journey.concern_acknowledged(ticket, "It is on us.", by=by, now=TEN)
    journey.concern_eased(ticket, by=by, now=TEN)
    _closed(ticket, "charged", by)
    other = _opened(ticket.customer, by)
    journey.trouble_written(other, fault="", concern="Second time", by=by, now=TEN)
    journey.ticket_snoozed(other, TEN + HOUR, "A part", by=colleague, now=TEN)


def _at_the_desk(ticket, customer, by, colleague):
    """A device, one of ours lent and one back; who watches and was told; an offer, a claim."""
    device = journey.device_written(customer, Particulars("ThinkPad", price=1, currency="USD"))
    journey.device_brought(ticket, device)
    out, back = [LoanDevice.objects.create(name=name) for name in ("L13", "L14")]
    journey.device_lent(out, ticket, TEN.date(), by=by, now=TEN)
    journey.loan_returned(
        journey.device_lent(back, ticket, TEN.date(), by=by, now=TEN), by=by, now=TEN
    )
    journey.ticket_watched(ticket, by=by)
    journey.solution_offered(Solution.objects.get(), ticket, by=by, now=TEN)
    owed = Promise.objects.open().filter(kind="callback").earliest("pk")
    CallbackClaim.objects.create(promise=owed, user=by, until=TEN)
    CannedReply.objects.create(
        title="Hello", language="en", text="Hello", written_at=TEN, written_by=by
    )
    gone = Customer.objects.create(name="Ingrid D", language="en", since=TEN)
    merged = {"gone": gone, "kept": customer, "merged_at": TEN, "merged_by": by}
    CustomerMerge.objects.create(**merged, undone_at=TEN, undone_by=colleague)
    CustomerMerge.objects.create(**merged)
    Draft.objects.create(user=by, form="call", saved_at=TEN)
    Presence.objects.create(user=by, ticket=ticket, seen_at=TEN)
    BulkAction.objects.create(user=by, kind="spam", done_at=TEN)


def _told(ticket, user):
    """What somebody was told of: a note they are to get by mail, too, and what broke."""
    said = Interaction.objects.filter(ticket__isnull=False).earliest("pk")
    notice = Notice.objects.create(user=user, interaction=said, why="named", noticed_at=TEN)
    Notification.objects.create(notice=notice, channel="mail", due_at=TEN)
    Notice.objects.create(user=user, ticket=ticket, why="broken", noticed_at=TEN)


def _set_up(user, owner):
    """What the owner did: one invite that was used, one that was not; a rule; what is on record."""
    invite = {"role": "technician", "invited_by": owner, "invited_at": TEN, "expires_at": TEN}
    Invite.objects.create(name="Sara", email="sara@x.example", used_at=TEN, user=user, **invite)
    Invite.objects.create(name="Tom", email="tom@x.example", **invite)
    FollowUpRule.objects.create(rule="satisfaction", is_on=False)
    SavedView.objects.create(user=user, page="tickets", name="Late", query="late=1", saved_at=TEN)
    AuditEntry.objects.create(
        at=TEN, user=owner, action="staff-invite", kind="user", key="1", changes={"role": ["", "x"]}
    )


def _closed(ticket, charge, by):
    ticket = Ticket.objects.get(pk=ticket.pk)
    journey.ticket_closed(ticket, charge=charge, by=by, now=TEN)
    return ticket
