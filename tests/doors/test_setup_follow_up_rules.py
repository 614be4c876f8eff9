"""What the shop does by itself, as an owner has set it: off, and at other times."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpdesk import duties, journey
from helpdesk.models import AuditEntry
from policies import follow_ups, promises
from policies.follow_ups.contract import Timing
from policies.models import FollowUp, FollowUpRule
from tests.conftest import boston
from tests.doors.pages import count_queries, text
from tests.outgoing import gateway, prefers
from tickets.models import Service

__all__ = ["gateway", "prefers"]

LIST = "/setup/follow-up-rules/"
NINE = boston(2026, 3, 2, 9)
OFF = "Not done: an owner has switched it off"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def owner(client, eva):
    client.force_login(eva)
    return client


@pytest.fixture
def put(owner):
    """Set a rule on its page."""

    def put(rule, *, on=True, time=""):
        form = {"time": time} | ({"is_on": "on"} if on else {})
        return owner.post(f"{LIST}{rule}/", form)

    return put


def rows(rule):
    found = FollowUp.objects.filter(rule=rule).order_by("pk")
    return [(row.due_at - NINE, row.status, row.outcome) for row in found]


def test_each_rule_is_listed_with_what_it_does_and_sends(owner):
    shown = text(owner.get(LIST))

    for rule in follow_ups.RULES.values():
        assert str(rule.title) in shown
        assert all([rule.does, rule.as_it_comes])
        assert str(rule.does) in shown
        assert str(rule.as_it_comes) in shown
    said = owner.get(LIST).content.decode()
    sent = [name for rule in follow_ups.RULES.values() for name in rule.texts]
    assert [name for name in sent if f'href="/setup/texts/en/{name}/"' not in said] == []


def test_what_is_set_is_kept_and_shown(put, owner):
    response = put("acknowledgement", on=False, time="5")

    assert response["Location"] == LIST
    row = FollowUpRule.objects.get()
    assert (row.rule, row.is_on, row.minutes) == ("acknowledgement", False, 5)
    assert "5 minutes after" in text(owner.get(LIST))
    assert AuditEntry.objects.get(action="follow-up-rule").changes == {
        "on": [True, False],
        "minutes": [None, 5],
    }


def test_days_are_kept_as_days(put, owner):
    put("waiting", time="2")

    assert FollowUpRule.objects.get().minutes == 2 * 24 * 60
    assert owner.get(f"{LIST}waiting/").context["form"]["time"].value() == 2
    assert "2 working days after" in text(owner.get(LIST))


def test_emptied_it_is_as_it_comes(put):
    put("waiting", time="2")
    put("waiting")

    assert FollowUpRule.objects.get().minutes is None


@pytest.mark.parametrize(
    ("rule", "time"),
    [("waiting", "0"), ("about_to_break", "5"), ("ready", "-1"), ("ready", "soon")],
)
def test_times_that_make_no_sense_are_refused(put, rule, time):
    response = put(rule, time=time)

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["time"])
    assert response.context["form"]["time"].value() == time
    assert not FollowUpRule.objects.exists()


def test_there_are_no_others(put):
    assert put("nothing").status_code == 404


# -- the rules honour it -------------------------------------------------------------------------


def test_off_it_is_not_planned_and_the_ticket_says_so(put, missed):
    put("acknowledgement", on=False)

    missed(now=NINE)

    assert rows("acknowledgement") == [(timedelta(), "done", OFF)]


def test_switched_off_what_was_planned_says_why_it_was_not_sent(put, missed, gateway):
    missed(now=NINE)
    put("acknowledgement", on=False)

    duties.swept(now=NINE)

    assert [(status, said) for _due, status, said in rows("acknowledgement")] == [("done", OFF)]
    assert gateway == []


def test_on_again_it_works_again(put, missed, gateway):
    put("acknowledgement", on=False)
    put("acknowledgement")

    missed(now=NINE)
    duties.swept(now=NINE)

    assert len(gateway) == 1


def test_another_time_holds_for_what_is_planned_from_then_on(put, missed):
    missed(now=NINE)
    put("acknowledgement", time="5")
    missed(now=NINE, number="+16175550143", call_id="call-2")

    assert [due for due, *_rest in rows("acknowledgement")] == [timedelta(), 5 * MINUTE]


def test_a_promise_is_watched_when_the_owner_says(put, missed):
    put("about_to_break", time="30")
    put("broken", time="20")
    ticket = missed(now=NINE).ticket  # owed by one o'clock

    hours = timedelta(hours=4)
    assert rows("about_to_break") == [(hours - 30 * MINUTE, "planned", "")]
    assert rows("broken") == [(hours + 20 * MINUTE, "planned", "")]
    assert ticket.promises.get().due_at == NINE + hours


def test_a_warning_comes_no_earlier_than_half_way(put, missed):
    put("about_to_break", time="4000")

    missed(now=NINE)

    assert rows("about_to_break") == [(timedelta(hours=2), "planned", "")]


def test_a_repair_is_asked_about_when_the_owner_says(put, make_ticket, sara):
    put("update_due", time="120")
    repair = Service.objects.get(name="Laptop repair")

    journey.quoted(make_ticket(), repair, by=sara, now=NINE, accepted_how="phone")

    due = FollowUp.objects.get(rule="update_due")
    assert due.due_at == due.promise.due_at - timedelta(hours=2)


def test_reminders_come_by_the_owner_s_days_also_the_next(
    put, make_ticket, sara, ingrid, prefers, gateway
):
    put("waiting", time="1")
    prefers(ingrid, "sms")
    ticket = make_ticket()

    journey.ticket_moved(ticket, "waiting", by=sara, now=NINE)
    duties.swept(now=NINE + DAY)

    assert [due for due, *_rest in rows("waiting")] == [DAY, 2 * DAY]


@pytest.mark.parametrize("rule", ["ready", "satisfaction"])
def test_off_nothing_is_planned_at_a_status_either(put, make_ticket, sara, rule):
    put(rule, on=False)
    ticket = make_ticket()

    if rule == "ready":
        journey.ticket_moved(ticket, "ready", by=sara, now=NINE)
    else:
        journey.ticket_closed(ticket, charge="charged", by=sara, now=NINE)

    assert [(status, said) for _due, status, said in rows(rule)] == [("done", OFF)]


def test_closed_it_is_asked_later_where_the_owner_says_so(put, make_ticket, sara):
    put("satisfaction", time="2")

    journey.ticket_closed(make_ticket(), charge="charged", by=sara, now=NINE)

    assert rows("satisfaction") == [(2 * DAY, "planned", "")]


def test_ready_can_wait(put, make_ticket, sara):
    put("ready", time="15")

    journey.ticket_moved(make_ticket(), "ready", by=sara, now=NINE)

    assert rows("ready") == [(15 * MINUTE, "planned", "")]


@pytest.mark.parametrize("n", [1, 3])
def test_what_is_set_is_read_once_for_all_that_is_planned(make_ticket, sara, n):
    ticket = make_ticket()
    for _each in range(n):
        promises.promise_words(
            ticket, what="News", due_at=NINE + DAY, maker=sara, at=NINE, kind="other"
        )

    with CaptureQueriesContext(connection) as captured:
        follow_ups.plan_promises(ticket, now=NINE)

    read = [query for query in captured if 'FROM "policies_followuprule"' in query["sql"]]
    assert (len(read), len(rows("broken"))) == (1, n)


def test_the_pages_ask_little(owner, put):
    none = count_queries(owner, LIST)
    for rule in follow_ups.RULES:
        put(rule, on=False)

    assert count_queries(owner, LIST) == none
    assert none <= 10
    assert count_queries(owner, f"{LIST}ready/") <= 10


def test_a_rule_that_counts_days_says_so():
    assert {slug for slug, rule in follow_ups.RULES.items() if rule.timing == Timing.DAYS} == {
        "waiting",
        "satisfaction",
    }
