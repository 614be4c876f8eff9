"""What the shop is, as its owner writes it down, and its logo."""

import html
import re
from datetime import time, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from billing import gifts, invoicing
from billing.models import Invoice
from helpdesk import journey
from helpdesk.models import AuditEntry
from tests.conftest import boston
from tickets.models import Shop

PAGE, LOGO, PUBLIC = "/setup/shop/", "/setup/shop/logo/", "/logo.png"
HOUR = timedelta(hours=1)
TEN, NOON = boston(2026, 3, 2, 10), boston(2026, 3, 2, 12)
GIVEN = {
    "name": "Dahl & Sons",
    "address": "12 Mill Street\nCambridge",
    "official_phone": "(617) 555-0100",
    "official_email": "help@dahl.example",
    "tax_id": "12-345",
    "region": "US",
    "zone": "America/New_York",
    "our_language": "sv",
    "other_languages": ["en", "sv"],
    "currency": "USD",
    "bill_after_minutes": "30",
    "gift_budget": "250.50",
    "quiet_from": "20:00",
    "quiet_until": "07:30",
    "acknowledgements_per_hour": "50",
    "texts_per_day": "100",
    "text_countries": "se, ca",
    "shows_policies": "on",
    "takes_web_messages": "on",
    "web_messages_per_hour": "10",
}


@pytest.fixture
def owner(client, eva):
    client.force_login(eva)
    return client


@pytest.fixture
def invoice(per, ingrid, make_ticket):
    def invoice(now):
        ticket = make_ticket()
        journey.ticket_closed(ticket, charge="free", by=per, now=now)
        gifts.bill(ticket, now=now + HOUR)
        return Invoice.objects.latest("pk")

    return invoice


def read(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def picture(kind="PNG", size=(800, 200)):
    made = BytesIO()
    Image.new("RGB", size, "teal").save(made, kind)
    return SimpleUploadedFile(f"logo.{kind}", made.getvalue())


def test_what_is_written_is_what_the_shop_is(owner):
    response = owner.post(PAGE, GIVEN)

    shop = Shop.objects.get()
    assert response["Location"] == PAGE
    assert (shop.name, shop.official_phone, shop.languages) == (
        "Dahl & Sons",
        "+16175550100",
        ["sv", "en"],
    )
    assert (shop.gift_budget, shop.text_countries) == (25050, ["SE", "CA"])
    assert (shop.quiet_from, shop.quiet_until) == (time(20), time(7, 30))
    assert (shop.bill_after_minutes, shop.takes_web_messages) == (30, True)


def test_what_was_changed_is_written_down(owner):
    owner.post(PAGE, GIVEN)

    changes = AuditEntry.objects.get(action="setup-shop").changes
    assert changes["name"] == ["Dahl & Daughters", "Dahl & Sons"]
    assert changes["gift_budget"] == [None, 25050]
    assert "zone" not in changes


def test_saving_what_is_shown_changes_nothing(owner):
    owner.post(PAGE, GIVEN)
    before = Shop.objects.values().get()
    form = owner.get(PAGE).context["form"]
    shown = {field.name: field.value() for field in form if field.value() not in (None, False)}

    owner.post(PAGE, shown)

    assert Shop.objects.values().get() == before


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "This field is required."),
        ("official_phone", "call me 12", "Write the telephone number as customers dial it."),
        ("official_email", "nobody", "Enter a valid email address."),
        ("gift_budget", "much", "is not an amount"),
        ("text_countries", "SE, XX", "“XX” is no country's two letters."),
        ("zone", "Mars/Olympus", "Select a valid choice."),
        ("region", "XX", "Select a valid choice."),
        ("currency", "XXX", "Select a valid choice."),
        ("currency", "DEM", "Select a valid choice."),
        ("quiet_from", "25:00", "Enter a valid time."),
        ("web_messages_per_hour", "-1", "greater than or equal to 0"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(owner, field, value, said):
    response = owner.post(PAGE, GIVEN | {field: value})

    assert response.status_code == 422
    assert said in " ".join(response.context["form"].errors[field])
    assert "12 Mill Street" in read(response)
    assert Shop.objects.get().name == "Dahl & Daughters"


def test_the_currency_is_locked_by_the_first_invoice(owner, invoice):
    assert not owner.get(PAGE).context["form"].fields["currency"].disabled
    invoice(TEN)

    owner.post(PAGE, GIVEN | {"currency": "SEK"})

    assert Shop.objects.get().currency == "USD"
    assert owner.get(PAGE).context["form"].fields["currency"].disabled


def test_what_is_paid_in_today_can_be_chosen(owner):
    currencies = dict(owner.get(PAGE).context["form"].fields["currency"].choices)

    assert {"USD", "SEK", "EUR", "XOF"} <= set(currencies)
    assert {"DEM", "XXX", "XTS", "XAU", "USN"} & set(currencies) == set()


def test_where_everybody_finds_it_stands_beside_its_switch(owner, settings):
    settings.PUBLIC_URL = "https://help.example"

    said = read(owner.get(PAGE))

    for page in ("/policies/", "/policies/wait.json", "/write/"):
        assert f'<a href="https://help.example{page}">https://help.example{page}</a>' in said


def test_others_may_write_the_rest_meanwhile(owner):
    Shop.objects.update(second_factor_roles=["owner"], days_kept={"raw": 30}, logo=b"x")

    owner.post(PAGE, GIVEN)

    shop = Shop.objects.get()
    assert (shop.second_factor_roles, shop.days_kept, bytes(shop.logo)) == (
        ["owner"],
        {"raw": 30},
        b"x",
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_logo_is_for_everybody(owner, kind):
    assert Client().get(PUBLIC).status_code == 404

    owner.post(LOGO, {"logo": picture(kind)})

    response = Client().get(PUBLIC)
    assert Image.open(BytesIO(response.content)).size == (600, 150)
    assert {name: response[name] for name in ("Content-Type", "X-Content-Type-Options")} == {
        "Content-Type": "image/png",
        "X-Content-Type-Options": "nosniff",
    }
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "public, max-age=300"
    again = Client().get(PUBLIC, headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert PUBLIC in read(Client().get("/policies/"))
    assert PUBLIC in read(owner.get(PAGE))


def test_the_logo_is_taken_away_again(owner):
    owner.post(LOGO, {"logo": picture()})

    owner.post(LOGO, {"do": "remove"})

    assert Shop.objects.get().logo is None
    assert Client().get(PUBLIC).status_code == 404
    assert PUBLIC not in read(Client().get("/policies/"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({}, "Choose a picture first.", id="none"),
        pytest.param({"logo": b"<svg/>"}, "That is no picture we can read", id="a drawing"),
        pytest.param({"logo": b"x" * (2 * 1024 * 1024 + 1)}, "more than 2 MB", id="a large one"),
    ],
)
def test_what_is_no_logo_is_refused(owner, given, said):
    files = {name: SimpleUploadedFile("logo.png", raw) for name, raw in given.items()}

    response = owner.post(LOGO, files)

    assert (response.status_code, said in read(response)) == (422, True)
    assert Shop.objects.get().logo is None


def test_new_invoices_have_it_and_old_ones_stay(owner, invoice):
    first = invoice(TEN)
    before = bytes(invoicing.document(first, now=TEN).pdf)
    owner.post(LOGO, {"logo": picture()})

    second = invoice(NOON)

    assert bytes(invoicing.document(first, now=NOON).pdf) == before
    after = bytes(invoicing.document(second, now=NOON).pdf)
    assert (b"/Subtype /Image" in before, b"/Subtype /Image" in after) == (False, True)


def test_no_page_brings_the_logo_along(owner, django_assert_max_num_queries):
    owner.post(LOGO, {"logo": picture()})

    with django_assert_max_num_queries(10) as asked:
        owner.get(PAGE)
    assert [query for query in asked if '"logo",' in query["sql"]] == []
