"""Two customers made one at the desk, and who callers turn out to be."""

from datetime import timedelta

import pytest
from django.urls import reverse

from billing import gifts
from helpdesk import journey
from helpdesk.web import customer_merges, customer_page, customers, strangers
from tests.conftest import CALLER, boston
from tests.doors.pages import CHANGED, count_queries, fresh, said, text
from tickets import devices, intake, phones
from tickets.models import ContactPoint, Customer, CustomerMerge, Ticket

pytestmark = pytest.mark.django_db

FRIDAY = boston(2026, 3, 6, 12)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STRANGER = "+16175550199"


@pytest.fixture
def desk(client, sara, monkeypatch):
    """Sara at the desk, on Friday at noon."""
    for door in (customers, customer_page, customer_merges, strangers):
        monkeypatch.setattr(door, "now", lambda: FRIDAY)
    client.force_login(sara)
    return client


@pytest.fixture
def bo(customer):
    return customer("Bo Ek", "+16175550143")


@pytest.fixture
def bosse(customer):
    """Bo once more, who has a note and an address."""
    fields = {"note": "Has a dog.", "address": "12 High Street"}
    bosse = customer("Bosse Ek", "+16175550144")
    Customer.objects.filter(pk=bosse.pk).update(**fields)
    bosse.refresh_from_db()
    return bosse


@pytest.fixture
def logged(sara):
    def logged(customer, *, at=FRIDAY - HOUR, **more):
        contact = journey.Contact(kind="call", direction="in", said="Black screen", heard_at=at)
        return journey.contact_logged(contact, by=sara, now=at, customer=customer, **more).ticket

    return logged


@pytest.fixture
def given(logged, sara):
    """Let a customer be given something."""

    def given(customer):
        ticket = Ticket.objects.get(pk=logged(customer).pk)
        journey.ticket_closed(ticket, charge="free", by=sara, now=FRIDAY - HOUR)
        return gifts.bill(ticket, now=FRIDAY)

    return given


@pytest.fixture
def unknown(missed):
    """Let a stranger call and be missed; return their number."""

    def unknown(number=STRANGER, *, at=FRIDAY - DAY, call_id="1"):
        return missed(now=at, number=number, call_id=call_id).ticket.contact_point

    return unknown


def page(customer):
    return reverse("customer", args=[customer.pk])


def merge_page(customer):
    return reverse("customer-merge", args=[customer.pk])


# -- two are one ---------------------------------------------------------------------------------


def test_both_are_seen_side_by_side(desk, bo, bosse, logged, given):
    logged(bo)
    given(bosse)

    response = desk.get(merge_page(bo), {"other": bosse.pk})

    both = response.context["both"]
    assert [(it.name, it.all_count, it.open_count) for it in both] == [
        ("Bo Ek", 1, 1),
        ("Bosse Ek", 1, 0),
    ]
    assert [it.balance.ever.given for it in both] == [0, 4500]
    assert "Has a dog." in text(response)


@pytest.mark.parametrize(("stays", "goes"), [("bo", "bosse"), ("bosse", "bo")])
def test_one_chooses_who_stays(desk, bo, bosse, stays, goes):
    people = {"bo": bo, "bosse": bosse}

    response = desk.post(merge_page(bo), {"other": bosse.pk, "keep": people[stays].pk})

    assert response["Location"] == page(people[stays])
    assert fresh(people[goes]).merged_into == people[stays]
    assert desk.get(page(people[goes]))["Location"] == page(people[stays])


def test_nothing_of_the_other_is_lost(desk, bo, bosse):
    desk.post(merge_page(bo), {"other": bosse.pk, "keep": bo.pk})

    shown = text(desk.get(page(bo)))

    assert "also known as Bosse Ek" in shown
    assert "Has a dog." in shown
    assert "12 High Street" in shown


def test_what_was_given_and_paid_counts_for_both(desk, bo, bosse, given):
    given(bo)
    given(bosse)
    desk.post(merge_page(bo), {"other": bosse.pk, "keep": bo.pk})

    response = desk.get(page(bo))

    balance = response.context["balance"]
    assert (balance.ever.contacts, balance.ever.free, balance.ever.given) == (2, 2, 9000)
    assert response.context["thanks"] == "We have given you $90.00 since 2026."
    assert len(response.context["invoices"]) == 2
    assert "issued to Bosse Ek" in text(response)


def test_they_are_found_by_the_name_they_had(desk, bo, bosse):
    desk.post(merge_page(bo), {"other": bosse.pk, "keep": bo.pk})

    found = desk.get("/customers/", {"q": "bosse"}).context["rows"]

    assert [customer.name for customer, _standing in found] == ["Bo Ek"]


def test_it_is_undone_from_the_page_of_who_stayed(desk, bo, bosse, logged):
    ticket = logged(bosse)
    desk.post(merge_page(bo), {"other": bosse.pk, "keep": bo.pk})
    assert reverse("customer-unmerge", args=[bosse.pk]) in desk.get(page(bo)).content.decode()

    response = desk.post(reverse("customer-unmerge", args=[bosse.pk]))

    assert response["Location"] == page(bosse)
    assert fresh(ticket).customer == bosse
    assert text(desk.get(page(bo))).count("Bosse") == 1  # what was said about it just now


def test_what_was_undone_already_is_said_kindly(desk, bo, bosse):
    desk.post(merge_page(bo), {"other": bosse.pk, "keep": bo.pk})
    desk.post(reverse("customer-unmerge", args=[bosse.pk]))

    response = desk.post(reverse("customer-unmerge", args=[bosse.pk]))

    assert said(response)[-1] == CHANGED


def test_the_button_pressed_twice_merges_once(desk, bo, bosse):
    form = {"other": bosse.pk, "keep": bo.pk}
    desk.post(merge_page(bo), form)

    response = desk.post(merge_page(bo), form)

    assert response.status_code == 422
    assert CustomerMerge.objects.count() == 1


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"other": "999", "keep": "999"}, id="nobody"),
        pytest.param({"other": "\0", "keep": "x"}, id="rubbish"),
        pytest.param({"other": "9" * 30, "keep": "1"}, id="a long number"),
    ],
)
def test_half_a_form_merges_nobody(desk, bo, bosse, form):
    response = desk.post(merge_page(bo), form)

    assert response.status_code == 422
    assert CustomerMerge.objects.count() == 0


def test_nobody_is_merged_with_themselves(desk, bo):
    response = desk.post(merge_page(bo), {"other": bo.pk, "keep": bo.pk})

    assert response.status_code == 422
    assert CustomerMerge.objects.count() == 0


def test_who_may_be_the_same_is_offered(desk, bo, customer, shop):
    namesake = intake.new_customer("Bo Ek", shop=shop, now=FRIDAY)
    sharing = customer("Ann Ek", "+16175550143")
    customer("Cid", CALLER)

    assert desk.get(page(bo)).context["perhaps"] == [
        (sharing.pk, "Ann Ek"),
        (namesake.pk, "Bo Ek"),
    ]
    assert desk.get(page(sharing)).context["perhaps"] == [(bo.pk, "Bo Ek")]


def test_the_other_is_found_as_one_types(desk, bo, bosse):
    response = desk.get(merge_page(bo), {"q": "boss"}, headers={"HX-Request": "true"})

    assert text(response) == "Bosse Ek (617) 555-0144"


def test_who_is_part_of_another_cannot_be_changed_any_more(desk, bo, bosse):
    desk.post(merge_page(bo), {"other": bosse.pk, "keep": bo.pk})

    for name, form in (
        ("customer-edit", {"name": "B"}),
        ("customer-contact", {"reach": CALLER}),
    ):
        response = desk.post(reverse(name, args=[bosse.pk]), form)
        assert (response.status_code, said(response)[-1]) == (302, CHANGED)
    assert desk.get(merge_page(bosse)).status_code == 302


def test_the_merge_page_costs_the_same_however_much_there_is(desk, bo, bosse, logged):
    def costs(times):
        for customer in (bo, bosse):
            for _ in range(times):
                logged(customer)
                devices.write(customer, devices.Particulars("T14"))
        return count_queries(desk, f"{merge_page(bo)}?other={bosse.pk}")

    assert costs(1) == costs(2) <= 10


# -- two write at once ---------------------------------------------------------------------------


FORM = {"name": "Bo Ek", "kind": "person", "language": "en", "preferred_channel": "phone"}


def test_a_stale_save_shows_both_versions_and_loses_neither(desk, bo):
    seen = desk.get(page(bo)).context["form"].seen
    edit = reverse("customer-edit", args=[bo.pk])
    desk.post(edit, FORM | {"note": "Hers", "address": "Hers", "seen": seen})

    response = desk.post(edit, FORM | {"note": "Mine", "seen": seen})

    assert response.status_code == 422
    assert "Two versions of “Note for staff”" in text(response)
    assert (fresh(bo).note, fresh(bo).address) == ("Hers", "Hers")
    seen = response.context["form"].seen
    desk.post(edit, FORM | {"note": "Mine", "address": "Hers", "keep_note": "mine", "seen": seen})
    assert (fresh(bo).note, fresh(bo).address) == ("Mine", "Hers")


# -- numbers -------------------------------------------------------------------------------------


def test_who_shares_a_number_is_named(desk, bo, customer):
    customer("Ann Ek", "+16175550143")

    assert "shared with Ann Ek" in text(desk.get(page(bo)))


def test_a_number_can_be_taken_off_the_list(desk, bo):
    point = bo.contact_points.get()

    desk.post(reverse("customer-contact-remove", args=[bo.pk]), {"point": point.pk})

    assert bo.contact_points.count() == 0
    assert ContactPoint.objects.get() == point


def test_the_last_way_is_kept_while_something_is_promised(desk, bo, logged):
    point = bo.contact_points.get()
    logged(bo, point=point, wants_callback=True)

    response = desk.post(reverse("customer-contact-remove", args=[bo.pk]), {"point": point.pk})

    assert said(response) == [
        "Bo Ek is promised something and reached in no other way. Add one first."
    ]
    assert bo.contact_points.get() == point


@pytest.mark.parametrize("point", ["", "0", "999", "\0", "9" * 30])
def test_a_number_that_is_not_theirs_is_not_taken_off(desk, bo, point):
    response = desk.post(reverse("customer-contact-remove", args=[bo.pk]), {"point": point})

    assert said(response)[-1] == CHANGED


# -- strangers -----------------------------------------------------------------------------------


def test_strangers_are_listed_by_number_the_last_heard_of_first(desk, unknown, bo, logged):
    unknown(at=FRIDAY - DAY)
    unknown(at=FRIDAY - HOUR, call_id="2")
    unknown("+16175550177", at=FRIDAY - 2 * HOUR, call_id="3")
    unknown("anonymous", call_id="4")
    logged(bo)

    response = desk.get("/customers/strangers/")

    assert [
        (point.value, heard["times"], heard["last"]) for point, heard in response.context["rows"]
    ] == [
        (STRANGER, 2, FRIDAY - HOUR),
        ("+16175550177", 1, FRIDAY - 2 * HOUR),
    ]
    assert [ticket.contact_point for ticket in response.context["withheld"]] == [None]


def test_nobody_is_unknown(desk, bo):
    assert "Everybody is known" in text(desk.get("/customers/strangers/"))


def test_pages_of_strangers_follow_each_other(desk, shop):
    for n in range(30):
        point = intake.known(phones.read(f"+161755501{n:02}", "US")).point
        intake.open_ticket(subject="Call", channel="call", now=FRIDAY + n * HOUR, point=point)

    first = desk.get("/customers/strangers/").context
    second = desk.get(f"/customers/strangers/{first['page'].next}").context

    shown = [point.pk for point, _heard in [*first["rows"], *second["rows"]]]
    assert shown == list(ContactPoint.objects.order_by("-pk").values_list("pk", flat=True))


def test_a_stranger_turns_out_to_be_a_customer_and_was_one_before(desk, bo, unknown):
    point = unknown()
    unknown(at=FRIDAY, call_id="2")
    intake.open_ticket(subject="Before", channel="call", now=FRIDAY - DAY, point=point)

    response = desk.post(reverse("stranger", args=[point.pk]), {"customer": bo.pk})

    assert response["Location"] == page(bo)
    assert {ticket.customer for ticket in Ticket.objects.all()} == {bo}
    balance = desk.get(page(bo)).context["balance"]
    assert balance.ever.contacts == 2


def test_a_stranger_is_somebody_new(desk, unknown):
    point = unknown()

    desk.post(reverse("stranger", args=[point.pk]), {"name": "Nils Holm"})

    assert Ticket.objects.get().customer.name == "Nils Holm"


def test_a_stranger_is_nobody_until_one_says_who(desk, unknown):
    response = desk.post(reverse("stranger", args=[unknown().pk]), {"name": " "})

    assert response.status_code == 422
    assert "Choose who it is, or write the name of somebody new." in text(response)
    assert Customer.objects.count() == 0


def test_who_was_identified_meanwhile_is_not_identified_again(desk, bo, unknown):
    point = unknown()
    journey.number_learnt(point, bo)

    response = desk.post(reverse("stranger", args=[point.pk]), {"name": "Nils Holm"})

    assert said(response)[-1] == CHANGED
    assert Customer.objects.get() == bo


def test_on_a_shared_number_each_ticket_says_who_it_was(desk, bo, customer, unknown):
    customer("Ann Ek", "+16175550143")
    point = unknown("+16175550143")

    response = desk.get(reverse("stranger", args=[point.pk]))

    assert "Several share this number" in text(response)


def test_customers_are_found_as_one_types(desk, bo, unknown):
    address = reverse("stranger", args=[unknown().pk])

    response = desk.get(address, {"q": "ek"}, headers={"HX-Request": "true"})

    assert response.context["found"] == [bo]
    assert "<html" not in response.content.decode()


def test_strangers_cost_the_same_with_one_and_with_thirty(desk, unknown):
    def costs(n, start):
        for i in range(start, start + n):
            unknown(f"+16175551{i:03}", call_id=f"c{i}")
        return count_queries(desk, "/customers/strangers/")

    assert costs(1, 0) == costs(2, 1) == costs(27, 3) <= 10


# -- it was somebody else ------------------------------------------------------------------------


def test_a_ticket_is_handed_to_whom_it_belongs(desk, bo, bosse, logged):
    ticket = logged(bo)

    response = desk.post(
        reverse("ticket-customer", args=[ticket.pk]), {"was": bo.pk, "customer": bosse.pk}
    )

    assert response["Location"] == reverse("ticket", args=[ticket.pk])
    assert fresh(ticket).customer == bosse


@pytest.mark.parametrize(
    ("given", "name"), [({"name": "Nils Holm"}, "Nils Holm"), ({"nobody": "on"}, None)]
)
def test_or_to_somebody_new_or_to_nobody(desk, bo, logged, given, name):
    ticket = logged(bo)

    desk.post(reverse("ticket-customer", args=[ticket.pk]), {"was": bo.pk} | given)

    customer = fresh(ticket).customer
    assert (customer.name if customer else None) == name


def test_an_invoice_keeps_a_ticket_where_it_is(desk, bo, bosse, given):
    ticket = given(bo).ticket

    response = desk.post(
        reverse("ticket-customer", args=[ticket.pk]), {"was": bo.pk, "name": "Nils"}
    )

    assert response.status_code == 422
    assert "was invoiced to Bo Ek, and stays theirs" in text(response)
    assert Customer.objects.count() == 2


def test_a_stale_page_hands_nothing_over(desk, bo, bosse, logged):
    ticket = logged(bosse)

    response = desk.post(
        reverse("ticket-customer", args=[ticket.pk]), {"was": bo.pk, "nobody": "on"}
    )

    assert said(response)[-1] == CHANGED
    assert fresh(ticket).customer == bosse
