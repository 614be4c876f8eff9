"""What came in, as it came: what was put aside first, and reading it again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.conftest import boston
from tests.doors import correspondence
from tests.doors.mails import arrive, mail, unreadable
from tests.doors.pages import CHANGED, fresh, said, text
from tickets import arrivals
from tickets.models import Arrival, Interaction, Mailbox

TEN = boston(2026, 3, 2, 10)


def kept(raw, *, now=TEN, verdict="quarantined", via="email", because="x"):
    return arrivals.keep(
        raw, via=via, source="pbx", content_type="", verdict=verdict, because=because, now=now
    )


@pytest.fixture
def listed(at_desk):
    def listed(**query):
        return at_desk.get("/arrivals/", query)

    return listed


def test_what_was_put_aside_comes_first_with_how_many_of_each(listed, shop):
    aside = unreadable(TEN)
    arrive(mail(subject="Wet laptop"), now=TEN)

    response = listed()

    assert [row.pk for row in response.context["page"].rows] == [aside.pk]
    assert "Put aside 1 Filed on a ticket 1 All of it 2" in text(response)
    assert "This is not a mail: it does not begin with headers." in text(response)


def test_what_was_filed_is_found_with_its_ticket(at_desk, listed, shop):
    contact = arrive(mail(subject="Wet laptop"), now=TEN).interaction

    for verdict in ("ticket", "all"):
        response = listed(verdict=verdict)
        assert "Wet laptop" in text(response)
        assert f"#{contact.ticket_id}" in text(response)
    arrival = contact.arrivals.get().pk
    shown = at_desk.get(f"/arrivals/{arrival}/").content.decode()
    assert f'href="/tickets/{contact.ticket_id}/#contact-{contact.pk}"' in shown


def test_nothing_put_aside_says_what_that_means(listed, shop):
    assert "Nothing is put aside Whatever arrived is on a ticket" in text(listed())
    assert "Nothing of the kind has come in" in text(listed(verdict="bounce"))


@pytest.mark.parametrize("asked", ["nonsense", "", "'; --", "\0"])
def test_what_nobody_can_ask_for_shows_what_was_put_aside(listed, shop, asked):
    assert listed(verdict=asked).context["asked"] == "quarantined"


def test_a_mailbox_says_when_it_was_read_and_what_is_wrong(listed, shop):
    correspondence.mailboxes(now=TEN)

    shown = text(listed())

    assert "help@shop.example/INBOX last read 2 Mar 10:00" in shown
    problem = "AUTHENTICATE failed: the password has expired Last read 2 Mar 09:00."
    assert f"bills@shop.example/INBOX cannot be read since 2 Mar 10:00: {problem}" in shown


def test_a_mailbox_never_read_says_so(listed, shop):
    Mailbox.objects.create(name="help@shop.example/INBOX")

    assert "help@shop.example/INBOX not read yet" in text(listed())


def test_the_list_goes_on_from_page_to_page(listed, at_desk, shop):
    correspondence.put_aside(120, now=TEN)
    seen, address = [], "/arrivals/"
    while address:
        page = at_desk.get(address).context["page"]
        seen += [row.pk for row in page.rows]
        address = f"/arrivals/{page.next}" if page.next else ""

    assert seen == list(Arrival.objects.order_by("-pk").values_list("pk", flat=True))


def test_the_list_asks_as_much_for_one_as_for_three_hundred(listed, shop):
    queries = {}
    for count in (1, 3, 300):
        correspondence.put_aside(count - Arrival.objects.count(), now=TEN)
        with CaptureQueriesContext(connection) as captured:
            listed()
        queries[count] = len(captured)

    assert len(set(queries.values())) == 1, queries


def test_a_page_shows_how_it_begins_as_text(at_desk, shop):
    found = kept(b"<script>alert(1)</script>\x00\x1b[31m\xff " + b"x" * 10_000)

    response = at_desk.get(f"/arrivals/{found.pk}/")

    shown = response.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;[31m\ufffd x" in shown
    assert "<script>alert" not in shown
    assert "How it begins" in text(response)
    assert "Size 9.8 KB" in text(response).replace("\xa0", " ")
    assert shown.count("x" * 100) < 70


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\x00", "å".encode()], ids=repr)
def test_whatever_came_can_be_looked_at(at_desk, shop, raw):
    assert at_desk.get(f"/arrivals/{kept(raw).pk}/").status_code == 200


def test_what_can_be_read_by_now_is_filed(at_desk, shop):
    found = kept(mail("It is wet."))

    response = at_desk.post(f"/arrivals/{found.pk}/read/")

    assert said(response) == ["Read. It is: Filed on a ticket"]
    assert fresh(found).interaction == Interaction.objects.get()
    assert Interaction.objects.get().text == "It is wet."


def test_what_still_cannot_be_read_says_why(at_desk, shop):
    found = unreadable(TEN)

    response = at_desk.post(f"/arrivals/{found.pk}/read/")

    why = "This is not a mail: it does not begin with headers."
    assert said(response) == [f"It still cannot be read: {why}"]


def test_what_is_filed_is_not_read_twice(at_desk, shop):
    found = arrive(mail(), now=TEN)

    response = at_desk.post(f"/arrivals/{found.pk}/read/")

    assert said(response) == [CHANGED]
    assert fresh(found).verdict == "ticket"
    assert Interaction.objects.count() == 1


def test_a_call_event_is_not_read_as_a_mail(at_desk, shop):
    found = kept(b"{", via="cti")

    assert "Read it again" not in text(at_desk.get(f"/arrivals/{found.pk}/"))
    assert said(at_desk.post(f"/arrivals/{found.pk}/read/")) == [CHANGED]
