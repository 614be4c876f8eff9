"""The customer's invoice by its link: for whoever has it, and a polite nothing for all others."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core import signing
from django.utils.timezone import now
from pypdf import PdfReader

from billing import mailing
from billing.models import Invoice
from helpdesk import duties, journey
from tests.doors.pages import text
from tickets.models import Customer

PRIVATE = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}


@pytest.fixture
def address(ticket, sara, monday_nine):
    journey.ticket_closed(ticket, charge="free", by=sara, now=monday_nine)
    duties.swept(now=monday_nine + timedelta(hours=1))
    return mailing.link(Invoice.objects.get()).removeprefix(settings.PUBLIC_URL)


def test_whoever_has_the_link_gets_the_paper(client, address, tmp_path):
    response = client.get(address)

    (tmp_path / "invoice.pdf").write_bytes(response.content)
    assert "PAID" in PdfReader(tmp_path / "invoice.pdf").pages[0].extract_text()
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="2026-0001.pdf"'
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert {name: response[name] for name in PRIVATE} == PRIVATE


def test_it_is_the_same_for_staff(at_desk, address):
    assert at_desk.get(address).status_code == 200


@pytest.mark.parametrize(
    "how", ["forged", "cut", "another's salt", "too old", "nothing", "a NUL", "forgotten"]
)
def test_any_other_opens_nothing_and_says_nothing(client, shop, address, how):
    token = address.removeprefix("/i/").rstrip("/")
    changed = {
        "forged": token[:-1] + ("A" if token[-1] != "A" else "B"),
        "cut": token[:20],
        "another's salt": signing.dumps(Invoice.objects.get().pk),
        "nothing": "x",
        "a NUL": "a%00b",
    }.get(how, token)
    later = timedelta(seconds=settings.LINK_SECONDS + 1) if how == "too old" else timedelta()
    if how == "forgotten":
        Customer.objects.update(anonymised_at=now())

    with time_machine.travel(now() + later, tick=False):
        response = client.get(f"/i/{changed}/")

    assert response.status_code == 404
    assert "It may have been cut short on its way, or be too old." in text(response)
    assert {name: response[name] for name in PRIVATE} == PRIVATE
    for secret in (shop.name, "2026-0001", "Ingrid"):
        assert secret not in response.content.decode()


def test_a_link_to_what_is_gone_opens_nothing(client, shop):
    token = signing.dumps(999999, salt="billing.mailing")

    assert client.get(f"/i/{token}/").status_code == 404
