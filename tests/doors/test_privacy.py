"""What an owner is asked by a customer, and how long what is kept is kept."""

import html
import io
import re
import zipfile
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from billing.models import Invoice
from helpdesk import journey
from policies.models import FollowUp
from tests.conftest import boston
from tests.doors.mails import arrive, mail
from tickets.devices import Particulars
from tickets.models import (
    Arrival,
    Attachment,
    Customer,
    LoanDevice,
    Shop,
    Ticket,
)

PRIVACY = "/setup/privacy/"
TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def owner(client, eva, monkeypatch):
    for module in ("setup.privacy", "customer_privacy", "customer_page"):
        monkeypatch.setattr(f"helpdesk.web.{module}.now", lambda: TEN)
    client.force_login(eva)
    return client


@pytest.fixture
def asked(ingrid, sara):
    """Ingrid has called."""
    said = journey.Contact("call", "in", "Her fan is loud", heard_at=TEN)
    ticket = journey.contact_logged(said, by=sara, now=TEN, customer=ingrid).ticket
    journey.promised(ticket, "A price", TEN + timedelta(days=1), kind="other", by=sara, now=TEN)
    return ticket


def read(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def test_an_owner_takes_out_all_there_is(owner, ingrid, asked):
    response = owner.get(f"/customers/{ingrid.pk}/export/")

    with zipfile.ZipFile(io.BytesIO(response.content)) as folder:
        said = folder.read("data.json").decode()
    assert "Her fan is loud" in said
    assert response["Content-Disposition"] == f'attachment; filename="customer-{ingrid.pk}.zip"'
    assert response["Cache-Control"] == "private, no-store"


def test_before_it_is_done_the_page_says_what_goes_ends_and_stays(owner, ingrid, asked):
    page = read(owner.get(f"/customers/{ingrid.pk}/anonymise/"))

    assert "1 open promise: it is void" in page
    assert "1 ticket is still open and stays so" in page
    assert "0 invoices with the name and address" in page


def test_it_counts_what_is_invoiced_right_away_and_what_is_still_planned(
    owner, ingrid, asked, sara, eva
):
    journey.ticket_closed(asked, charge="charged", by=sara, now=TEN)
    planned = FollowUp.objects.filter(ticket=asked, status="planned")
    assert planned.count() > 1  # those of the promise that was kept, too

    page = read(owner.get(f"/customers/{ingrid.pk}/anonymise/"))

    assert "1 closed ticket is invoiced right away" in page
    assert "1 invoice with the name and address" in page
    assert "1 follow-up: nothing is sent any more" in page  # are they happy?
    journey.customer_anonymised(ingrid, by=eva, now=TEN)
    assert Invoice.objects.count() == 1


def test_then_nothing_leads_to_their_page_and_to_files_that_are_gone(owner, ingrid, eva):
    contact = arrive(mail("Her fan is loud"), now=TEN).interaction
    asked = contact.ticket
    journey.customer_identified(asked, ingrid)
    file = Attachment.objects.create(
        interaction=contact,
        name="me.jpg",
        size=1,
        sha256="x",
        file=ContentFile(b"x", name="file"),
    )
    ticket = f"/tickets/{asked.pk}/"
    before = read(owner.get(ticket))
    assert ("Their own page of it" in before, f"/{file.pk}/" in before) == (True, True)

    journey.customer_anonymised(ingrid, by=eva, now=TEN)

    page = read(owner.get(ticket))
    link = reverse("attachment", args=[file.pk])
    assert ("Their own page of it" in page, link in page) == (False, False)


def test_their_name_is_typed_once_more(owner, ingrid, asked):
    response = owner.post(f"/customers/{ingrid.pk}/anonymise/", {"name": "Somebody Else"})

    assert response.status_code == 422
    assert "That is not their name" in read(response)
    assert Customer.objects.get(pk=ingrid.pk).name == "Ingrid Berg"


def test_then_nothing_says_who_it_was(owner, ingrid, asked):
    response = owner.post(f"/customers/{ingrid.pk}/anonymise/", {"name": " ingrid berg "})

    assert response["Location"] == f"/customers/{ingrid.pk}/"
    page = read(owner.get(f"/customers/{ingrid.pk}/"))
    assert "Somebody we have forgotten" in page
    assert f"#{asked.pk}" in page
    for gone in ("Ingrid", "Berg", "555-0142", "Log a call</a>"):
        assert gone not in page.partition("<main")[2]
    ticket = read(owner.get(f"/tickets/{asked.pk}/")).partition("<main")[2]
    assert "Ingrid" not in ticket
    assert "?write=reply" not in ticket


@pytest.mark.parametrize("door", ["edit", "contact", "contact/remove", "merge", "anonymise"])
def test_nothing_is_written_about_them_after_that(owner, ingrid, eva, door):
    journey.customer_anonymised(ingrid, by=eva, now=TEN)
    before = Customer.objects.values().get(pk=ingrid.pk)

    response = owner.post(f"/customers/{ingrid.pk}/{door}/", {"name": "Ingrid", "reach": "1"})

    assert response.status_code in {404, 422}
    assert Customer.objects.values().get(pk=ingrid.pk) == before


def test_what_we_lent_them_is_fetched_first(owner, ingrid, asked, sara):
    lent = LoanDevice.objects.create(name="ThinkPad L13")
    journey.device_lent(lent, asked, TEN.date() + timedelta(days=7), by=sara, now=TEN)

    response = owner.post(f"/customers/{ingrid.pk}/anonymise/", {"name": "Ingrid Berg"})

    assert response.status_code == 422
    assert "They still have our ThinkPad L13" in read(response)
    assert Customer.objects.get(pk=ingrid.pk).anonymised_at is None


def test_what_waited_to_be_sent_is_not(owner, ingrid, asked, eva):
    owner.post(f"/tickets/{asked.pk}/answer/", {"way": "", "text": "It is ready."})
    journey.customer_anonymised(ingrid, by=eva, now=TEN)

    assert not asked.interactions.filter(status="queued").exists()
    assert "Nothing" in read(owner.get("/stuck/"))


def test_how_long_each_kind_is_kept(owner):
    response = owner.post(PRIVACY, {"arrivals": "365", "deliveries": "30", "drafts": ""})

    assert response["Location"] == PRIVACY
    kept = Shop.objects.get().days_kept
    assert (kept["arrivals"], kept["drafts"], kept["customers"]) == (365, None, None)
    assert 'value="365"' in read(owner.get(PRIVACY))


def test_too_short_is_refused_and_stays_typed(owner):
    response = owner.post(PRIVACY, {"arrivals": "1"})

    assert response.status_code == 422
    assert 'value="1"' in read(response)
    assert Shop.objects.get().days_kept == {}


def test_what_would_go_today_is_shown_before_it_is_saved(owner, missed):
    missed(now=TEN - timedelta(days=50))
    missed(now=TEN - timedelta(days=10), call_id="later")
    before = list(Arrival.objects.values_list("raw", flat=True))

    page = read(owner.post(PRIVACY, {"arrivals": "40", "preview": "1"}))

    assert "would delete 2 today" in page
    assert list(Arrival.objects.values_list("raw", flat=True)) == before
    assert Shop.objects.get().days_kept == {}


@pytest.mark.parametrize("url", [PRIVACY, "/customers/{pk}/export/", "/customers/{pk}/anonymise/"])
def test_it_is_the_owner_s(client, sara, ingrid, url):
    client.force_login(sara)

    assert client.get(url.format(pk=ingrid.pk)).status_code == 403
    assert "Anonymise" not in read(client.get(f"/customers/{ingrid.pk}/"))


def test_a_device_of_theirs_tells_nothing(owner, ingrid, asked, eva):
    device = journey.device_written(ingrid, Particulars(name="Violet Pad", serial="VX1"))
    Ticket.objects.filter(pk=asked.pk).update(device=device)
    journey.customer_anonymised(ingrid, by=eva, now=TEN)

    assert "Violet" not in read(owner.get(f"/devices/{device.pk}/"))
