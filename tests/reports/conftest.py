"""Eva at her desk, and quick help that was given away."""

import pytest

from billing import gifts
from helpdesk import journey
from helpdesk.web import report_index, report_mail, reports
from tests.conftest import boston
from tickets import intake


@pytest.fixture
def owner(client, eva, monkeypatch):
    """Eva at her desk, on 14 March."""
    for door in (reports, report_index, report_mail):
        monkeypatch.setattr(door, "now", lambda: boston(2026, 3, 14, 10))
    client.force_login(eva)
    return client


@pytest.fixture
def gift(sara):
    """Give quick help to somebody."""

    def gift(customer, *, at=None, reason="", subject="Quick help"):
        at = at or boston(2026, 3, 2, 9)
        ticket = intake.open_ticket(subject=subject, channel="call", customer=customer, now=at)
        journey.ticket_closed(ticket, charge="free", gift_reason=reason, by=sara, now=at)
        return gifts.bill(ticket, now=ticket.bill_at)

    return gift
