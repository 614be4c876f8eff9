"""One ticket's page: what happened, what is owed, and what can be done."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import Invoice
from helpdesk import duties, journey
from tests.conftest import boston
from tests.doors.pages import text
from tickets import devices, intake
from tickets.devices import Particulars
from tickets.models import Interaction, Service, Shop, Ticket
from tickets.models.work import Kind

TEN = boston(2026, 3, 2, 10)
HOSTILE = "<script>alert(1)</script>\"'{{ 7|add:7 }}"


@pytest.fixture
def page(at_desk, ticket):
    """Get the page as staff see it now."""

    def page(**query):
        return at_desk.get(f"/tickets/{ticket.pk}/", query)

    return page


def offered(response):
    """What can be posted from the page about the ticket, by the end of its address."""
    found = re.findall(r'(?:action|data-here)="/tickets/\d+/([^"]+)/"', response.content.decode())
    return sorted(set(found))


def asked(response):
    """What the page's links open, by what they ask for."""
    return sorted(set(re.findall(r"\?do=([a-z]+)", response.content.decode())))


# -- who it is and what they cost ----------------------------------------------------------------


def test_the_customer_is_known_at_a_glance(page, ticket, ingrid, shop, sara, monday_nine):
    for charge in ("free", "free", "charged"):
        one = intake.open_ticket(
            subject="Earlier", channel=Kind.CALL, customer=ingrid, now=monday_nine
        )
        journey.ticket_closed(one, charge=charge, by=sara, now=monday_nine)
    duties.swept(now=TEN)

    shown = text(page())

    assert "Ingrid Berg Phone (617) 555-0142" in shown
    assert "Prefers Phone" in shown
    assert "Closed so far 2 free, 1 charged Given so far $90.00" in shown


def test_it_says_what_it_would_cost_now(page, ticket, per, monday_nine):
    journey.note_added(ticket, "Took it apart", by=per, now=monday_nine, minutes=50)

    assert "It would cost $90.00 now." in text(page())


def test_without_a_rate_it_says_so(at_desk, ingrid):
    at_desk.at = boston(2025, 6, 1)
    ticket = intake.open_ticket(subject="Laptop", channel="call", customer=ingrid, now=at_desk.at)

    assert "No rate is in force." in text(at_desk.get(f"/tickets/{ticket.pk}/"))


def test_who_is_given_to_often_is_told_of(at_desk, ticket, ingrid, sara, page):
    before = TEN - timedelta(days=58)  # not this month
    for day in range(2):
        assert "third in a row" not in text(page(do="close"))
        earlier = intake.open_ticket(subject="A", channel="call", customer=ingrid, now=before)
        at = before + timedelta(days=day)
        journey.ticket_closed(earlier, charge="free", by=sara, now=at)
        duties.swept(now=at + timedelta(hours=1))

    assert "As a gift it is number 3 in 90 days: a third in a row" in text(page(do="close"))
    at_desk.at = TEN + timedelta(days=40)
    assert "third in a row" not in text(page(do="close"))


def test_a_gift_over_the_line_of_the_month_is_told_of(page, customer, shop, sara):
    bo = customer("Bo", "+16175550144")
    earlier = intake.open_ticket(subject="A", channel="call", customer=bo, now=TEN)
    journey.ticket_closed(earlier, charge="free", by=sara, now=TEN)
    duties.swept(now=TEN + timedelta(hours=1))
    Shop.objects.update(gift_budget=9000)
    assert "the line is" not in text(page(do="close"))

    Shop.objects.update(gift_budget=8999)

    said = text(page(do="close"))
    assert "As a gift it brings this month to $90.00; the line is $89.99." in said


def test_an_invoice_that_is_due_can_be_paid(page, ticket, sara):
    journey.ticket_closed(ticket, charge="charged", by=sara, now=TEN)
    assert "Charged Invoiced" in text(page())
    duties.swept(now=TEN + timedelta(hours=1))

    response = page()

    assert "2026-0001 $45.00 PDF $45.00 due" in text(response)
    assert 'action="/invoices/2026-0001/pay/"' in response.content.decode()
    assert 'href="/invoices/2026-0001/document.pdf"' in response.content.decode()


def test_an_invoice_that_is_paid_says_so(page, ticket, sara):
    journey.ticket_closed(ticket, charge="charged", by=sara, now=TEN)
    duties.swept(now=TEN + timedelta(hours=1))
    journey.invoice_paid(Invoice.objects.get(), kind="card", amount=4500, by=sara, now=TEN)

    response = page()

    assert "$0.00 due, PAID $45.00 paid" in text(response)
    assert "/pay/" not in response.content.decode()


# -- what is owed --------------------------------------------------------------------------------


def test_open_promises_come_first_by_when_they_are_due(page, ticket, sara, monday_nine):
    by = {"kind": "update", "by": sara, "now": monday_nine}
    first = journey.promised(ticket, "A price", boston(2026, 3, 2, 11), **by)
    journey.promised(ticket, "The part", boston(2026, 3, 4, 11), **by)
    journey.callback_promised(ticket, by=sara, now=monday_nine)
    journey.promise_ended(first, "void", because="Not wanted", by=sara, now=monday_nine)

    response = page()

    due = [promise.what or promise.kind for promise in response.context["promised"]]
    assert due == ["callback", "The part"]
    assert [promise.what for promise in response.context["fates"]] == ["A price"]
    assert "Not wanted" in text(response)


def test_a_promise_shows_the_broken_one_before_it(at_desk, page, ticket, sara, monday_nine):
    journey.callback_promised(ticket, by=sara, now=monday_nine)
    duties.swept(now=boston(2026, 3, 2, 13))
    at_desk.at = boston(2026, 3, 2, 13)

    assert "the earlier one today 13:00 broken" in text(page())


def test_our_own_target_stands_beside_what_was_quoted(page, ticket, sara, monday_nine):
    journey.quoted(ticket, Service.objects.get(name="Laptop repair"), by=sara, now=monday_nine)

    shown = text(page())

    assert "Laptop repair 3 working days our target 2" in shown
    ways = "Not sent yet Send it Accepted By phone At the counter In writing"
    assert f"may get in the way: parts {ways}" in shown


# -- what can be done ----------------------------------------------------------------------------

ALWAYS = {"assign", "call", "here", "links/revoke", "move", "watch"}
OPENS = [
    *("assign", "callback", "close", "device", "edit", "lend", "merge", "promise", "quote"),
    *("snooze", "spam", "trouble"),
]


@pytest.mark.parametrize("status", ["new", "open", "waiting", "ready"])
def test_an_open_ticket_offers_every_way_on(page, ticket, sara, monday_nine, status):
    if status != "new":
        journey.ticket_moved(ticket, status, by=sara, now=monday_nine)

    response = page()

    assert set(offered(response)) == ALWAYS
    assert asked(response) == sorted([*OPENS, *(["ready"] if status != "ready" else [])])
    assert status not in [to.value for to in response.context["moves"]]


@pytest.mark.parametrize("how", ["closed", "spam"])
def test_an_ended_ticket_offers_to_reopen_it_and_a_note(page, ticket, sara, monday_nine, how):
    journey.callback_promised(ticket, by=sara, now=monday_nine)
    journey.quoted(ticket, Service.objects.get(name="Laptop repair"), by=sara, now=monday_nine)
    if how == "spam":
        journey.marked_spam(ticket, by=sara, now=monday_nine)
    else:
        journey.ticket_closed(ticket, charge="free", by=sara, now=monday_nine)

    # A link to what is spam opens nothing.
    shut = ["links/revoke"] if how == "closed" else []
    assert offered(page()) == ["here", *shut, "note", "reopen", "watch"]
    assert asked(page()) == []


def test_a_merged_ticket_offers_the_one_it_is_part_of(page, ticket, ingrid, sara, monday_nine):
    into = intake.open_ticket(subject="All", channel=Kind.CALL, customer=ingrid, now=monday_nine)
    journey.tickets_merged(ticket, into, by=sara, now=monday_nine)

    response = page()

    assert offered(response) == ["here", "links/revoke", "watch"]
    assert asked(response) == []
    assert f"It is part of another ticket now: {into} All" in text(response)


@pytest.mark.parametrize(
    ("do", "words"),
    [
        ("edit", "What it is about"),
        ("assign", "Who works on it"),
        ("close", "It would cost $45.00 now."),
        ("spam", "The ticket ends"),
        ("merge", "Merge into ticket"),
        ("callback", "You will hear from us by 1:00 PM today."),
        ("promise", "By when"),
        ("quote", "3 working days: Thu 17:00 our target Wed 17:00 may get in the way: parts"),
    ],
)
def test_what_is_asked_for_opens_on_the_page_and_by_itself(at_desk, page, ticket, do, words):
    alone = at_desk.get(f"/tickets/{ticket.pk}/", {"do": do}, HX_Request="true", HX_Target="do")

    assert words in text(page(do=do))
    assert words in text(alone)
    assert alone.content.decode().strip().startswith("<section")


def test_nothing_opens_on_a_ticket_that_has_ended(page, ticket, sara, monday_nine):
    journey.ticket_closed(ticket, charge="free", by=sara, now=monday_nine)

    assert page(do="close").context["panel"] is None


def test_a_promise_or_contact_of_another_ticket_opens_nothing(
    page, ticket, ingrid, sara, monday_nine
):
    other = intake.open_ticket(subject="B", channel=Kind.CALL, customer=ingrid, now=monday_nine)
    promise = journey.callback_promised(other, by=sara, now=monday_nine)
    journey.note_added(other, "B", by=sara, now=monday_nine)
    contact = Interaction.objects.get()

    for query in (
        {"do": "end", "promise": promise.pk},
        {"do": "told", "promise": promise.pk},
        {"do": "contact", "contact": contact.pk},
        {"do": "contact", "contact": "x"},
        {"do": "nonsense"},
    ):
        assert page(**query).context["panel"] is None


def test_a_stranger_can_be_found_among_those_we_know(at_desk, ingrid, missed, monday_nine):
    number = missed(now=monday_nine, number="+16175550177").ticket.pk
    address = f"/tickets/{number}/"

    assert "Whose is it?" in text(at_desk.get(address))
    for typed in ("ingr", "617 555 0142"):
        found = at_desk.get(address, {"who": typed}, HX_Request="true", HX_Target="found")
        assert "Ingrid Berg (617) 555-0142" in text(found)
    assert "Nobody we know." in text(at_desk.get(address, {"who": "zebra"}))


@pytest.mark.parametrize(
    "typed", ['"', "%", "\0", "x" * 5000, "🖨️", "1" * 300], ids=lambda typed: repr(typed)[:9]
)
def test_no_name_breaks_the_looking_for_it(at_desk, missed, monday_nine, typed):
    number = missed(now=monday_nine, number="anonymous").ticket.pk

    assert at_desk.get(f"/tickets/{number}/", {"who": typed}).status_code == 200


def test_a_shared_number_offers_those_who_share_it(at_desk, ingrid, shop, missed, monday_nine):
    point = ingrid.contact_points.get()
    intake.new_customer("Olof Dahl", shop=shop, now=monday_nine, point=point)

    number = missed(now=monday_nine, number=point.value).ticket.pk

    found = at_desk.get(f"/tickets/{number}/").context["identify"].found
    assert [customer.name for customer in found] == ["Ingrid Berg", "Olof Dahl"]


# -- hostile text, and addresses that lead nowhere -----------------------------------------------


def test_what_people_write_is_shown_as_they_wrote_it(at_desk, shop, per, hear, monday_nine):
    customer = intake.new_customer(HOSTILE, shop=shop, now=monday_nine)
    heard = hear("new_call", now=monday_nine, number=f'"{HOSTILE}" <sip:bob@pbx>')
    ticket = heard.ticket
    journey.customer_identified(ticket, customer)
    journey.ticket_described(ticket, subject=HOSTILE, service=None)
    journey.note_added(ticket, HOSTILE, by=per, now=monday_nine)
    due_at = boston(2026, 3, 3, 9)
    journey.promised(ticket, HOSTILE, due_at, kind="other", by=per, now=monday_nine)

    page = at_desk.get(f"/tickets/{ticket.pk}/").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;{{ 7|add:7 }}" in page


@pytest.mark.parametrize("address", ["/tickets/7/", "/tickets/99999999999999999999999/"])
def test_a_ticket_that_is_not_there_is_not_found(at_desk, address):
    assert at_desk.get(address).status_code == 404


def test_a_stranger_is_asked_to_sign_in(client, ticket):
    assert client.get(f"/tickets/{ticket.pk}/").status_code == 302


# -- what comes next ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("new", "In work"),
        ("open", "Close…"),  # nothing is there to be picked up
        ("waiting", "In work"),
        ("ready", "Close…"),
    ],
)
def test_one_step_stands_out(page, ticket, sara, monday_nine, status, words):
    if status != "new":
        journey.ticket_moved(ticket, status, by=sara, now=monday_nine)

    actions = page().content.decode().split('<div class="actions push"')[1].split("<nav")[0]
    primary = re.findall(r'class="button primary"[^>]*>([^<]*)<', actions)

    assert primary == [words]


def test_the_history_for_the_service_is_one_link_away(page, ticket, ingrid):
    laptop = Service.objects.get(name="Laptop repair")
    journey.ticket_described(ticket, subject="Laptop", service=laptop)

    before = page().content.decode().split("But last time…")[0]
    assert before.endswith(f'<a href="/customers/{ingrid.pk}/?service={laptop.pk}#last-time">')


# -- closing where a concern stands --------------------------------------------------------------


@pytest.fixture
def worried(ticket, sara, monday_nine):
    journey.trouble_written(
        ticket, fault="", concern="Still paying for it.", by=sara, now=monday_nine
    )
    return ticket


def test_a_concern_is_acknowledged_before_the_ticket_is_closed(page, worried):
    shown = page(do="close")

    assert "Nobody has acknowledged their concern yet: “Still paying for it.”" in text(shown)
    assert f'href="/tickets/{worried.pk}/?do=acknowledge#do"' in shown.content.decode()
    assert f'action="/tickets/{worried.pk}/close/"' in shown.content.decode()


def test_a_ticket_is_closed_with_the_concern_settled(page, act, worried, sara, monday_nine):
    journey.concern_acknowledged(worried, "I am sorry.", by=sara, now=monday_nine)
    assert "Their concern is settled, too “Still paying for it.”" in text(page(do="close"))

    refused = act(worried, "close", charge="free")
    assert list(refused.context["panel"].errors) == ["concern_is_eased"]
    act(worried, "close", charge="free", concern_is_eased="on")

    worried.refresh_from_db()
    assert (worried.status, worried.eased_by) == ("closed", sara)


def test_without_a_concern_nothing_is_asked(page):
    assert "concern_is_eased" not in page(do="close").context["panel"].fields


# -- its cost ------------------------------------------------------------------------------------


# What the page asks, one statement each. The shell: the session, the user, the shop with every
# count. The ticket with customer, device, who is here, what was begun and every figure; the
# customer's numbers and addresses; promises; quotes; follow-ups; what was said and noted, with how
# it was sent and whether it came raw; attachments; other tickets of the device; loans and watchers;
# the rate, or invoices with what settled them; what was merged into it.
MOST = 14 + 1  # that somebody looked is written down


@pytest.fixture
def rich(ticket, ingrid, sara, monday_nine):
    """A ticket with something of everything: reopened, billed, merged into, with a device."""
    laptop = devices.write(ingrid, Particulars(name="ThinkPad T14"))
    devices.bring(ticket, laptop)
    journey.ticket_closed(ticket, charge="free", by=sara, now=monday_nine)
    duties.swept(now=monday_nine + timedelta(hours=1))
    ticket.refresh_from_db()
    journey.ticket_reopened(ticket, by=sara, now=TEN)
    other = intake.open_ticket(subject="B", channel=Kind.CALL, customer=ingrid, now=monday_nine)
    journey.tickets_merged(other, ticket, by=sara, now=TEN)
    return ticket


def test_the_page_asks_as_much_for_one_row_as_for_three_hundred(page, rich, sara, monday_nine):
    laptop, queries = Service.objects.get(name="Laptop repair"), {}
    before = Interaction.objects.count()
    for count in (1, 3, 300):
        for n in range(Interaction.objects.count() - before, count):
            at = TEN + timedelta(minutes=n)
            due_at = at + timedelta(days=30)
            journey.note_added(rich, f"Note {n}", by=sara, now=at, minutes=1)
            journey.promised(rich, "News", due_at, kind="update", by=sara, now=at)
            journey.quoted(rich, laptop, by=sara, now=at)
        page()
        with CaptureQueriesContext(connection) as captured:
            assert page().status_code == 200
        queries[count] = [query["sql"] for query in captured]

    counts = {count: len(said) for count, said in queries.items()}
    assert len(set(counts.values())) == 1, counts
    assert counts[300] <= MOST, "\n".join(said[:300] for said in queries[300])


def test_all_of_a_long_story_asks_no_more(page, ticket, sara, monday_nine):
    for n in range(120):
        journey.note_added(ticket, f"Note {n}", by=sara, now=monday_nine)

    counts = []
    for query in ({}, {"all": 1}):
        with CaptureQueriesContext(connection) as captured:
            page(**query)
        counts.append(len(captured))

    assert counts[0] == counts[1]


def test_many_invoices_ask_as_much_as_one(page, ticket, sara, monday_nine):
    queries = []
    for count in (2, 4):  # once opened again there is a note, and that is asked for its files
        while ticket.endings < count:
            at = TEN + timedelta(hours=2 * ticket.endings)
            if ticket.is_ended:
                journey.ticket_reopened(ticket, by=sara, now=at)
            journey.ticket_closed(ticket, charge="free", by=sara, now=at)
            duties.swept(now=at + timedelta(hours=1))
            ticket = Ticket.objects.get(pk=ticket.pk)
        with CaptureQueriesContext(connection) as captured:
            page()
        queries.append(len(captured))

    assert Invoice.objects.count() == 4
    assert queries[0] == queries[1]
