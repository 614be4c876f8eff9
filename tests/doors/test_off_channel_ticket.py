"""Somebody called one of us privately about a ticket: it goes on that one, and says so."""

import re
from datetime import timedelta

import pytest

from helpdesk import journey
from helpdesk.models import Draft
from tests.conftest import boston
from tests.doors.pages import count_queries, text
from tickets import intake
from tickets.models import Interaction

pytestmark = pytest.mark.django_db

TEN = boston(2026, 3, 2, 10)
HOUR = timedelta(hours=1)


@pytest.fixture
def opened(shop, ingrid):
    """Open a ticket of Ingrid's, an hour ago unless told otherwise."""

    def opened(subject, hours=1):
        at = TEN - hours * HOUR
        return intake.open_ticket(subject=subject, channel="call", customer=ingrid, now=at)

    return opened


def links(response):
    return re.findall(r'href="([^"]*customer=[^"]*)"', response.content.decode())


def chosen(response):
    found = re.findall(r'name="ticket"\s+value="(\w+)"\s+checked', response.content.decode())
    return found[0] if found else None


def test_the_one_it_began_with_is_chosen_and_named(phone, opened, ingrid):
    began, _last = opened("Laptop is slow", 3), opened("Printer")

    page = phone.get("/off-channel/", {"customer": ingrid.pk, "ticket": began.pk})

    assert chosen(page) == str(began.pk)
    assert f"It goes on {began} Laptop is slow" in text(page)


def test_it_is_among_those_to_choose_however_many_came_since(phone, opened, ingrid):
    began = opened("Laptop is slow", 9)
    for number in range(7):
        opened(f"Printer {number}")

    page = phone.get("/off-channel/", {"customer": ingrid.pk, "ticket": began.pk})

    assert (chosen(page), len(page.context["tickets"])) == (str(began.pk), 5)


@pytest.mark.parametrize("asked", ["", "7", "nobody", "\0", "9" * 30, "ended", "another's"])
def test_else_it_is_the_one_there_was_something_on_last(
    phone, opened, ingrid, per, customer, asked
):
    _first, last = opened("Laptop", 3), opened("Printer")
    if asked == "ended":
        ended = opened("Screen")
        journey.ticket_closed(ended, charge="free", by=per, now=TEN - HOUR / 2)
        asked = ended.pk
    if asked == "another's":
        ann = customer("Ann", "+16175550143")
        asked = intake.open_ticket(subject="x", channel="call", customer=ann, now=TEN).pk

    page = phone.get("/off-channel/", {"customer": ingrid.pk, "ticket": asked})

    assert (chosen(page), f"It goes on {last} Printer" in text(page)) == (str(last.pk), True)


def test_without_one_it_says_that_it_makes_one(phone, ingrid):
    page = phone.get("/off-channel/", {"customer": ingrid.pk})

    assert "It goes on a new ticket." in text(page)


def test_from_who_to_how_it_is_kept(phone, opened, ingrid):
    began = opened("Laptop is slow", 3)
    opened("Printer")

    asked = {"ticket": began.pk, "at": "ticket"}
    kept = f"?ticket={began.pk}&amp;at=ticket&amp;customer={ingrid.pk}"
    assert links(phone.get("/off-channel/", asked)) == [kept]
    assert links(phone.get("/off-channel/", asked | {"q": "ingrid"})) == [kept]

    how = phone.get("/off-channel/" + kept.replace("&amp;", "&")).content.decode()
    assert f'href="/off-channel/?ticket={began.pk}&amp;at=ticket"' in how


@pytest.mark.parametrize(("at", "leads"), [("?at=ticket", "/tickets/{}/"), ("", "/bench/")])
def test_it_is_logged_there_and_one_is_where_one_was(phone, opened, ingrid, at, leads):
    began, _last = opened("Laptop is slow", 3), opened("Printer")

    response = phone.post(
        f"/off-channel/{at}", {"customer": ingrid.pk, "how": "called", "ticket": began.pk}
    )

    assert Interaction.objects.get(official=False).ticket == began
    assert response["Location"] == leads.format(began.pk)


@pytest.mark.parametrize("ticket", ["first", "new"])
def test_refused_it_stays_with_what_was_chosen(phone, opened, ingrid, ticket):
    first, _last = opened("Laptop", 3), opened("Printer")
    asked = str(first.pk) if ticket == "first" else ticket

    page = phone.post("/off-channel/", {"customer": ingrid.pk, "ticket": asked})

    assert (page.status_code, chosen(page)) == (422, asked)


def test_the_bench_and_the_ticket_lead_here_with_it(phone, opened, ingrid, per):
    ticket = opened("Laptop")
    journey.ticket_assigned(ticket, per, now=TEN)
    address = f"/off-channel/?customer={ingrid.pk}&amp;ticket={ticket.pk}"

    assert links(phone.get("/bench/")) == [address]
    assert address + "&amp;at=ticket" in links(phone.get(f"/tickets/{ticket.pk}/"))


def test_what_it_was_about_is_kept_while_it_is_written_and_gone_when_it_is_logged(
    phone, ingrid, per, customer
):
    ann = customer("Ann", "+16175550143")
    form = f"off-channel-{ingrid.pk}"
    Draft.objects.create(user=per, form=form, fields={"words": 'The "fan"'}, saved_at=TEN)

    page = phone.get("/off-channel/", {"customer": ingrid.pk}).content.decode()
    assert (f'data-draft="{form}"' in page, "The &quot;fan&quot;" in page) == (True, True)
    assert "fan" not in phone.get("/off-channel/", {"customer": ann.pk}).content.decode()

    phone.post("/off-channel/", {"customer": ingrid.pk, "how": "called", "words": "The fan"})
    assert not Draft.objects.exists()


def test_it_costs_the_same_with_one_ticket_and_with_three(phone, opened, ingrid):
    address = f"/off-channel/?customer={ingrid.pk}&ticket={opened('Laptop').pk}"
    few = count_queries(phone, address)
    opened("Printer"), opened("Screen")

    assert count_queries(phone, address) == few
    assert few <= 10
