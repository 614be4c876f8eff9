"""Who is on the phone: typed as a number, a part of one, or a name."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk import duties, journey
from tests.doors.log_page import HTMX, Page, clock, desk, promised, ticket
from tickets import solutions
from tickets.models import Service, Ticket
from tickets.solutions import Advice

__all__ = ["clock", "desk", "promised", "ticket"]  # fixtures

NUMBER = "(617) 555-0142"


@pytest.fixture
def look_up(desk):
    """Look up as htmx does, while they type."""

    def look_up(query, **more):
        address = reverse("log-call-candidates")
        return Page(desk.client.get(address, {"q": query, **more}, headers=HTMX))

    return look_up


def choices(page):
    return [value for value in page.choices["about"] if value != "new"]


@pytest.mark.parametrize(
    "query",
    ["(617) 555-0142", "+1 617 555 0142", "5550142", "ingrid", "{last} ing", "Ingríd", "{ticket}"],
)
def test_finds_by_number_name_or_ticket(look_up, ticket, ingrid, query):
    page = look_up(query.format(ticket=ticket, last=ingrid.name.split()[1].upper()))

    assert choices(page) == [f"ticket:{ticket.pk}", f"customer:{ingrid.pk}"]
    assert page.fields["about"] == f"ticket:{ticket.pk}"


@pytest.mark.parametrize("query", ["", "i", "Bengt", "(617) 555-0199"])
def test_finds_nobody(look_up, ticket, query):
    page = look_up(query)

    assert choices(page) == []
    assert page.fields["about"] == "new"


def test_shows_what_they_were_promised_and_given(desk, look_up, promised, sara, ingrid, clock):
    given = journey.contact_logged(
        journey.Contact("call", "in", "How do I print?", heard_at=clock.at),
        by=sara,
        now=clock.at,
        customer=ingrid,
    ).ticket
    journey.ticket_closed(given, charge="free", by=sara, now=clock.at)
    duties.swept(now=clock.at + timedelta(hours=1))

    found = " ".join(look_up(NUMBER).html.split())
    assert ingrid.name in found
    assert "Laptop is slow" in found
    assert "In work" in found
    assert "Call back <time" in found
    assert "today 13:00</time>" in found

    chosen = {"about": f"ticket:{promised.ticket.pk}", "how": "in"}
    beside = desk.client.get(reverse("log-call-offers"), chosen, headers=HTMX).content.decode()
    beside = " ".join(beside.split())
    assert "$45.00 since 2026" in beside
    assert "1 / 0 tickets this year" in beside
    assert "our target" not in beside
    assert beside.count('class="promise"') == 1


def test_of_several_nobody_is_chosen_for_you(look_up, customer):
    people = [customer(name) for name in ("Ada Berg", "Bo Berg", "Cy Berg")]

    page = look_up("berg")

    assert choices(page) == [f"customer:{one.pk}" for one in people]
    assert "about" not in page.fields


def test_shows_no_more_than_can_be_read(look_up, customer):
    for n in range(12):
        customer(f"Berg {n}", number=f"+1617555{1000 + n}")

    page = look_up("berg")

    assert len(choices(page)) == 8
    assert "There may be more: type more of the number or name." in page.html


def test_shows_the_tickets_spoken_about_last(look_up, ingrid, sara, clock):
    numbers = []
    for n in range(9):
        at = clock.at - timedelta(minutes=n)
        contact = journey.Contact("call", "in", f"Matter {n}", heard_at=at)
        logged = journey.contact_logged(contact, by=sara, now=at, customer=ingrid)
        numbers.append(logged.ticket.pk)

    page = look_up("ingrid")

    assert choices(page)[:-1] == [f"ticket:{number}" for number in numbers[:6]]
    assert "3 more open tickets." in page.html


def test_a_stranger_who_called_before(look_up, missed, clock):
    missed(now=clock.at)

    page = look_up("555-0142")

    assert page.fields["about"] == f"ticket:{Ticket.objects.get().pk}"
    assert "Not known by name yet" in page.html


def test_a_number_that_two_share(look_up, customer):
    two = [customer("Ada Berg"), customer("Bo Berg")]

    page = look_up(NUMBER)

    assert choices(page) == [f"customer:{one.pk}" for one in two]
    assert "about" not in page.fields


def test_a_name_that_nobody_has_becomes_the_new_ones(look_up, ingrid):
    page = look_up("Bengt Ös")
    assert page.fields["new_name"] == "Bengt Ös"

    page = look_up("Bengt Öst", new_name="Bengt Ös", looked_up="Bengt Ös")
    assert page.fields["new_name"] == "Bengt Öst"

    page = look_up("(617) 555-0199", new_name="Bengt Östlund", looked_up="Bengt Öst")
    assert page.fields["new_name"] == "Bengt Östlund"


def test_the_part_is_a_part_and_what_changes_with_it_is_asked_for(desk, ingrid):
    address = reverse("log-call-candidates")
    found = desk.client.get(address, {"q": NUMBER}, headers=HTMX)
    assert "<html" not in found.content.decode()
    assert found.headers["HX-Trigger-After-Swap"] == '{"looked-up": {}}'

    chosen = {"about": f"customer:{ingrid.pk}", "how": "in"}
    changed = desk.client.get(reverse("log-call-offers"), chosen, headers=HTMX).content.decode()
    assert "<html" not in changed
    assert changed.count("hx-swap-oob") == 6


def test_without_script_it_is_looked_up_on_the_page_and_nothing_is_lost(desk, ingrid):
    page = desk.open()

    found = Page(desk.send(page, button="look_up", q=NUMBER, said="Wants a price", minutes="3"))

    assert found.status == 200
    assert found.fields["about"] == f"customer:{ingrid.pk}"
    assert (found.fields["said"], found.fields["minutes"]) == ("Wants a price", "3")
    assert Ticket.objects.count() == 0


def test_enter_looks_up_until_there_is_something_to_save(desk, ingrid):
    found = Page(desk.send(desk.open(), button="enter", q="ingrid"))
    assert found.fields["about"] == f"customer:{ingrid.pk}"

    saved = desk.send(desk.change(found, said="Hello", outcome="pass_on"), button="enter")
    assert saved.status_code == 302


def test_from_a_ticket_it_is_us_who_call(desk, promised):
    page = desk.open(ticket=promised.ticket.pk, direction="out")

    assert page.fields["q"] == NUMBER
    assert page.fields["about"] == f"ticket:{promised.ticket.pk}"
    assert page.fields["how"] == "out"


def test_from_a_customer(desk, ingrid):
    page = desk.open(customer=ingrid.pk)

    assert (page.fields["q"], page.fields["about"]) == (NUMBER, f"customer:{ingrid.pk}")


def test_a_ticket_that_was_merged_is_the_one_it_went_into(desk, ticket, sara, ingrid, clock):
    contact = journey.Contact("call", "in", "Again", heard_at=clock.at)
    other = journey.contact_logged(contact, by=sara, now=clock.at, customer=ingrid).ticket
    journey.tickets_merged(other, ticket, by=sara, now=clock.at)

    assert desk.open(ticket=other.pk).fields["about"] == f"ticket:{ticket.pk}"


@pytest.mark.parametrize("query", ["call=9", "call=x", "ticket=9", "ticket=٣", "customer=9"])
def test_what_does_not_exist_is_not_found(desk, query):
    assert desk.client.get(f"{reverse('log-call')}?{query}").status_code == 404


@pytest.mark.parametrize("name", ["log-call", "log-call-candidates"])
def test_many_cost_no_more_queries_than_one(desk, customer, sara, clock, name):
    def met(first, last):
        for n in range(first, last):
            berg = customer(f"Berg {n}", number=f"+1617555{1000 + n}")
            for _ in range(2):
                contact = journey.Contact("call", "in", "Help", heard_at=clock.at)
                ticket = journey.contact_logged(
                    contact, by=sara, now=clock.at, customer=berg, wants_callback=True
                ).ticket
            journey.ticket_closed(ticket, charge="free", by=sara, now=clock.at)
        duties.swept(now=clock.at + timedelta(hours=1))

    def cost():
        with CaptureQueriesContext(connection) as captured:
            assert desk.client.get(reverse(name), {"q": "berg"}).status_code == 200
        return len(captured)

    met(0, 1)
    met(1, 2)  # two, so that nobody is chosen
    few = cost()
    met(2, 30)
    assert cost() == few


def _worked(berg, sara, at, tickets):
    """Quote and deliver, and leave some open with a promise on each."""
    laptop = Service.objects.get(name="Laptop repair")
    for n in range(tickets):
        contact = journey.Contact("call", "in", "Help", heard_at=at)
        logged = journey.contact_logged(
            contact, by=sara, now=at, customer=berg, wants_callback=True, service=laptop
        )
        if n % 2 == 0:
            journey.quoted(logged.ticket, laptop, by=sara, now=at, accepted_how="phone")
            journey.ticket_closed(logged.ticket, charge="free", by=sara, now=at)


COSTS = {"log-call": 21, "log-call-candidates": 9, "log-call-offers": 16, "log-call-solutions": 5}


@pytest.mark.parametrize("name", COSTS)
def test_a_known_caller_costs_as_much_with_any_number_of_tickets(desk, customer, sara, clock, name):
    berg = customer("Ada Berg")
    point = berg.contact_points.get()
    solutions.write(Advice("No help"), by=sara, now=clock.at)

    def cost():
        about = berg.tickets.filter(ended_at=None).latest("pk")
        asked = {"q": NUMBER, "about": f"ticket:{about.pk}", "how": "in", "said": "Help, please"}
        with CaptureQueriesContext(connection) as captured:
            assert desk.client.get(reverse(name), asked).status_code == 200
        return len(captured)

    _worked(berg, sara, clock.at, 2)
    few = cost()
    _worked(berg, sara, clock.at, 4)
    assert cost() == few
    for n in range(30):
        other = customer(f"Bo Berg {n}", number=f"+1617555{1000 + n}")
        assert other.contact_points.get() != point
    _worked(berg, sara, clock.at, 20)
    assert cost() == few
    assert few == COSTS[name]
