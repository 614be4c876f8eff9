"""What the customer's pages ask of the database: no more for many rows than for one."""

from datetime import timedelta

import pytest
from django.test import Client

from helpdesk import journey
from tests.conftest import boston
from tests.doors.pages import count_queries
from tickets import tokens
from tickets.models import Service, Shop, Ticket

TEN = boston(2026, 3, 2, 10)
# None of them needs the session or the user.
A_TICKET = 12
MOST = {"/policies/": 12, "/policies/wait.json": 7, "/write/": 7}


def test_their_own_page(shop, missed, ingrid, sara, monkeypatch):
    for module in ("links", "ticket"):
        monkeypatch.setattr(f"helpdesk.web.public.{module}.now", lambda: TEN + timedelta(days=1))
    missed(now=boston(2026, 3, 2, 9))
    ticket, laptops = Ticket.objects.get(), Service.objects.get(name="Laptop repair")
    address, counts = f"/t/{tokens.link(ticket.pk, at=TEN)}/", []
    for added in (3, 3, 294):
        for n in range(added):
            at = TEN + timedelta(minutes=n)
            journey.quoted(ticket, laptops, by=sara, now=at)
            journey.promised(ticket, "News", at + timedelta(days=9), kind="update", by=sara, now=at)
            contact = journey.Contact(kind="walk_in", direction="in", said="Done?", heard_at=at)
            journey.contact_logged(contact, by=sara, now=at, ticket=ticket)
        counts.append(count_queries(Client(), address))

    assert counts[1:] == counts[:1] * 2
    assert counts[0] <= A_TICKET


@pytest.mark.parametrize("address", MOST)
def test_what_everybody_may_read(shop, missed, address):
    Shop.objects.update(shows_policies=True, takes_web_messages=True)
    counts = []
    for added in (1, 2, 60):
        for n in range(added):
            missed(now=boston(2026, 3, 2, 9), call_id=f"{len(counts)}-{n}")
        counts.append(count_queries(Client(), address))

    assert counts[1:] == counts[:1] * 2
    assert counts[0] <= MOST[address]
