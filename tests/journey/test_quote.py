"""We say how long a repair takes, and the customer agrees."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from helpdesk import duties, journey
from policies import quotes
from policies.models import Promise, Quote, Turnaround
from tests.conftest import boston
from tests.journey.ledger import chain, fates
from tickets.models import Service, Ticket

HOUR = timedelta(hours=1)
TEN = boston(2026, 3, 2, 10)
THURSDAY = boston(2026, 3, 5, 17)  # three working days later, as we close


@pytest.fixture
def repair(shop):
    return Service.objects.get(name="Laptop repair")


@pytest.fixture
def quote(ticket, repair, sara):
    return journey.quoted(ticket, repair, by=sara, now=TEN)


@pytest.fixture
def promise(quote, sara):
    return journey.quote_accepted(quote, how="counter", by=sara, now=TEN)


@pytest.fixture
def ready(ticket, per):
    def ready(*, now, told):
        ticket.refresh_from_db()
        journey.ticket_moved(ticket, Ticket.Status.READY, by=per, now=now, customer_told=told)

    return ready


def test_it_is_quoted_by_the_policy_in_force(quote, ticket, repair, sara):
    assert (quote.days, quote.target_days, quote.risks) == (3, 2, "parts")
    assert (quote.ticket, quote.turnaround) == (ticket, Turnaround.objects.get(service=repair))
    assert (quote.quoted_at, quote.quoted_by) == (TEN, sara)
    assert fates() == []  # a quote is not yet a promise


def test_the_ticket_says_which_service(quote, ticket, repair):
    ticket.refresh_from_db()

    assert ticket.service == repair


@pytest.mark.parametrize(("asked", "quoted"), [(None, 3), (1, 3), (2, 3), (3, 3), (5, 5)])
def test_more_days_may_be_quoted_but_never_fewer(ticket, repair, sara, asked, quoted):
    quote = journey.quoted(ticket, repair, by=sara, now=TEN, days=asked)

    assert (quote.days, quote.target_days) == (quoted, 2)


def test_accepted_it_is_a_promise_with_a_target_of_our_own(promise, quote, sara):
    assert (promise.kind, promise.what, promise.quote) == ("turnaround", "Laptop repair", quote)
    assert (promise.due_at, promise.target_at) == (THURSDAY, boston(2026, 3, 4, 17))
    assert (promise.made_at, promise.maker, promise.risks) == (TEN, sara, "parts")
    quote.refresh_from_db()
    assert (quote.accepted_at, quote.accepted_how) == (TEN, "counter")


def test_the_customer_is_told_the_date_and_the_risks_but_not_our_target(promise):
    assert promise.told_at == TEN
    assert promise.told_text == (
        "Laptop repair usually takes 3 working days. Yours is ready by 5:00\u202fPM on Thursday. "
        "What may get in the way: parts"
    )


def test_it_counts_from_when_it_was_accepted(quote, sara):
    promise = journey.quote_accepted(quote, how="phone", by=sara, now=boston(2026, 3, 4, 18))

    assert promise.due_at == boston(
        2026, 3, 10, 17
    )  # received on Thursday; clocks change on Sunday


def test_quoted_and_accepted_in_one_breath(ticket, repair, sara):
    quote = journey.quoted(ticket, repair, by=sara, now=TEN, accepted_how="phone")

    assert quote.accepted_how == "phone"
    assert Promise.objects.get().due_at == THURSDAY


def test_its_terms_are_frozen(promise):
    for terms in ({"due_at": TEN}, {"target_at": TEN}, {"risks": ""}, {"maker": None}):
        with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
            Promise.objects.update(**terms)


def test_a_new_policy_does_not_change_what_was_quoted(quote, repair, sara):
    Turnaround.objects.create(
        service=repair,
        calendar=quote.turnaround.calendar,
        days=10,
        target_days=9,
        valid_from=TEN,
        made_at=TEN,
    )

    promise = journey.quote_accepted(quote, how="phone", by=sara, now=TEN + HOUR)

    assert promise.due_at == THURSDAY


def test_it_is_accepted_once(promise, quote, sara):
    with pytest.raises(quotes.AlreadyAccepted):
        journey.quote_accepted(quote, how="phone", by=sara, now=TEN + HOUR)

    assert fates() == [("turnaround", "open")]


def test_ready_and_told_keeps_it(promise, ready, per):
    ready(now=TEN + HOUR, told=True)

    promise.refresh_from_db()
    assert (promise.status, promise.ended_at, promise.ended_by) == ("kept", TEN + HOUR, per)


def test_ready_and_not_told_does_not(promise, ready):
    ready(now=TEN + HOUR, told=False)

    assert fates() == [("turnaround", "open")]


def test_ready_and_told_later_keeps_it(promise, ready):
    ready(now=TEN + HOUR, told=False)
    ready(now=TEN + 2 * HOUR, told=True)

    promise.refresh_from_db()
    assert (promise.status, promise.ended_at) == ("kept", TEN + 2 * HOUR)


def test_ready_but_told_too_late_breaks_it(promise, ready):
    ready(now=TEN + HOUR, told=False)
    ready(now=THURSDAY, told=True)

    assert fates() == [("turnaround", "broken")]


def test_a_broken_one_leaves_an_update_that_says_when(promise, ticket):
    duties.swept(now=THURSDAY)

    broken, update = Promise.objects.order_by("pk")
    assert (broken.status, broken.ended_at) == ("broken", THURSDAY)
    assert (update.kind, update.status, update.ticket) == ("update", "open", ticket)
    assert (update.what, update.follows) == ("Say when, after a broken promise", broken)
    assert update.due_at == boston(2026, 3, 6, 13)


def test_nobody_is_forgotten_after_the_update_breaks_too(promise):
    duties.swept(now=THURSDAY)
    duties.swept(now=boston(2026, 3, 6, 13))

    assert fates() == [("turnaround", "broken"), ("update", "broken"), ("update", "open")]
    assert len(chain(Promise.objects.latest("pk"))) == 3


def test_ready_and_told_ends_the_update_too(promise, ready):
    duties.swept(now=THURSDAY)

    ready(now=THURSDAY + HOUR, told=True)

    assert fates() == [("turnaround", "broken"), ("update", "kept")]


def test_a_new_quote_supersedes_the_one_before(promise, ticket, repair, sara):
    again = journey.quoted(ticket, repair, by=sara, now=TEN + HOUR, days=5)
    renegotiated = journey.quote_accepted(again, how="phone", by=sara, now=TEN + HOUR)

    promise.refresh_from_db()
    assert (promise.status, promise.ended_because) == ("superseded", "A new quote was accepted")
    assert promise.due_at == THURSDAY
    assert (renegotiated.follows, renegotiated.due_at) == (promise, boston(2026, 3, 9, 17))


def test_a_late_one_is_broken_and_not_talked_down_to_superseded(promise, ticket, repair, sara):
    again = journey.quoted(ticket, repair, by=sara, now=THURSDAY + HOUR)
    renegotiated = journey.quote_accepted(again, how="phone", by=sara, now=THURSDAY + HOUR)

    promise.refresh_from_db()
    assert (promise.status, promise.ended_at) == ("broken", THURSDAY)
    assert renegotiated.follows == promise


def test_a_quote_that_nobody_accepted_supersedes_nothing(promise, ticket, repair, sara):
    journey.quoted(ticket, repair, by=sara, now=TEN + HOUR)

    assert fates() == [("turnaround", "open")]
    assert Quote.objects.count() == 2


def test_a_callback_and_a_turnaround_stand_side_by_side(promise, missed, spoken):
    missed(now=TEN)
    spoken(now=TEN + HOUR, call_id="out-1", direction="out")

    assert fates() == [("turnaround", "open"), ("callback", "kept")]
