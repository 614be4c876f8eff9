"""What the shop does, and what it costs: services, and rates by version."""

import html
import re
from datetime import timedelta

import pytest

from billing import gifts
from billing.models import Invoice, Rate
from helpdesk import journey
from helpdesk.models import AuditEntry
from tests.conftest import boston
from tickets import intake
from tickets.models import Service

LIST, RATE = "/setup/services/", "/setup/services/rates/new/"
ELEVEN, NOON = boston(2026, 3, 2, 11), boston(2026, 3, 2, 12)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TERMS = {
    **{"service": "", "hourly": "120.00", "minimum_fee": "60,50", "rounding_minutes": "30"},
    "begins_at": "",
}


@pytest.fixture
def owner(client, eva, monkeypatch):
    monkeypatch.setattr("helpdesk.web.setup.offers.now", lambda: ELEVEN)
    client.force_login(eva)
    return client


@pytest.fixture
def repair(shop):
    return Service.objects.get(name="Laptop repair")


def read(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def test_a_service_is_named(owner):
    response = owner.post(LIST, {"name": "Screens", "position": "3", "active": "on"})

    made = Service.objects.get(name="Screens")
    assert response["Location"] == f"{LIST}{made.pk}/"
    assert (made.position, made.active) == (3, True)
    assert "Screens" in read(owner.get(LIST))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": "", "position": "0"}, "name"),
        ({"name": "Laptop repair", "position": "0"}, "name"),
        ({"name": "Screens", "position": "-1"}, "position"),
    ],
)
def test_what_is_wrong_is_said(owner, given, field):
    response = owner.post(LIST, given | {"description": "kept as typed"})

    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert "kept as typed" in read(response)
    assert Service.objects.count() == 2


def test_a_service_is_not_offered_any_more(owner, repair):
    owner.post(f"{LIST}{repair.pk}/", {"name": "Laptops", "position": "0"})

    repair.refresh_from_db()
    assert (repair.name, repair.active) == ("Laptops", False)
    changes = AuditEntry.objects.get(action="service").changes
    assert (changes["name"], changes["active"]) == (["Laptop repair", "Laptops"], [True, False])
    assert "not offered" in read(owner.get(LIST))


def test_a_rate_is_seen_before_it_is_made(owner):
    response = owner.post(RATE, {**TERMS, "do": "preview"})

    assert Rate.objects.count() == 1
    samples = [
        (sample.minutes, sample.before, sample.after) for sample in response.context["samples"]
    ]
    assert samples == [
        (0, 4500, 6050),
        (20, 4500, 6050),
        (60, 9000, 12000),
        (150, 22500, 30000),
    ]
    said = read(response)
    assert "$120.00 an hour, at least $60.50" in said
    assert "Tickets that are here already keep the rate they came under" in said


def test_then_it_prices_what_comes_in_and_nothing_that_is_here(owner, ticket, ingrid, eva):
    owner.post(RATE, {**TERMS, "do": "save"})

    made = Rate.in_force(ELEVEN, None)
    assert (made.hourly, made.minimum_fee, made.rounding_minutes, made.made_by) == (
        12000,
        6050,
        30,
        eva,
    )
    came = intake.open_ticket(subject="Phone", channel="walk_in", customer=ingrid, now=ELEVEN)
    for one in (ticket, came):
        journey.ticket_closed(one, charge="charged", by=eva, now=NOON)
        gifts.bill(one, now=NOON + HOUR)
    assert [invoice.total for invoice in Invoice.objects.order_by("pk")] == [4500, 6050]
    assert AuditEntry.objects.get(action="rate-new").changes["hourly"] == [None, 12000]


@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"hourly": ""}, "hourly", "This field is required."),
        ({"hourly": "much"}, "hourly", "is not an amount"),
        ({"hourly": "-1"}, "hourly", "That is too little."),
        ({"minimum_fee": "0"}, "minimum_fee", "That is too little."),
        ({"minimum_fee": "0.001"}, "minimum_fee", "has 2 decimals"),
        ({"rounding_minutes": "0"}, "rounding_minutes", "greater than or equal to 1"),
        ({"service": "99"}, "service", "Select a valid choice."),
        ({"begins_at": "2020-01-01T00:00"}, "begins_at", "has gone by"),
    ],
)
def test_a_rate_that_is_none_is_refused(owner, given, field, said):
    response = owner.post(RATE, {**TERMS, **given, "do": "save"})

    assert response.status_code == 422
    assert said in " ".join(response.context["form"].errors[field])
    assert Rate.objects.count() == 1


def test_a_rate_to_come_is_taken_back(owner):
    owner.post(RATE, {**TERMS, "begins_at": "2026-03-02T12:00", "do": "save"})
    link = re.search(rf'"({RATE}[^"]+instead=[^"]+)"', read(owner.get(LIST)))[1]
    form = owner.get(link).context["form"]
    shown = {field.name: field.value() or "" for field in form} | {"begins_at": "2026-03-02T12:00"}

    assert "Taken back" in read(owner.post(link, {**shown, "do": "save"}, follow=True))

    assert (Rate.in_force(NOON, None).hourly, Rate.objects.count()) == (9000, 3)
    assert "Take it back" not in read(owner.get(LIST))


def test_amounts_are_written_and_read_as_on_the_page(owner, eva, shop):
    shop.currency, shop.region = "SEK", "SE"
    shop.save()

    form = owner.get(RATE, {"like": Rate.objects.get().pk}).context["form"]
    assert (form["hourly"].label, form["hourly"].value()) == ("An hour (SEK)", "90.00")

    eva.language = "sv"
    eva.save()
    form = owner.get(RATE, {"like": Rate.objects.get().pk}).context["form"]
    assert form["hourly"].value() == "90,00"


def test_a_service_may_have_its_own(owner, repair):
    owner.post(RATE, {**TERMS, "service": repair.pk, "do": "save"})

    assert Rate.in_force(ELEVEN, repair).hourly == 12000
    assert Rate.in_force(ELEVEN, None).hourly == 9000
    assert "$120.00" in read(owner.get(LIST))
    assert "$120.00" in read(owner.get(f"{LIST}{repair.pk}/"))


def test_it_begins_as_a_copy_in_major_units(owner):
    form = owner.get(RATE, {"like": Rate.objects.get().pk}).context["form"]

    assert (form["hourly"].value(), form["minimum_fee"].value()) == ("90.00", "45.00")


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_it_asks_as_many_questions_however_many_there_are(
    owner, eva, rows, django_assert_num_queries
):
    for n in range(rows):
        service = Service.objects.create(name=f"Service {n}")
        Rate.objects.create(
            **{"service": service, "hourly": 1, "minimum_fee": 1, "made_by": eva},
            **{"valid_from": ELEVEN, "made_at": ELEVEN},
        )

    with django_assert_num_queries(5):
        owner.get(LIST)
