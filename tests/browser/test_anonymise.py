"""Somebody asks to be forgotten: the owner does it, and nothing but their invoices is found."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils.timezone import now
from playwright.sync_api import expect

from billing import gifts, invoicing
from billing.models import Invoice
from helpdesk import journey, opening
from helpdesk.models import ApiToken, Scope
from tests.browser.pages import addresses, sessions
from tests.crowd import furnish
from tests.journey.test_anonymise import traces
from tests.races.together import at_once
from tickets import search
from tickets.models import Attachment, ContactPoint, Customer, Ticket, User

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "Quirina Zzyzx"
# Where somebody's name or number is shown.
SHOWN = {
    *("today", "callbacks", "all tickets", "bench", "customers", "strangers", "loans", "find"),
    *("for you", "all that came in", "not sent", "tasks", "who saw and changed what"),
}
ADDRESS = "quirina@zzyzx.example"
WORDS = ("Quirina", "Zzyzx", "xylographic", "6175550166", "555-0166")
# By name, by number and by address, a program finds them as long as they are known.
FOUND_BEFORE = {
    *("customers/?q=Quirina", "customers/?q=6175550166", f"customers/?q={ADDRESS}"),
    *("tickets/?q=Zzyzx", "contact-points/?number=6175550166", f"contact-points/?email={ADDRESS}"),
    *("callers/", "callers/name/", "Quirina"),
}


@pytest.fixture
def quirina(shop, sara, per, eva, ingrid, missed, spoken, customer):
    at = now() - timedelta(hours=3)
    furnish(sara, per, eva, ingrid, missed, spoken, at=at)
    found = customer(NAME, "+16175550166")
    mailed = ContactPoint.objects.create(kind="email", value=ADDRESS, raw=ADDRESS)
    mailed.customers.add(found)
    search.index(found)
    said = journey.Contact("call", "in", "Her xylographic printer", heard_at=at)
    ticket = journey.contact_logged(said, by=sara, now=at, customer=found).ticket
    Attachment.objects.create(
        interaction=ticket.interactions.earliest("pk"),
        name="xylographic.jpg",
        size=11,
        sha256="x",
        file=ContentFile(b"xylographic", name="file"),
    )
    journey.ticket_closed(ticket, charge="free", by=sara, now=at)
    ticket.refresh_from_db()
    invoice = gifts.bill(ticket, now=ticket.bill_at)
    invoicing.document(invoice, now=ticket.bill_at)
    return found


@pytest.fixture
def there(quirina):
    """Look up what the database knows, before a browser is open in this thread."""
    pages = {name: address for name, (address, _role) in addresses().items() if name in SHOWN}
    pages |= {f"ticket {one.pk}": f"/tickets/{one.pk}/" for one in quirina.tickets.all()}
    user = opening.hire("program", "program", User.Role.INTEGRATION, "x")
    scopes = [scope.value for scope in Scope]
    return SimpleNamespace(
        keys=sessions(),
        token=ApiToken.objects.create(user, None, name="program", scopes=scopes)[1],
        pages=pages | {"their page": f"/customers/{quirina.pk}/"},
        file=Attachment.objects.get(name="xylographic.jpg").file,
        reference=Invoice.objects.get(customer=quirina).reference,
    )


def told_to_programs(there):
    """Return which questions of a program still find them."""
    client = Client(headers={"Authorization": f"Bearer {there.token}"})
    asked = {
        f"{where}/?q={word}" for where in ("customers", "tickets") for word in (*WORDS, ADDRESS)
    }
    asked |= {
        *(f"contact-points/?number={number}" for number in ("6175550166", "%2B16175550166")),
        f"contact-points/?email={ADDRESS}",
    }
    found = {}
    for path in asked:
        answer = client.get(f"/api/v1/{path}")
        assert answer.status_code == 200
        if rows := answer.json()["results"]:
            found[path] = rows
    caller = client.get("/api/v1/callers/?number=6175550166").json()
    if caller["customers"]:
        found["callers/"] = caller["customers"]
    if name := client.get("/api/v1/callers/name/?number=6175550166").content:
        found["callers/name/"] = name
    said = client.get("/api/v1/customers/?page_size=100").content.decode().lower()
    return found | {word: "customers/" for word in WORDS if word.lower() in said}


def left(words):
    """Return what the database and the search still say of it."""
    found = traces(of=words)
    for rows in (Customer.objects.all(), Ticket.objects.all()):
        if search.narrow(rows, "zzyzx").exists():
            found.add(str(rows.model))
    return found


def test_nothing_is_found_but_the_invoice(live_server, quirina, there, chromium):
    assert there.file.storage.exists(there.file.name)
    (before,) = at_once(lambda: told_to_programs(there))
    assert set(before) >= FOUND_BEFORE
    context = chromium.new_context(base_url=live_server.url)
    context.add_cookies([{"name": "session", "value": there.keys["owner"], "url": live_server.url}])
    page = context.new_page()

    page.goto(f"/customers/{quirina.pk}/")
    page.get_by_role("link", name="Anonymise…").click()
    page.get_by_label("Their name, as it stands above").fill(NAME)
    page.get_by_role("button", name="Forget them for good").click()
    expect(page.get_by_role("heading", name="Somebody we have forgotten")).to_be_visible()

    found = {}
    for name, address in there.pages.items():
        page.goto(address)
        lines = page.locator("body").inner_text().lower().splitlines()
        if told := [line for line in lines if any(word.lower() in line for word in WORDS)]:
            found[name] = told
    page.goto(f"/invoices/{there.reference}/")
    expect(page.locator("main")).to_contain_text(NAME)
    context.close()

    assert found == {}
    # This thread is the browser's.
    assert at_once(lambda: left(WORDS), lambda: told_to_programs(there)) == [set(), {}]
    assert not there.file.storage.exists(there.file.name)
