"""After the end we ask whether they are happy with how it went; who is not is called."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from policies.models import FollowUp, OpeningHours, Promise, Satisfaction
from tests.conftest import CALLER, boston
from tests.outgoing import number
from tickets import outbox, tokens
from tickets.models import Interaction, Ticket

SLUG = "satisfaction"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TEN, ASKED_AT = boston(2026, 3, 2, 10), boston(2026, 3, 5, 10)
WRITTEN = ("done", "Written: are they happy with how it went?")
TASK = ("task", "Call them and ask whether they are happy with how it went")


@pytest.fixture
def by_text(ingrid, prefers, gateway):
    prefers(ingrid, "sms")
    return gateway


@pytest.fixture
def close(sara):
    def close(ticket, *, now):
        row = Ticket.objects.get(pk=ticket.pk)
        journey.ticket_closed(row, charge="charged", by=sara, now=now)
        duties.swept(now=row.bill_at)  # the invoice is sent the same day

    return close


@pytest.fixture
def asked(ticket, close, by_text):
    close(ticket, now=TEN)
    duties.swept(now=ASKED_AT)
    return FollowUp.objects.get(rule=SLUG)


def status(ticket):
    return Ticket.objects.get(pk=ticket.pk).status


def test_they_are_asked_three_working_days_after_the_end(ticket, close, by_text, outcomes):
    close(ticket, now=TEN)

    assert outcomes(SLUG, now=ASKED_AT - MINUTE) == [("planned", "")]
    assert outcomes(SLUG, now=ASKED_AT) == [WRITTEN]
    assert by_text[-1] == (
        CALLER,
        f"Dahl & Daughters: are you happy with how it went with number {number()}? "
        "Answer 1 for yes or 2 for no; if it is no, we call you. Or answer here: "
        f"{tokens.address(ticket.pk, at=ASKED_AT)}",
    )


def test_a_happy_answer_is_written_down(asked, texted, ticket):
    said = texted("1", now=ASKED_AT + HOUR)

    answer = Satisfaction.objects.get()
    assert (answer.follow_up, answer.is_happy, answer.interaction) == (asked, True, said)
    assert (status(ticket), Promise.objects.open().count()) == ("closed", 0)


def test_an_unhappy_one_reopens_with_a_call_promised(asked, texted, ticket):
    said = texted("Nej", now=ASKED_AT + HOUR)

    promise = Promise.objects.open().get()
    assert (Satisfaction.objects.get().is_happy, status(ticket)) == (False, "open")
    assert (promise.kind, promise.cause, promise.ticket) == ("callback", said, ticket)
    assert promise.follow_ups.exists()


def test_an_unhappy_answer_is_kept_where_nothing_can_be_promised(asked, texted, ticket):
    """By now the calendar has lost its hours."""
    OpeningHours.objects.all().delete()

    texted("2", now=ASKED_AT + HOUR)

    assert (Satisfaction.objects.get().is_happy, status(ticket)) == (False, "open")
    assert not Promise.objects.exists()


def test_what_answers_something_else_is_no_answer(asked, texted, ticket, sara):
    """Asked whether to go on, they say yes: that is not about how it went."""
    journey.ticket_reopened(Ticket.objects.get(pk=ticket.pk), by=sara, now=ASKED_AT + HOUR)
    route = outbox.routes(ticket)[0]
    journey.staff_answered(ticket, route, "Shall we go on?", by=sara, now=ASKED_AT + HOUR)
    duties.swept(now=ASKED_AT + HOUR)

    texted("Yes", now=ASKED_AT + 2 * HOUR)

    assert not Satisfaction.objects.exists()


def test_only_the_first_answer_counts(asked, texted, ticket):
    texted("1", now=ASKED_AT + HOUR)
    texted("2", now=ASKED_AT + 2 * HOUR)

    assert list(Satisfaction.objects.values_list("is_happy", flat=True)) == [True]


def test_who_likes_to_be_called_is_called(ticket, close, sara, outcomes):
    close(ticket, now=TEN)
    assert outcomes(SLUG, now=ASKED_AT) == [TASK]

    task = FollowUp.objects.get(rule=SLUG)
    journey.satisfaction_asked(
        task, is_happy=False, words="It still hums.", by=sara, now=ASKED_AT + HOUR
    )

    task.refresh_from_db()
    assert (task.status, task.outcome, task.done_by) == ("done", "They are not happy", sara)
    assert (status(ticket), Promise.objects.open().get().maker) == ("open", sara)


def test_by_mail(ticket, close, ingrid, prefers, postbox, mailed):
    prefers(ingrid, "email")
    close(ticket, now=TEN)
    duties.swept(now=ASKED_AT)
    question = postbox[-1]

    mailed(
        "No.\n\nOn Thursday Dahl wrote:\n> Are you happy?",
        now=ASKED_AT + HOUR,
        subject=f"Re: {question.subject}",
        In_Reply_To=question.extra_headers["Message-ID"],
    )

    assert question.subject == f"Are you happy with how it went? [#{number()}]"
    assert (Satisfaction.objects.get().is_happy, status(ticket)) == (False, "open")


def test_reopened_it_is_not_asked(ticket, close, sara, by_text, outcomes):
    close(ticket, now=TEN)
    journey.ticket_reopened(Ticket.objects.get(pk=ticket.pk), by=sara, now=TEN + MINUTE)

    assert outcomes(SLUG, now=ASKED_AT) == [("done", "Not needed: In work")]


def test_closed_again_it_is_asked_about_the_last_end(ticket, close, sara, by_text, outcomes):
    close(ticket, now=TEN)
    journey.ticket_reopened(Ticket.objects.get(pk=ticket.pk), by=sara, now=TEN + MINUTE)
    close(ticket, now=TEN + HOUR)

    assert outcomes(SLUG, now=ASKED_AT + HOUR) == [
        ("done", "Not needed: it has come to this once more since"),
        WRITTEN,
    ]


def test_spam_is_not_asked(missed, sara, monday_nine):
    journey.marked_spam(missed(now=monday_nine).ticket, by=sara, now=monday_nine)

    assert not FollowUp.objects.filter(rule=SLUG).exists()


@pytest.mark.parametrize(
    ("days", "outcome"),
    [(29, ("done", "Not needed: they were asked within the last month")), (30, WRITTEN)],
)
def test_within_a_month_nobody_is_asked_twice(asked, close, spoken, outcomes, days, outcome):
    now = ASKED_AT + days * DAY
    close(spoken(now=now - 6 * DAY).ticket, now=now - 6 * DAY)

    assert outcomes(SLUG, now=now)[1:] == [outcome]


def test_a_question_that_was_merged_away_reopens_where_it_went(asked, texted, ticket, sara):
    closed = Ticket.objects.get(pk=ticket.pk)
    journey.ticket_reopened(closed, by=sara, now=ASKED_AT + MINUTE)
    contact = journey.Contact("walk_in", Interaction.Direction.IN, "x", ASKED_AT)
    into = journey.contact_logged(
        contact, by=sara, now=ASKED_AT, customer=ticket.customer, is_new_matter=True
    ).ticket
    journey.tickets_merged(Ticket.objects.get(pk=ticket.pk), into, by=sara, now=ASKED_AT + MINUTE)

    texted("2", now=ASKED_AT + HOUR)

    assert Promise.objects.open().get().ticket == into
