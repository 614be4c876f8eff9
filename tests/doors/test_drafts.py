"""Drafts: kept for whoever writes, shown again, gone once sent, and refused in words."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from helpdesk.models import Draft
from helpdesk.web import drafts
from tests.doors.log_page import Page, clock, desk, promised, ticket
from tickets.models import Interaction

__all__ = ["clock", "desk", "promised", "ticket"]  # fixtures

NUMBER = "(617) 555-0142"
SAID = {"q": NUMBER, "said": "The screen stays black.\nSince Tuesday.", "outcome": "callback"}


@pytest.fixture(autouse=True)
def same_clock(monkeypatch, clock):
    monkeypatch.setattr(drafts, "now", lambda: clock.at)


@pytest.fixture
def keep(client):
    """Send a draft as the script does."""

    def keep(fields, form="call", **more):
        address = reverse("draft", args=[form])
        body = fields if isinstance(fields, bytes) else json.dumps(fields)
        return client.post(address, body, content_type="application/json", **more)

    return keep


def test_a_closed_tab_loses_nothing(desk, keep, ingrid, clock):
    said = keep(SAID)
    assert (said.status_code, said.json()) == (200, {"said": "Draft saved 09:00"})
    clock.at += timedelta(minutes=41)

    page = desk.open()

    assert {name: page.fields[name] for name in SAID} == SAID
    assert page.fields["about"] == f"customer:{ingrid.pk}"
    assert "You began this" in page.html
    assert "today 09:00</time>" in page.html


def test_saved_it_is_forgotten(desk, keep, ingrid):
    keep(SAID)
    page = desk.open()
    assert Draft.objects.count() == 1

    assert desk.send(page).status_code == 302

    assert Draft.objects.count() == 0
    assert desk.open().fields["said"] == ""


def test_refused_it_is_kept(desk, keep, ingrid):
    keep(SAID)

    refused = desk.send(desk.open(), outcome="")

    assert refused.status_code == 422
    assert Draft.objects.get().fields == SAID
    assert Page(refused).fields["draft"] == "call"


def test_the_last_of_two_tabs_is_kept(desk, keep, clock):
    keep({"said": "First"})
    clock.at += timedelta(minutes=1)
    keep({"said": "Second"})

    draft = Draft.objects.get()
    assert (draft.fields, draft.saved_at) == ({"said": "Second"}, clock.at)


def test_emptied_it_is_gone(desk, keep):
    keep({"said": "First"})
    keep({"said": "", "offered": []})

    assert Draft.objects.count() == 0


def test_a_number_alone_does_not_come_back(desk, keep):
    keep({"q": NUMBER, "said": ""})

    page = desk.open()

    assert page.fields["q"] == ""
    assert "You began this" not in page.html


def test_nothing_of_a_colleague_is_seen_or_touched(desk, keep, client, per, ingrid):
    keep(SAID)
    client.force_login(per)
    assert desk.open().fields["said"] == ""

    keep({"said": "Mine"})
    client.post(reverse("draft", args=["call"]), {"discard": "1"})

    assert [(draft.user.username, draft.fields) for draft in Draft.objects.all()] == [
        ("sara", SAID)
    ]


def test_each_call_has_its_own(desk, keep, hear, clock, ingrid):
    hear("new_call", now=clock.at)
    call = Interaction.objects.get()
    page = desk.open(call=call.pk)
    keep({"said": "Rings"}, form=page.fields["draft"])
    keep({"said": "Another"})

    assert page.fields["draft"] == f"call-{call.pk}"
    assert desk.open(call=call.pk).fields["said"] == "Rings"
    assert desk.open().fields["said"] == "Another"


@pytest.mark.parametrize("asked", ["ticket", "customer", "q"])
def test_what_was_begun_for_somebody_is_theirs(desk, keep, ticket, ingrid, asked):
    keep({"said": "Another"})
    key = {"ticket": ticket.pk, "customer": ingrid.pk, "q": "Ingrid"}[asked]

    page = desk.open(**{asked: key})

    assert page.fields["said"] == ""
    assert page.fields["draft"] == f"call-{asked}-{str(key).lower()}"


def test_a_ticket_that_has_ended_since_is_not_chosen(desk, keep, ingrid):
    keep(SAID | {"about": "ticket:9"})

    assert desk.open().fields["about"] == f"customer:{ingrid.pk}"


def test_somebody_new_stays_new(desk, keep, ingrid):
    keep(SAID | {"about": "new", "new_name": "Åsa"})

    page = desk.open()

    assert (page.fields["about"], page.fields["new_name"]) == ("new", "Åsa")


def test_without_script_it_is_discarded_by_a_button(desk, keep, client, ingrid):
    keep(SAID)

    response = client.post(
        reverse("draft", args=["call"]),
        {"discard": "1"},
        headers={"Referer": "http://testserver/calls/new/?q=Ingrid"},
    )

    assert response["Location"] == "/calls/new/?q=Ingrid"
    assert Draft.objects.count() == 0


def test_a_form_that_says_nothing_changes_nothing(desk, keep, client):
    keep(SAID)

    client.post(reverse("draft", args=["call"]), SAID)

    assert Draft.objects.get().fields == SAID


def test_secrets_are_never_kept(desk, keep):
    keep({"said": "x", "csrfmiddlewaretoken": "a", "password": "b", "New-Password": "c"})

    assert Draft.objects.get().fields == {"said": "x"}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param(b"said=x", "Not saved: this is not what a form sends.", id="a form"),
        pytest.param(b"\xff\xfe", "Not saved: this is not what a form sends.", id="not text"),
        pytest.param(b"[" * 30_000, "Not saved: this is not what a form sends.", id="deep"),
        pytest.param(b'["said"]', "Not saved: this is not what a form sends.", id="a list"),
        pytest.param({"said": 3}, "Not saved: this is not what a form sends.", id="a number"),
        pytest.param({"said": ["x", None]}, "Not saved: this is not what a form sends.", id="null"),
        pytest.param({"x" * 61: "x"}, "Not saved: this is not what a form sends.", id="long name"),
        pytest.param(
            {str(n): "x" for n in range(61)}, "Not saved: this is not what a form sends.", id="many"
        ),
        pytest.param(
            {"said": "x" * 40_000},
            "Not saved: this is too long for a draft. Send it, or shorten it.",
            id="long",
        ),
    ],
)
def test_what_is_no_draft_is_refused_in_words(desk, keep, body, words):
    response = keep(body)

    assert (response.status_code, response.json()) == (400, {"said": words})
    assert Draft.objects.count() == 0


def test_what_no_database_can_keep_is_taken_out(desk, keep):
    assert keep(b'{"said": "a\\u0000b\\ud800"}').status_code == 200

    assert Draft.objects.get().fields == {"said": "ab\ufffd"}


@pytest.mark.parametrize("form", ["9", "-", "Call", "x" * 41, "_a"])
def test_what_is_no_form_is_not_found(desk, keep, form):
    assert keep(SAID, form=form).status_code == 404


def test_signed_out_the_script_is_told(keep, shop):
    response = keep(SAID)

    assert (response.status_code, response.json()) == (
        401,
        {"said": "Not saved: you are signed out. Copy what you wrote, then sign in."},
    )


def test_looking_keeps_nothing(desk, client):
    assert client.get(reverse("draft", args=["call"])).status_code == 405


def test_two_forms_of_a_page_cost_one_query(desk, keep, sara, rf):
    for form in ("ticket-1042-answer", "ticket-1042-note"):
        keep({"text": form}, form=form)
    request = rf.get("/")
    request.user = sara

    with CaptureQueriesContext(connection) as queries:
        found = drafts.begun(request, "ticket-1042-answer", "ticket-1042-note")

    assert len(queries) == 1
    assert {form: draft.fields for form, draft in found.items()} == {
        form: {"text": form} for form in ("ticket-1042-answer", "ticket-1042-note")
    }
    assert drafts.kept(request, "ticket-1042-note") == {"text": "ticket-1042-note"}
    assert drafts.kept(request, "ticket-7-note") == {}
