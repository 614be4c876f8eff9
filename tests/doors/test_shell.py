"""What stands around every page: the ways on, their counts, and where an expired log-in leads."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk import journey
from tests.conftest import boston
from tests.doors.log_page import HTMX
from tickets.models import Interaction, Notice, Ticket

PAGE = "/customers/new/"


def ways(client, page=PAGE):
    return client.get(page).context["nav"]


def labels(client):
    return [way["label"] for way in ways(client)]


# -- the ways ------------------------------------------------------------------------------------


def test_the_front_desk_starts_with_today(client, sara):
    client.force_login(sara)

    found = labels(client)

    assert found[:2] == ["Today", "Log a call"]
    assert found.index("Tickets") < found.index("Customers") < found.index("Needs you")
    assert "Reports" not in found


def test_technicians_start_at_the_bench(client, per):
    client.force_login(per)

    assert labels(client)[:2] == ["Bench", "Today"]


def test_owners_see_the_reports_and_the_setup(client, eva):
    client.force_login(eva)

    assert labels(client)[-2:] == ["Reports", "Setup"]


def test_what_is_seldom_needed_comes_last(client, eva):
    client.force_login(eva)

    seldom = [way["seldom"] for way in ways(client)]

    assert seldom == sorted(seldom)
    assert any(seldom)


@pytest.mark.parametrize("page", ["today", "log-call", "tickets", "customers", "notices", "stuck"])
def test_the_page_one_is_on_is_marked(client, sara, page):
    client.force_login(sara)

    here = [way["url"] for way in ways(client, reverse(page)) if way["current"]]

    assert here == [reverse(page)]


def test_on_a_phone_the_first_five_have_room_and_a_button_leads_to_the_others(client, eva):
    client.force_login(eva)

    bar, _button, others = client.get("/loans/").content.decode().partition('popovertarget="ways"')

    names = [re.findall(r"<span>([^<]*)</span>", part.split("</nav>")[0]) for part in (bar, others)]
    assert names[0][-5:] == ["Today", "Log a call", "Callbacks", "Tickets", "Bench"]
    assert names[1][:3] == ["More", "Customers", "Solutions"]
    assert names[1][-2:] == ["Reports", "Setup"]


@pytest.mark.parametrize(("page", "is_there"), [("loans", True), ("tickets", False)])
def test_the_button_is_marked_where_one_is_on_a_page_behind_it(client, sara, page, is_there):
    client.force_login(sara)

    html = client.get(reverse(page)).content.decode()

    button = html.partition('popovertarget="ways"')[2].partition(">")[0]
    assert ('aria-current="true"' in button) == is_there


# -- the counts ----------------------------------------------------------------------------------


@pytest.fixture
def busy(sara, per, missed, spoken):
    """Two callbacks we are late with, two open tickets, and a note for Sara."""
    at = boston(2026, 3, 2, 9)
    missed(now=at)
    missed(now=at, call_id="call-2", number="+16175550143")
    journey.note_added(Ticket.objects.first(), "@sara look", by=per, now=at)
    return {"Today": 2, "Tickets": 2, "For you": 1, "Callbacks": 2}


def test_the_ways_say_how_much_there_is(client, sara, busy):
    client.force_login(sara)

    counts = {way["label"]: way["count"] for way in ways(client)}

    assert {label: counts[label] for label in busy} == busy
    assert {way["label"] for way in ways(client) if way["hot"]} == {"Today"}


@pytest.mark.parametrize("rows", [1, 3, 300])
def test_a_page_costs_three_statements_before_its_own(client, sara, missed, rows):
    at = boston(2026, 3, 2, 9)
    missed(now=at)
    contact = Interaction.objects.get()
    more = [
        Interaction(
            ticket=contact.ticket, kind="note", direction="internal", happened_at=at, logged_at=at
        )
        for _ in range(rows)
    ]
    Interaction.objects.bulk_create(more)
    Notice.objects.bulk_create(
        Notice(user=sara, interaction=note, why="watched", noticed_at=at) for note in more
    )
    client.force_login(sara)

    with CaptureQueriesContext(connection) as captured:
        response = client.get(PAGE)

    assert (
        next(way["count"] for way in response.context["nav"] if way["label"] == "For you") == rows
    )
    assert [query["sql"].split('"')[1] for query in captured] == [
        "django_session",
        "tickets_user",
        "tickets_shop",
    ]


# -- an expired log-in ---------------------------------------------------------------------------


LOGIN = "/accounts/login/?next="


def test_who_signs_in_types_at_once(client, shop):
    html = client.get("/accounts/login/").content.decode()

    focused = re.findall(r"<input[^>]*autofocus[^>]*>", html)
    assert focused == re.findall(r'<input[^>]*name="login"[^>]*>', html)
    assert len(focused) == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_expired_log_in_leads_back_to_the_page_and_not_to_its_part(client, shop, method):
    at = {**HTMX, "HX-Current-URL": "http://testserver/calls/new/?call=17"}

    response = getattr(client, method)("/calls/candidates/?q=Ingrid", headers=at)

    assert (response.status_code, response["HX-Redirect"]) == (
        200,
        LOGIN + "/calls/new/%3Fcall%3D17",
    )


def test_it_leads_to_no_other_site(client, shop):
    at = {**HTMX, "HX-Current-URL": "https://elsewhere.example/calls/new/"}

    response = client.get("/calls/candidates/?q=Ingrid", headers=at)

    assert response["HX-Redirect"] == LOGIN + "/calls/candidates/%3Fq%3DIngrid"


def test_a_form_sent_too_late_leads_back_to_its_page(client, shop):
    at = {"Referer": "http://testserver/tickets/1001/?do=close"}

    response = client.post("/tickets/1001/close/", headers=at)

    assert response["Location"] == LOGIN + "/tickets/1001/%3Fdo%3Dclose"


def test_who_logs_in_again_is_on_the_page_they_were_on(client, sara):
    client.force_login(sara)
    client.logout()
    at = {**HTMX, "HX-Current-URL": "http://testserver/calls/new/?q=Ingrid"}
    way = client.get("/calls/candidates/?q=Ingrid", headers=at)["HX-Redirect"]

    back = Client().post(way, {"login": "sara", "password": "x"})

    assert (back.status_code, back["Location"]) == (302, "/calls/new/?q=Ingrid")
