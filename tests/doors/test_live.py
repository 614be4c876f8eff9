"""What waits and who rings, on every page: the strip, the cards, and the door they ask."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk import journey
from helpdesk.web import live, shell
from policies.models import Promise
from tests.conftest import boston
from tests.doors.correspondence import rich
from tests.doors.pages import text
from tickets.channels.contract import Outcome
from tickets.models import Interaction, Notice, Ticket

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock(monkeypatch, monday_nine):
    """What every page takes for now: Monday at nine, until a test sets `at`."""
    clock = SimpleNamespace(at=monday_nine)
    for door in (shell, live):
        monkeypatch.setattr(door, "now", lambda: clock.at)
    return clock


@pytest.fixture
def desk(client, clock, sara):
    client.force_login(sara)
    return client


@pytest.fixture
def ask(desk):
    """Ask as the page does, and read what it would show."""

    def ask(address="/live/", client=desk):
        response = client.get(address)
        assert response.status_code == 200
        return text(response)

    return ask


def call_of(number):
    return Interaction.objects.filter(contact_point__value=number).latest("pk")


def log(call, by, at, said="Asked about the printer"):
    contact = journey.Contact("call", "in", said, heard_at=at)
    journey.contact_logged(contact, by=by, now=at, ticket=call.ticket, call=call)


# -- the door ------------------------------------------------------------------------------------


def test_what_has_not_changed_is_not_sent(desk, clock, hear):
    hear("new_call", now=clock.at)
    first = desk.get("/live/")

    again = desk.get("/live/", headers={"If-None-Match": first["ETag"]})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert first["Cache-Control"] == again["Cache-Control"] == "private, no-cache"


def test_what_has_changed_is_sent_under_another_name(desk, clock, hear):
    first = desk.get("/live/")
    hear("new_call", now=clock.at)

    again = desk.get("/live/", headers={"If-None-Match": first["ETag"]})

    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]
    assert "<html" not in again.content.decode()


def test_who_is_logged_out_is_sent_away(client, shop):
    assert client.get("/live/")["Location"] == "/accounts/login/?next=/live/"


def test_to_ask_writes_nothing(desk, clock, hear, django_assert_no_writes):
    hear("new_call", now=clock.at)
    with django_assert_no_writes():
        desk.get("/live/")


# -- the strip -----------------------------------------------------------------------------------


def test_where_nothing_waits_nothing_is_said(ask, ingrid):
    assert ask() == ""


def test_a_missed_call_waits_until_it_is_called_back(ask, desk, clock, missed, tried):
    missed(now=clock.at)
    assert "1 missed call " in ask()
    missed(now=clock.at, call_id="call-2", number="+16175550143")
    assert "2 missed calls" in ask()

    clock.at += MINUTE
    tried(now=clock.at)

    assert "1 missed call " in ask()


def test_what_is_due_within_the_hour_waits(ask, clock, missed):
    missed(now=clock.at)  # by one

    clock.at = boston(2026, 3, 2, 11, 59)
    assert "due within" not in ask()
    clock.at = boston(2026, 3, 2, 12)
    assert "1 due within the hour" in ask()
    clock.at = boston(2026, 3, 2, 13)
    assert "due within" not in ask()


def test_what_could_not_be_sent_waits_for_everybody(ask, desk, clock, ingrid, eva):
    rich(ingrid, eva, now=clock.at)
    lost = Interaction.objects.filter(status__in=("failed", "doubtful"))
    lost.update(status="queued", due_at=clock.at, because="")
    before = ask()
    one = Interaction.objects.filter(status="queued")[:1].values("pk")
    Interaction.objects.filter(pk__in=one).update(status="failed", due_at=None, because="No")

    assert "not sent" not in before
    assert "1 message not sent" in ask()


def test_a_notice_waits_for_the_one_it_is_for(ask, desk, clock, sara, per, missed):
    missed(now=clock.at)
    ticket = Ticket.objects.get()
    journey.note_added(ticket, "@sara have a look", by=per, now=clock.at)
    other = Client()
    other.force_login(per)

    assert "1 for you" in ask()
    assert "for you" not in ask(client=other)
    assert Notice.objects.get().user == sara


def test_each_leads_to_where_it_is_done(desk, clock, missed):
    missed(now=clock.at)

    html = desk.get("/live/").content.decode()

    assert '<a class="mark broken" href="/callbacks/">1 missed call</a>' in html


# -- the life of a card --------------------------------------------------------------------------


def test_a_call_that_rings_is_on_every_page(ask, clock, hear, ingrid):
    hear("new_call", now=clock.at)

    said = "Ingrid Berg ringing since 09:00 (617) 555-0142 Log this call i Later"
    for page in ("/live/", "/", "/tickets/", "/customers/", "/notices/"):
        assert said in ask(page)


def test_a_card_says_what_one_should_know(ask, clock, hear, ingrid, sara, per):
    at = boston(2026, 2, 27, 9)
    contact = journey.Contact("walk_in", "in", "Laptop is slow", heard_at=at)
    mine = journey.contact_logged(contact, by=per, now=at, customer=ingrid).ticket
    journey.promised(mine, "Say what it costs", clock.at, kind="update", by=per, now=at)
    contact = journey.Contact("walk_in", "in", "And the printer", heard_at=at)
    journey.contact_logged(contact, by=per, now=at, customer=ingrid, is_new_matter=True)
    clock.at += 41 * MINUTE
    hear("new_call", now=clock.at)

    said = ask()

    assert "Ingrid Berg ringing since 09:41 (617) 555-0142" in said
    assert "2 open tickets" in said
    assert "Say what it costs today 09:00 41 min late" in said


def test_a_card_says_what_they_were_given(ask, clock, hear, ingrid, eva, spoken):
    at = boston(2026, 2, 27, 9)
    ticket = spoken(now=at).ticket
    ticket.refresh_from_db()
    journey.ticket_closed(ticket, charge="free", gift_reason="Kind", by=eva, now=at)
    journey.ticket_billed(ticket, now=at + timedelta(hours=1))
    hear("new_call", now=clock.at, call_id="call-2")

    assert "$45.00 given so far" in ask()


def test_who_shares_a_number_is_named_with_the_others(ask, clock, hear, ingrid, customer):
    customer("Bo Berg")
    hear("new_call", now=clock.at)

    assert "Bo Berg / Ingrid Berg ringing" in ask()


def test_a_stranger_is_their_number_and_nobody_is_withheld(ask, clock, hear):
    hear("new_call", now=clock.at)
    hear("new_call", now=clock.at, call_id="call-2", number="anonymous")

    said = ask()

    assert "(617) 555-0142 ringing since 09:00" in said
    assert "Number withheld ringing since 09:00" in said


def test_an_answered_call_stays_until_it_is_logged_and_says_with_whom(ask, clock, hear, per, sara):
    hear("new_call", now=clock.at)
    hear("answer", now=clock.at, answering_number="102")
    assert "with Per Holm since 09:00" in ask()

    clock.at += 3 * MINUTE
    hear("hangup", now=clock.at, outcome=Outcome.COMPLETED)
    assert "Per Holm answered, 09:00" in ask()

    clock.at += timedelta(hours=3)
    assert "Per Holm answered, 09:00" in ask()
    log(call_of("+16175550142"), per, clock.at)
    assert "answered" not in ask()


def test_one_s_own_call_comes_before_a_colleague_s(ask, clock, hear, per, sara):
    for call_id, number, by in (("a", "+16175550142", "101"), ("b", "+16175550143", "102")):
        hear("new_call", now=clock.at, call_id=call_id, number=number)
        hear("answer", now=clock.at, call_id=call_id, number=number, answering_number=by)

    said = ask()

    assert said.index("with Sara Lind since") < said.index("with Per Holm since")


def test_a_missed_call_stays_for_half_an_hour(ask, clock, missed, hear):
    missed(now=clock.at)
    assert "missed just now" in ask()

    clock.at += 29 * MINUTE
    assert "missed 29 min ago" in ask()
    clock.at += MINUTE
    assert "min ago" not in ask()
    assert "1 missed call" in ask()  # it is in the queue all the same


@pytest.mark.parametrize("how", ["called back", "logged", "closed", "spoken since"])
def test_a_missed_call_goes_when_it_is_dealt_with(
    ask, clock, missed, spoken, tried, sara, ingrid, how
):
    missed(now=clock.at)
    call = call_of("+16175550142")
    clock.at += 2 * MINUTE
    assert "missed 2 min ago" in ask()

    if how == "called back":
        tried(now=clock.at)
    elif how == "logged":
        log(call, sara, clock.at)
    elif how == "closed":
        journey.ticket_closed(call.ticket, charge="charged", by=sara, now=clock.at)
    else:
        said = spoken(now=clock.at, call_id="call-2").call.interaction
        log(said, sara, clock.at)

    assert "min ago" not in ask()


def test_who_calls_again_and_again_has_one_card(ask, clock, missed):
    for n in range(3):
        missed(now=clock.at, call_id=f"call-{n}")
        clock.at += MINUTE

    said = ask()

    assert said.count("Log this call") == 1
    assert "missed 3 times, 1 min ago" in said


def test_a_caller_we_block_has_no_card(ask, clock, hear, sara, missed):
    missed(now=clock.at)
    journey.marked_spam(Ticket.objects.get(), by=sara, now=clock.at)
    hear("new_call", now=clock.at, call_id="call-2")

    assert "Log this call" not in ask()


def test_a_phone_system_that_forgets_to_hang_up_does_not_ring_for_ever(ask, clock, hear):
    hear("new_call", now=clock.at)

    clock.at += 15 * MINUTE

    assert "Log this call" not in ask()


def test_no_call_of_ours_has_a_card(ask, clock, hear):
    hear("new_call", now=clock.at, direction="out")

    assert "Log this call" not in ask()


def test_the_log_of_a_call_needs_no_card_of_it(ask, clock, hear):
    hear("new_call", now=clock.at)
    key = call_of("+16175550142").pk

    for page in (f"/calls/new/?call={key}", f"/live/?call={key}"):
        assert "Log this call" not in ask(page)
    assert "Log this call" in ask("/live/?call=x")


def test_the_newest_that_rings_is_told_in_full_and_the_others_in_a_line(
    desk, clock, hear, missed, per
):
    missed(now=clock.at, call_id="a", number="+16175550199")
    assert shapes(desk) == ["brief"]
    hear("new_call", now=clock.at, call_id="b", number="+16175550198")
    hear("new_call", now=clock.at, call_id="c")

    assert shapes(desk) == ["full", "brief", "brief"]
    hear("answer", now=clock.at, call_id="c", answering_number="102")  # Per
    assert shapes(desk) == ["full", "brief", "brief"]
    hear("hangup", now=clock.at, call_id="b", number="+16175550198", outcome=Outcome.MISSED)
    assert shapes(desk) == ["brief", "brief", "brief"]


def shapes(client):
    found = re.findall(r'class="card ringing (\w*)"', client.get("/live/").content.decode())
    return [shape or "full" for shape in found]


def test_at_the_bench_a_missed_call_has_no_card_and_one_that_rings_has(
    ask, desk, clock, hear, missed, per
):
    bench = Client()
    bench.force_login(per)
    missed(now=clock.at)
    assert "missed just now" in ask()
    theirs = ask(client=bench)
    assert "1 missed call" in theirs
    assert "Log this call" not in theirs

    hear("new_call", now=clock.at, call_id="call-2", number="+16175550143")
    assert "(617) 555-0143 ringing since 09:00 Log this call i Later" in ask(client=bench)


def test_three_have_a_card_and_the_others_are_counted(ask, clock, hear):
    for n in range(5):
        hear("new_call", now=clock.at, call_id=f"c-{n}", number=f"+1617555014{n}")

    said = ask()

    assert said.count("Log this call") == 3
    assert said.endswith("and 2 more")
    assert said.index("(617) 555-0144") < said.index("(617) 555-0143")
    assert "(617) 555-0141" not in said


# -- later ---------------------------------------------------------------------------------------


def test_later_is_for_oneself_alone(ask, desk, clock, hear, per):
    hear("new_call", now=clock.at)
    other = Client()
    other.force_login(per)

    response = desk.post("/live/later/", {"call": call_of("+16175550142").pk})

    assert (response.status_code, response["Location"]) == (302, "/")
    assert "Log this call" not in ask()
    assert "Log this call" in ask(client=other)


def test_later_puts_off_the_calls_before_it_and_not_the_next(ask, desk, clock, missed):
    missed(now=clock.at)
    missed(now=clock.at, call_id="call-2")
    desk.post("/live/later/", {"call": Interaction.objects.latest("pk").pk})
    assert "Log this call" not in ask()

    clock.at += MINUTE
    missed(now=clock.at, call_id="call-3")
    assert "Log this call" in ask()


@pytest.mark.parametrize("call", ["", "x", "0", "99999999", "9" * 30])
def test_later_for_nothing_is_nothing(desk, clock, call):
    assert desk.post("/live/later/", {"call": call}).status_code == 302
    assert desk.session.get("calls_put_off", []) == []


def test_what_one_puts_off_is_bounded(desk, clock, hear):
    session = desk.session
    session["calls_put_off"] = list(range(1_000_000, 1_000_060))
    session.save()
    hear("new_call", now=clock.at)

    desk.post("/live/later/", {"call": call_of("+16175550142").pk})

    kept = desk.session["calls_put_off"]
    assert len(kept) == 60
    assert kept[-1] == call_of("+16175550142").pk


def test_what_is_put_off_wakes_nobody(desk, clock, hear, monkeypatch):
    rung = []
    monkeypatch.setattr("helpdesk.tasks.ring", lambda: rung.append(1))
    hear("new_call", now=clock.at)

    desk.post("/live/later/", {"call": call_of("+16175550142").pk})
    desk.post("/notices/read/")

    assert rung == []


# -- what it costs -------------------------------------------------------------------------------


def cost(client, address="/live/"):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_while_nothing_rings_it_costs_what_the_shell_does(desk, clock, ingrid):
    assert cost(desk) == 3


def test_many_calls_cost_no_more_than_one(desk, clock, hear, customer):
    def ring(first, last):
        for n in range(first, last):
            customer(f"Berg {n}", number=f"+1617555{1000 + n}")
            hear("new_call", now=clock.at, call_id=f"c-{n}", number=f"+1617555{1000 + n}")

    ring(0, 1)
    one = cost(desk)
    ring(1, 3)
    three = cost(desk)
    ring(3, 30)

    assert (one, three, cost(desk)) == (one, one, one)
    assert one <= 3 + 4
    assert Promise.objects.count() == 0


# -- where nobody is at the desk -----------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["/setup/", "/setup/shop/", "/setup/audit/", "/reports/", "/reports/gifts/", "/accounts/2fa/"],
)
def test_who_sets_up_or_reads_figures_is_told_of_calls_by_the_strip_alone(
    client, clock, eva, ingrid, missed, address
):
    client.force_login(eva)
    missed(now=clock.at)
    assert 'id="calls"' in client.get("/").content.decode()

    page = client.get(address).content.decode()

    assert ('id="calls"' in page, "Ingrid" in page.partition("<main")[0]) == (False, False)
    assert "1 missed call" in " ".join(page.split())
