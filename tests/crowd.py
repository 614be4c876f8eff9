"""A shop with something on every page, and as much of it as one likes."""

from datetime import timedelta

from django.db.models import Max

from helpdesk import duties, journey, programs, webhooks
from helpdesk.models import Lease, SavedView, Scope
from policies import canned
from policies.models import CallbackWindow, FollowUp, Promise, Quote, Turnaround
from tests.doors import correspondence
from tickets import solutions
from tickets.devices import Particulars
from tickets.models import (
    Arrival,
    ContactPoint,
    Customer,
    Device,
    Interaction,
    Loan,
    LoanDevice,
    Notice,
    Offer,
    Service,
    Solution,
    Ticket,
)

MINUTE = timedelta(minutes=1)


def furnish(sara, per, eva, ingrid, missed, spoken, *, at):
    """Put at least one of everything into the shop."""
    missed(now=at, number="+16175550177")
    waiting = Ticket.objects.get()
    repair = Service.objects.get(name="Laptop repair")
    journey.customer_identified(waiting, ingrid)
    waiting.refresh_from_db()
    journey.quoted(waiting, repair, by=eva, now=at, accepted_how="phone")
    journey.ticket_assigned(waiting, per, now=at)
    missed(now=at, number="anonymous", call_id="nobody")
    missed(now=at, number="+16175550179", call_id="stranger")
    for n in range(2):
        done = spoken(now=at, call_id=f"done {n}", number=f"+1617555018{n}").ticket
        journey.customer_identified(done, ingrid)
        done.refresh_from_db()
        journey.ticket_closed(done, charge="free", by=eva, now=at)
    duties.swept(now=at + timedelta(hours=1))
    correspondence.rich(ingrid, eva, now=at)
    correspondence.mailboxes(now=at)
    correspondence.put_aside(1, now=at)
    correspondence.given_up(1, now=at)
    _on_the_desk(waiting, sara, per, at=at)
    token, _key = programs.let_in("books", Scope.values)
    webhooks.opened(token, "https://books.example/told", [webhooks.ALL], now=at)


def _on_the_desk(ticket, sara, per, *, at):
    """Devices, what is lent, a concern, a solution that was offered, who was named."""
    customer = ticket.customer
    known = Particulars("ThinkPad T14", "PF-4C7T2", bought_where="here", price=119_900)
    device = journey.device_written(customer, _with_currency(known))
    journey.device_brought(ticket, device)
    journey.trouble_written(ticket, fault="No power", concern="Lost trust", by=sara, now=at)
    journey.concern_acknowledged(ticket, "It is on us to put it right.", by=sara, now=at)
    lent = LoanDevice.objects.create(name="ThinkPad L13")
    LoanDevice.objects.create(name="ThinkPad L14")
    journey.device_lent(lent, ticket, at.date(), by=sara, now=at)
    advice = solutions.Advice("Laptop will not start", "Hold the button.", ("Reset by phone",))
    offered = solutions.write(advice, by=per, now=at)
    journey.solution_offered(offered, ticket, by=sara, now=at, choice="Reset by phone")
    canned.write(
        "On its way", "Hello {name}, the part is on its way.", language="en", by=sara, now=at
    )
    SavedView.objects.create(
        user=sara, page="tickets", name="New ones", query="state=new", is_shared=True, saved_at=at
    )
    journey.note_added(ticket, "@per please look at this", by=sara, now=at)
    journey.ticket_watched(ticket, by=sara)
    gone = Customer.objects.create(name="Ingrid B.", language="en", since=at)
    Customer.objects.create(name=customer.name, language="en", since=at)
    asleep = Ticket.objects.open().exclude(pk=ticket.pk).earliest("pk")
    journey.ticket_snoozed(asleep, at + timedelta(days=2), "Waits for a part", by=per, now=at)
    return gone


def _with_currency(known):
    return Particulars(**{**vars(known), "currency": "USD"})


def crowd(n, by, colleague, *, at):
    """Add `n` of everything a list shows, each with what its row shows, and `n` to one of each."""
    shift = Customer.objects.aggregate(last=Max("pk"))["last"] or 0
    customers = Customer.objects.bulk_create(
        Customer(name=f"Customer {shift + i}", language="en", since=at) for i in range(n)
    )
    points = ContactPoint.objects.bulk_create(
        ContactPoint(kind="phone", value=f"+1617556{shift + i:04}", raw="x") for i in range(n)
    )
    owners = ContactPoint.customers.through
    owners.objects.bulk_create(
        owners(customer=customer, contactpoint=point)
        for customer, point in zip(customers, points, strict=True)
    )
    devices = Device.objects.bulk_create(Device(customer=it, name="T14") for it in customers)
    strangers = ContactPoint.objects.bulk_create(
        ContactPoint(kind="phone", value=f"+1617557{shift + i:04}", raw="x") for i in range(n)
    )
    common = {"channel": "call", "opened_at": at, "touched_at": at}
    tickets = Ticket.objects.bulk_create(
        Ticket(
            **common,
            subject="Laptop",
            customer=customers[i],
            contact_point=points[i],
            device=devices[i],
            concern="Lost trust",
            assignee=colleague,
            status="open",
            search_text="laptop",
        )
        for i in range(n)
    )
    unknown = Ticket.objects.bulk_create(
        Ticket(**common, subject="Call", contact_point=point) for point in strangers
    )
    _contacts(tickets + unknown, by, at=at)
    _promises(tickets, unknown, by, at=at)
    _books(n, tickets, by, at=at)
    _dead(n, tickets, by, colleague, at=at)


def _contacts(tickets, by, *, at):
    common = {"direction": "in", "kind": "call", "staff": by, "happened_at": at, "logged_at": at}
    Interaction.objects.bulk_create(
        Interaction(ticket=ticket, contact_point=ticket.contact_point, text="Hello", **common)
        for ticket in tickets
    )


def _promises(tickets, unknown, by, *, at):
    window, terms = CallbackWindow.objects.earliest("pk"), Turnaround.objects.earliest("pk")
    quotes = Quote.objects.bulk_create(
        Quote(
            ticket=ticket,
            service=terms.service,
            turnaround=terms,
            days=3,
            target_days=2,
            quoted_at=at,
            quoted_by=by,
            accepted_at=at,
            accepted_how="phone",
        )
        for ticket in tickets
    )
    due = {"made_at": at, "due_at": at + timedelta(days=3)}
    Promise.objects.bulk_create(
        Promise(ticket=quote.ticket, kind="turnaround", quote=quote, maker=by, **due)
        for quote in quotes
    )
    soon = {"made_at": at, "due_at": at + timedelta(hours=4)}
    Promise.objects.bulk_create(
        Promise(ticket=ticket, kind="callback", window=window, **soon)
        for ticket in [*tickets, *unknown]
    )


def _books(n, tickets, by, *, at):
    written = {"written_at": at, "written_by": by}
    books = Solution.objects.bulk_create(
        Solution(
            title="Laptop is slow", search_text="laptop is slow", choices=["Clean it"], **written
        )
        for _ in range(n)
    )
    Offer.objects.bulk_create(
        Offer(solution=book, ticket=ticket, choice="Clean it", offered_at=at, offered_by=by)
        for book, ticket in zip(books, tickets, strict=True)
    )
    lent = LoanDevice.objects.bulk_create(LoanDevice(name=f"L13 {i}") for i in range(n))
    Loan.objects.bulk_create(
        Loan(device=device, ticket=ticket, due_date=at.date(), lent_at=at, lent_by=by)
        for device, ticket in zip(lent, tickets, strict=True)
    )
    for i in range(min(n, 30)):
        canned.write(f"Reply {i}", "Hello {name}.", language="en", by=by, now=at)


def _dead(n, tickets, by, colleague, *, at):
    """What did not leave, what nobody can read, what is to be done, and what was told."""
    common = {"happened_at": at, "logged_at": at, "kind": "email", "via": "email"}
    Interaction.objects.bulk_create(
        Interaction(
            ticket=ticket,
            direction="out",
            recipient="x@shop.example",
            status="failed",
            because="No such server",
            **common,
        )
        for ticket in tickets
    )
    said = Interaction.objects.bulk_create(
        Interaction(ticket=ticket, direction="in", is_verified=False, **common)
        for ticket in tickets
    )
    Notice.objects.bulk_create(
        Notice(user=user, interaction=each, why="watched", noticed_at=at)
        for each in said
        for user in (by, colleague)
    )
    Arrival.objects.bulk_create(
        Arrival(
            via="email",
            source="help@shop.example",
            raw=b"x",
            sha256="x",
            arrived_at=at,
            verdict="quarantined",
            because="x",
        )
        for _ in range(n)
    )
    FollowUp.objects.bulk_create(
        FollowUp(
            rule="broken",
            key=f"crowd {ticket.pk}",
            ticket=ticket,
            planned_at=at,
            due_at=at,
            status="task",
            outcome="Call them.",
        )
        for ticket in tickets
    )
    first = (Lease.objects.aggregate(last=Max("row"))["last"] or 0) + 1
    Lease.objects.bulk_create(
        Lease(duty="outbox", row=first + i, until=at, because="x", given_up_at=at) for i in range(n)
    )
