"""Finding from anywhere, as one types and as a page."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.doors.log_page import HTMX
from tests.doors.pages import text


@pytest.fixture
def desk(client, sara):
    client.force_login(sara)
    return client


@pytest.fixture
def find(desk):
    """Look for `query` as the palette does, or as a page."""

    def find(query, headers=HTMX):
        response = desk.get("/find/", {"q": query}, headers=headers)
        assert response.status_code == 200
        return response

    return find


def found(response, name):
    """The keys of the rows that are offered."""
    main = response.content.decode().partition("<main")[2] or response.content.decode()
    return [int(key) for key in re.findall(rf'href="/{name}/(\d+)/"', main)]


def test_before_anything_is_typed_there_are_the_pages(find):
    said = text(find(""))

    assert said.startswith("Go to Today Log a call")
    assert said.endswith("New customer")


def test_a_page_is_found_by_a_part_of_its_name(find):
    assert text(find("custom")) == "Go to Customers New customer"
    assert text(find("CUST new")) == "Go to New customer"


@pytest.mark.parametrize("query", ["ingrid", "BERG", "555-0142", "(617) 555-0142", "grid ber"])
def test_a_customer_is_found_by_name_and_number(find, ingrid, query):
    response = find(query)

    assert found(response, "customers") == [ingrid.pk]
    assert "Ingrid Berg (617) 555-0142" in text(response)


def test_a_ticket_is_found_with_whose_it_is_and_how_it_stands(find, make_ticket):
    ticket = make_ticket("Laptop will not start")

    assert text(find("not start")) == f"Tickets {ticket} Laptop will not start Ingrid Berg New"


@pytest.mark.parametrize("sign", ["", "#"])
def test_the_ticket_of_that_number_comes_first(find, make_ticket, sign):
    first = make_ticket("The one")
    for _ in range(7):
        make_ticket(f"Is about {first.pk}")

    rows = found(find(f"{sign}{first.pk}"), "tickets")

    assert rows[0] == first.pk
    assert len(rows) == len(set(rows)) == 6


@pytest.mark.parametrize("query", ["zzzz", "%", "'; --", "9" * 300, "\u202e\u0000x"])
def test_what_is_nothing_says_so(find, ingrid, query):
    response = find(query)

    assert (found(response, "tickets"), found(response, "customers")) == ([], [])
    assert "Nothing is called" in text(response)


def test_one_letter_finds_no_people(find, ingrid, make_ticket):
    make_ticket("A laptop")
    response = find("a")

    assert (found(response, "tickets"), found(response, "customers")) == ([], [])


def test_the_page_finds_the_same(find, ingrid, make_ticket):
    make_ticket("Ingrid's laptop")

    part, page = find("ingrid"), find("ingrid", headers={})

    for name in ("tickets", "customers"):
        assert found(page, name) == found(part, name) != []
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()


def test_the_field_on_top_leads_there_without_a_script(desk):
    html = desk.get("/customers/").content.decode()

    assert '<form class="find" role="search" method="get" action="/find/">' in html


def test_what_they_are_called_is_shown_and_never_run(find, customer):
    customer("<script>alert(1)</script>")

    for headers in (HTMX, {}):
        assert "<script>alert" not in find("script", headers).content.decode()


def test_many_cost_no_more_than_one(desk, customer, make_ticket):
    def cost(headers):
        with CaptureQueriesContext(connection) as captured:
            desk.get("/find/", {"q": "#1001 berg"}, headers=headers)
        return len(captured)

    costs = []
    for first, last in ((0, 1), (1, 3), (3, 30)):
        for n in range(first, last):
            owner = customer(f"1001 Berg {n}", number=f"+1617555{1000 + n}")
            make_ticket(f"1001 Berg {n}", customer=owner)
        costs += [cost(HTMX), cost({})]

    assert costs == costs[:1] * 6
    assert costs[0] <= 8
