"""Whatever promised something: what follows from it is planned, and every outcome is a sentence."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies.models import FollowUp, OpeningHours, Promise
from tests.conftest import boston
from tests.outgoing import gateway, mailed, postbox, prefers, texted
from tickets import outbox
from tickets.channels.contract import Delivery, DeliveryState
from tickets.models import Service

__all__ = ["gateway", "mailed", "postbox", "prefers", "texted"]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NINE = boston(2026, 3, 2, 9)
THURSDAY = boston(2026, 3, 5, 12)


@pytest.fixture
def happened(request):
    """Get a fixture by name, once it is needed."""
    return request.getfixturevalue


def quoted(happened):
    repair = Service.objects.get(name="Laptop repair")
    journey.quoted(happened("ticket"), repair, by=happened("sara"), now=NINE, accepted_how="phone")


def quoted_anew(happened):
    quoted(happened)
    quoted(happened)


def promised(happened, kind):
    journey.promised(happened("ticket"), "News", THURSDAY, kind=kind, by=happened("sara"), now=NINE)


def merged(happened):
    ticket = happened("ticket")
    quoted(happened)
    into = happened("missed")(now=NINE, number="+16175550199").ticket
    journey.tickets_merged(ticket, into, by=happened("sara"), now=NINE + MINUTE)


def unhappy(happened):
    ticket, sara = happened("ticket"), happened("sara")
    journey.ticket_closed(ticket, charge="charged", by=sara, now=NINE)
    duties.swept(now=NINE + 4 * DAY)
    task = FollowUp.objects.get(rule="satisfaction")
    journey.satisfaction_asked(task, is_happy=False, words="", by=sara, now=NINE + 4 * DAY)


def came_back(happened):
    ticket, sara = happened("ticket"), happened("sara")
    happened("gateway")
    route = outbox.routes(ticket)[0]
    sent = journey.staff_answered(ticket, route, "Come by.", by=sara, now=NINE)
    duties.swept(now=NINE)
    failed = Delivery(
        via="kannel", state=DeliveryState.FAILED, reference=str(sent.pk), because="gone"
    )
    journey.delivery_reported(failed, b"", content_type="", source="sms", now=NINE + MINUTE)


def contact_wants_a_call(happened):
    happened("logged")(now=NINE, customer=happened("ingrid"), wants_callback=True)


def tried_in_vain(happened):
    happened("missed")(now=NINE)
    happened("tried")(now=NINE + MINUTE)


def broke(happened):
    quoted(happened)
    duties.swept(now=Promise.objects.get().due_at)


WAYS = {
    "a missed call": lambda happened: happened("missed")(now=NINE),
    "a text": lambda happened: happened("texted")("Black.", now=NINE),
    "a mail": lambda happened: happened("mailed")("Black.", now=NINE),
    "an attempt": tried_in_vain,
    "a call that fell silent": lambda happened: (
        happened("hear")("new_call", now=NINE),
        duties.swept(now=NINE + DAY),
    ),
    "a logged contact": contact_wants_a_call,
    "staff promise a call": lambda happened: journey.callback_promised(
        happened("ticket"), by=happened("sara"), now=NINE
    ),
    "staff promise an update": lambda happened: promised(happened, "update"),
    "staff promise anything else": lambda happened: promised(happened, "other"),
    "a quote": quoted,
    "a second quote": quoted_anew,
    "a merge": merged,
    "an unhappy answer": unhappy,
    "a message that came back": came_back,
    "a broken promise": broke,
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_what_is_promised_has_its_follow_ups(shop, happened, way):
    way(happened)

    promises = Promise.objects.open()
    assert promises.exists()
    for promise in promises:
        planned = FollowUp.objects.filter(promise=promise)
        rules = {"about_to_break", "broken"}
        if promise.kind in ("turnaround", "update"):
            rules.add("update_due")
        assert {row.rule for row in planned} == rules, promise
        assert all(row.due_at <= promise.due_at for row in planned)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_all_that_came_of_them_is_said_in_sentences(shop, happened, way):
    way(happened)
    for day in range(1, 12):
        duties.swept(now=NINE + day * DAY)

    said = FollowUp.objects.exclude(status="planned").values_list("outcome", flat=True)
    assert said
    for outcome in said:
        assert outcome[0].isupper() or outcome[0] == "“", outcome
        assert len(outcome.split()) > 1, outcome
        assert not outcome.endswith((" ", ":"))


@pytest.mark.parametrize("status", ["waiting", "ready"])
def test_where_no_hours_are_set_they_are_planned_by_the_clock(ticket, sara, status):
    OpeningHours.objects.all().delete()

    journey.ticket_moved(ticket, status, by=sara, now=NINE)
    promised_for = NINE + 8 * HOUR
    journey.promised(ticket, "News", promised_for, kind="update", by=sara, now=NINE)

    due = dict(FollowUp.objects.values_list("rule", "due_at"))
    assert due["about_to_break"] == promised_for - 2 * HOUR
    assert due[status] == (NINE + 3 * DAY if status == "waiting" else NINE)


def test_a_closed_ticket_is_asked_about_though_no_hours_are_set(ticket, close):
    OpeningHours.objects.all().delete()

    close(ticket, now=NINE)

    assert FollowUp.objects.get(rule="satisfaction").due_at == NINE + 3 * DAY


def test_told_twice_they_are_planned_once(missed):
    missed(now=NINE)
    before = FollowUp.objects.count()

    missed(now=NINE + HOUR, call_id="2")

    about_promises = FollowUp.objects.filter(promise__isnull=False)
    assert (about_promises.count(), FollowUp.objects.count()) == (2, before + 1)
