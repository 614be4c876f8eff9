"""Somebody called one of us privately: who, how, done."""

import re
from datetime import timedelta

import pytest
from django.utils.timezone import now

from helpdesk import journey
from helpdesk.journey import How, OffChannel
from tests.conftest import boston
from tests.doors.pages import count_queries, said, text
from tickets import intake
from tickets.models import Customer, Interaction, Ticket

pytestmark = pytest.mark.django_db

TEN = boston(2026, 3, 2, 10)
HOUR = timedelta(hours=1)


@pytest.fixture
def came(shop, customer):
    """Let somebody have a ticket, `by` whom it is worked on."""

    def came(name, number, *, by=None, at=TEN - HOUR, subject="Laptop"):
        who = Customer.objects.filter(name=name).first() or customer(name, number)
        ticket = intake.open_ticket(subject=subject, channel="walk_in", customer=who, now=at)
        journey.ticket_assigned(ticket, by, now=at)
        return ticket

    return came


def people(response):
    return [person.customer.name for person in response.context["people"]]


def plain(message):
    return re.sub(r"<[^>]+>", "", message)


def test_those_whose_tickets_i_have_come_first(phone, came, per):
    came("Ann", "+16175550143", at=TEN - HOUR)
    came("Bo", "+16175550144", by=per, at=TEN - 9 * HOUR)
    came("Cid", "+16175550145", by=per, at=TEN - 2 * HOUR)

    assert people(phone.get("/off-channel/")) == ["Cid", "Bo", "Ann"]


def test_who_is_forgotten_is_not_offered(phone, came, per):
    came("Ann", "+16175550143", by=per)
    Customer.objects.update(anonymised_at=now())

    assert phone.get("/off-channel/").context["people"] == []


def test_each_is_there_once_and_no_more_than_six(phone, came, per):
    for number in range(12):
        came(f"Customer {number}", f"+1617555{1000 + number}", by=per)
    came("Customer 11", "", by=per, subject="Printer")

    shown = people(phone.get("/off-channel/"))
    assert (len(shown), len(set(shown))) == (6, 6)


@pytest.mark.parametrize("typed", ["ingr", "BERG ingrid", "555-0142"])
def test_anybody_else_is_found(phone, ingrid, typed):
    assert people(phone.get("/off-channel/", {"q": typed})) == ["Ingrid Berg"]


def test_nobody_is_found_so_they_are_new(phone, shop):
    page = text(phone.get("/off-channel/", {"q": "<b>Zoë & co</b>"}))

    assert "Nobody is found by “<b>Zoë & co</b>”" in page
    assert "Somebody new: <b>Zoë & co</b>" in page


def test_how_often_they_do_this_stands_beside_them(phone, came, per, ingrid):
    for hours in (5, 3):
        at = TEN - hours * HOUR
        journey.off_channel_met(OffChannel(How.CALLED, at), by=per, now=at, customer=ingrid)

    assert "2 times before" in text(phone.get("/off-channel/"))
    assert "2 times before" in text(phone.get("/off-channel/", {"customer": ingrid.pk}))


def test_the_list_costs_the_same_with_one_and_with_many(phone, came, per):
    came("Customer 0", "+16175551000", by=per)
    few = count_queries(phone, "/off-channel/")
    for number in range(1, 40):
        came(f"Customer {number}", f"+1617555{1000 + number}", by=per)

    assert count_queries(phone, "/off-channel/") == few
    assert few <= 10


def test_how_is_asked_beneath_the_name_and_the_ticket(phone, came, per):
    ticket = came("Ann", "+16175550143", by=per, subject="Screen")

    page = text(phone.get("/off-channel/", {"customer": ticket.customer_id}))

    for words in ("Ann", f"It goes on {ticket} Screen", *map(str, How.labels)):
        assert words in page


def test_it_is_logged_with_one_press(phone, came, per):
    ticket = came("Ann", "+16175550143", by=per)

    response = phone.post(
        "/off-channel/", {"customer": ticket.customer_id, "how": "texted", "words": "Ready?"}
    )

    assert response["Location"] == "/bench/"
    contact = Interaction.objects.get(official=False)
    assert (contact.ticket, contact.kind, contact.staff) == (ticket, "sms", per)
    assert contact.text == "Texted a private phone. Ready?"


def test_without_a_way_to_them_the_sentence_is_on_the_screen(phone, ingrid):
    response = phone.post("/off-channel/", {"customer": ingrid.pk, "how": "called"})

    logged, aloud = map(plain, said(response))
    assert logged == (
        f"Logged on {Ticket.objects.get()}. "
        "We have no way to write to them, or they asked for no messages."
    )
    assert aloud.startswith("Say it yourself, when they come again: “")
    assert "please reach Dahl & Daughters at (617) 555-0100" in aloud


def test_else_the_shop_writes(phone, ingrid, shop):
    journey.customer_reached_by(ingrid, intake.reachable("i@example.com", "US"))

    response = phone.post("/off-channel/", {"customer": ingrid.pk, "how": "called"})

    ticket = Ticket.objects.get()
    assert said(response) == [
        f'Logged on <a href="/tickets/{ticket.pk}/">{ticket}</a>. '
        "The shop writes to i@example.com how to reach us."
    ]


@pytest.mark.parametrize("chosen", ["", "new", "other"])
def test_it_may_be_about_another_ticket_of_theirs(phone, came, per, chosen):
    other = came("Ann", "+16175550143", by=per, at=TEN - 2 * HOUR)
    last = came("Ann", "", by=per)
    given = {"": "", "new": "new", "other": str(other.pk)}[chosen]

    phone.post("/off-channel/", {"customer": last.customer_id, "how": "called", "ticket": given})

    contact = Interaction.objects.get(official=False)
    found = {last.pk: "", other.pk: "other"}.get(contact.ticket_id, "new")
    assert found == chosen


def test_a_ticket_of_somebody_else_is_none_of_theirs(phone, came, ingrid):
    other = came("Ann", "+16175550143")

    phone.post("/off-channel/", {"customer": ingrid.pk, "how": "called", "ticket": other.pk})

    assert Interaction.objects.get(official=False).ticket.customer == ingrid


def test_somebody_new_by_name(phone, shop):
    phone.post("/off-channel/", {"name": "Zoë Hart", "how": "stopped", "words": "A laptop"})

    ticket = Ticket.objects.get()
    assert (ticket.customer.name, ticket.subject) == ("Zoë Hart", "A laptop")


def test_somebody_new_by_number(phone, shop):
    phone.post("/off-channel/", {"name": "(617) 555-0177", "how": "called"})

    ticket = Ticket.objects.get()
    assert (ticket.customer, ticket.contact_point.value) == (None, "+16175550177")


def test_a_number_we_know_is_no_stranger_s(phone, ingrid):
    phone.post("/off-channel/", {"name": "617 555 0142", "how": "called"})

    assert Ticket.objects.get().customer == ingrid


def test_pressed_twice_it_is_logged_once(phone, shop):
    given = {"name": "Zoë Hart", "how": "stopped", "form_id": "abc"}
    phone.post("/off-channel/", given)
    again = phone.post("/off-channel/", given)

    assert said(again)[-1] == "That is logged already."
    assert (Interaction.objects.count(), Customer.objects.count()) == (1, 1)


def test_without_saying_how_the_page_comes_again_with_what_was_typed(phone, ingrid):
    response = phone.post("/off-channel/", {"customer": ingrid.pk, "words": "Ready?"})

    assert response.status_code == 422
    assert re.search(r'value="Ready\?"', response.content.decode())
    assert not Interaction.objects.exists()


@pytest.mark.parametrize("who", ["9" * 30, "nobody", "\0", "0"])
def test_somebody_who_is_not_there_is_asked_for_again(phone, shop, who):
    response = phone.get("/off-channel/", {"customer": who})

    assert (response.status_code, response["Location"]) == (302, "/off-channel/")
