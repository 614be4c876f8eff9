"""A person is anonymised: nothing of them is found but the invoices that must stay."""

import html
import io
import json
import re
import sqlite3
import zipfile
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import IntegrityError
from django.db.utils import InternalError

from billing import gifts, invoicing
from billing.models import Invoice, InvoiceDocument, InvoiceLine
from helpdesk import journey
from helpdesk.models import AuditEntry, Draft
from policies.models import Promise
from tests.conftest import boston
from tests.doors.mails import arrive, mail
from tickets.models import Attachment, Customer, Device, Interaction, Service, Ticket

TEN = boston(2026, 3, 2, 10)
NAME, SECRET = "Quirina Zzyzx", "xylographic"
ADDRESS = "quirina@zzyzx.example"
STAYS = {Invoice, InvoiceLine, InvoiceDocument}


@pytest.fixture
def quirina(shop, sara, customer):
    """Somebody who is everywhere."""
    found = customer(NAME, "+16175550177")
    found.note, found.address = f"Likes {SECRET} prints", f"1 {SECRET} Road"
    found.save()
    contact = arrive(mail(f"My {SECRET} laptop", sender=ADDRESS), now=TEN).interaction
    journey.customer_identified(contact.ticket, found)
    ticket = contact.ticket
    Attachment.objects.create(
        interaction=contact,
        name=f"{SECRET}.jpg",
        size=3,
        sha256="x",
        file=ContentFile(SECRET.encode(), name="file"),
    )
    device = Device.objects.create(customer=found, name=f"{SECRET} Pad", serial=SECRET)
    Ticket.objects.filter(pk=ticket.pk).update(
        device=device, fault=f"{SECRET} is broken", concern=f"{SECRET} is lost"
    )
    journey.note_added(ticket, f"Spoke of {SECRET}", by=sara, now=TEN)
    journey.promised(
        ticket, f"A price for the {SECRET}", TEN + timedelta(days=1), kind="other", by=sara, now=TEN
    )
    Draft.objects.create(
        user=sara, form=f"ticket-{ticket.pk}-note", fields={"text": SECRET}, saved_at=TEN
    )
    AuditEntry.objects.create(
        at=TEN,
        user=sara,
        action="customer-edit",
        kind="customer",
        key=str(found.pk),
        changes={"name": ["", NAME]},
    )
    AuditEntry.objects.create(
        at=TEN,
        action="ticket-link-answer",
        kind="ticket",
        key=str(ticket.pk),
        address="203.0.113.77",
    )
    called = journey.contact_logged(
        journey.Contact("call", "in", f"About the {SECRET}", heard_at=TEN),
        by=sara,
        now=TEN,
        customer=found,
        is_new_matter=True,
    ).ticket
    journey.ticket_closed(called, charge="free", by=sara, now=TEN)
    called.refresh_from_db()
    invoice = gifts.bill(called, now=called.bill_at)
    invoicing.document(invoice, now=called.bill_at)
    return found


def traces(*, of):
    """Return in which columns of which tables any of `of` can still be read."""
    found = set()
    for model in apps.get_models():
        if model in STAYS or model._meta.proxy:
            continue
        for row in model._default_manager.all():
            for field in model._meta.concrete_fields:
                value = field.value_from_object(row)
                if isinstance(value, memoryview):
                    value = bytes(value)
                said = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
                if any(word.lower() in said.lower() for word in of):
                    found.add(f"{model._meta.label}.{field.name}")
    return found


WORDS = ("Quirina", "Zzyzx", SECRET, "6175550177", "555-0177", "203.0.113.77")


def test_nothing_is_found_but_the_invoices(quirina, eva, django_capture_on_commit_callbacks):
    assert len(traces(of=WORDS)) > 12  # the search finds them where they are

    with django_capture_on_commit_callbacks(execute=True):
        journey.customer_anonymised(quirina, by=eva, now=TEN + timedelta(days=1))

    assert traces(of=WORDS) == set()
    invoice = Invoice.objects.get()
    assert invoice.buyer_name == NAME
    assert not any(row.file.storage.exists(row.file.name) for row in Attachment.objects.all())


def test_the_ledgers_still_add_up(quirina, eva):
    before = (Ticket.objects.count(), Interaction.objects.count(), Promise.objects.count())

    journey.customer_anonymised(quirina, by=eva, now=TEN + timedelta(days=1))

    assert (Ticket.objects.count(), Interaction.objects.count(), Promise.objects.count()) == before
    quirina.refresh_from_db()
    assert quirina.anonymised_at == TEN + timedelta(days=1)
    assert not Promise.objects.open().exists()


def test_what_stands_there_then_is_in_the_words_of_the_shop(shop, quirina, eva):
    shop.languages = ["sv", "en"]
    shop.save()
    ticket = quirina.tickets.get(device__isnull=False)

    journey.customer_anonymised(quirina, by=eva, now=TEN + timedelta(days=1))

    ticket.refresh_from_db()
    quirina.refresh_from_db()
    promise = Promise.objects.get(kind="other")
    assert {
        *(quirina.name, ticket.subject, ticket.concern, ticket.device.name),
        *(promise.what, Attachment.objects.get().name),
    } == {"(raderat)"}
    assert Attachment.objects.get().is_erased
    assert traces(of=["(erased)"]) == set()


def test_what_is_invoiced_right_away_says_what_we_did_and_not_what_they_said(quirina, eva, sara):
    before = list(InvoiceLine.objects.values())
    ticket = quirina.tickets.get(device__isnull=False)
    ticket.service, ticket.concern = Service.objects.create(name="Repair"), ""
    ticket.save()
    journey.ticket_closed(ticket, charge="charged", by=sara, now=TEN)

    journey.customer_anonymised(quirina, by=eva, now=TEN)

    issued = ticket.invoices.get()
    assert [line.description for line in issued.lines.all()] == ["Repair (minimum fee)"]
    assert list(InvoiceLine.objects.exclude(invoice=issued).values()) == before
    assert SECRET in before[0]["description"]


def test_it_may_be_asked_for_twice(quirina, eva):
    for day in (1, 2):
        journey.customer_anonymised(quirina, by=eva, now=TEN + timedelta(days=day))

    assert Customer.objects.get(pk=quirina.pk).anonymised_at == TEN + timedelta(days=1)


def test_a_number_they_share_stays_the_others(quirina, customer, eva):
    husband = customer("Bo Ek", "+16175550177")

    journey.customer_anonymised(quirina, by=eva, now=TEN)

    assert husband.contact_points.get().value == "+16175550177"


@pytest.mark.parametrize("words", ["something else", "", None])
def test_what_was_promised_is_erased_or_stays(quirina, words):
    promise = Promise.objects.exclude(what="").first()

    with pytest.raises((IntegrityError, InternalError, sqlite3.Error)):
        Promise.objects.filter(pk=promise.pk).update(what=words)


def test_what_they_may_have_of_theirs_is_one_file(quirina):
    packed = journey.customer_exported(quirina, now=TEN)

    with zipfile.ZipFile(io.BytesIO(packed)) as folder:
        said = json.loads(folder.read("data.json"))
        names = folder.namelist()
    assert said["customer"]["name"] == NAME
    assert {point["value"] for point in said["contact_points"]} == {"+16175550177", ADDRESS}
    assert any(SECRET in contact["text"] for contact in said["contacts"])
    assert any(SECRET in promise["what"] for promise in said["promises"])
    assert [invoice["total"] for invoice in said["invoices"]] == [4500]
    assert [name for name in names if name.endswith(f"{SECRET}.jpg")]
    assert [name for name in names if name.endswith(".pdf")]
    # What we said among ourselves is ours.
    assert not any("Spoke of" in contact["text"] for contact in said["contacts"])


def written_out(customer):
    with zipfile.ZipFile(io.BytesIO(journey.customer_exported(customer, now=TEN))) as folder:
        return folder.namelist(), folder.read("index.html").decode()


def test_it_can_be_read_by_whoever_it_is_about(quirina):
    names, page = written_out(quirina)
    said = html.unescape(re.sub(r"<[^>]*>", " ", page))

    for words in (
        *(f"has about {NAME}", "+16175550177", ADDRESS, f"{SECRET} Pad", "What we promised you"),
        *(f"A price for the {SECRET}", f"My {SECRET} laptop", "from you to us", "$45.00"),
        *("3 Mar 2026 10:00", f"Likes {SECRET} prints"),
    ):
        assert words in said
    assert "Spoke of" not in said  # what we said among ourselves is ours
    assert [unquote(name) for name in re.findall(r'href="([^"]*)"', page)] == [
        name for name in names if "/" in name
    ]


def test_what_they_wrote_is_no_page_of_its_own(quirina, sara):
    ticket = quirina.tickets.first()
    said = journey.Contact("call", "in", "<script>alert(1)</script>", heard_at=TEN)
    journey.contact_logged(said, by=sara, now=TEN, ticket=ticket)

    _names, page = written_out(quirina)

    assert "&lt;script&gt;alert(1)" in page
    assert re.findall(r"<script|<style|<link|<img|\son\w+=", page) == []
