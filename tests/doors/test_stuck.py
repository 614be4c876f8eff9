"""What needs people: messages that did not arrive, tasks, strangers, work that stopped."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from helpdesk import journey
from helpdesk.models import Lease
from policies.models import FollowUp
from tests.doors import correspondence
from tests.doors.mails import answered, fate, unreadable, written
from tests.doors.pages import fresh, said, text
from tickets import intake
from tickets.messages import Form
from tickets.models import Interaction

LISTS = ["", "tasks", "strangers", "work"]


@pytest.fixture
def reached(ticket, ingrid):
    journey.customer_reached_by(ingrid, intake.reachable("ingrid@example.com", "US"))
    return ticket


@pytest.fixture
def moment():
    return now()


@pytest.fixture
def ours(reached, sara, moment):
    """One of ours for each fate that is not a good one, and one that was delivered."""
    made = {}
    for n, status in enumerate(("delivered", "bounced", "failed", "withheld", "doubtful")):
        made[status] = answered(reached, sara, now=moment, text=f"Answer {n}")
        left = {"sent_at": moment} if status in Interaction.HAS_LEFT else {}
        fate(made[status], status, because=f"Because {n}", **left)
    return made


@pytest.fixture
def listed(at_desk):
    def listed(what=""):
        return at_desk.get("/stuck/", {"what": what} if what else {})

    return listed


def test_what_did_not_arrive_is_listed_with_why(listed, ours):
    response = listed()

    assert [line.contact.status for line in response.context["lines"]] == [
        *("doubtful", "withheld", "failed", "bounced"),
    ]
    assert [line.what.button for line in response.context["lines"]] == [
        *("Send it again", "Send it now", "Send it again", ""),
    ]
    assert "Because 3" in text(response)


def test_it_is_sent_again_from_the_list_and_back_to_it(at_desk, reached, ours):
    address = f"/tickets/{reached.pk}/messages/{ours['failed'].pk}/retry/"

    response = at_desk.post(address, seen="/stuck/")

    assert response["Location"] == "/stuck/"
    assert fresh(ours["failed"]).status == "queued"


def test_tasks_are_listed_with_the_form_that_ends_them(listed, reached, sara, moment):
    correspondence.tasks(reached, sara, now=moment)

    response = listed("tasks")

    assert "Call and ask whether they are happy." in text(response)
    for task, do in zip(FollowUp.objects.tasks().order_by("pk"), ("happy", "task"), strict=True):
        assert f"?do={do}&amp;task={task.pk}#do" in response.content.decode()


def test_strangers_are_listed_until_the_ticket_ends(listed, reached, sara, ours, moment):
    written(reached, "Mine!", now=moment, sender="Ada <ada@elsewhere.example>")
    assert "Ada ada@elsewhere.example Mine!" in text(listed("strangers"))

    journey.ticket_closed(reached, charge="free", by=sara, now=moment)

    assert "Who answers a ticket from an address we do not know" in text(listed("strangers"))


def test_work_that_was_given_up_is_tried_again(at_desk, listed, shop, moment):
    correspondence.given_up(1, now=moment)
    Lease.objects.create(duty="invoices", row=99, until=moment)
    assert "Invoices 0 No rate 8 times" in text(listed("work"))

    response = at_desk.post(f"/stuck/{Lease.objects.earliest('pk').pk}/again/")

    assert said(response) == ["It is tried again within a minute."]
    assert [lease.row for lease in Lease.objects.all()] == [99]


def test_work_in_hand_is_left_alone(at_desk, shop, moment):
    lease = Lease.objects.create(duty="invoices", row=1, until=moment)

    assert at_desk.post(f"/stuck/{lease.pk}/again/").status_code == 404


@pytest.mark.parametrize("what", [*LISTS, "nonsense"])
def test_nothing_says_so(listed, shop, what):
    response = listed(what)

    assert response.status_code == 200
    assert "Nothing here" in text(response)


def _fill(count, ticket, by, at):
    for n in range(Lease.objects.count(), count):
        common = {"ticket": ticket, "happened_at": at, "logged_at": at, "kind": "email"}
        Interaction.objects.create(
            **common, direction="out", recipient="a", status="failed", because="x", staff=by
        )
        Interaction.objects.create(**common, direction="in", text="x", is_verified=False)
        FollowUp.objects.create(
            rule="x",
            key=f"{n}",
            ticket=ticket,
            planned_at=at,
            due_at=at,
            status="task",
            outcome="x",
        )
        correspondence.given_up(1, now=at, row=n)


def test_each_list_and_today_ask_as_much_for_one_as_for_three_hundred(
    at_desk, listed, reached, sara, moment
):
    queries = {what: set() for what in [*LISTS, "today"]}
    for count in (1, 3, 300):
        _fill(count, reached, sara, moment)
        for what, seen in queries.items():
            with CaptureQueriesContext(connection) as captured:
                at_desk.get("/") if what == "today" else listed(what)
            seen.add(len(captured))

    assert {what: len(seen) for what, seen in queries.items()} == dict.fromkeys(queries, 1)
    assert max(max(seen) for seen in queries.values()) <= 10


# -- on the first page -----------------------------------------------------------------------------


def test_today_says_what_needs_people(at_desk, reached, sara, ours, moment):
    correspondence.given_up(1, now=moment)
    written(reached, "Mine!", now=moment, sender="ada@elsewhere.example")
    correspondence.tasks(reached, sara, now=moment)
    unreadable(moment)

    needs = at_desk.get("/").context["needs"]

    assert [(need.count, need.words, need.url) for need in needs] == [
        (2, "things to do", "/stuck/?what=tasks"),
        (4, "messages did not arrive", "/stuck/"),
        (1, "mail could not be read", "/arrivals/"),
        (1, "mail from a stranger", "/stuck/?what=strangers"),
        (1, "piece of work stopped", "/stuck/?what=work"),
    ]


def test_today_calls_nothing_a_mail_that_came_another_way(at_desk, reached, sara, moment):
    def words():
        at_first = ("/arrivals/", "/stuck/?what=strangers")
        needs = at_desk.get("/").context["needs"]
        return [(need.count, need.words) for need in needs if need.url in at_first]

    told = {"content_type": "text/plain", "now": moment}
    journey.unreadable_event(b"nonsense", via="cti", because="Say event", source="pbx", **told)
    form = Form("", "Mine!", intake.reachable("ingrid@example.com", "US"), "Ada Stranger")
    journey.form_arrived(form, b"Mine!", source="website", **told)
    assert words() == [(1, "message was put aside"), (1, "message from a stranger")]

    answered(reached, sara, now=moment)
    unreadable(moment)
    written(reached, "No, mine!", now=moment, sender="bo@elsewhere.example")
    assert words() == [(2, "messages were put aside"), (2, "messages from strangers")]


def test_today_says_how_many_tickets_nobody_knows_whose_they_are(at_desk, shop, missed, moment):
    missed(now=moment, number="anonymous")

    assert [(need.count, need.words, need.url) for need in at_desk.get("/").context["needs"]] == [
        (1, "ticket without a customer", "/tickets/?only=unidentified")
    ]


def test_today_says_nothing_where_nothing_needs_anybody(at_desk, shop):
    response = at_desk.get("/")

    assert response.context["needs"] == []
    assert 'class="needs"' not in response.content.decode()


def test_what_cannot_be_mended_leaves_the_first_page_after_a_week(at_desk, ours, moment):
    def unsent():
        return [need.count for need in at_desk.get("/").context["needs"]]

    assert unsent() == [4]
    for message in ours.values():
        copy = Interaction.objects.get(pk=message.pk)
        copy.pk, copy.provider_id = None, None
        copy.logged_at = moment - timedelta(days=8)
        copy.save(force_insert=True)

    # What failed or may have left waits for a decision, however old.
    assert unsent() == [6]


def test_in_the_sample_shop_what_is_held_back_needs_nobody(at_desk, shop, ours):
    shop.is_sample = True
    shop.save()

    assert [need.count for need in at_desk.get("/").context["needs"]] == [3]
