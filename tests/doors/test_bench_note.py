"""A note from the bench: where its line opens, and what was begun on it and not sent."""

import re

import pytest

from helpdesk import journey
from helpdesk.models import Draft
from helpdesk.web import bench
from tests.conftest import boston
from tests.doors.pages import count_queries, said, text
from tickets import intake
from tickets.models import Interaction

pytestmark = pytest.mark.django_db

TEN = boston(2026, 3, 2, 10)
WRONG = "Write a few words, and the minutes as a whole number."


@pytest.fixture
def at_bench(client, per, monkeypatch):
    """Per at the bench, on Monday at ten."""
    monkeypatch.setattr(bench, "now", lambda: TEN)
    client.force_login(per)
    return client


@pytest.fixture
def laptop(shop, ingrid, per):
    """Have laptops brought in that are Per's."""

    def laptop():
        ticket = intake.open_ticket(subject="Laptop", channel="walk_in", customer=ingrid, now=TEN)
        journey.ticket_assigned(ticket, per, now=TEN)
        return ticket

    return laptop


def lines(response):
    """The lines for a note that are open: where, and what is on them."""
    found = re.findall(r'<input id="note-(\d+)"([^>]*)>', response.content.decode())
    return [(int(number), re.findall(r'value="([^"]*)"', more)[0]) for number, more in found]


def begun(ticket, user, **fields):
    return Draft.objects.create(
        user=user, form=f"ticket-{ticket.pk}-note", fields=fields, saved_at=TEN
    )


def test_it_opens_on_one_ticket_and_is_gone_to(at_bench, laptop):
    other, ticket = laptop(), laptop()

    page = at_bench.get("/bench/", {"whose": "mine"}).content.decode()
    assert f'href="/bench/?whose=mine&amp;note={ticket.pk}#note-{ticket.pk}"' in page

    asked = {"whose": "mine", "note": ticket.pk}
    assert lines(at_bench.get("/bench/", asked)) == [(ticket.pk, "")]
    opened = at_bench.get("/bench/", asked, headers={"HX-Request": "true"})
    assert opened.content.decode().count("autofocus") == 1
    assert f"note={other.pk}#note-{other.pk}" in opened.content.decode()


@pytest.mark.parametrize("number", ["7", "0", "nobody", "9" * 30, "\0", "١", ""])
def test_on_a_ticket_that_is_not_there_none_opens(at_bench, laptop, number):
    laptop()

    assert lines(at_bench.get("/bench/", {"note": number})) == []


def test_on_what_is_put_aside_it_opens_in_sight(at_bench, laptop, per):
    ticket = laptop()
    journey.ticket_moved(ticket, "waiting", by=per, now=TEN)

    assert '<details class="more" open>' in " ".join(
        at_bench.get("/bench/", {"note": ticket.pk}).content.decode().split()
    )
    assert '<details class="more" open>' not in at_bench.get("/bench/").content.decode()


def test_what_was_begun_is_on_it_wherever_that_was(at_bench, laptop, per):
    ticket = laptop()
    begun(ticket, per, text="New fan,\nand <b>paste</b>", minutes="25")

    opened = at_bench.get("/bench/", {"note": ticket.pk})

    assert lines(opened) == [(ticket.pk, "New fan, and &lt;b&gt;paste&lt;/b&gt;")]
    assert 'value="25"' in opened.content.decode()
    assert "You began this today 10:00 ." in text(opened)


def test_what_a_colleague_began_is_not(at_bench, laptop, eva):
    ticket = laptop()
    begun(ticket, eva, text="Hers")

    assert lines(at_bench.get("/bench/", {"note": ticket.pk})) == [(ticket.pk, "")]


@pytest.mark.parametrize("times", [1, 2])
def test_once_it_is_saved_the_draft_is_gone_and_the_line_closed(at_bench, laptop, per, times):
    ticket = laptop()
    for _time in range(times):
        begun(ticket, per, text="New fan")
        response = at_bench.post(
            f"/bench/{ticket.pk}/note/",
            {"text": "New fan", "form_id": "abc"},
            headers={"Referer": f"http://testserver/bench/?whose=mine&note={ticket.pk}"},
        )

    assert response["Location"] == "/bench/?whose=mine"
    assert (Interaction.objects.count(), Draft.objects.count()) == (1, 0)


def test_what_is_refused_keeps_its_draft_and_says_why_at_the_field(at_bench, laptop, per):
    ticket = laptop()
    begun(ticket, per, text="New fan", minutes="many")

    response = at_bench.post(f"/bench/{ticket.pk}/note/", {"text": "New fan", "minutes": "many"})

    assert lines(response) == [(ticket.pk, "New fan")]
    assert f'id="wrong-{ticket.pk}"' in response.content.decode()
    assert (WRONG in text(response), said(response), Draft.objects.count()) == (True, [], 1)


def test_from_the_page_of_a_refusal_one_comes_back_to_the_bench(at_bench, laptop):
    ticket = laptop()

    response = at_bench.post(
        f"/bench/{ticket.pk}/note/?whose=mine",
        {"text": "New fan"},
        headers={"Referer": f"http://testserver/bench/{ticket.pk}/note/?whose=mine"},
    )

    assert response["Location"] == "/bench/?whose=mine"


def test_it_costs_the_same_with_one_and_with_three(at_bench, laptop):
    first = laptop()
    address = f"/bench/?note={first.pk}"
    few = count_queries(at_bench, address)
    laptop(), laptop()

    assert count_queries(at_bench, address) == few
    assert few <= 10
