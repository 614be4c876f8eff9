"""Who saw and changed what, and finding it again."""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from helpdesk import journey
from helpdesk.models import AuditEntry, Invite
from helpdesk.web.setup import audit, changes
from helpdesk.web.setup.deeds import DEEDS, KINDS
from tests.conftest import boston
from tests.doors.test_who_may import DOORS
from tickets import tokens
from tickets.models import Service, Ticket

AUDIT = "/setup/audit/"


@pytest.fixture
def ticket(missed, ingrid):
    missed(now=boston(2026, 3, 2, 9))
    return Ticket.objects.get()


@pytest.fixture
def desk(client, sara):
    client.force_login(sara)
    return client


def entries():
    rows = AuditEntry.objects.order_by("pk")
    return [(str(row.user or ""), row.action, row.kind, row.key) for row in rows]


def read(response):
    return html.unescape(re.sub(r"\s+", " ", response.content.decode()))


def test_a_look_and_a_change_are_written_down(desk, ticket, ingrid):
    desk.get(f"/tickets/{ticket.pk}/")
    desk.get(f"/customers/{ingrid.pk}/")
    desk.post(f"/tickets/{ticket.pk}/assign/", {"assignee": ""})
    desk.get("/tickets/")

    assert entries() == [
        ("Sara Lind", "saw", "ticket", str(ticket.pk)),
        ("Sara Lind", "saw", "customer", str(ingrid.pk)),
        ("Sara Lind", "ticket-assign", "ticket", str(ticket.pk)),
    ]


def test_what_was_refused_changed_nothing(desk, ticket):
    desk.post(f"/tickets/{ticket.pk}/note/", {"text": ""})
    desk.get("/tickets/99999/")
    desk.get(AUDIT)

    assert entries() == []


def test_a_quote_that_could_not_be_sent_was_not_sent(desk, ticket, sara):
    laptops = Service.objects.get(name="Laptop repair")
    quote = journey.quoted(ticket, laptops, by=sara, now=boston(2026, 3, 2, 10))

    response = desk.post(f"/tickets/{ticket.pk}/quotes/{quote.pk}/send/")

    assert response.status_code == 302
    assert entries() == []


def test_what_the_page_asks_by_itself_is_no_look(desk, ticket):
    desk.get("/live/")
    desk.post(f"/tickets/{ticket.pk}/here/", {"state": "", "said": "", "is_writing": ""})
    desk.get(f"/tickets/{ticket.pk}/?do=snooze", headers={"HX-Request": "true"})

    assert entries() == []


def test_nobody_changes_what_was_written(desk, ticket):
    desk.get(f"/tickets/{ticket.pk}/")

    with pytest.raises(Exception, match="stays as it is"):
        AuditEntry.objects.update(action="nothing")


def test_the_owner_finds_it_by_who_what_and_when(desk, ticket, ingrid, eva, sara):
    desk.get(f"/tickets/{ticket.pk}/")
    desk.get(f"/customers/{ingrid.pk}/")
    desk.post(f"/tickets/{ticket.pk}/assign/", {"assignee": ""})
    owner = Client()
    owner.force_login(eva)

    def found(**asked):
        page = owner.get(AUDIT, asked)
        return [(line.entry.action, line.entry.kind) for line in page.context["lines"]]

    assert found(user=sara.pk, what="changed") == [("ticket-assign", "ticket")]
    assert found(kind="customer") == [("saw", "customer")]
    assert found(key=f"#{ticket.pk}", what="saw") == [("saw", "ticket")]
    assert found(until="2020-01-01") == []
    assert found(since="nonsense") == []
    assert f"/tickets/{ticket.pk}/" in read(owner.get(AUDIT))


@pytest.mark.parametrize("kind", ["user", "staff"])
def test_what_is_called_the_same_is_asked_for_once(client, eva, shop, kind):
    for named in ("user", "staff", "customer"):
        AuditEntry.objects.create(at=now(), user=eva, action="staff", kind=named, key="1")
    client.force_login(eva)

    page = client.get(AUDIT, {"kind": kind})

    assert {line.entry.kind for line in page.context["lines"]} == {"user", "staff"}
    choices = re.findall(r"<option[^>]*>([^<]*)</option>", read(page))
    assert (choices.count("Staff"), choices.count("Number or address")) == (1, 1)
    assert "selected>Staff</option>" in read(page)


def test_only_owners_read_it(desk, shop):
    assert desk.get(AUDIT).status_code == 403


def test_what_a_customer_does_by_their_link_is_there_without_the_link(ticket, client):
    token = tokens.link(ticket.pk, at=now())

    client.post(f"/t/{token}/answer/", {"words": "Is it ready?", "form_id": "x" * 20})

    entry = AuditEntry.objects.get()
    assert (entry.user, entry.action, entry.kind, entry.key) == (
        None,
        "ticket-link-answer",
        "ticket",
        str(ticket.pk),
    )


def test_who_is_let_in_and_who_is_not(client, sara, shop):
    sara.set_password("a long way to the sea")
    sara.save()
    for password in ("wrong", "a long way to the sea"):
        client.post("/accounts/login/", {"login": sara.username, "password": password})

    said = list(AuditEntry.objects.order_by("pk").values_list("user", "action"))
    assert said == [(None, "log-in refused"), (sara.pk, "account_login")]


def test_what_machines_tell_us_is_kept_elsewhere(client, shop):
    client.post("/hooks/kannel/wrong/", {"text": "Hello"})
    client.post("/write/", {})

    assert not AuditEntry.objects.exists()


def test_of_the_admin_it_says_that_something_was_done(client, eva, shop):
    eva.is_staff = eva.is_superuser = True
    eva.save()
    client.force_login(eva)
    said = {"name": "Tuning", "description": "", "position": "1", "active": "on"}
    client.post("/admin/tickets/service/add/", said)
    service = Service.objects.get(name="Tuning")
    client.post(f"/admin/tickets/service/{service.pk}/change/", said | {"name": "Tuning up"})

    changed, added = client.get(AUDIT).context["lines"]
    did = "did something in the admin, which has a history of its own"
    assert [(it.deed, it.kind, it.name) for it in (added, changed)] == [
        (did, "Service", ""),
        (did, "Service", str(service.pk)),
    ]


def test_what_can_be_done_has_words_an_owner_reads():
    idle = {"draft", "ticket-here", "live-later", "notices-read", "notice-read"}
    deeds = {name for name, door in DOORS.items() if door.method == "post"} - idle

    assert deeds - set(DEEDS) == set()


def test_nor_is_what_it_was_done_to_a_name_of_ours():
    told = {name: door for name, door in DOORS.items() if door.method == "post" and door.kwargs}
    kinds = {
        audit.NAMED.get(door.kwargs[0], name.partition("-")[0])
        for name, door in told.items()
        if name not in audit.IDLE
    } | {kind for kind, _named in [*audit.SEEN.values(), *audit.TAKEN.values()]}

    assert kinds - set(KINDS) == set()


def test_what_is_taken_out_of_the_house_is_a_deed_of_its_own(client, eva, ingrid, shop):
    client.force_login(eva)
    client.get(f"/customers/{ingrid.pk}/export/")
    for kind in ("csv", "xlsx", "pdf"):
        client.get(f"/reports/gifts/export.{kind}", {"from": "2026-03-01", "until": "2026-03-31"})
    client.get("/reports/gifts/")

    assert [each[1:] for each in entries()] == [
        ("customer-export", "customer", str(ingrid.pk)),
        ("report-export", "report", "gifts"),
        ("report-workbook", "report", "gifts"),
        ("report-paper", "report", "gifts"),
        ("saw", "report", "gifts"),
    ]
    taken = client.get(AUDIT, {"what": "taken"})
    assert [
        (line.deed, line.name, [(it.label, it.now) for it in line.changes])
        for line in taken.context["lines"][-2:]
    ] == [
        (
            *("exported the report as CSV", "What we gave"),
            [("Cut by", "Day"), ("Period", "2026-03-01 – 2026-03-31")],
        ),
        ("took out all we have about them", "Ingrid Berg", []),
    ]
    changed = client.get(AUDIT, {"what": "changed"})
    assert list(changed.context["lines"]) == []


def test_a_file_that_was_not_made_was_not_taken(client, eva, shop):
    client.force_login(eva)
    client.get("/reports/gifts/export.csv", {"from": "yesterday"})
    client.get("/reports/gifts/export.csv", {"cut": "customer", "of": "999"})

    assert entries() == []


def test_nor_does_a_header_hide_that_it_was(client, eva, ingrid, shop):
    client.force_login(eva)
    client.get(f"/customers/{ingrid.pk}/export/", headers={"HX-Request": "true"})

    assert [each[1] for each in entries()] == ["customer-export"]


@pytest.mark.parametrize(
    ("action", "name", "change", "said"),
    [
        (
            *("setup-shop", "gift_budget", [50_000, 60_000]),
            ("Gifts a month", "$500.00", "$600.00"),
        ),
        ("setup-shop", "gift_budget", [None, 5], ("Gifts a month", None, "$0.05")),
        (
            *("setup-shop", "languages", [["en"], ["en", "sv"]]),
            ("Languages", "English", "English, Swedish"),
        ),
        ("setup-shop", "region", ["US", "SE"], ("Country", "United States", "Sweden")),
        (
            *("setup-shop", "shows_policies", [True, False]),
            ("Show our policies to everybody", "yes", "no"),
        ),
        ("setup-shop", "official_email", ["", "a@b.example"], ("Mail address", "–", "a@b.example")),
        ("setup-logo", "logo", [False, 4711], ("Logo", "no", "yes")),
        ("rate-new", "hourly", [None, 12_000], ("An hour", None, "$120.00")),
        ("turnaround-new", "days", [None, 5], ("Quoted working days", None, "5")),
        ("callback-window-new", "for", [None, ""], ("For whom", None, "Everybody")),
        ("callback-window-new", "for", [None, "business"], ("For whom", None, "Business")),
        ("staff-member", "role", ["front_desk", "owner"], ("Works as", "Front desk", "Owner")),
        ("staff-active", "is_active", [True, False], ("May log in", "yes", "no")),
        ("staff-factors", "roles", [[], ["owner"]], ("Who needs a second factor", "–", "Owner")),
        (
            *("privacy", "drafts", [None, 365]),
            ("Drafts of staff", "for ever", "365 days"),
        ),
        ("privacy", "drafts", [1, None], ("Drafts of staff", "1 day", "for ever")),
        ("tokens", "scopes", [None, ["money:read"]], ("May", None, "Read invoices")),
        ("text", "ready, en", ["Was", "Is"], ("Ready for pick-up, English", "Was", "Is")),
        ("calendar-hours", "day0", ["9-17", "9-18"], ("Monday", "9-17", "9-18")),
        ("report-mail", "format", [None, "xlsx"], ("As", None, "Excel")),
    ],
)
def test_a_change_reads_as_its_form_does(shop, action, name, change, said):
    (found,) = changes.said(AuditEntry(action=action, changes={name: change}), "USD")

    assert (found.label, found.was, found.now) == said


def test_other_ends_of_lines_are_no_change(shop):
    told = {"address": ["1 Road\nBoston", "1 Road\r\nBoston"], "name": ["Dahl", "Dahls"]}
    found = changes.said(AuditEntry(action="setup-shop", changes=told), "USD")

    assert [it.now for it in found] == ["Dahls"]


def test_who_was_asked_to_work_here_is_said(client, eva, shop):
    client.force_login(eva)
    client.post("/setup/staff/", {"name": "Nils", "email": "nils@dahl.example", "role": "owner"})
    client.post(f"/setup/staff/invites/{Invite.objects.get().pk}/take-back/")

    taken_back, asked = client.get(AUDIT, {"what": "changed"}).context["lines"]
    assert [(it.label, it.now) for it in asked.changes] == [
        *(("Mail address", "nils@dahl.example"), ("Name", "Nils"), ("Works as", "Owner")),
    ]
    assert [it.now for it in taken_back.changes] == ["nils@dahl.example", "Nils"]


def test_the_page_asks_as_much_for_many_as_for_one(client, eva, customer):
    client.force_login(eva)

    def asked():
        with CaptureQueriesContext(connection) as told:
            client.get(AUDIT, {"kind": "customer"})
        return len(told)

    client.get(f"/customers/{customer('Bo', '+16175550001').pk}/")
    one = asked()
    for n in (2, 3, 4):
        client.get(f"/customers/{customer(f'My {n}', f'+1617555000{n}').pk}/")

    assert asked() == one


def test_what_takes_something_out_has_words_too():
    assert set(audit.TAKEN) - set(DEEDS) == set()
