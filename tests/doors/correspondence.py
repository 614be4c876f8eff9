"""A ticket on which everything that can become of a message has become of one."""

from datetime import timedelta

from helpdesk import journey
from helpdesk.models import Lease
from policies.models import FollowUp
from tests.doors.mails import FORMATTED, answered, arrive, fate, mail, unreadable, written
from tickets import intake
from tickets.models import ContactPoint, Interaction, Mailbox, Ticket

HOUR = timedelta(hours=1)
QUOTING = "Thank you!\n\nOn Mon, 2 Mar 2026 at 10:00, Dahl wrote:\n> We have it open.\n> Bring it."
LONG_NAME = "Quarterly statement of everything that ever was wrong with it, final, really.pdf"


def rich(customer, by, *, now):
    """Write it; `customer` is reached by mail, too. The ticket."""
    journey.customer_reached_by(customer, intake.reachable("ingrid@example.com", "US"))
    arrive(
        mail(
            "The screen stays black.\n\nIngrid",
            subject="My laptop stays black, and nothing I found on the internet brings it back",
            html=FORMATTED,
            files=[
                (LONG_NAME, b"%PDF-1.4", "application/pdf"),
                ("photo.jpg", b"\xff\xd8" * 40_000, "image/jpeg"),
            ],
        ),
        now=now,
    )
    ticket = Ticket.objects.latest("pk")
    first = answered(ticket, by, now=now + HOUR, text="We have it open now.\n\nBring the charger.")
    fate(first, "delivered", sent_at=now + HOUR)
    written(ticket, QUOTING, now=now + 2 * HOUR, subject="Re: My laptop")
    stranger = "Somebody Else <somebody@elsewhere.example>"
    written(ticket, "Send it to me instead.", now=now + 3 * HOUR, sender=stranger)
    Interaction.objects.filter(contact_point__value="somebody@elsewhere.example").update(
        remarks=["The sender's name looks like the address of somebody else."]
    )
    for n, (status, fields) in enumerate(FATES, start=4):
        one = answered(ticket, by, now=now + n * HOUR, text=f"Answer {n}.")
        left = {"sent_at": now + n * HOUR} if status in Interaction.HAS_LEFT else {}
        fate(one, status, **fields, **left)
    waits = answered(ticket, by, now=now + 10 * HOUR, text="It is ready.")
    because = "The server said: 451 try again"
    Lease.objects.create(duty="outbox", row=waits.pk, until=now + 11 * HOUR, because=because)
    tasks(ticket, by, now=now)
    ContactPoint.objects.filter(kind="phone", customers=customer).update(opted_out_at=now)
    return ticket


FATES = [
    ("sent", {}),
    ("bounced", {"because": "550 5.1.1 No such user here"}),
    ("failed", {"because": "The server refused it: 554 Message rejected"}),
    ("withheld", {"because": "They asked for no messages there"}),
    ("doubtful", {"because": "The worker died while sending it"}),
]


def tasks(ticket, by, *, now):
    """Two things for staff to do, one planned, one done."""
    for n, (rule, fields) in enumerate(
        [
            ("satisfaction", {"status": "task", "outcome": "Call and ask whether they are happy."}),
            ("waiting", {"status": "task", "outcome": "Tell them why it takes longer."}),
            ("acknowledgement", {"outcome": ""}),
            (
                "acknowledgement",
                {
                    "status": "done",
                    "done_at": now,
                    "done_by": by,
                    "outcome": "Not sent: One acknowledgement an hour for each address",
                },
            ),
        ]
    ):
        key = f"{rule}:test-{ticket.pk}-{n}"
        FollowUp.objects.create(
            rule=rule, key=key, ticket=ticket, planned_at=now, due_at=now + HOUR, **fields
        )


def mailboxes(*, now):
    Mailbox.objects.create(name="help@shop.example/INBOX", read_at=now)
    problem = "AUTHENTICATE failed: the password has expired"
    Mailbox.objects.create(
        name="bills@shop.example/INBOX", read_at=now - HOUR, problem=problem, problem_at=now
    )


def put_aside(count, *, now):
    for n in range(count):
        unreadable(now + n * timedelta(minutes=1))


def given_up(count, *, now, row=0):
    for n in range(row, row + count):
        Lease.objects.create(
            duty="invoices", row=n, until=now, attempts=8, because="No rate", given_up_at=now
        )
