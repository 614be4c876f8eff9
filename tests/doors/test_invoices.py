"""An invoice's page, its document, and paying it."""

import hashlib

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing import gifts, invoicing
from billing.invoicing import NotPayable, PaidMeanwhile
from billing.models import InvoiceDocument, Settlement
from helpdesk import journey
from helpdesk.web import invoices
from tests.conftest import boston
from tickets import intake
from tickets.models import Shop

pytestmark = pytest.mark.django_db

NOON = boston(2026, 3, 3, 12)


@pytest.fixture
def bill(customer, sara):
    """End a ticket and have it invoiced."""

    def bill(charge="charged", *, name="Ingrid Berg", number="+16175550142", minutes=0):
        at = boston(2026, 3, 2, 9)
        ticket = intake.open_ticket(
            subject="Screen", channel="call", customer=customer(name, number), now=at
        )
        if minutes:
            journey.note_added(ticket, "Changed it.", by=sara, now=at, minutes=minutes)
        journey.ticket_closed(ticket, charge=charge, gift_reason="Loyalty", by=sara, now=at)
        return gifts.bill(ticket, now=ticket.bill_at)

    return bill


@pytest.fixture
def desk(client, per, monkeypatch):
    """Per at the desk, Tuesday noon."""
    monkeypatch.setattr(invoices, "now", lambda: NOON)
    client.force_login(per)
    return client


def text(response):
    return " ".join(response.content.decode().split())


def pay(desk, invoice, **given):
    form = {"kind": "card", "amount": "45.00", "due": "4500"} | given
    return desk.post(reverse("invoice-pay", args=[invoice.reference]), form)


def paid(invoice):
    return list(invoice.settlements.order_by("pk").values_list("kind", "amount"))


# -- the page ------------------------------------------------------------------------------------


def test_a_gift_reads_nothing_due_paid(desk, bill):
    invoice = bill("free", minutes=60)

    shown = text(desk.get(reverse("invoice", args=[invoice.reference])))

    assert "$0.00 due, PAID by a gift" in shown
    assert "This was worth $90.00, and it was a gift." in shown
    assert "Loyalty: given by Sara Lind" in shown
    assert "Record the payment" not in shown


def test_what_is_due_can_be_paid(desk, bill):
    invoice = bill()

    response = desk.get(reverse("invoice", args=[invoice.reference]))

    assert "$45.00 due" in text(response)
    assert response.context["form"]["amount"].value() == "45.00"


def test_the_page_names_the_document_by_its_digest(desk, bill):
    invoice = bill()
    page = reverse("invoice", args=[invoice.reference])
    assert "It is made the first time somebody opens it" in text(desk.get(page))

    document = invoicing.document(invoice, now=NOON)

    assert document.sha256 in text(desk.get(page))


@pytest.mark.parametrize("name", ["invoice", "invoice-document"])
@pytest.mark.parametrize("reference", ["2026-0099", "nothing", "\0", "2026-0001'--", "٢٠٢٦-٠٠٠١"])
def test_an_unknown_invoice_is_not_found(desk, shop, name, reference):
    assert desk.get(reverse(name, args=[reference])).status_code == 404


def test_the_number_of_queries_does_not_depend_on_the_settlements(desk, bill, sara):
    invoice = bill(minutes=600)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            desk.get(reverse("invoice", args=[invoice.reference]))
        return len(captured)

    queries()
    none = queries()
    for _ in range(30):
        journey.invoice_paid(invoice, kind="cash", amount=1, by=sara, now=NOON)

    assert queries() == none


# -- the document --------------------------------------------------------------------------------


def test_the_document_is_made_on_the_first_look_and_kept(desk, bill):
    invoice = bill("free")
    address = reverse("invoice-document", args=[invoice.reference])

    first, second = desk.get(address), desk.get(address)

    assert first.content == second.content
    assert first.content.startswith(b"%PDF-")
    assert InvoiceDocument.objects.get().made_at == NOON


def test_the_document_is_shown_and_not_run(desk, bill):
    invoice = bill("free")

    response = desk.get(reverse("invoice-document", args=[invoice.reference]))

    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="{invoice.reference}.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert response["Cache-Control"] == "private, no-cache"


def test_who_has_the_document_is_not_sent_it_again(desk, bill):
    address = reverse("invoice-document", args=[bill("free").reference])
    first = desk.get(address)

    again = desk.get(address, headers={"If-None-Match": first["ETag"]})

    assert first["ETag"] == f'"{hashlib.sha256(first.content).hexdigest()}"'
    assert (again.status_code, again.content) == (304, b"")


# -- paying --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["cash", "card", "transfer"])
def test_a_payment_is_recorded_with_who_took_it(desk, bill, per, kind):
    invoice = bill()

    response = pay(desk, invoice, kind=kind)

    assert response["Location"] == reverse("invoice", args=[invoice.reference])
    settlement = Settlement.objects.get()
    assert (settlement.kind, settlement.amount) == (kind, 4500)
    assert (settlement.author, settlement.settled_at) == (per, NOON)
    assert "$0.00 due, PAID" in text(desk.get(response["Location"]))


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("45", 4500), ("$45.00", 4500), ("45,00", 4500), (" 20.5 ", 2050), ("USD 1", 100)],
)
def test_an_amount_is_typed_as_people_do(desk, bill, typed, amount):
    invoice = bill()

    pay(desk, invoice, amount=typed)

    assert paid(invoice) == [("card", amount)]


def test_an_amount_is_written_as_the_shop_does(desk, bill):
    invoice = bill(minutes=1000)
    Shop.objects.update(region="DE", languages=["sv"])

    form = desk.get(reverse("invoice", args=[invoice.reference])).context["form"]
    pay(desk, invoice, amount="1 234,50", due=invoice.total)

    assert form["amount"].value() == "1507,50"
    assert paid(invoice) == [("card", 123450)]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        pytest.param({"amount": "45.01"}, "That is more than what is due on", id="too much"),
        pytest.param({"amount": "0"}, "A payment is more than nothing", id="nothing"),
        pytest.param({"amount": "-45"}, "A payment is more than nothing", id="paid back"),
        pytest.param({"amount": "much"}, "is not an amount", id="a word"),
        pytest.param({"amount": ""}, "How much was paid?", id="empty"),
        pytest.param({"amount": "9" * 50}, "That is too much", id="a cat on the keyboard"),
        pytest.param({"amount": "4\0005"}, "Null characters are not allowed", id="NUL"),
        pytest.param({"kind": "gift"}, "Select a valid choice", id="a gift is not a payment"),
        pytest.param({"kind": ""}, "How was it paid?", id="no way"),
        pytest.param({"due": ""}, "This field is required", id="a form that was not ours"),
    ],
)
def test_a_bad_payment_gets_a_sentence(desk, bill, given, sentence):
    invoice = bill()

    response = pay(desk, invoice, **given)

    assert response.status_code == 422
    assert sentence in text(response)
    assert paid(invoice) == []


def test_paying_twice_pays_once(desk, bill):
    invoice = bill()

    pay(desk, invoice)
    again = pay(desk, invoice)

    assert paid(invoice) == [("card", 4500)]
    assert "was already paid" in text(desk.get(again["Location"]))


def test_sending_a_part_payment_twice_pays_it_once(desk, bill):
    invoice = bill()

    pay(desk, invoice, amount="20")
    again = pay(desk, invoice, amount="20")

    assert paid(invoice) == [("card", 2000)]
    assert "A payment for 2026-0001 has just been recorded" in text(desk.get(again["Location"]))


def test_the_rest_can_be_paid_in_another_way(desk, bill):
    invoice = bill()

    pay(desk, invoice, amount="20")
    pay(desk, invoice, amount="25", kind="cash", due="2500")

    assert paid(invoice) == [("card", 2000), ("cash", 2500)]


def test_a_gift_cannot_be_paid(desk, bill):
    invoice = bill("free")

    response = pay(desk, invoice)

    assert response.status_code == 302
    assert paid(invoice) == [("gift", 4500)]


def test_an_unknown_invoice_cannot_be_paid(desk, shop):
    assert desk.post(reverse("invoice-pay", args=["2026-0099"])).status_code == 404


def test_whoever_was_first_is_told_from_who_pays_too_much(bill, sara):
    invoice = bill()
    journey.invoice_paid(invoice, kind="cash", amount=2000, by=sara, now=NOON, due=4500)

    with pytest.raises(PaidMeanwhile):
        journey.invoice_paid(invoice, kind="cash", amount=2000, by=sara, now=NOON, due=4500)
    with pytest.raises(NotPayable, match="more than what is due"):
        journey.invoice_paid(invoice, kind="cash", amount=2501, by=sara, now=NOON, due=2500)
