"""Free endings to be invoiced, a mail server that fails some, and what has to hold at the end."""

import random
import re
from collections import Counter
from contextlib import contextmanager
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller

from tests import servers

REFERENCE = re.compile(r"\d{4}-\d{4,}")

CLOSE_SOME = """
from datetime import datetime, timedelta, UTC
from helpdesk import journey
from helpdesk.journey import Contact
from tickets import intake
from tickets.intake import Particulars
from tickets.models import ContactPoint, Ticket, User
from tickets.models.work import Kind
sara = User.objects.get(username="sara")
now = datetime.now(UTC) - timedelta(hours=3)
for n in range({count}):
    address = f"customer{{n}}@example.com"
    about = Particulars(f"Customer {{n}}", "person", "en", "email")
    reached = intake.Reachable(ContactPoint.Kind.EMAIL, address, address)
    customer = journey.customer_entered(about, now=now, reached_by=reached)
    said = Contact(Kind.WALK_IN, "in", "A quick question", heard_at=now)
    logged = journey.contact_logged(said, by=sara, now=now, customer=customer)
    journey.ticket_closed(logged.ticket, charge=Ticket.Charge.FREE, by=sara, now=now)
"""


def subject(reference):
    return f"Your invoice {reference}"


class Sink:
    """A mail server that says "later" to some, and remembers the others."""

    def __init__(self, *, seed, refuses):
        self.chance, self.refuses = random.Random(seed), refuses  # noqa: S311
        self.taken = []  # (Message-ID, invoice's reference)

    async def handle_DATA(self, _server, _session, envelope):
        if self.chance.random() < self.refuses:
            return "451 4.3.0 Try again later"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        found = REFERENCE.search(mail["Subject"])
        self.taken.append((mail["Message-ID"], found[0] if found else mail["Subject"]))
        return "250 OK"


@contextmanager
def sink(*, seed, refuses=0.05):
    handler = Sink(seed=seed, refuses=refuses)
    port = servers.free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield handler, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()


def issued(stack):
    return [row[0] for row in stack.sql("SELECT reference FROM billing_invoice ORDER BY number")]


def wrongs(stack, taken, count):
    """Return what does not hold: {rule: how many}."""
    references = issued(stack)
    numbers = [row[0] for row in stack.sql("SELECT number FROM billing_invoice ORDER BY number")]
    twice = stack.sql(
        "SELECT count(*) FROM (SELECT 1 FROM billing_invoice GROUP BY ticket_id, ending"
        " HAVING count(*) > 1) AS doubled"
    )[0][0]
    mailed = Counter(reference for _message_id, reference in taken)
    names = Counter(reference for _message_id, reference in set(taken))
    found = {
        "never issued": count - len(references),
        "issued twice": twice,
        "numbers missing": len(set(range(1, len(numbers) + 1)) - set(numbers)),
        "never mailed": len(set(references) - set(mailed)),
        "mailed without an invoice": len(set(mailed) - set(references)),
        "under two names": sum(times > 1 for times in names.values()),
    }
    return {rule: times for rule, times in found.items() if times}
