"""The customers, and one customer over all channels."""

from datetime import timedelta

import pytest
from django.urls import reverse

from billing import gifts
from helpdesk import duties, journey
from helpdesk.web import customer_page, customers
from tests.conftest import CALLER, boston
from tests.doors.pages import count_queries
from tickets import devices, intake, search
from tickets.intake import Particulars
from tickets.models import ContactPoint, Customer, Interaction, Service, Ticket

pytestmark = pytest.mark.django_db

FRIDAY = boston(2026, 3, 6, 12)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FORM = {
    "name": "Ingrid Berg",
    "kind": "person",
    "language": "en",
    "preferred_channel": "email",
    "address": "12 High Street",
    "note": "Ask about the dog.",
}


@pytest.fixture
def desk(client, sara, monkeypatch):
    """Sara at the desk, on Friday at noon."""
    for door in (customers, customer_page):
        monkeypatch.setattr(door, "now", lambda: FRIDAY)
    client.force_login(sara)
    return client


@pytest.fixture
def bo(customer):
    return customer("Bo Ek", "+16175550143")


@pytest.fixture
def logged(sara):
    """Let Sara write down that a customer called."""

    def logged(customer, *, at=FRIDAY - HOUR, said="The screen stays black.", **more):
        contact = journey.Contact(kind="call", direction="in", said=said, heard_at=at)
        return journey.contact_logged(contact, by=sara, now=at, customer=customer, **more)

    return logged


@pytest.fixture
def ended(sara):
    """Close a ticket and have it invoiced."""

    def ended(ticket, *, at=FRIDAY - HOUR, charge="free"):
        ticket.refresh_from_db()
        journey.ticket_closed(ticket, charge=charge, by=sara, now=at)
        return gifts.bill(ticket, now=ticket.bill_at)

    return ended


def page(customer):
    return reverse("customer", args=[customer.pk])


def text(response):
    return " ".join(response.content.decode().split())


def names(response):
    return [customer.name for customer, _standing in response.context["rows"]]


# -- the list ------------------------------------------------------------------------------------


def test_customers_are_listed_by_name(desk, customer):
    for n, name in enumerate(["Cid", "Ann", "Bo"]):
        customer(name, f"+1617555000{n}")

    assert names(desk.get("/customers/")) == ["Ann", "Bo", "Cid"]


def test_a_customer_has_open_tickets_and_a_last_contact(desk, bo, logged, ended):
    ended(logged(bo, at=FRIDAY - DAY).ticket, at=FRIDAY - DAY)
    logged(bo, at=FRIDAY - 2 * HOUR, ticket=None)

    ((_bo, standing),) = desk.get("/customers/").context["rows"]

    assert (standing.open_count, standing.last_contact) == (1, FRIDAY - 2 * HOUR)
    assert (standing.free, standing.charged) == (1, 0)


def test_a_call_on_no_ticket_is_a_contact_too(desk, bo, hear):
    hear("new_call", now=FRIDAY, number="+16175550143", direction="out", users=("101",))

    assert Interaction.objects.get().ticket is None
    ((_bo, standing),) = desk.get("/customers/").context["rows"]
    assert (standing.open_count, standing.last_contact) == (0, FRIDAY)


@pytest.mark.parametrize(
    "typed",
    ["ek", "BO EK", "ek bo", "555-0143", "(617) 555 0143", "+1 617 555 0143", "é\0k"],
)
def test_a_part_of_the_name_or_number_finds_them(desk, bo, customer, typed):
    customer("Ingrid Berg", CALLER)

    assert names(desk.get("/customers/", {"q": typed})) == ["Bo Ek"]


def test_nobody_is_found(desk, bo):
    response = desk.get("/customers/", {"q": "<b>nobody & co</b>"})

    assert "Nobody is found by “&lt;b&gt;nobody &amp; co&lt;/b&gt;”" in text(response)
    assert response.context["new_url"] == "/customers/new/?q=%3Cb%3Enobody+%26+co%3C%2Fb%3E"


def test_who_was_merged_into_another_is_not_listed(desk, bo, customer):
    survivor = customer("Bo E", "+16175550144")
    Customer.objects.filter(pk=bo.pk).update(merged_into=survivor)

    assert names(desk.get("/customers/")) == ["Bo E"]
    assert desk.get(page(bo))["Location"] == page(survivor)


def test_the_list_has_pages_in_both_directions(desk, shop):
    # Several of one name: the order has to be whole for a page to begin in the middle of them.
    for n in range(60):
        intake.new_customer(["Ann", "Bo", "Cid"][n // 20], shop=shop, now=FRIDAY)
    everybody = list(Customer.objects.order_by("name", "pk"))

    first = desk.get("/customers/").context["page"]
    second = desk.get(f"/customers/{first.next}").context["page"]
    third = desk.get(f"/customers/{second.next}").context["page"]
    back = desk.get(f"/customers/{third.previous}").context["page"]

    assert first.rows + second.rows + third.rows == everybody
    assert (first.previous, third.next) == ("", "")
    assert back.rows == second.rows
    assert desk.get(f"/customers/{back.previous}").context["page"].rows == first.rows


def test_pages_keep_what_was_searched_for(desk, shop):
    for _ in range(26):
        intake.new_customer("Ann & Bo", shop=shop, now=FRIDAY)

    response = desk.get("/customers/", {"q": "ann & bo"})

    assert len(desk.get(f"/customers/{response.context['page'].next}").context["rows"]) == 1


@pytest.mark.parametrize("key", ["nobody", "0", "-1", "9" * 30, "\0", "١"])
def test_a_page_after_nothing_is_the_first(desk, bo, key):
    assert names(desk.get("/customers/", {"after": key})) == ["Bo Ek"]
    assert names(desk.get("/customers/", {"before": key})) == ["Bo Ek"]


def test_the_list_costs_the_same_with_one_customer_and_with_three_hundred(desk, shop, logged):
    def known(n):
        for _ in range(n - Customer.objects.count()):
            customer = intake.new_customer(f"Customer {n}", shop=shop, now=FRIDAY)
            customer.contact_points.create(kind="email", value=f"{customer.pk}@example.com")
        logged(Customer.objects.last())
        return count_queries(desk, "/customers/")

    assert known(1) == known(3) == known(300) <= 10


# -- the page ------------------------------------------------------------------------------------


def test_free_is_seen_against_paid(desk, bo, logged, ended, sara):
    last_year = boston(2026, 1, 2, 9)
    ended(logged(bo, at=last_year).ticket, at=last_year)
    ended(logged(bo).ticket)
    invoice = ended(logged(bo).ticket, charge="charged")
    journey.invoice_paid(invoice, kind="cash", amount=4500, by=sara, now=FRIDAY)
    logged(bo)  # undecided: neither

    balance = desk.get(page(bo)).context["balance"]

    assert (balance.ever.contacts, balance.ever.free) == (4, 2)
    assert (balance.ever.given, balance.ever.paid) == (9000, 4500)


def test_this_year_begins_on_new_year_s_day_where_the_shop_is(desk, bo, logged, ended, monkeypatch):
    eve, day = boston(2026, 12, 31, 23, 30), boston(2027, 1, 1, 9)
    logged(bo, at=eve)
    logged(bo, at=day)
    monkeypatch.setattr(customer_page, "now", lambda: day)

    balance = desk.get(page(bo)).context["balance"]

    assert (balance.this_year.contacts, balance.ever.contacts) == (1, 2)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "We have given you $45.00 since 2026."), ("sv", "45,00\xa0US$")],
)
def test_what_we_gave_is_a_sentence_in_the_customer_s_language(
    desk, bo, logged, ended, language, said
):
    Customer.objects.filter(pk=bo.pk).update(language=language)
    ended(logged(bo).ticket)

    response = desk.get(page(bo))

    assert said in response.context["thanks"]
    assert f'<p class="say" lang="{language}">' in text(response)


def test_who_was_given_nothing_is_told_nothing(desk, bo, logged):
    logged(bo)

    assert desk.get(page(bo)).context["thanks"] == ""


def test_open_promises_and_tickets_are_on_it(desk, bo, logged):
    ticket = logged(bo, wants_callback=True).ticket

    response = desk.get(page(bo))

    assert [promise.ticket for promise in response.context["promises"]] == [ticket]
    assert response.context["tickets"].rows == [ticket]
    assert "1 open ticket" in text(response)


def test_all_tickets_have_pages(desk, bo, shop):
    for n in range(30):
        intake.open_ticket(subject=f"No. {n}", channel="call", customer=bo, now=FRIDAY)

    first = desk.get(page(bo), {"tickets": "all"}).context["tickets"]
    second = desk.get(page(bo) + first.next).context["tickets"]

    assert first.rows + second.rows == list(Ticket.objects.order_by("-number"))
    assert first.next.endswith("#tickets")


def test_last_time_says_what_was_quoted_and_what_it_took(desk, bo, logged, sara):
    monday = boston(2026, 3, 2, 9)
    ticket = logged(bo, at=monday).ticket
    laptop = Service.objects.get(name="Laptop repair")
    journey.quoted(ticket, laptop, by=sara, now=monday, accepted_how="phone")
    ticket.refresh_from_db()
    journey.ticket_moved(ticket, "ready", by=sara, now=monday + DAY, customer_told=True)

    response = desk.get(page(bo))

    (time,) = response.context["last_times"]
    assert (time.quote.days, time.delivered_days) == (3, 1)
    assert time.ready_at == monday + DAY
    assert "3 working days" in text(response)


def test_a_late_repair_is_ready_when_it_was_ready_after_all(desk, bo, logged, sara):
    monday = boston(2026, 2, 2, 9)
    ticket = logged(bo, at=monday).ticket
    laptop = Service.objects.get(name="Laptop repair")
    journey.quoted(ticket, laptop, by=sara, now=monday, accepted_how="phone")
    duties.swept(now=monday + 7 * DAY)
    (not_yet,) = desk.get(page(bo)).context["last_times"]
    ticket.refresh_from_db()
    journey.ticket_moved(ticket, "ready", by=sara, now=monday + 7 * DAY, customer_told=True)

    (time,) = desk.get(page(bo)).context["last_times"]

    assert (not_yet.ready_at, not_yet.promise.status) == (None, "broken")
    assert time.ready_at == monday + 7 * DAY
    assert time.delivered_days == 5


def test_contacts_over_all_channels_are_on_it_calls_on_no_ticket_too(desk, bo, logged, hear):
    hear("new_call", now=FRIDAY, number="+16175550143", direction="out", users=("101",))
    ticket = logged(bo, at=FRIDAY - HOUR).ticket
    journey.note_added(ticket, "Among ourselves.", by=ticket.interactions.get().staff, now=FRIDAY)

    response = desk.get(page(bo))

    assert [(it.kind, it.ticket) for it in response.context["contacts"]] == [
        ("call", None),
        ("call", ticket),
    ]
    assert "on no ticket" in text(response)


def test_a_call_can_be_logged_from_it(desk, bo):
    assert f"{reverse('log-call')}?customer={bo.pk}" in text(desk.get(page(bo)))


@pytest.mark.parametrize("pk", [0, 99, 10**30])
def test_nobody_has_no_page(desk, shop, pk):
    assert desk.get(reverse("customer", args=[pk])).status_code == 404


def test_the_page_costs_the_same_however_much_there_is(desk, bo, logged, ended, sara, customer):
    def happened(times):
        for n in range(times):
            at = boston(2026, 2, 2, 9) + n * HOUR
            ticket = logged(bo, at=at, wants_callback=n % 2 == 0).ticket
            laptop = Service.objects.get(name="Laptop repair")
            journey.quoted(ticket, laptop, by=sara, now=at, accepted_how="phone")
            if n % 3 == 0:
                ended(ticket, at=at + HOUR)
        return count_queries(desk, page(bo))

    happened(1)

    assert happened(0) == happened(2) == happened(297) <= 14


def test_who_was_somebody_else_before_costs_no_more_than_that(desk, bo, customer, logged, sara):
    for n in range(3):
        double = customer("Bo Ek", f"+1617555020{n}")
        devices.write(double, devices.Particulars("ThinkPad"))
        logged(double)
        journey.customers_merged(double, bo, by=sara, now=FRIDAY)

    assert count_queries(desk, page(bo)) <= 14


# -- changing it ---------------------------------------------------------------------------------


def test_what_we_know_can_be_changed(desk, bo):
    response = desk.post(reverse("customer-edit", args=[bo.pk]), FORM)

    assert response["Location"] == page(bo)
    bo.refresh_from_db()
    assert {name: getattr(bo, name) for name in FORM} == FORM


def test_they_and_their_tickets_are_found_by_the_new_name(desk, bo, logged):
    ticket = logged(bo).ticket

    desk.post(reverse("customer-edit", args=[bo.pk]), FORM | {"name": "Åsa Öst"})

    assert list(search.narrow(Customer.objects.all(), "asa ost")) == [bo]
    assert list(search.narrow(Ticket.objects.all(), "asa ost")) == [ticket]
    assert list(search.narrow(Ticket.objects.all(), "bo ek")) == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        pytest.param({"name": ""}, "This field is required", id="no name"),
        pytest.param({"name": "\u200b \u202e"}, "This field is required", id="an invisible name"),
        pytest.param({"name": "x" * 121}, "at most 120 characters", id="a long name"),
        pytest.param({"kind": "robot"}, "Select a valid choice", id="no such kind"),
        pytest.param({"language": "xx"}, "Select a valid choice", id="no such language"),
        pytest.param({"preferred_channel": "fax"}, "Select a valid choice", id="no such channel"),
        pytest.param({"note": "x" * 2001}, "at most 2000 characters", id="a long note"),
    ],
)
@pytest.mark.parametrize("door", ["customer-edit", "customer-new"])
def test_bad_particulars_get_a_sentence(desk, bo, given, sentence, door):
    response = desk.post(
        reverse(door, args=[bo.pk] if door == "customer-edit" else []), FORM | given
    )

    assert response.status_code == 422
    assert sentence in text(response)
    assert Customer.objects.get().name == "Bo Ek"


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("(617) 555-0199", "phone", "+16175550199"),
        ("+46 8 123 456 78", "phone", "+46812345678"),
        ("  Bo.Ek@Example.COM ", "email", "bo.ek@example.com"),
    ],
)
def test_a_number_or_address_can_be_added(desk, bo, logged, typed, kind, value):
    ticket = logged(bo).ticket

    response = desk.post(reverse("customer-contact", args=[bo.pk]), {"reach": typed})

    assert response["Location"] == page(bo)
    point = bo.contact_points.get(value=value)
    assert (point.kind, point.raw) == (kind, typed.strip())
    query = "bo.ek@example.com" if kind == "email" else value
    assert list(search.narrow(Customer.objects.all(), query)) == [bo]
    assert list(search.narrow(Ticket.objects.all(), query)) == [ticket]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        pytest.param("", "Which number or address?", id="nothing"),
        pytest.param("12", "is not a telephone number", id="an extension"),
        pytest.param("555-0199", "is not a telephone number", id="no area code"),
        pytest.param("anonymous", "is not a telephone number", id="a word"),
        pytest.param("bo@", "is not a mail address", id="half an address"),
        pytest.param("bo@ek@example.com", "is not a mail address", id="two at"),
        pytest.param("<b>@example.com", "is not a mail address", id="markup"),
        pytest.param("a@" + "b" * 300, "at most 254 characters", id="too long"),
        pytest.param("bo\0@example.com", "Null characters are not allowed", id="NUL"),
    ],
)
def test_what_reaches_nobody_gets_a_sentence(desk, bo, typed, sentence):
    response = desk.post(reverse("customer-contact", args=[bo.pk]), {"reach": typed})

    assert response.status_code == 422
    assert sentence in text(response)
    assert bo.contact_points.count() == 1


def test_what_is_on_the_list_is_not_added_again(desk, bo):
    response = desk.post(reverse("customer-contact", args=[bo.pk]), {"reach": "617-555-0143"})

    assert "on the list already" in text(desk.get(response["Location"]))
    assert bo.contact_points.count() == 1


def test_somebody_else_s_number_is_added_only_when_they_share_it(desk, bo, customer):
    ingrid, address = customer("Ingrid Berg", CALLER), reverse("customer-contact", args=[bo.pk])

    refused = desk.post(address, {"reach": CALLER})
    assert refused.status_code == 422
    assert "This is how we reach Ingrid Berg. Tick the box if they share it." in text(refused)

    desk.post(address, {"reach": CALLER, "shared": "on"})
    assert set(ContactPoint.objects.get(value=CALLER).customers.all()) == {ingrid, bo}


def test_what_a_stranger_said_from_it_is_theirs(desk, bo, missed):
    missed(now=FRIDAY - DAY, number="+16175550199")

    desk.post(reverse("customer-contact", args=[bo.pk]), {"reach": "617 555 0199"})

    assert Ticket.objects.get().customer == bo


def test_whose_number_was_refused_as_spam_is_heard_again(desk, bo, missed, sara):
    missed(now=FRIDAY - DAY, number="+16175550199")
    journey.marked_spam(Ticket.objects.get(), by=sara, now=FRIDAY)

    desk.post(reverse("customer-contact", args=[bo.pk]), {"reach": "617 555 0199"})

    assert bo.contact_points.get(value="+16175550199").blocked_at is None


@pytest.mark.parametrize("door", ["customer-edit", "customer-contact"])
def test_nobody_cannot_be_changed(desk, shop, door):
    assert desk.post(reverse(door, args=[99]), FORM | {"reach": CALLER}).status_code == 404


# -- somebody new --------------------------------------------------------------------------------


def test_a_customer_can_be_written_down(desk, shop):
    response = desk.post("/customers/new/", FORM | {"reach": "617 555 0142"})

    ingrid = Customer.objects.get()
    assert response["Location"] == page(ingrid)
    assert {name: getattr(ingrid, name) for name in FORM} == FORM
    assert ingrid.since == FRIDAY
    assert [point.value for point in ingrid.contact_points.all()] == [CALLER]
    assert list(search.narrow(Customer.objects.all(), "berg")) == [ingrid]


def test_a_number_is_not_needed(desk, shop):
    desk.post("/customers/new/", FORM)

    assert Customer.objects.get().contact_points.count() == 0


def test_a_known_number_is_most_likely_a_known_customer(desk, bo):
    response = desk.post("/customers/new/", FORM | {"reach": "617 555 0143"})

    assert response.status_code == 422
    assert "This is how we reach Bo Ek" in text(response)
    assert Customer.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "name", "reach"),
    [("Ingrid", "Ingrid", ""), ("617 555", "", "617 555"), ("a@b.c", "", "a@b.c"), ("", "", "")],
)
def test_what_was_searched_for_in_vain_is_not_typed_twice(desk, shop, typed, name, reach):
    context = desk.get("/customers/new/", {"q": typed}).context

    assert context["form"]["name"].value() == name
    assert context["reach"]["reach"].value() == reach


def test_their_words_are_shown_as_they_are(desk, shop, sara):
    about = Particulars('<i onclick="x">Bo</i>', "person", "en", "phone", "<b>", "<script>")
    bo = journey.customer_entered(about, now=FRIDAY)

    shown = text(desk.get(page(bo)))

    assert "<script>" not in shown
    assert '<i onclick="x">' not in shown
