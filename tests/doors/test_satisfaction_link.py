"""Whether they are happy with how it went, said on their own page."""

import html
import re

import pytest
from django.test import Client

from helpdesk import duties, journey
from policies.models import FollowUp, FollowUpRule, Promise, Satisfaction
from tests.conftest import boston
from tests.outgoing import gateway, prefers, texted
from tickets import tokens
from tickets.models import Arrival, Customer, Interaction, Ticket

__all__ = ["gateway", "prefers", "texted"]

TEN, FRIDAY, LATER = boston(2026, 3, 2, 10), boston(2026, 3, 6, 10), boston(2026, 3, 6, 11)
ASKS = "Are you happy with how it went?"


@pytest.fixture
def ticket(make_ticket, ingrid, prefers):
    prefers(ingrid, "sms")
    return make_ticket()


@pytest.fixture
def asked(ticket, sara, gateway, monkeypatch):
    """The ticket was closed on Monday and Ingrid asked on Friday; return the text she got."""
    for module in ("links", "ticket"):
        monkeypatch.setattr(f"helpdesk.web.public.{module}.now", lambda: LATER)
    ticket.refresh_from_db()
    journey.ticket_closed(ticket, charge="free", by=sara, now=TEN)
    duties.swept(now=TEN)
    gateway.clear()
    duties.swept(now=FRIDAY)
    return gateway[-1][1]


@pytest.fixture
def page(ticket, asked):
    """Their page, by the link in the text."""
    path = re.search(r"/t/\S+/", asked)[0]
    client = Client()

    class Page:
        def get(self):
            return html.unescape(re.sub(r"\s+", " ", client.get(path).content.decode()))

        def say(self, is_happy, words="", form_id=""):
            found = re.search(r'name="form_id" value="(\w+)" id="happy-form_id"', self.get())
            form_id = form_id or (found[1] if found else "f" * 32)
            given = {"is_happy": is_happy, "words": words, "form_id": form_id}
            return client.post(f"{path}happy/", given)

    return Page()


def test_the_question_carries_the_link(asked, ticket):
    link = re.search(r"/t/(\S+)/", asked)[1]

    assert tokens.linked(link, now=LATER).ticket == ticket.pk


def test_before_we_ask_there_is_no_question(ticket, monkeypatch):
    for module in ("links", "ticket"):
        monkeypatch.setattr(f"helpdesk.web.public.{module}.now", lambda: TEN)
    client, address = Client(), f"/t/{tokens.link(ticket.pk, at=TEN)}/"
    assert ASKS not in client.get(address).content.decode()

    client.post(f"{address}happy/", {"is_happy": "yes", "form_id": "x"})

    assert not Satisfaction.objects.exists()


def test_happy_is_written_down_and_not_asked_again(page, ticket):
    assert ASKS in page.get()
    assert page.say("yes", "So quick!").status_code == 302

    answer = Satisfaction.objects.get()
    assert (answer.is_happy, answer.words, answer.answered_at) == (True, "So quick!", LATER)
    said = answer.interaction
    assert (said.kind, said.direction, said.text, said.ticket) == ("web", "in", "So quick!", ticket)
    assert Arrival.objects.get(interaction=said).source == "link"
    assert ASKS not in page.get()
    assert "Thank you. That is good to hear." not in page.get()  # said once, above
    ticket.refresh_from_db()
    assert ticket.status == "closed"
    assert not Promise.objects.filter(status="open").exists()


def test_unhappy_reopens_it_and_is_owed_a_call_as_by_text(page, ticket, texted):
    page.say("no", "Still slow")

    ticket.refresh_from_db()
    assert ticket.status == "open"
    promise = Promise.objects.get(status="open")
    answer = Satisfaction.objects.get()
    assert (promise.kind, promise.cause) == ("callback", answer.interaction)
    assert FollowUp.objects.filter(promise=promise).exists()
    said = page.get()
    assert "You told us that you are not happy. We are sorry, and call you by 3:00" in said
    assert "need not do anything" not in said


def test_without_words_it_says_which(page):
    page.say("no")

    answer = Satisfaction.objects.get()
    assert (answer.words, answer.interaction.text) == ("", "They are not happy")


def test_what_becomes_of_it_is_said_in_the_language_of_staff(page, ingrid):
    Customer.objects.filter(pk=ingrid.pk).update(language="sv")
    FollowUpRule.objects.create(rule="broken", is_on=False)

    page.say("no")

    outcome = FollowUp.objects.get(rule="broken").outcome
    assert outcome == "Not done: an owner has switched it off"
    assert Satisfaction.objects.get().interaction.text == "They are not happy"


def test_an_answer_counts_once(page, texted):
    page.say("yes")
    page.say("no", form_id="e" * 32)
    texted("2", now=LATER)

    assert [row.is_happy for row in Satisfaction.objects.all()] == [True]


def test_answered_by_text_it_is_not_asked_on_the_page(page, texted):
    texted("1", now=LATER)

    assert ASKS not in page.get()
    page.say("no")
    assert Satisfaction.objects.get().is_happy


@pytest.mark.parametrize(
    "given", [{}, {"is_happy": "perhaps"}, {"is_happy": "no", "words": "x" * 1001}]
)
def test_what_cannot_be_read_is_asked_again_with_what_was_typed(page, asked, given):
    path = re.search(r"/t/\S+/", asked)[0]

    response = Client().post(f"{path}happy/", {"form_id": "a" * 32} | given)

    assert response.status_code == 422
    assert given.get("words", "") in response.content.decode()
    assert not Satisfaction.objects.exists()


@pytest.mark.parametrize("change", ["forged", "old", "revoked", "other"])
def test_only_the_link_of_the_ticket_opens_it(ticket, asked, make_ticket, change):
    link = tokens.link(ticket.pk, at=FRIDAY)
    if change == "forged":
        link = link[:-1] + ("0" if link[-1] != "0" else "1")
    if change == "old":
        link = tokens.link(ticket.pk, at=boston(2025, 12, 1))
    if change == "revoked":
        Ticket.objects.filter(pk=ticket.pk).update(links_revoked_at=LATER)
    if change == "other":
        link = tokens.link(make_ticket().pk, at=FRIDAY)

    response = Client().post(f"/t/{link}/happy/", {"is_happy": "no", "form_id": "x"})

    assert response.status_code == (302 if change == "other" else 404)
    assert not Satisfaction.objects.exists()


def test_a_look_answers_nothing(page, asked):
    path = re.search(r"/t/\S+/", asked)[0]

    assert Client().get(f"{path}happy/").status_code == 405
    assert not Interaction.objects.filter(kind="web").exists()
