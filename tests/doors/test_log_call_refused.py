"""What cannot be saved of a call: the page comes again, says what to do, and has lost nothing."""

from datetime import timedelta

import pytest
from django.core import signing
from django.urls import reverse

from billing.models import Rate
from helpdesk import journey
from policies.models import CallbackWindow, Promise
from tests.conftest import boston
from tests.doors.log_page import HTMX, Page, clock, desk, promised, ticket
from tickets.models import Customer, Interaction, Service, Ticket
from tickets.states import LostRace

__all__ = ["clock", "desk", "promised", "ticket"]  # fixtures

NUMBER = "(617) 555-0142"
GIVEN = {
    "said": "The screen stays black.",
    "how": "in",
    "outcome": "answered",
    "charge": "free",
    "gift_reason": "Kind",
    "minutes": "12",
}


def refused(desk, page, **changes):
    before = Interaction.objects.count()
    response = desk.send(page, **changes)
    assert response.status_code == 422
    assert Interaction.objects.count() == before
    return Page(response)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"said": " "}, "Write what they said; a few words are enough.", id="nothing"),
        pytest.param({"outcome": ""}, "Choose what comes of it.", id="no outcome"),
        pytest.param({"outcome": "x"}, "Select a valid choice. x is not one of", id="nonsense"),
        pytest.param({"charge": ""}, "Free or charged? Choose one: both are inv", id="no charge"),
        pytest.param({"minutes": "-1"}, "Ensure this value is greater than or", id="minutes"),
        pytest.param({"about": ""}, "Choose who it is and what it is about.", id="nobody"),
        pytest.param(
            {"about": "ticket:9"}, "Choose who it is and what it is a", id="no such ticket"
        ),
        pytest.param({"about": "customer:٣"}, "Choose who it is and what it is", id="no such key"),
        pytest.param({"about": f"ticket:{9**99}"}, "Choose who it is and what", id="a huge key"),
        pytest.param({"number": "12ab"}, "“12ab” is not a whole telephone num", id="no number"),
        pytest.param({"subject": "x" * 10_000}, "Ensure this value has at most 120", id="long"),
        pytest.param(
            {"about": "new", "new_name": ""},
            "A ticket ends with a name on it. Ask for it, or choose “Pass on” for now.",
            id="no name",
        ),
        pytest.param(
            {"about": "new", "new_name": "x" * 10_000}, "Ensure this value has at m", id="long name"
        ),
        pytest.param(
            {"about": "new", "new_name": "Bo", "q": "555014"},
            "“555014” is not a whole telephone number. Write it with its area code.",
            id="part of a number",
        ),
        pytest.param(
            {"how": "no_answer"}, "Nobody answered, so choose “Call back” to try", id="no answer"
        ),
        pytest.param(
            {"outcome": "quote", "agreed": "no"}, "Which service? Choose it: the d", id="no service"
        ),
    ],
)
def test_says_what_to_do(desk, ingrid, changes, error):
    page = desk.open(number=NUMBER)
    page.fields |= GIVEN

    again = refused(desk, page, **changes)

    assert [said[: len(error)] for said in again.errors] == [error]
    typed = GIVEN | changes
    lost = {"outcome": "x", "about": None}  # no such choice can be shown again
    for name, value in typed.items():
        if name not in changes or (name not in lost and value.strip()):
            assert again.fields[name] == value


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"agreed": ""}, "Have they agreed? Choose one; not yet is fine."),
        ({"agreed": "yes", "days": "2"}, "For Laptop repair we quote 3 working days or more."),
    ],
)
def test_a_quote_is_never_shorter_than_we_usually_need(desk, ingrid, changes, error):
    page = desk.open(number=NUMBER)
    laptop = Service.objects.get(name="Laptop repair")

    again = refused(desk, page, **GIVEN | {"outcome": "quote", "service": laptop.pk} | changes)

    assert again.errors == [error]


def test_nobody_can_be_called_back_without_a_number(desk):
    page = desk.open(q="Bengt Öst")

    again = refused(desk, page, **GIVEN | {"outcome": "callback"})

    assert again.errors == ["Which number do we call back? Ask for it."]


def test_what_is_still_promised_ready_is_not_closed_by_an_answer(desk, sara, ticket, clock):
    laptop = Service.objects.get(name="Laptop repair")
    journey.quoted(ticket, laptop, by=sara, now=clock.at, accepted_how="phone")
    page = desk.open(number=NUMBER)

    again = refused(desk, page, **GIVEN)

    assert again.errors == [
        f"{ticket} is still promised ready Thu 17:00. To leave it open, choose “Pass on”."
    ]


def test_a_ticket_that_has_ended_meanwhile(desk, ticket, sara, clock):
    page = desk.open(number=NUMBER)
    journey.ticket_closed(ticket, charge="free", by=sara, now=clock.at)

    again = refused(desk, page, **GIVEN)

    assert again.errors == [f"{ticket} has ended. Choose a new ticket, or reopen that one first."]


def test_a_ticket_that_somebody_else_moves_at_the_same_time(desk, ticket, monkeypatch):
    def lose(*args, **kwargs):
        raise LostRace

    page = desk.change(desk.open(number=NUMBER), **GIVEN)
    monkeypatch.setattr(journey, "ticket_closed", lose)

    again = refused(desk, page)

    assert "Somebody else changed the ticket. Look again, then save." in again.html
    assert again.fields["said"] == GIVEN["said"]


def test_a_page_that_was_open_for_too_long_is_read_out_anew(desk, ingrid, clock):
    page = desk.change(desk.open(number=NUMBER), **GIVEN | {"outcome": "callback"})
    clock.at += timedelta(hours=4)

    again = refused(desk, page)

    assert "This page was open for too long. Look again, then save." in again.html
    assert again.read[0].endswith("You will hear from us by 5:00\u202fPM today.")
    assert desk.send(again).status_code == 302
    assert Promise.objects.get().due_at == boston(2026, 3, 2, 17)


@pytest.mark.parametrize(
    "moment",
    [
        "",
        "tampered",
        signing.Signer(salt="log-call").sign_object(["heard_at"]),
        signing.Signer(salt="other").sign_object({"heard_at": "2026-03-01T09:00:00+00:00"}),
    ],
)
def test_the_instant_on_the_page_cannot_be_made_up(desk, ingrid, clock, moment):
    page = desk.change(desk.open(number=NUMBER), **GIVEN | {"outcome": "callback"})

    again = refused(desk, page, moment=moment)

    assert "This page was open for too long." in again.html
    assert desk.send(again).status_code == 302


def test_the_instant_of_one_call_does_not_do_for_another(desk, hear, clock):
    hear("new_call", now=clock.at - timedelta(hours=1))
    hear("new_call", now=clock.at, call_id="call-2", number="+16175550199")
    first, second = Interaction.objects.order_by("pk")
    page = desk.change(desk.open(call=first.pk), **GIVEN | {"outcome": "callback"})

    response = desk.send(page, call=second.pk)

    assert response.status_code == 422
    assert Promise.objects.count() == 0


def test_what_was_typed_is_shown_and_never_run(desk, customer):
    evil = "<script>alert(1)</script>"
    customer(f"Eve {evil}")
    page = desk.open(number=NUMBER)

    again = refused(desk, page, **GIVEN | {"said": evil, "subject": evil, "outcome": ""})

    assert again.fields["said"] == evil
    assert evil not in again.html


def test_controls_and_long_texts_are_kept_as_well_as_they_can_be(desk):
    said = "first\x00 line\r\n" + "x" * 10_000
    page = desk.change(desk.open(number=NUMBER), outcome="callback", new_name="A\x00da", said=said)

    assert desk.send(page).status_code == 302

    assert Interaction.objects.get().text == "first line\n" + "x" * 10_000
    assert Customer.objects.get().name == "Ada"
    assert Ticket.objects.get().subject == "first line"


@pytest.mark.parametrize("query", ["\x00", "x" * 10_000, "5" * 10_000, "#", "%_\\\"'"])
def test_anything_may_be_looked_for(desk, ingrid, query):
    assert desk.open(q=query).status == 200


@pytest.mark.parametrize(
    "given",
    [
        {"about": "ticket:x", "how": "?", "service": "x", "days": "x", "minutes": "-"},
        {"about": "ticket:9", "service": "9" * 30, "days": "9" * 30, "minutes": "9" * 30},
        {"about": "customer:9", "moment": "x", "new_name": "\x00", "new_language": "xx"},
        {"about": "new", "days": "3650", "minutes": "44640", "q": "x" * 10_000},
        {},
    ],
)
def test_anything_may_be_asked_while_it_is_filled_in(desk, given):
    response = desk.client.get(reverse("log-call-offers"), given, headers=HTMX)

    assert response.status_code == 200
    assert Page(response).read[0].startswith("We call back")


def test_without_a_policy_the_page_says_whom_to_ask(desk, ingrid, clock, monkeypatch):
    clock.at = boston(2025, 12, 31, 9)  # before the first versions

    page = desk.open(number=NUMBER)

    assert page.status == 200
    assert "No callback window is in force. An owner sets one under Setup." in page.errors
    again = refused(desk, page, **GIVEN | {"outcome": "callback"})
    assert "No callback window is in force." in again.html
    assert (CallbackWindow.objects.count(), Rate.objects.count()) == (1, 1)
