"""What happened on a ticket, as its page tells it."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from helpdesk.journey import Contact
from tests.conftest import boston
from tests.doors.pages import text
from tickets import intake
from tickets.models import Interaction, Service
from tickets.models.work import Kind

TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def page(at_desk, ticket):
    """Get the page as staff see it now."""

    def page(**query):
        return at_desk.get(f"/tickets/{ticket.pk}/", query)

    return page


def happened(response):
    return [entry.what for entry in response.context["entries"]]


def test_everything_is_one_line_the_newest_first(page, ticket, sara, per, monday_nine):
    laptop = Service.objects.get(name="Laptop repair")
    said = Contact(kind=Kind.WALK_IN, direction="in", said="Dead.", heard_at=monday_nine)
    journey.contact_logged(said, by=sara, now=monday_nine, ticket=ticket)
    ticket.refresh_from_db()
    quote = journey.quoted(ticket, laptop, by=sara, now=TEN)
    journey.quote_accepted(quote, how="counter", by=sara, now=TEN)
    journey.note_added(ticket, "Found a moth.", by=per, now=boston(2026, 3, 3, 9), minutes=40)
    journey.ticket_moved(ticket, "ready", by=per, now=boston(2026, 3, 3, 11), customer_told=True)
    journey.ticket_closed(ticket, charge="free", by=sara, now=boston(2026, 3, 3, 12))
    duties.swept(now=boston(2026, 3, 3, 13))

    assert happened(page()) == [
        "Given: $67.50",
        "Invoice 2026-0001: $67.50",
        "Closed: free",
        "Laptop repair, by Thu 17:00",
        "Per Holm noted",
        "Promised: Laptop repair, by Thu 17:00",
        "Quote accepted: Laptop repair",
        "Quoted: Laptop repair, 3 working days",
        "Ingrid Berg was at the counter",
        "Opened",
    ]


def test_a_gift_reads_as_paid(page, ticket, sara, monday_nine):
    journey.ticket_closed(ticket, charge="free", gift_reason="Fourth laptop", by=sara, now=TEN)
    duties.swept(now=TEN + timedelta(hours=1))

    response = page()

    assert response.context["entries"][0].look == "gift"
    assert "Given: $45.00 $0.00 due, PAID Sara Lind · Fourth laptop" in text(response)


CALLS = [
    pytest.param("in", "missed", "(617) 555-0142 called hung up before an answer", id="missed"),
    pytest.param(
        "in", "spoken", "(617) 555-0142 called answered by Sara Lind · 1 min", id="answered"
    ),
    pytest.param("out", "spoken", "Sara Lind called (617) 555-0142 1 min", id="we called"),
    pytest.param("out", "tried", "Sara Lind called (617) 555-0142 no answer", id="nobody answered"),
]


@pytest.mark.parametrize(("direction", "how", "said"), CALLS)
def test_a_call_says_how_it_went(
    at_desk, sara, missed, spoken, tried, monday_nine, direction, how, said
):
    number = missed(now=monday_nine).ticket.pk
    if how == "spoken":
        spoken(now=TEN, call_id="two", direction=direction)
    elif how == "tried":
        tried(now=TEN)

    assert said in text(at_desk.get(f"/tickets/{number}/"))


def test_a_withheld_number_is_said_to_be(at_desk, missed, monday_nine):
    number = missed(now=monday_nine, number="anonymous").ticket.pk

    page = text(at_desk.get(f"/tickets/{number}/"))

    assert "Somebody called hung up before an answer · number withheld" in page


def test_a_contact_off_the_official_number_is_told_from_others(page, ticket, per, monday_nine):
    said = Contact(
        kind=Kind.CALL, direction="in", said="At dinner", heard_at=monday_nine, official=False
    )
    journey.contact_logged(said, by=per, now=monday_nine, ticket=ticket)

    assert "answered by Per Holm · not by the official number or address" in text(page())


def test_what_was_told_is_read_on_the_promise(page, ticket, sara, monday_nine):
    promise = journey.callback_promised(ticket, by=sara, now=monday_nine)

    made = page().context["entries"][0]

    assert made.what == "Promised: Call back, by today 13:00"
    assert made.said == promise.told_text


def test_a_merged_ticket_is_one_line_with_the_way_to_it(page, ticket, ingrid, sara, monday_nine):
    other = intake.open_ticket(subject="Same", channel=Kind.CALL, customer=ingrid, now=monday_nine)
    journey.tickets_merged(other, ticket, by=sara, now=TEN)

    entry = page().context["entries"][0]

    assert entry.what == f"#{other.pk} was merged into this one"
    assert entry.url == f"/tickets/{other.pk}/"


@pytest.mark.parametrize("channel", Kind.values)
def test_every_kind_of_contact_can_be_read(page, ticket, per, monday_nine, channel):
    for direction in ("internal",) if channel == Kind.NOTE else ("in", "out"):
        Interaction.objects.create(
            ticket=ticket,
            kind=channel,
            direction=direction,
            text="Said",
            staff=per,
            happened_at=monday_nine,
            logged_at=monday_nine,
        )

    response = page()

    assert response.status_code == 200
    assert all("%" not in what for what in happened(response))


def test_a_long_story_shows_its_end_and_offers_the_rest(page, ticket, per, monday_nine):
    for n in range(120):
        journey.note_added(ticket, f"Note {n}", by=per, now=monday_nine + timedelta(minutes=n))

    short, whole = page(), page(all=1)

    assert len(short.context["entries"]) == 100
    assert short.context["entries"][0].said == "Note 119"
    assert "Show all of it" in text(short)
    assert len(whole.context["entries"]) == 121
    assert "Show all of it" not in text(whole)
