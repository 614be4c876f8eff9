"""Lending one of ours, on a ticket and on the page that says who has which."""

from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate, now

from helpdesk import journey
from tests.conftest import BOSTON, boston
from tests.doors.pages import errors, fresh, said, text
from tickets.models import Loan, LoanDevice, Service

TEN = boston(2026, 3, 2, 10)
THURSDAY = date(2026, 3, 5)


@pytest.fixture
def thinkpad(shop):
    return LoanDevice.objects.create(name="ThinkPad L13", serial="L13-1")


@pytest.fixture
def lent(thinkpad, ticket, sara):
    return journey.device_lent(thinkpad, ticket, THURSDAY, by=sara, now=TEN)


# -- on a ticket ---------------------------------------------------------------------------------


def test_whoever_closes_the_ticket_is_reminded_of_it(at_desk, ticket, lent):
    page = at_desk.get(f"/tickets/{ticket.pk}/?do=close").content.decode()

    assert "They still have our ThinkPad L13." in page


def test_it_is_lent_until_a_day(act, at_desk, ticket, thinkpad, sara, monday_nine):
    response = act(ticket, "lend", device=thinkpad.pk, due_date="2026-03-05")

    loan = Loan.objects.get()
    assert (loan.device, loan.ticket, loan.due_date) == (thinkpad, ticket, THURSDAY)
    assert (loan.lent_by, loan.lent_at) == (sara, monday_nine)
    assert said(response) == ["ThinkPad L13 is lent, back by Thu."]
    page = text(at_desk.get(f"/tickets/{ticket.pk}/"))
    assert "Loan: ThinkPad L13 back by Thu" in page


def test_the_day_is_the_one_theirs_is_promised_for(at_desk, ticket, thinkpad, sara, monday_nine):
    quote = journey.quoted(ticket, Service.objects.first(), by=sara, now=monday_nine)
    promise = journey.quote_accepted(quote, how="phone", by=sara, now=monday_nine)

    panel = at_desk.get(f"/tickets/{ticket.pk}/", {"do": "lend"}).context["panel"]

    assert panel["due_date"].value() == localdate(promise.due_at, BOSTON)
    assert panel.hints == ["Theirs is promised for Thu 17:00."]


def test_what_is_out_or_retired_is_not_offered(at_desk, ticket, lent):
    LoanDevice.objects.create(name="Old one", active=False)
    spare = LoanDevice.objects.create(name="Spare")

    panel = at_desk.get(f"/tickets/{ticket.pk}/", {"do": "lend"}).context["panel"]

    assert list(panel.fields["device"].queryset) == [spare]


def test_when_all_are_out_it_says_so(at_desk, ticket, lent):
    page = text(at_desk.get(f"/tickets/{ticket.pk}/", {"do": "lend"}))

    assert "Nothing of ours is here to be lent. Who has which" in page


def test_of_two_who_lend_the_same_one_is_told_who_has_it(act, make_ticket, lent, thinkpad):
    other = make_ticket("Tablet", None)

    wrong = errors(act(other, "lend", device=thinkpad.pk, due_date="2026-03-05"))

    told = f"ThinkPad L13 is with Ingrid Berg (#{lent.ticket_id})."
    assert [it["message"] for it in wrong["device"]] == [told]
    assert Loan.objects.get() == lent


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({"due_date": "2026-03-01"}, "due_date"),
        ({"due_date": "2036-03-01"}, "due_date"),
        ({"due_date": ""}, "due_date"),
        ({"device": ""}, "device"),
        ({"device": "999999"}, "device"),
    ],
)
def test_what_cannot_be_lent_is_not(act, ticket, thinkpad, form, wrong):
    given = {"device": thinkpad.pk, "due_date": "2026-03-05"} | form

    assert list(errors(act(ticket, "lend", **given))) == [wrong]
    assert not Loan.objects.exists()


def test_it_is_late_the_day_after(at_desk, ticket, lent):
    at_desk.at = boston(2026, 3, 5, 18)
    assert "back by today" in text(at_desk.get(f"/tickets/{ticket.pk}/"))

    at_desk.at = boston(2026, 3, 6, 9)
    assert "was due yesterday" in text(at_desk.get(f"/tickets/{ticket.pk}/"))


def test_it_is_back_and_one_is_where_one_was(at_desk, ticket, lent, sara):
    response = at_desk.post(f"/loans/{lent.pk}/back/", seen=f"/tickets/{ticket.pk}/")

    assert response["Location"] == f"/tickets/{ticket.pk}/"
    assert said(response) == ["ThinkPad L13 is back."]
    assert fresh(lent).returned_to == sara
    assert "Loan:" not in text(at_desk.get(f"/tickets/{ticket.pk}/"))


def test_back_twice_is_said_and_changes_nothing(at_desk, lent, per):
    journey.loan_returned(lent, by=per, now=TEN)

    response = at_desk.post(f"/loans/{lent.pk}/back/")

    assert said(response) == ["ThinkPad L13 was back already."]
    assert fresh(lent).returned_to == per


# -- who has which -------------------------------------------------------------------------------


def test_who_has_which_and_what_is_here(at_desk, lent, ticket, sara):
    LoanDevice.objects.create(name="Spare tablet")
    LoanDevice.objects.create(name="Old one", active=False)

    shown = text(at_desk.get("/loans/"))

    assert f"ThinkPad L13 L13-1 Ingrid Berg #{ticket.pk}" in shown
    assert "Here, to be lent Device Serial number Retire Spare tablet" in shown
    assert "Not lent any more Old one" in shown


def test_what_is_late_comes_first_and_is_marked(at_desk, make_ticket, sara):
    today = localdate(now(), BOSTON)
    for days, name in [(3, "In time"), (-2, "Late"), (0, "Today")]:
        device = LoanDevice.objects.create(name=name)
        due = today + timedelta(days=days)
        journey.device_lent(device, make_ticket(), due, by=sara, now=TEN)

    response = at_desk.get("/loans/")

    assert [row[0].name for row in response.context["lent"]] == ["Late", "Today", "In time"]
    assert [row[0].is_late for row in response.context["lent"]] == [True, False, False]
    assert response.content.decode().count('class="mark broken"') == 2  # how many, and which


def test_one_is_added_retired_and_lent_again(at_desk):
    response = at_desk.post("/loans/devices/new/", {"name": " ThinkPad\nL13 ", "serial": "L1"})

    device = LoanDevice.objects.get()
    assert (device.name, device.serial, device.active) == ("ThinkPad L13", "L1", True)
    assert said(response) == ["ThinkPad L13 can be lent now."]
    for do, active in [("retire", False), ("offer", True)]:
        at_desk.post(f"/loans/devices/{device.pk}/", {"do": do})
        assert fresh(device).active is active


def test_one_without_a_name_is_not(at_desk):
    response = at_desk.post("/loans/devices/new/", {"name": " ", "serial": "L1"})

    assert response.status_code == 422
    assert 'value="L1"' in response.content.decode()
    assert not LoanDevice.objects.exists()


def test_one_that_is_out_may_be_retired_and_is_still_seen(at_desk, lent, thinkpad):
    at_desk.post(f"/loans/devices/{thinkpad.pk}/", {"do": "retire"})

    context = at_desk.get("/loans/").context
    assert [row[2] for row in context["lent"]] == [thinkpad]
    assert context["retired"] == [thinkpad]
    assert context["inside"] == []


def test_a_shop_without_any_is_told_what_they_are_for(at_desk):
    shown = text(at_desk.get("/loans/"))

    assert "Nothing of ours is out" in shown
    assert "We have none to lend yet" in shown


@pytest.mark.parametrize("count", [1, 3])
def test_it_takes_as_many_statements_for_any_number(
    at_desk, make_ticket, customer, sara, django_assert_max_num_queries, count
):
    for number in range(count):
        who = customer(f"Customer {number}", f"+1617555014{number}")
        device = LoanDevice.objects.create(name=f"Out {number}")
        journey.device_lent(device, make_ticket("x", who), THURSDAY, by=sara, now=TEN)
        LoanDevice.objects.create(name=f"In {number}")
    at_desk.get("/loans/")

    with django_assert_max_num_queries(6):
        shown = text(at_desk.get("/loans/"))

    assert [f"Customer {n}" in shown for n in range(count)] == [True] * count
