"""Lists kept by a name: for oneself or for everybody, each with what it finds now."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from helpdesk import journey
from helpdesk.models import SavedView
from helpdesk.web import saved_views
from tests.doors.pages import text
from tickets.models import Ticket


@pytest.fixture
def keep(sara):
    """Keep a view, Sara's and of tickets unless told otherwise."""

    def keep(name, query="assignee=me", *, user=None, page="tickets", is_shared=False):
        return SavedView.objects.create(
            **{"user": user or sara, "page": page, "name": name, "query": query},
            **{"is_shared": is_shared, "saved_at": now()},
        )

    return keep


def tabs(response):
    """Return name and count of the views over the list, and which one is open."""
    page = response.content.decode()
    found = re.search(r'<nav class="tabs" aria-label="Saved views">(.*?)</nav>', page, re.S)
    links = re.findall(r"<a (.*?)>(.*?)<small>(\d+)</small>", found[1], re.S) if found else []
    return [
        (html.unescape(name.strip()), int(count), "aria-current" in attributes)
        for attributes, name, count in links
    ]


def saves(response):
    found = re.search(r'href="(/views/new/[^"]*)"', response.content.decode())
    return html.unescape(found[1]) if found else None


# -- keeping one -----------------------------------------------------------------------------------


def test_a_list_that_is_not_narrowed_is_not_worth_keeping(at_desk):
    assert saves(at_desk.get("/tickets/")) is None


def test_what_one_looks_at_is_kept_by_a_name(at_desk, make_ticket, per):
    journey.ticket_assigned(make_ticket(), per, now=at_desk.at)
    address = saves(at_desk.get("/tickets/?assignee=per&after=17-1&nonsense=1"))
    assert address == "/views/new/?list=tickets&assignee=per"
    page = at_desk.get(address).content.decode()
    query = html.unescape(re.search(r'name="query" value="([^"]*)"', page)[1])

    response = at_desk.post(address, {"list": "tickets", "query": query, "name": "Per's"})

    row = SavedView.objects.get()
    assert (row.name, row.query, row.is_shared) == ("Per's", "assignee=per", False)
    assert response["Location"] == f"/tickets/?assignee=per&view={row.pk}"
    opened = at_desk.get(response["Location"])
    assert tabs(opened) == [("Per's", 1, True)]
    assert saves(opened) is None


def test_narrowed_further_it_can_be_kept_as_another(at_desk, keep):
    row = keep("Mine")
    response = at_desk.get(f"/tickets/?assignee=me&state=new&view={row.pk}")

    assert saves(response) == "/views/new/?list=tickets&state=new&assignee=me"
    assert tabs(response) == [("Mine", 0, True)]


@pytest.mark.parametrize("name", ["", " ", "x" * 41, "Mine"])
def test_a_name_is_needed_and_not_had_yet(at_desk, keep, name):
    keep("Mine")
    response = at_desk.post(
        "/views/new/", {"list": "tickets", "query": "state=new", "name": name, "is_shared": "on"}
    )

    assert response.status_code == 422
    assert "checked" in response.content.decode()
    assert SavedView.objects.count() == 1


def test_only_what_the_list_knows_is_kept(at_desk):
    given = {"list": "tickets", "name": "New"}
    at_desk.post("/views/new/", given | {"query": "state=new&next=//evil.example&view=1&after=2"})

    assert SavedView.objects.get().query == "state=new"


@pytest.mark.parametrize("query", ["", "nonsense=1"])
def test_what_narrows_nothing_is_not_kept(at_desk, query):
    given = {"list": "tickets", "name": "All", "query": query}

    assert at_desk.post("/views/new/", given).status_code == 422
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("page", ["", "today", "account_logout", "audit"])
def test_other_pages_are_not_kept(at_desk, page):
    assert at_desk.get("/views/new/", {"list": page, "state": "new"}).status_code == 404


# -- using them ------------------------------------------------------------------------------------


def test_each_counts_what_whoever_looks_would_see(at_desk, make_ticket, keep, sara, per, client):
    for user in (sara, sara, per):
        journey.ticket_assigned(make_ticket(), user, now=at_desk.at)
    keep("Mine", is_shared=True)
    keep("All", "state=all")

    assert tabs(at_desk.get("/tickets/")) == [("All", 3, False), ("Mine", 2, False)]
    client.force_login(per)
    assert tabs(client.get("/tickets/")) == [("Mine", 1, False)]


def test_ones_own_come_first_and_twelve_are_shown(at_desk, keep, per):
    for number in range(13):
        keep(f"Per's {number:02}", user=per, is_shared=True)
    keep("Private", user=per)
    keep("Zebra")

    response = at_desk.get("/tickets/")

    expected = ["Zebra", *(f"Per's {number:02}" for number in range(11))]
    assert [name for name, _count, _here in tabs(response)] == expected
    assert "All views" in text(response)


def test_a_view_of_customers(at_desk, keep, ingrid, customer):
    customer("Olle", number="+16175550143")
    row = keep("Bergs", "q=berg", page="customers")
    keep("Tickets of mine")

    response = at_desk.get(f"/customers/?q=berg&view={row.pk}")

    assert tabs(response) == [("Bergs", 1, True)]
    assert saves(response) is None
    assert saves(at_desk.get("/customers/?q=ingrid")) == "/views/new/?list=customers&q=ingrid"


@pytest.mark.parametrize(
    ("query", "gone"),
    [
        ("assignee=nobody-by-that-name&state=new", "Whose"),
        ("service=99999&state=new", "Service"),
        ("only=fridays&state=new", "Only"),
        ("state=sideways", "How they stand"),
        ("state=new&service=x&assignee=y", "Whose, Service"),
    ],
)
def test_one_whose_filter_is_gone_opens_without_it_and_says_so(
    at_desk, make_ticket, keep, query, gone
):
    make_ticket()
    row = keep("Old", query)
    page = at_desk.get("/tickets/").content.decode()
    address = html.unescape(re.search(rf'href="([^"]*view={row.pk})"', page)[1])

    opened = at_desk.get(address)

    assert tabs(opened) == [("Old", 1, True)]
    said = "“Old” asks for something that does not exist any more, and is shown without it: "
    assert said + gone in text(opened)
    assert len(opened.context["page"].rows) == 1


@pytest.mark.parametrize("view", ["", "x", "0", "99999999", "-1", "1'"])
def test_a_view_that_is_not_there_is_as_if_not_asked_for(at_desk, keep, view):
    keep("Mine")
    response = at_desk.get("/tickets/", {"view": view})

    assert (response.status_code, tabs(response)) == (200, [("Mine", 0, False)])


def test_a_part_of_the_page_has_none(at_desk, keep):
    keep("Mine")

    assert tabs(at_desk.get("/tickets/", HX_Request="true")) == []


def test_a_view_of_a_list_there_was_once_is_left_out(at_desk, keep):
    keep("Gone", page="calendar")

    assert at_desk.get("/views/").status_code == 200


@pytest.mark.parametrize("page", ["tickets", "customers"])
def test_however_many_there_are_they_cost_two_statements(at_desk, make_ticket, keep, page, ingrid):
    ticket = make_ticket()
    Ticket.objects.filter(pk=ticket.pk).update(assignee=at_desk.user)
    query = "assignee=me" if page == "tickets" else "q=ingrid"
    counted = {}
    for number in (0, 1, 3, 15):
        while SavedView.objects.count() < number:
            keep(f"View {SavedView.objects.count()}", query, page=page)
        with CaptureQueriesContext(connection) as captured:
            at_desk.get(f"/{page}/")
        counted[number] = len(captured)

    assert counted[1] == counted[3] == counted[15]
    assert counted[1] - counted[0] <= 1
    assert max(counted.values()) <= 10


# -- changing them ---------------------------------------------------------------------------------


def test_ones_own_is_renamed_shared_and_deleted(at_desk, keep):
    row = keep("Mine")
    response = at_desk.post(f"/views/{row.pk}/", {"name": "Ours", "is_shared": "on"})
    row.refresh_from_db()
    assert (response.status_code, row.name, row.is_shared) == (302, "Ours", True)

    assert at_desk.post(f"/views/{row.pk}/", {"name": ""}).status_code == 422

    at_desk.post(f"/views/{row.pk}/delete/")
    assert not SavedView.objects.exists()


def test_somebody_elses_can_be_used_and_not_changed(at_desk, keep, per):
    shared, private = keep("Per's", user=per, is_shared=True), keep("Secret", user=per)
    for address in (f"/views/{shared.pk}/", f"/views/{shared.pk}/delete/"):
        assert at_desk.post(address, {"name": "Mine"}).status_code == 403
    for address in (f"/views/{private.pk}/", f"/views/{private.pk}/delete/"):
        assert at_desk.post(address, {"name": "Mine"}).status_code == 404
    assert "Secret" not in text(at_desk.get("/views/"))
    assert sorted(SavedView.objects.values_list("name", flat=True)) == ["Per's", "Secret"]


def test_owners_may_delete_what_is_for_everybody_and_not_rename_it(client, eva, keep):
    row = keep("Sara's", is_shared=True)
    client.force_login(eva)
    assert "Delete this view" in text(client.get(f"/views/{row.pk}/"))
    assert client.post(f"/views/{row.pk}/", {"name": "Mine"}).status_code == 403

    client.post(f"/views/{row.pk}/delete/")

    assert not SavedView.objects.exists()


def test_nothing_goes_by_a_look(at_desk, keep):
    row = keep("Mine")

    assert at_desk.get(f"/views/{row.pk}/delete/").status_code == 405
    assert SavedView.objects.exists()


def test_before_there_are_any_it_says_how_to_keep_one(at_desk):
    assert "No views yet" in text(at_desk.get("/views/"))


def test_every_list_knows_its_filters():
    assert set(saved_views.LISTS) == set(saved_views.FILTERS)
