"""Beside the call: what fits and was offered, what they were given lately, how it was last time."""

from datetime import timedelta

import pytest
from django.urls import reverse

from helpdesk import duties, journey
from tests.conftest import boston
from tests.doors.log_page import HTMX, Page, clock, desk, promised, ticket
from tickets import solutions
from tickets.models import Interaction, Offer, Service
from tickets.solutions import Advice

__all__ = ["clock", "desk", "promised", "ticket"]  # fixtures

NUMBER = "(617) 555-0142"
PASSED_ON = {"said": "The printer is offline.", "outcome": "pass_on"}


@pytest.fixture
def printer(sara, clock):
    advice = Advice("Printer offline", choices=("Set it as default", "Bring it in"))
    return solutions.write(advice, by=sara, now=clock.at)


@pytest.fixture
def fits(desk):
    """Ask what fits, as htmx does while they type."""

    def fits(**asked):
        response = desk.client.get(
            reverse("log-call-solutions"), {"how": "in"} | asked, headers=HTMX
        )
        assert response.status_code == 200
        return Page(response)

    return fits


@pytest.fixture
def beside(desk):
    """Ask what is beside the call once it is clear whose it is."""

    def beside(**asked):
        response = desk.client.get(reverse("log-call-offers"), {"how": "in"} | asked, headers=HTMX)
        return " ".join(response.content.decode().split())

    return beside


def test_what_they_say_finds_what_helped_before(fits, printer):
    page = fits(said="My printer shows offline again")

    assert page.choices["offered"] == [f"{printer.pk}:0", f"{printer.pk}:1", f"{printer.pk}:"]
    assert "Set it as default" in page.html


def test_nothing_said_nothing_found(fits, printer):
    assert fits(said="").choices == {}


def test_the_service_of_the_ticket_finds_it_too(fits, ticket, sara, clock):
    laptop = Service.objects.get(name="Laptop repair")
    advice = Advice("Will not start", choices=("Reset it",), service=laptop)
    reset = solutions.write(advice, by=sara, now=clock.at)
    assert fits(about=f"ticket:{ticket.pk}").choices == {}
    journey.quoted(ticket, laptop, by=sara, now=clock.at)

    found = fits(about=f"ticket:{ticket.pk}")

    assert found.choices["offered"] == [f"{reset.pk}:0", f"{reset.pk}:"]


def test_no_more_than_three_are_shown(fits, sara, clock):
    for n in range(5):
        solutions.write(Advice(f"Printer {n}", choices=("Reset it",)), by=sara, now=clock.at)

    assert len(fits(said="printer").choices["offered"]) == 6


def test_what_was_offered_stays_whatever_they_say_next(fits, printer):
    page = fits(said="Something else", offered=f"{printer.pk}:1")

    assert page.fields["offered"] == f"{printer.pk}:1"


def test_what_they_took_is_saved_with_the_call(desk, printer, ticket, clock):
    desk.log(PASSED_ON | {"offered": f"{printer.pk}:1"}, number=NUMBER)

    offer = Offer.objects.get()
    assert (offer.solution, offer.ticket, offer.choice) == (printer, ticket, "Bring it in")
    assert (offer.offered_by.username, offer.offered_at) == ("sara", clock.at)


@pytest.mark.parametrize("given", ["{0}:", "{0}:7"])
def test_offered_and_none_taken_yet(desk, printer, ticket, given):
    desk.log(PASSED_ON | {"offered": given.format(printer.pk)}, number=NUMBER)

    assert Offer.objects.get().choice == ""


@pytest.mark.parametrize("given", ["", "x", "9:0", "1", ":0", "1:0:0", "-1:0", "٣:0"])
def test_what_is_no_solution_is_left_out(desk, ticket, given):
    desk.log(PASSED_ON | {"offered": given}, number=NUMBER)

    assert Offer.objects.count() == 0


def test_refused_nothing_was_offered_and_it_is_still_ticked(desk, printer, ticket):
    page = desk.change(desk.open(number=NUMBER), **PASSED_ON | {"offered": f"{printer.pk}:1"})

    again = Page(desk.send(page, outcome=""))

    assert again.status == 422
    assert again.fields["offered"] == f"{printer.pk}:1"
    assert Offer.objects.count() == 0


def _gifts(customer, sara, at, times):
    for _ in range(times):
        contact = journey.Contact("call", "in", "How do I print?", heard_at=at)
        given = journey.contact_logged(contact, by=sara, now=at, customer=customer).ticket
        journey.ticket_closed(given, charge="free", by=sara, now=at)
    duties.swept(now=at + timedelta(hours=1))


SECOND = "As a gift it is the second in 90 days."
THIRD = "As a gift it is number 3 in 90 days: a third in a row is expected the next time."


@pytest.mark.parametrize(("times", "warns"), [(0, None), (1, SECOND), (2, THIRD)])
def test_the_third_gift_is_an_expectation(beside, ingrid, sara, clock, times, warns):
    _gifts(ingrid, sara, clock.at, times)

    html = beside(about=f"customer:{ingrid.pk}")

    assert [said for said in (SECOND, THIRD) if said in html] == ([warns] if warns else [])


def test_gifts_of_the_last_quarter_but_one_do_not_count(beside, ingrid, sara, clock):
    _gifts(ingrid, sara, clock.at, 2)
    clock.at += timedelta(days=91)

    html = beside(about=f"customer:{ingrid.pk}")

    assert THIRD not in html
    assert "$90.00 since 2026" in html


def test_how_it_was_last_time(beside, ticket, ingrid, sara, clock):
    laptop = Service.objects.get(name="Laptop repair")
    journey.quoted(ticket, laptop, by=sara, now=clock.at, accepted_how="phone")
    assert "But last time" not in beside(about=f"customer:{ingrid.pk}")
    clock.at = boston(2026, 3, 3, 12)
    journey.ticket_moved(ticket, "ready", by=sara, now=clock.at)
    journey.ticket_closed(ticket, charge="charged", by=sara, now=clock.at)

    html = beside(about=f"customer:{ingrid.pk}")

    assert "Laptop repair, March 2026: quoted 3 working days, took 1." in html


def test_a_call_says_since_when_it_rings(desk, hear, clock):
    hear("new_call", now=clock.at)
    call = Interaction.objects.get()

    html = " ".join(desk.open(call=call.pk).html.split())

    assert "rings since <time" in html
    assert "today 09:00</time>" in html
