"""What each page asks of the database: no more for many rows than for one, and never much."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from django.utils.timezone import now

from tests.browser.pages import DESK, addresses
from tests.crowd import crowd, furnish
from tests.doors.test_who_may import DOORS

pytestmark = pytest.mark.django_db

# What answers with a part of a page, or with a file.
NO_PAGES = {
    *("log-call-candidates", "log-call-offers", "log-call-solutions", "colleagues", "live"),
    "contact-came",  # leads on
    "styleguide",  # for developers alone; the browser looks at it
    *("message-raw", "arrival-raw", "attachment", "invoice-document", "report-export"),
    *("report-workbook", "report-paper", "customer-export"),
}
LIST = 10
# One row of something, and all there is about it; the rest are lists.
MOST = {"ticket": 14, "customer": 14, "customer-anonymise": 14, "log-call": 24}
A_FORM = 5  # opened on a ticket: what there is to choose from


@pytest.fixture
def furnished(shop, sara, per, eva, ingrid, missed, spoken):
    furnish(sara, per, eva, ingrid, missed, spoken, at=now() - timedelta(hours=3))


def name_of(address):
    return resolve(address.partition("?")[0]).url_name


def test_the_list_of_pages_is_complete(furnished):
    listed = {name_of(address) for address, _role in addresses().values()}
    there = {name for name, door in DOORS.items() if door.method == "get"} - NO_PAGES

    assert there - listed == set()


def asked(client, address):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code in {200, 404}, address
    return [query["sql"] for query in captured]


def test_no_page_asks_more_for_many_rows(furnished, sara, per, eva):
    pages = {name: address for name, (address, role) in addresses().items() if role}
    client, counts, said = Client(), {}, {}
    client.force_login(eva)
    assert connection.features.supports_json_field  # which Django asks SQLite once
    at = now() - timedelta(hours=2)
    for n, added in ((1, 1), (3, 2), (300, 297)):
        crowd(added, eva, per, at=at)
        for name, address in pages.items():
            said[name] = asked(client, address)
            counts.setdefault(name, {})[n] = len(said[name])

    grew = {name: by_n for name, by_n in counts.items() if len(set(by_n.values())) > 1}
    assert grew == {}, [said[name] for name in grew][:1]
    most = {name: max(by_n.values()) for name, by_n in counts.items()}
    allowed = {
        name: MOST.get(name_of(address), LIST) + (A_FORM if "?do=" in address else 0)
        for name, address in pages.items()
    }
    assert {name: n for name, n in most.items() if n > allowed[name]} == {}


def test_the_front_desk_sees_each_page_meant_for_it(furnished, sara):
    client = Client()
    client.force_login(sara)
    wanted = {name: address for name, (address, role) in addresses().items() if role == DESK}

    assert {name: client.get(address).status_code for name, address in wanted.items()} == (
        dict.fromkeys(wanted, 200)
    )
