"""The bench: what technicians work on, by our own target."""

import re
from datetime import date, timedelta

import pytest

from helpdesk import duties, journey
from helpdesk.web import bench
from policies.models import Promise
from tests.conftest import boston
from tests.doors.pages import CHANGED, count_queries, fresh, said, text
from tickets import devices, intake
from tickets.devices import Particulars
from tickets.models import Interaction, Service, Ticket
from tickets.models.work import Kind

pytestmark = pytest.mark.django_db

TEN = boston(2026, 3, 2, 10)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def at_bench(client, per, monkeypatch):
    """Per at the bench, on Monday at ten."""
    monkeypatch.setattr(bench, "now", lambda: TEN)
    client.force_login(per)
    return client


@pytest.fixture
def brought(shop, ingrid):
    """Have something brought in; nobody's and unquoted unless told otherwise."""

    def brought(subject="Laptop", *, at=TEN - HOUR, by=None, days=None, accepted=True):
        ticket = intake.open_ticket(subject=subject, channel=Kind.WALK_IN, customer=ingrid, now=at)
        if days is not None:
            service = Service.objects.get(name="Laptop repair")
            how = "counter" if accepted else ""
            journey.quoted(ticket, service, by=by, now=at, days=days, accepted_how=how)
        if by is not None:
            journey.ticket_assigned(ticket, by, now=at)
        return fresh(ticket)

    return brought


def fields(response):
    """What stands on the line for a note, as it was typed."""
    return response.context["noting"].form.data


def subjects(response, part="jobs"):
    return [job.ticket.subject for job in response.context[part]]


def told(response):
    """The one message, as it reads."""
    (message,) = said(response)
    return " ".join(re.sub(r"<[^>]+>", " ", message).split())


# -- what lies on it -----------------------------------------------------------------------------


def test_it_goes_by_our_own_target(at_bench, brought, per):
    brought("Later", by=per, days=9)
    brought("Sooner", by=per, days=3, at=TEN - 3 * DAY)
    brought("Without a promise", by=per, at=TEN - 9 * DAY)

    assert subjects(at_bench.get("/bench/")) == ["Without a promise", "Sooner", "Later"]


def test_the_quote_is_in_sight_and_so_is_our_target(at_bench, brought, per):
    brought(by=per, days=4)

    page = text(at_bench.get("/bench/"))
    assert "Laptop repair Fri 17:00" in page
    assert "our target Wed 17:00 quoted 4 days" in page


def test_a_quote_that_nobody_agreed_to_yet_says_so(at_bench, brought, per):
    brought(by=per, days=3, accepted=False)

    assert "Laptop repair quoted 3 days not agreed to yet" in text(at_bench.get("/bench/"))


def test_the_quote_stays_in_sight_when_its_promise_is_broken(at_bench, brought, per):
    ticket = brought(by=per, days=3, at=TEN - 6 * DAY)
    duties.swept(now=TEN)

    page = text(at_bench.get("/bench/"))
    assert not Promise.objects.open().filter(ticket=ticket, kind="turnaround").exists()
    assert "Say when, after a broken promise" in page
    assert "Laptop repair quoted 3 days" in page


def test_a_device_and_its_warranty(at_bench, brought, per, ingrid):
    ticket = brought(by=per)
    about = Particulars("ThinkPad T480", warranty_until=date(2026, 3, 2))
    devices.bring(ticket, devices.write(ingrid, about))

    assert "ThinkPad T480 under warranty" in text(at_bench.get("/bench/"))


def test_on_the_day_after_the_warranty_is_over(at_bench, brought, per, ingrid):
    ticket = brought(by=per)
    about = Particulars("ThinkPad T480", warranty_until=date(2026, 3, 1))
    devices.bring(ticket, devices.write(ingrid, about))

    assert "under warranty" not in text(at_bench.get("/bench/"))


def test_a_concern_stands_out_until_somebody_has_acknowledged_it(at_bench, brought, per):
    ticket = brought(by=per)
    journey.trouble_written(ticket, fault="", concern="It was new", by=per, now=TEN)
    before = text(at_bench.get("/bench/"))
    journey.concern_acknowledged(ticket, "I understand", by=per, now=TEN)

    assert "concern not acknowledged" in before
    assert "concern not acknowledged" not in text(at_bench.get("/bench/"))


def test_the_minutes_so_far(at_bench, brought, per):
    ticket = brought(by=per)
    journey.note_added(ticket, "Looked", by=per, now=TEN, minutes=20)
    journey.note_added(ticket, "Tested", by=per, now=TEN, minutes=25)

    assert "45 minutes so far" in text(at_bench.get("/bench/"))


@pytest.mark.parametrize(
    ("whose", "shown"),
    [
        ("", ["Mine", "Nobody's"]),
        ("both", ["Mine", "Nobody's"]),
        ("mine", ["Mine"]),
        ("nobody", ["Nobody's"]),
        ("all", ["Eva's", "Mine", "Nobody's"]),
        ("nonsense", ["Mine", "Nobody's"]),
    ],
)
def test_whose_work_it_shows(at_bench, brought, per, eva, whose, shown):
    brought("Mine", by=per)
    brought("Nobody's")
    brought("Eva's", by=eva)

    assert sorted(subjects(at_bench.get("/bench/", {"whose": whose}))) == shown


def test_the_front_desk_starts_with_everybody_s(at_bench, brought, per, sara):
    brought("Per's", by=per)
    at_bench.force_login(sara)

    assert subjects(at_bench.get("/bench/")) == ["Per's"]


def test_a_missed_call_that_nobody_has_is_no_work_for_the_bench(at_bench, missed, brought):
    missed(now=TEN - HOUR)
    brought()

    assert subjects(at_bench.get("/bench/")) == ["Laptop"]


def test_what_waits_or_is_ready_or_snoozed_is_folded_away(at_bench, brought, per):
    waits, ready, snoozed = (brought(name, by=per) for name in ("Waits", "Ready", "Snoozed"))
    journey.ticket_moved(waits, "waiting", by=per, now=TEN)
    journey.ticket_moved(ready, "ready", by=per, now=TEN)
    journey.ticket_snoozed(snoozed, TEN + DAY, "the part comes", by=per, now=TEN)

    response = at_bench.get("/bench/")
    assert (subjects(response), sorted(subjects(response, "aside"))) == (
        [],
        ["Ready", "Snoozed", "Waits"],
    )
    assert "put aside until tomorrow 10:00: the part comes" in text(response)


def test_when_its_time_has_come_it_is_back(at_bench, brought, per, monkeypatch):
    journey.ticket_snoozed(brought(by=per), TEN + HOUR, "lunch", by=per, now=TEN)
    monkeypatch.setattr(bench, "now", lambda: TEN + HOUR)

    response = at_bench.get("/bench/")
    assert (subjects(response), subjects(response, "aside")) == (["Laptop"], [])


def test_what_has_ended_is_gone(at_bench, brought, per):
    journey.ticket_closed(brought(by=per), charge="free", by=per, now=TEN)

    assert "Nothing on the bench" in text(at_bench.get("/bench/"))


def test_a_long_bench_comes_in_pages(at_bench, brought, per, monkeypatch):
    monkeypatch.setattr(bench, "SIZE", 2)
    for number in range(5):
        brought(f"Laptop {number}", by=per, at=TEN - (9 - number) * HOUR)

    first = at_bench.get("/bench/")
    second = at_bench.get("/bench/", {"after": first.context["next"]})
    third = at_bench.get("/bench/", {"after": second.context["next"]})

    pages = [subjects(page) for page in (first, second, third)]
    assert pages == [["Laptop 0", "Laptop 1"], ["Laptop 2", "Laptop 3"], ["Laptop 4"]]
    assert third.context["next"] is None


@pytest.mark.parametrize("after", ["nobody", "0", "-1", "9" * 30, "\0", "١"])
def test_a_page_after_nothing_is_the_first(at_bench, brought, per, after):
    brought(by=per)

    assert subjects(at_bench.get("/bench/", {"after": after})) == ["Laptop"]


def test_it_costs_the_same_with_one_and_with_three_hundred(at_bench, brought, per):
    costs = []
    made = 0
    for wanted in (1, 3, 300):
        for number in range(made, wanted):
            ticket = brought(f"Laptop {number}", by=per, days=3 if number < 5 else None)
            if number % 2:
                Ticket.objects.filter(pk=ticket.pk).update(status="waiting")
        made = wanted
        costs.append(count_queries(at_bench, "/bench/"))

    assert costs[1] == costs[2]
    assert costs[2] <= 10


# -- what is done at it --------------------------------------------------------------------------


def test_one_tap_moves_it_on_and_comes_back(at_bench, brought, per):
    ticket = brought(by=per)

    response = at_bench.post(
        f"/bench/{ticket.pk}/move/",
        {"to": "waiting"},
        headers={"Referer": "http://testserver/bench/?whose=mine"},
    )

    assert (fresh(ticket).status, response["Location"]) == ("waiting", "/bench/?whose=mine")
    assert told(response) == f"{ticket} waits for the customer. Back to work"


def test_ready_and_told_keeps_the_promise(at_bench, brought, per):
    ticket = brought(by=per, days=3)

    response = at_bench.post(f"/bench/{ticket.pk}/move/", {"to": "ready", "customer_told": "on"})

    assert (fresh(ticket).status, Promise.objects.get().status) == ("ready", "kept")
    assert told(response) == f"{ticket} is ready, and the customer knows. Back to work"


def test_ready_and_not_told_leaves_it_to_the_message(at_bench, brought, per):
    ticket = brought(by=per, days=3)

    at_bench.post(f"/bench/{ticket.pk}/move/", {"to": "ready"})

    assert (fresh(ticket).status, Promise.objects.get().status) == ("ready", "open")
    assert "They do not know yet" in text(at_bench.get("/bench/"))


def test_back_to_work(at_bench, brought, per):
    ticket = brought(by=per)
    journey.ticket_moved(ticket, "waiting", by=per, now=TEN)

    at_bench.post(f"/bench/{ticket.pk}/move/", {"to": "open"})

    assert fresh(ticket).status == "open"


@pytest.mark.parametrize("to", ["closed", "spam", "merged", "new", "", "nonsense"])
def test_nothing_else_is_done_from_here(at_bench, brought, per, to):
    ticket = brought(by=per)

    response = at_bench.post(f"/bench/{ticket.pk}/move/", {"to": to})

    assert (response.status_code, fresh(ticket).status) == (302, ticket.status)


def test_what_ended_meanwhile_is_said(at_bench, brought, per):
    ticket = brought(by=per)
    journey.ticket_closed(ticket, charge="free", by=per, now=TEN)

    response = at_bench.post(f"/bench/{ticket.pk}/move/", {"to": "waiting"})

    assert (said(response), fresh(ticket).status) == ([CHANGED], "closed")


def test_taking_it(at_bench, brought, per):
    ticket = brought()

    response = at_bench.post(f"/bench/{ticket.pk}/take/")

    assert (fresh(ticket).assignee, said(response)) == (per, [f"{ticket} is yours now."])


def test_of_two_who_take_it_one_has_it(at_bench, brought, per, eva):
    ticket = brought(by=eva)

    response = at_bench.post(f"/bench/{ticket.pk}/take/")

    assert (fresh(ticket).assignee, said(response)) == (eva, [CHANGED])


def test_a_note_in_one_line(at_bench, brought, per):
    ticket = brought(by=per)
    given = {"text": "New fan", "minutes": "25", "form_id": "abc"}

    at_bench.post(f"/bench/{ticket.pk}/note/", given)
    again = at_bench.post(f"/bench/{ticket.pk}/note/", given)

    note = Interaction.objects.get(kind="note")
    assert (note.text, note.minutes, note.staff, note.ticket) == ("New fan", 25, per, ticket)
    assert said(again)[-1] == "That note is saved already."


def test_notes_from_one_page_go_to_several(at_bench, brought, per):
    one, other = brought(by=per), brought(by=per)
    given = {"text": "New fan", "form_id": "abc"}

    at_bench.post(f"/bench/{one.pk}/note/", given)
    at_bench.post(f"/bench/{other.pk}/note/", given)

    assert Interaction.objects.filter(kind="note").count() == 2


@pytest.mark.parametrize("given", [{"text": " "}, {"text": "Fan", "minutes": "many"}])
def test_a_note_that_says_nothing_is_not_saved(at_bench, brought, per, given):
    ticket = brought(by=per)

    response = at_bench.post(f"/bench/{ticket.pk}/note/?whose=mine", given)

    assert response.status_code == 422
    assert "Write a few words, and the minutes as a whole number." in text(response)
    assert (fields(response)["text"], response.context["whose"]) == (given["text"], "mine")
    assert not Interaction.objects.exists()


def test_htmx_gets_the_bench_alone_with_what_to_say(at_bench, brought, per):
    ticket = brought(by=per)

    response = at_bench.post(
        f"/bench/{ticket.pk}/move/", {"to": "waiting"}, headers={"HX-Request": "true"}, follow=True
    )

    body = response.content.decode()
    assert ("<html" in body, 'id="bench"' in body, "hx-swap-oob" in body) == (False, True, True)
