"""Lists: as many queries for three hundred rows as for one, filters, pages, and how often."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from helpdesk import journey
from helpdesk.api.limits import TokenRate
from tickets import intake
from tickets.intake import Particulars
from tickets.models import Service, Ticket

pytestmark = pytest.mark.django_db

LISTS = {
    "tickets/?expand=customer,contact_point,service,promises": 100,
    "tickets/": 100,
    "customers/": 100,
    "contact-points/": 100,
    "interactions/?expand=ticket,contact_point": 100,
    "calls/": 100,
    "promises/": 100,
    "quotes/": 100,
    "follow-ups/": 100,
    "invoices/?expand=ticket,customer": 100,
    "solutions/": 100,
    "services/": 100,
    "callback-windows/": 100,
}


@pytest.fixture
def lived(shop, sara, missed):
    """Let so many customers call, be quoted and be helped for nothing."""

    def lived(count):
        at = now() - timedelta(days=3)
        for n in range(count):
            number = f"+1617555{Ticket.objects.count():04d}"
            missed(now=at, call_id=number, number=number)
            ticket = Ticket.objects.latest("number")
            about = Particulars(f"Customer {n}", "person", "en", "email")
            reached = intake.reachable(f"{ticket.pk}@example.com", "US")
            customer = journey.customer_entered(about, now=at, reached_by=reached)
            journey.customer_identified(ticket, customer)
            journey.quoted(ticket, Service.objects.first(), by=sara, now=at, accepted_how="phone")
            journey.ticket_closed(ticket, charge="free", by=sara, now=at)
            journey.ticket_billed(ticket, now=at + timedelta(hours=1))

    return lived


def test_as_many_queries_for_many_rows_as_for_one(api, lived):
    def counted():
        found = {}
        for path in LISTS:
            with CaptureQueriesContext(connection) as queries:
                answer = api.get(f"{path}{'&' if '?' in path else '?'}page_size=100")
            found[path] = len(queries)
            assert answer.status_code == 200, answer.content
        return found

    lived(1)
    one = counted()
    lived(2)
    three = counted()
    lived(27)
    thirty = counted()

    assert one == three == thirty
    assert max(one.values()) <= 14, one


def test_pages_follow_each_other_and_end(api, lived):
    lived(5)
    seen, path = [], "/api/v1/tickets/?page_size=2"
    while path:
        page = api.get(path.removeprefix("http://testserver")).json()
        seen += [row["number"] for row in page["results"]]
        path = page["next"]

    assert sorted(seen, reverse=True) == list(
        Ticket.objects.order_by("-number").values_list("number", flat=True)
    )
    assert len(seen) == len(set(seen)) == 5


FILTERS = [
    ("is_open=true", 1),
    ("is_open=false", 2),
    ("status=closed", 2),
    ("status=closed&status=new", 3),
    ("channel=call", 3),
    ("channel=email", 0),
    ("assignee=nobody", 3),
    ("assignee=sara", 0),
    ("q=617-555-0001", 1),
    ("opened_since=2000-01-01T00:00:00Z", 3),
    ("opened_until=2000-01-01T00:00:00%2B01:00", 0),
    ("customer=999999", 0),
]


@pytest.mark.parametrize(("query", "count"), FILTERS)
def test_tickets_are_narrowed(api, lived, missed, query, count):
    lived(2)
    missed(now=now(), call_id="another", number="+16175559999")

    assert len(api.get(f"tickets/?{query}").json()["results"]) == count


def test_a_number_is_found_however_it_is_typed(api, lived):
    lived(1)

    for typed in ("617-555-0000", "%2B16175550000", "(617)5550000"):
        found = api.get(f"contact-points/?number={typed}").json()["results"]
        assert [point["value"] for point in found] == ["+16175550000"]


def test_whoever_asks_too_often_is_told_when_to_come_back(api, monkeypatch):
    monkeypatch.setattr(TokenRate, "THROTTLE_RATES", {"token": "3/min"})

    answers = [api.get("services/") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[3]["Retry-After"]) <= 60
    assert answers[3]["Content-Type"] == "application/problem+json"
    monkeypatch.setattr(TokenRate, "timer", lambda _throttle: time.time() + 60)
    assert api.get("services/").status_code == 200


def test_one_program_does_not_use_up_another_s(api, program, monkeypatch):
    monkeypatch.setattr(TokenRate, "THROTTLE_RATES", {"token": "1/min"})
    other = program(name="another")

    answers = [api.get("services/"), other.get("services/"), api.get("services/")]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
