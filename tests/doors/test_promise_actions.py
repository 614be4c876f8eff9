"""What is promised and quoted on a ticket's page, and what becomes of it."""

import pytest

from helpdesk import journey
from policies.models import Promise, Quote
from tests.conftest import boston
from tests.doors.pages import CHANGED, errors, fresh, said, text
from tickets.models import Service

TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def stranger(missed, monday_nine):
    """A ticket of somebody we do not know."""
    return missed(now=monday_nine, number="+16175550177").ticket


@pytest.fixture
def laptop_repair(shop):
    return Service.objects.get(name="Laptop repair")


# -- promises ------------------------------------------------------------------------------------


def test_a_callback_is_promised_in_the_words_that_were_shown(act, at_desk, ticket, sara):
    shown = at_desk.get(f"/tickets/{ticket.pk}/?do=callback").context["panel"].say

    response = act(ticket, "callback")

    promise = Promise.objects.get()
    assert (promise.kind, promise.maker, promise.told_text) == ("callback", sara, shown)
    assert promise.due_at == boston(2026, 3, 2, 13)
    assert said(response) == [f"Promised: “{shown}”"]


def test_a_second_callback_is_not_offered_and_not_made(act, at_desk, ticket):
    act(ticket, "callback")
    at_desk.at = TEN

    page = at_desk.get(f"/tickets/{ticket.pk}/?do=callback")
    act(ticket, "callback")

    assert "A call back is promised already." in text(page)
    assert Promise.objects.get().due_at == boston(2026, 3, 2, 13)


def test_without_a_number_one_is_asked_for(at_desk, missed, monday_nine, sara):
    ticket = missed(now=monday_nine, number="anonymous").ticket
    promise = Promise.objects.get()
    journey.promise_ended(promise, "void", because="Test", by=sara, now=monday_nine)

    page = text(at_desk.get(f"/tickets/{ticket.pk}/?do=callback"))

    assert "We have no number to call. Ask for it first." in page


def test_without_a_policy_nothing_is_promised(act, at_desk, ticket):
    at_desk.at = boston(2025, 6, 2, 9)

    page = text(at_desk.get(f"/tickets/{ticket.pk}/?do=callback"))
    response = act(ticket, "callback")

    assert "No callback window is in force." in page
    assert "No callback window is in force." in said(response)[0]
    assert not Promise.objects.exists()


@pytest.mark.parametrize("kind", ["update", "other"])
def test_something_is_promised_in_words(act, ticket, sara, kind):
    act(ticket, "promise", kind=kind, what="A price", due_at="2026-03-05T17:00")

    promise = Promise.objects.get()
    assert (promise.kind, promise.what, promise.maker) == (kind, "A price", sara)
    assert promise.due_at == boston(2026, 3, 5, 17)


@pytest.mark.parametrize(
    "due_at",
    [
        "",
        "Thursday",
        "2026-03-02T08:59",
        "2026-03-02T09:00",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "2026-03-08T02:30",
    ],
    ids=["none", "words", "past", "now", "year 1", "year 9999", "skipped by the clocks"],
)
def test_a_promise_is_for_a_time_to_come(act, ticket, due_at):
    response = act(ticket, "promise", kind="update", what="Kept as typed", due_at=due_at)

    assert list(errors(response)) == ["due_at"]
    assert 'value="Kept as typed"' in response.content.decode()
    assert not Promise.objects.exists()


def test_a_promise_in_words_has_some(act, ticket):
    response = act(ticket, "promise", kind="callback", what=" ", due_at="2026-03-05T17:00")

    assert sorted(errors(response)) == ["kind", "what"]


def test_what_was_told_is_noted_once(act, at_desk, stranger):
    promise = Promise.objects.get()
    shown = at_desk.get(f"/tickets/{stranger.pk}/?do=told&promise={promise.pk}").context["panel"]
    words = shown["words"].value()

    act(stranger, f"promises/{promise.pk}/told", words=words)
    response = act(stranger, f"promises/{promise.pk}/told", words="Something else")

    assert " ".join(words.split()).endswith("You will hear from us by 1:00 PM today.")
    assert fresh(promise).told_text == words
    assert said(response)[-1] == CHANGED


def test_what_was_told_has_words(act, stranger):
    promise = Promise.objects.get()

    assert list(errors(act(stranger, f"promises/{promise.pk}/told", words=" "))) == ["words"]
    assert fresh(promise).told_at is None


def test_what_is_late_is_not_suggested_to_be_told(at_desk, stranger):
    promise = Promise.objects.get()
    at_desk.at = promise.due_at

    page = at_desk.get(f"/tickets/{stranger.pk}/?do=told&promise={promise.pk}")

    assert page.context["panel"]["words"].value() == ""


@pytest.mark.parametrize(
    ("form", "because"),
    [
        ({"status": "kept"}, "Kept"),
        ({"status": "solved", "because": "Restarted it"}, "Restarted it"),
        ({"status": "void", "because": "Wrong number"}, "Wrong number"),
    ],
)
def test_staff_say_what_became_of_a_promise(act, ticket, sara, monday_nine, form, because):
    promise = journey.callback_promised(ticket, by=sara, now=monday_nine)

    act(ticket, f"promises/{promise.pk}/end", **form)

    promise = fresh(promise)
    assert (promise.status, promise.ended_because) == (form["status"], because)
    assert promise.ended_by == sara


@pytest.mark.parametrize(
    ("form", "wrong"),
    [({}, "status"), ({"status": "void"}, "because"), ({"status": "broken"}, "status")],
)
def test_a_promise_does_not_end_unsaid(act, ticket, sara, monday_nine, form, wrong):
    promise = journey.callback_promised(ticket, by=sara, now=monday_nine)

    assert list(errors(act(ticket, f"promises/{promise.pk}/end", **form))) == [wrong]
    assert fresh(promise).status == "open"


def test_a_late_one_is_broken_and_staff_are_told(act, at_desk, ticket, sara, monday_nine):
    promise = journey.callback_promised(ticket, by=sara, now=monday_nine)
    at_desk.at = promise.due_at

    response = act(ticket, f"promises/{promise.pk}/end", status="kept")

    assert fresh(promise).status == "broken"
    assert said(response) == ["Its time had passed, so it counts as broken."]


def test_a_promise_ends_once(act, ticket, sara, monday_nine):
    promise = journey.callback_promised(ticket, by=sara, now=monday_nine)
    act(ticket, f"promises/{promise.pk}/end", status="kept")

    response = act(ticket, f"promises/{promise.pk}/end", status="void", because="Late click")

    assert said(response)[-1] == CHANGED
    assert fresh(promise).status == "kept"


# -- quotes --------------------------------------------------------------------------------------


def test_a_service_is_quoted_and_then_accepted(act, ticket, laptop_repair, sara):
    act(ticket, "quote", service=laptop_repair.pk)
    quote = Quote.objects.get()
    assert (quote.days, quote.target_days, quote.quoted_by) == (3, 2, sara)
    assert not Promise.objects.exists()

    response = act(ticket, f"quotes/{quote.pk}/accept", how="phone")

    promise = Promise.objects.get()
    assert fresh(quote).accepted_how == "phone"
    assert (promise.due_at, promise.target_at) == (boston(2026, 3, 5, 17), boston(2026, 3, 4, 17))
    assert said(response)[-1] == f"Promised: “{promise.told_text}”"
    assert fresh(ticket).status == "open"


def test_a_quote_may_be_accepted_on_the_spot(act, ticket, laptop_repair):
    response = act(ticket, "quote", service=laptop_repair.pk, days="5", accepted_how="counter")

    promise = Promise.objects.get()
    assert promise.due_at == boston(2026, 3, 9, 17)
    assert said(response) == [f"Promised: “{promise.told_text}”"]


@pytest.mark.parametrize(
    ("form", "wrong"),
    [
        ({}, "service"),
        ({"service": "99"}, "service"),
        ({"service": "x"}, "service"),
        ({"days": "2"}, "days"),
        ({"days": "0"}, "days"),
        ({"days": "3651"}, "days"),
        ({"accepted_how": "smoke"}, "accepted_how"),
    ],
)
def test_what_is_not_offered_is_not_quoted(act, ticket, laptop_repair, form, wrong):
    form = form if wrong == "service" else {"service": laptop_repair.pk} | form

    assert list(errors(act(ticket, "quote", **form))) == [wrong]
    assert not Quote.objects.exists()


def test_a_service_without_a_turnaround_says_so(act, ticket):
    service = Service.objects.create(name="Advice")

    response = act(ticket, "quote", service=service.pk)

    assert said(response) == ["No turnaround is set for Advice. An owner sets one under Setup."]
    assert not Quote.objects.exists()


def test_a_quote_is_accepted_once(act, ticket, laptop_repair, sara, monday_nine):
    quote = journey.quoted(ticket, laptop_repair, by=sara, now=monday_nine)
    act(ticket, f"quotes/{quote.pk}/accept", how="phone")

    response = act(ticket, f"quotes/{quote.pk}/accept", how="counter")

    assert said(response)[-1] == "This quote was accepted before."
    assert fresh(quote).accepted_how == "phone"
    assert Promise.objects.count() == 1


def test_it_is_asked_how_a_quote_was_accepted(act, ticket, laptop_repair, sara, monday_nine):
    quote = journey.quoted(ticket, laptop_repair, by=sara, now=monday_nine)

    assert list(errors(act(ticket, f"quotes/{quote.pk}/accept"))) == ["how"]
