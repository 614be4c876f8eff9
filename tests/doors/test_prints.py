"""What goes onto paper: the label on the device, and the sheet its owner takes home."""

import html
import re
from datetime import timedelta

import pytest

from helpdesk import journey
from helpdesk.web import qr
from policies import promises
from policies.models import Promise
from tests.conftest import boston
from tickets import tokens
from tickets.devices import Particulars
from tickets.models import Customer, Service, Ticket

TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def brought(ingrid, sara):
    """Ingrid has brought her laptop and accepted a quote."""
    said = journey.Contact("walk_in", "in", "It does not start", heard_at=TEN)
    ticket = journey.contact_logged(said, by=sara, now=TEN, customer=ingrid).ticket
    device = journey.device_written(ingrid, Particulars(name="ThinkPad T14", serial="PF-1"))
    Ticket.objects.filter(pk=ticket.pk).update(device=device, fault="Does not start")
    quote = journey.quoted(ticket, Service.objects.first(), by=sara, now=TEN)
    journey.quote_accepted(quote, how="counter", by=sara, now=TEN)
    return ticket


@pytest.fixture
def desk(client, sara, monkeypatch):
    monkeypatch.setattr("helpdesk.web.prints.now", lambda: TEN)
    client.force_login(sara)
    return client


def read(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def test_the_label_says_whose_what_and_by_when(desk, brought, settings):
    page = read(desk.get(f"/tickets/{brought.pk}/label/"))

    for said in (f"#{brought.pk}", ">Berg<", "ThinkPad T14", "Ready Thu 5 Mar"):
        assert said in page
    assert "Ingrid" not in page
    assert qr.code(f"{settings.PUBLIC_URL}/tickets/{brought.pk}/").path in page


def test_a_business_is_called_by_all_of_its_name(desk, brought, ingrid):
    Customer.objects.filter(pk=ingrid.pk).update(kind="business", name="Harbor Dental Group")

    assert "Harbor Dental Group" in read(desk.get(f"/tickets/{brought.pk}/label/"))


def test_a_stranger_s_device_has_a_label_too(desk, missed):
    heard = missed(now=TEN)

    assert "To be identified" in read(desk.get(f"/tickets/{heard.ticket.pk}/label/"))


def test_the_sheet_says_what_was_promised_and_what_it_costs(desk, brought, settings):
    page = read(desk.get(f"/tickets/{brought.pk}/sheet/"))

    for said in (
        *("Ingrid Berg", "Dahl & Daughters", "(617) 555-0100", "ThinkPad T14", "PF-1"),
        *("Does not start", "Thursday 5 March, 5:00 PM", "3 working days", "parts"),
        *("An hour of work costs $90.00, and the least we charge is $45.00", "4 working hours"),
    ):
        assert said in page
    assert qr.code(tokens.address(brought.pk, at=TEN)).path in page


def test_what_is_over_promises_nothing_and_does_not_say_so(desk, brought, sara):
    journey.ticket_closed(brought, charge="charged", by=sara, now=TEN)

    page = read(desk.get(f"/tickets/{brought.pk}/sheet/"))

    assert "What we promised" not in page
    assert "Nothing with a time so far" not in page


def test_what_they_said_no_to_is_not_offered_on_paper(desk, brought, sara):
    quote = journey.quoted(brought, Service.objects.first(), days=9, by=sara, now=TEN)
    assert "9 working days, from the day you accept it" in read(
        desk.get(f"/tickets/{brought.pk}/sheet/")
    )

    journey.quote_declined(quote, because="Too dear", now=TEN)

    page = read(desk.get(f"/tickets/{brought.pk}/sheet/"))
    assert ("9 working days" in page, "3 working days, accepted on" in page) == (False, True)


def test_what_they_took_after_all_is_on_it(desk, brought, sara):
    quote = journey.quoted(brought, Service.objects.first(), days=9, by=sara, now=TEN)
    journey.quote_declined(quote, because="", now=TEN)

    journey.quote_accepted(quote, how="counter", by=sara, now=TEN)

    assert "9 working days, accepted on" in read(desk.get(f"/tickets/{brought.pk}/sheet/"))


def test_what_we_say_among_ourselves_is_on_no_paper(desk, brought, sara):
    at = TEN + timedelta(hours=2)
    journey.promised(brought, "A price", at, kind="other", by=sara, now=TEN)
    promises.break_(Promise.objects.get(what="A price"), now=at)

    page = read(desk.get(f"/tickets/{brought.pk}/sheet/"))

    assert "You hear from us: <b>Monday 2 March, 4:00 PM" in page
    assert "broken promise" not in page


def test_our_own_target_is_on_no_paper(desk, brought):
    for paper in ("label", "sheet"):
        page = read(desk.get(f"/tickets/{brought.pk}/{paper}/"))
        assert "Wed" not in page
        assert "2 working days" not in page


def test_it_is_in_the_customer_s_language(desk, brought, ingrid):
    Customer.objects.filter(pk=ingrid.pk).update(language="sv")

    response = desk.get(f"/tickets/{brought.pk}/sheet/")

    assert response["Content-Language"] == "sv"
    assert '<html lang="sv">' in read(response)
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("paper", ["label", "sheet"])
def test_spam_is_not_printed(desk, brought, sara, paper):
    journey.marked_spam(Ticket.objects.get(pk=brought.pk), by=sara, now=TEN)

    assert desk.get(f"/tickets/{brought.pk}/{paper}/").status_code == 404


def test_who_is_forgotten_is_on_no_paper(desk, brought, ingrid, eva):
    journey.customer_anonymised(ingrid, by=eva, now=TEN)

    page = read(desk.get(f"/tickets/{brought.pk}/sheet/"))
    assert "Ingrid" not in page
    assert "Code that leads to your page" not in page


def test_the_invoice_is_a_document_of_its_own(desk, brought, sara):
    ticket = Ticket.objects.get(pk=brought.pk)
    journey.ticket_closed(ticket, charge="charged", by=sara, now=TEN)
    journey.ticket_billed(ticket, now=TEN + timedelta(hours=2))

    page = read(desk.get(f"/tickets/{ticket.pk}/sheet/"))

    assert f'href="/invoices/{ticket.invoices.get().reference}/' in page


@pytest.mark.parametrize(("paper", "statements"), [("label", 6), ("sheet", 9)])
def test_it_reads_the_same_however_much_there_is(
    desk, brought, sara, django_assert_num_queries, paper, statements
):
    for number in range(1, 4):
        journey.promised(
            brought, f"{number}", TEN + timedelta(days=number), kind="other", by=sara, now=TEN
        )
        with django_assert_num_queries(statements):
            desk.get(f"/tickets/{brought.pk}/{paper}/")


def test_a_code_is_the_same_dots_drawn_in_runs():
    drawn = qr.code("https://example.com")

    dark = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", drawn.path):
        dark |= {(int(x) + step, int(y)) for step in range(int(width))}
    corner = {(x, y) for x in range(7) for y in (0, 6)}
    assert corner <= dark
    assert drawn.size in range(21, 60)


def test_the_ticket_s_menu_leads_there(desk, brought):
    assert f'href="/tickets/{brought.pk}/sheet/"' in read(desk.get(f"/tickets/{brought.pk}/"))
