"""The ticket list: what is on it, finding in it, and paging through it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk import duties, journey
from helpdesk.web.tickets import Cursor
from policies.models import Promise
from tests.conftest import boston
from tests.doors.pages import text
from tickets import intake, phones, search
from tickets.models import Service, Ticket, User
from tickets.models.work import Kind

SUNDAY = boston(2026, 3, 1, 12)


@pytest.fixture
def make_ticket(shop, monday_nine):
    """Open a ticket for somebody new; with a `number` where they have one."""

    def make_ticket(subject="Laptop", name="Ingrid Dahl", number="", *, at=SUNDAY, **more):
        point = intake.known(phones.read(number, "US")).point if number else None
        customer = intake.new_customer(name, shop=shop, now=at, point=point) if name else None
        return intake.open_ticket(
            subject=subject, channel=Kind.CALL, customer=customer, point=point, now=at, **more
        )

    return make_ticket


@pytest.fixture
def in_every_state(make_ticket, sara, monday_nine):
    """One ticket in each status, by the name of the status."""
    made = {status.value: make_ticket(status.value) for status in Ticket.Status}
    by = {"by": sara, "now": monday_nine}
    for status in ("open", "waiting", "ready"):
        journey.ticket_moved(made[status], status, **by)
    journey.ticket_closed(made["closed"], charge="free", **by)
    journey.marked_spam(made["spam"], **by)
    other = make_ticket("into", "", at=SUNDAY)
    journey.tickets_merged(made["merged"], other, **by)
    Ticket.objects.filter(pk=other.pk).update(status="ready")
    return made


def shown(response):
    return [ticket.subject for ticket in response.context["page"].rows]


def link(response, rel):
    found = re.search(rf'rel="{rel}"\s+href="([^"]+)"', response.content.decode())
    return found and "/tickets/" + unescape(found[1])


# -- what is on it -------------------------------------------------------------------------------


def test_it_says_who_what_and_what_is_promised_next(at_desk, make_ticket, per, sara, monday_nine):
    ticket = make_ticket("Screen broken", "Ingrid Dahl")
    journey.ticket_assigned(ticket, per, now=SUNDAY)
    journey.callback_promised(ticket, by=sara, now=monday_nine)

    page = text(at_desk.get("/tickets/"))

    for words in (
        f"Ingrid Dahl #{ticket.number} Screen broken",
        "New",
        "Call back today 13:00",
        "in 4 h 0 min",
        "Per Holm yesterday 12:00",
    ):
        assert words in page


def test_it_says_before_when_they_do_not_want_to_be_called(at_desk, make_ticket, sara, monday_nine):
    promise = journey.callback_promised(make_ticket(), by=sara, now=monday_nine)

    journey.callback_moved(promise, boston(2026, 3, 2, 14), now=monday_nine)

    page = text(at_desk.get("/tickets/"))
    assert "Call back, not before Mon 2 Mar 14:00 today 16:00" in page


def test_the_next_of_several_promises_is_shown(at_desk, make_ticket, sara, monday_nine):
    ticket = make_ticket()
    journey.callback_promised(ticket, by=sara, now=monday_nine)
    sooner = {"kind": "update", "by": sara, "now": monday_nine}
    journey.promised(ticket, "A price", boston(2026, 3, 2, 11), **sooner)

    assert "Update today 11:00" in text(at_desk.get("/tickets/"))


def test_a_late_promise_is_marked(at_desk, make_ticket, sara, monday_nine):
    journey.callback_promised(make_ticket(), by=sara, now=monday_nine)
    at_desk.at = boston(2026, 3, 2, 13, 30)

    assert "30 min late" in text(at_desk.get("/tickets/"))


def test_a_promise_after_a_broken_one_is_marked(at_desk, make_ticket, sara, monday_nine):
    journey.callback_promised(make_ticket(number="617 555 0142"), by=sara, now=monday_nine)
    duties.swept(now=boston(2026, 3, 2, 13))
    at_desk.at = boston(2026, 3, 2, 13)

    assert "broken before" in text(at_desk.get("/tickets/"))


def test_a_stranger_is_to_be_identified(at_desk, missed, monday_nine):
    ticket = missed(now=monday_nine, number="anonymous").ticket

    assert f"To be identified {ticket} Call, number withheld" in text(at_desk.get("/tickets/"))


def test_names_are_shown_as_they_were_written(at_desk, make_ticket):
    make_ticket("<b>Laptop</b> {{ 7|add:7 }}", "<script>alert(1)</script>")

    page = at_desk.get("/tickets/").content.decode()

    assert "&lt;b&gt;Laptop&lt;/b&gt; {{ 7|add:7 }}" in page
    assert "<script>alert" not in page


# -- filters -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("", ["into", "new", "open", "ready", "waiting"]),
        ("open", ["into", "new", "open", "ready", "waiting"]),
        ("new", ["new"]),
        ("in-work", ["open"]),
        ("waiting", ["waiting"]),
        ("ready", ["into", "ready"]),
        ("ended", ["closed", "merged", "spam"]),
        ("closed", ["closed"]),
        ("spam", ["spam"]),
        ("merged", ["merged"]),
        ("all", ["closed", "into", "merged", "new", "open", "ready", "spam", "waiting"]),
        ("nonsense", ["into", "new", "open", "ready", "waiting"]),
    ],
)
def test_it_is_narrowed_by_how_tickets_stand(at_desk, in_every_state, state, found):
    assert sorted(shown(at_desk.get("/tickets/", {"state": state}))) == found


def test_it_is_narrowed_to_mine_and_to_nobodys(at_desk, make_ticket, sara, per):
    for subject, who in [("mine", sara), ("his", per), ("nobody's", None)]:
        journey.ticket_assigned(make_ticket(subject), who, now=SUNDAY)

    assert shown(at_desk.get("/tickets/", {"assignee": "me"})) == ["mine"]
    assert shown(at_desk.get("/tickets/", {"assignee": "nobody"})) == ["nobody's"]


def test_it_is_narrowed_to_a_service(at_desk, make_ticket):
    service = Service.objects.get(name="Data recovery")
    make_ticket("disk", service=service)
    make_ticket("laptop")

    assert shown(at_desk.get("/tickets/", {"service": service.pk})) == ["disk"]
    assert shown(at_desk.get("/tickets/", {"service": "x"})) == ["laptop", "disk"]


@pytest.mark.parametrize(
    "query",
    [
        "{}",
        "#{}",
        "ingrid",
        "DAHL",
        "åsa",
        "617-555-0142",
        "(617) 555 014",
        "moth",
        "broken asa",
    ],
)
def test_it_is_searched_by_number_name_phone_and_what_was_said(
    at_desk, make_ticket, sara, monday_nine, query
):
    ticket = make_ticket("Screen broken", "Åsa Ingrid Dahl", "617 555 0142")
    journey.note_added(ticket, "Found a moth in it.", by=sara, now=monday_nine)
    make_ticket("Printer", "Bob Brown", "617 555 0199")

    found = at_desk.get("/tickets/", {"q": query.format(ticket.number)})

    assert shown(found) == ["Screen broken"]


def test_it_is_narrowed_to_a_colleague_s(at_desk, make_ticket, sara, per):
    journey.ticket_assigned(make_ticket("his"), per, now=SUNDAY)
    make_ticket("nobody's")

    assert shown(at_desk.get("/tickets/", {"assignee": "per"})) == ["his"]
    assert shown(at_desk.get("/tickets/", {"assignee": "x"})) == ["nobody's", "his"]


def test_it_is_narrowed_to_what_one_watches(at_desk, make_ticket, sara, per):
    make_ticket("nobody watches")
    for subject, who in [("hers", sara), ("his", per)]:
        journey.ticket_watched(make_ticket(subject), by=who)

    assert shown(at_desk.get("/tickets/", {"only": "watched"})) == ["hers"]


def test_it_is_narrowed_to_strangers(at_desk, make_ticket):
    make_ticket("known")
    make_ticket("stranger", name="")

    assert shown(at_desk.get("/tickets/", {"only": "unidentified"})) == ["stranger"]


def test_it_is_narrowed_to_concerns_that_are_not_settled(at_desk, make_ticket, sara, monday_nine):
    by = {"by": sara, "now": monday_nine}
    made = {subject: make_ticket(subject) for subject in ("none", "open", "eased")}
    for subject in ("open", "eased"):
        journey.trouble_written(made[subject], fault="", concern="Third time", **by)
    journey.concern_acknowledged(made["eased"], "We are sorry.", **by)
    journey.concern_eased(made["eased"], **by)

    response = at_desk.get("/tickets/", {"only": "concern"})

    assert shown(response) == ["open"]
    assert "their concern is open" in text(response)


@pytest.fixture
def asleep(make_ticket, sara, monday_nine):
    """One put aside until Tuesday, one that woke on Sunday, and one that is open."""
    by = {"by": sara, "now": SUNDAY}
    until = monday_nine + timedelta(days=1)
    journey.ticket_snoozed(make_ticket("asleep"), until, "Waits for the part", **by)
    journey.ticket_snoozed(make_ticket("woken"), SUNDAY + timedelta(hours=1), "Call them", **by)
    make_ticket("open")


@pytest.mark.parametrize(
    ("query", "found", "says"),
    [
        ({}, ["open", "woken"], True),
        ({"state": "new"}, ["open", "woken"], True),
        ({"assignee": "nobody"}, ["open", "woken"], True),
        ({"assignee": "me"}, [], False),
        ({"only": "snoozed"}, ["asleep"], False),
        ({"state": "all"}, ["asleep", "open", "woken"], False),
        ({"q": "asleep"}, ["asleep"], False),
    ],
)
def test_what_is_snoozed_is_out_of_the_way_and_counted(at_desk, asleep, query, found, says):
    response = at_desk.get("/tickets/", query)

    assert sorted(shown(response)) == found
    assert ("1 is snoozed" in text(response)) is says


def test_one_that_is_snoozed_says_until_when_and_why(at_desk, asleep):
    words = text(at_desk.get("/tickets/", {"only": "snoozed"}))

    assert "snoozed until tomorrow 09:00 : Waits for the part" in words


def test_all_asleep_is_not_the_same_as_all_done(at_desk, make_ticket, sara, monday_nine):
    until = monday_nine + timedelta(days=1)
    journey.ticket_snoozed(make_ticket(), until, "Part", by=sara, now=SUNDAY)

    assert "What is left has been put aside until later." in text(at_desk.get("/tickets/"))


def test_what_narrows_it_is_taken_away_one_by_one(at_desk, make_ticket):
    service = Service.objects.get(name="Data recovery")
    make_ticket()
    query = {"q": "disk", "assignee": "me", "service": service.pk, "only": "watched"}

    chips = at_desk.get("/tickets/", query | {"state": "new"}).context["chips"]

    assert [chip.text for chip in chips] == ["“disk”", "Mine", "Data recovery", "Watched by me"]
    assert chips[0].url == f"/tickets/?assignee=me&service={service.pk}&only=watched&state=new"
    assert chips[3].url == f"/tickets/?q=disk&assignee=me&service={service.pk}&state=new"
    assert at_desk.get("/tickets/").context["chips"] == []


def test_who_searches_finds_what_has_ended_too(at_desk, in_every_state):
    response = at_desk.get("/tickets/", {"q": "closed"})

    assert shown(response) == ["closed"]
    assert response.context["asked"].state == "all"


def test_a_chosen_state_holds_in_a_search(at_desk, in_every_state):
    assert shown(at_desk.get("/tickets/", {"q": "closed", "state": "open"})) == []


HOSTILE = ['"', "*", "%", "_", "'; drop", "x" * 5000, "\0", "🖨️", "#", "\\", '"" OR 1', "-" * 50]


@pytest.mark.parametrize("query", HOSTILE, ids=lambda query: repr(query)[:12])
def test_no_search_breaks_it(at_desk, make_ticket, query):
    make_ticket()

    assert at_desk.get("/tickets/", {"q": query}).status_code == 200
    assert at_desk.get("/tickets/", {"q": query}, HX_Request="true").status_code == 200


def test_htmx_is_answered_with_the_rows_only(at_desk, make_ticket):
    make_ticket("Laptop")

    response = at_desk.get("/tickets/", {"q": "lap"}, HX_Request="true")

    assert response.content.decode().strip().startswith('<div id="rows"')
    assert "Laptop" in text(response)
    assert "HX-Request" in response["Vary"]


# -- paging --------------------------------------------------------------------------------------


@pytest.fixture
def sixty(make_ticket):
    """Sixty tickets, each three touched at the same instant."""
    made = [make_ticket(str(n), "", at=SUNDAY + timedelta(hours=n // 3)) for n in range(60)]
    return [ticket.subject for ticket in reversed(made)]


def test_every_ticket_is_on_one_page(at_desk, sixty):
    found, address = [], "/tickets/"
    while address:
        response = at_desk.get(address)
        found.append(shown(response))
        address = link(response, "next")

    assert [len(page) for page in found] == [25, 25, 10]
    assert [subject for page in found for subject in page] == sixty


def test_the_way_back_leads_through_the_same_pages(at_desk, sixty):
    second = at_desk.get(link(at_desk.get("/tickets/"), "next"))
    third = at_desk.get(link(second, "next"))

    assert shown(at_desk.get(link(third, "prev"))) == shown(second)
    assert shown(at_desk.get(link(second, "prev"))) == sixty[:25]
    assert link(at_desk.get("/tickets/"), "prev") is None


def test_a_page_stays_when_something_on_top_of_it_is_touched(at_desk, sixty, monday_nine):
    address = link(at_desk.get("/tickets/"), "next")

    intake.touch(Ticket.objects.get(subject=sixty[24]), now=monday_nine)

    assert shown(at_desk.get(address)) == sixty[25:50]


def test_filters_go_along_to_the_next_page(at_desk, sixty):
    address = link(at_desk.get("/tickets/", {"state": "new", "assignee": "nobody"}), "next")

    assert "state=new" in address
    assert "assignee=nobody" in address


@pytest.mark.parametrize(
    "cursor", ["x", "-", "1-", "1-1-1", "9" * 40 + "-1", "１-１", "\0", "1e9-1"]
)
@pytest.mark.parametrize("way", ["after", "before"])
def test_a_mangled_place_is_the_first_page(at_desk, sixty, way, cursor):
    assert shown(at_desk.get("/tickets/", {way: cursor})) == sixty[:25]


def test_beyond_the_last_is_nothing_and_the_way_out(at_desk, sixty):
    response = at_desk.get("/tickets/", {"after": str(Cursor(boston(2000, 1, 1), 1))})

    assert shown(response) == []
    assert "Nothing here Show all open tickets" in text(response)


# -- nothing on it -------------------------------------------------------------------------------


def test_a_new_shop_is_told_how_to_begin(at_desk):
    assert "No tickets yet" in text(at_desk.get("/tickets/"))


def test_nothing_open_is_not_the_same_as_nothing_yet(at_desk, make_ticket, sara, monday_nine):
    journey.ticket_closed(make_ticket(), charge="free", by=sara, now=monday_nine)

    page = text(at_desk.get("/tickets/"))

    assert "Nothing is open" in page
    assert "No tickets yet" not in page


@pytest.mark.parametrize(
    ("query", "way_out"),
    [
        ({"q": "zebra"}, 'href="/tickets/"'),
        ({"q": "zebra", "state": "open"}, "state=all"),
        ({"assignee": "me"}, 'href="/tickets/"'),
    ],
)
def test_where_nothing_matches_there_is_a_way_out(at_desk, make_ticket, query, way_out):
    make_ticket()
    empty = at_desk.get("/tickets/", query).content.decode().partition('class="empty"')[2]

    assert way_out in empty


# -- its cost, and who may see it ----------------------------------------------------------------


def test_the_list_asks_as_much_for_one_row_as_for_three_hundred(at_desk, make_ticket, sara):
    asked = {}
    for count in (1, 3, 300):
        while Ticket.objects.count() < count:
            ticket = make_ticket("Laptop", f"Customer {Ticket.objects.count()}")
            journey.ticket_assigned(ticket, sara, now=SUNDAY)
            journey.callback_promised(ticket, by=sara, now=SUNDAY)
        numbers = [row.pk for row in Ticket.objects.all()]
        journey.tickets_assigned_at_once(numbers, sara, by=sara, now=at_desk.at)
        with CaptureQueriesContext(connection) as queries:
            response = at_desk.get("/tickets/")
        asked[len(shown(response))] = len(queries)

    assert set(asked) == {1, 3, 25}
    assert len(set(asked.values())) == 1
    assert asked[25] <= 10
    assert Promise.objects.count() == 300


def test_finding_asks_as_much_for_one_row_as_for_many(at_desk, make_ticket):
    asked = []
    for count in (1, 30):
        while Ticket.objects.count() < count:
            make_ticket("Laptop", "Ingrid")
        with CaptureQueriesContext(connection) as queries:
            at_desk.get("/tickets/", {"q": "ingrid", "state": "open"})
        asked.append(len(queries))

    assert asked[0] == asked[1]


def test_a_stranger_is_asked_to_sign_in(client, shop):
    assert client.get("/tickets/").status_code == 302


def test_a_program_has_its_own_door(client, shop):
    client.force_login(User.objects.create_user("pbx", role=User.Role.INTEGRATION))

    assert client.get("/tickets/").status_code == 403


def test_what_is_found_is_what_search_finds(at_desk, make_ticket):
    make_ticket("Strasse", "Bob")

    assert shown(at_desk.get("/tickets/", {"q": "straße"})) == [
        ticket.subject for ticket in search.narrow(Ticket.objects.all(), "straße")
    ]
