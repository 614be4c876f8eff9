"""What happened on a ticket, as its page tells it."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from helpdesk.journey import Contact
from tests.conftest import boston
from tests.doors.mails import arrive, mail
from tests.doors.pages import text
from tickets import intake
from tickets.messages import Form
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


# -- parts of it, and how it came ----------------------------------------------------------------


@pytest.fixture
def mixed(ticket, sara, per, monday_nine):
    said = Contact(kind=Kind.WALK_IN, direction="in", said="Dead.", heard_at=monday_nine)
    journey.contact_logged(said, by=sara, now=monday_nine, ticket=ticket)
    for n in range(2):
        journey.note_added(ticket, f"Note {n}", by=per, now=TEN + timedelta(minutes=n))
    journey.callback_promised(ticket, by=sara, now=boston(2026, 3, 2, 11))
    return ticket


PARTS = [
    ("talk", ["Ingrid Berg was at the counter"]),
    ("notes", ["Per Holm noted", "Per Holm noted"]),
    ("ledger", ["Promised: Call back, by today 15:00"]),
]


@pytest.mark.parametrize(("show", "what"), PARTS)
def test_a_part_of_it_is_shown_by_itself(page, mixed, show, what):
    response = page(show=show)

    assert happened(response) == what
    assert [each.show for each in response.context["shows"] if each.is_chosen] == [show]
    assert "All Conversation 1 Notes 2 Promises and money" in text(response)


def test_whatever_else_is_asked_for_shows_all_of_it(page, mixed):
    assert happened(page(show="nonsense")) == happened(page())


def test_a_part_reaches_back_past_what_is_left_out(page, ticket, mixed, per):
    for n in range(110):
        journey.note_added(ticket, f"More {n}", by=per, now=TEN + timedelta(hours=n + 2))

    assert happened(page(show="talk")) == ["Ingrid Berg was at the counter"]


EMPTY = [
    ("talk", "Nothing was said with the customer yet."),
    ("notes", "Nobody has left a note yet."),
    ("ledger", "Nothing is promised, quoted or invoiced yet."),
]


@pytest.mark.parametrize(("show", "words"), EMPTY)
def test_an_empty_part_says_so(page, show, words):
    assert words in text(page(show=show))


def test_what_was_told_by_a_message_is_read_once(at_desk, ingrid, monday_nine):
    journey.customer_reached_by(ingrid, intake.reachable("ingrid@example.com", "US"))
    contact = arrive(mail("Is it ready?", sender="ingrid@example.com"), now=monday_nine).interaction
    duties.swept(now=monday_nine + timedelta(minutes=5))

    entries = at_desk.get(f"/tickets/{contact.ticket_id}/").context["entries"]

    written = [entry.said for entry in entries if entry.look == "out"]
    promised = [entry.said for entry in entries if entry.what.startswith("Promised")]
    assert len(written) == 1
    assert promised == [""]


def test_a_call_shows_what_the_phone_system_sent(at_desk, say):
    say("newCall")
    say("hangup", cause="cancel")
    contact = Interaction.objects.get(kind="call")
    came = f"/tickets/{contact.ticket_id}/contacts/{contact.pk}/came/"

    assert f'href="{came}"' in at_desk.get(f"/tickets/{contact.ticket_id}/").content.decode()
    arrivals = at_desk.get(came).context["arrivals"]
    assert [arrival.interaction_id for arrival in arrivals] == [contact.pk] * 2


def test_one_thing_that_came_is_shown_at_once(at_desk, monday_nine):
    contact = arrive(mail("Hello"), now=monday_nine).interaction

    response = at_desk.get(f"/tickets/{contact.ticket_id}/contacts/{contact.pk}/came/")

    assert response["Location"] == f"/arrivals/{contact.arrivals.get().pk}/"


def test_what_was_written_here_did_not_come(at_desk, page, mixed):
    note = mixed.interactions.filter(kind="note").first()

    assert "as it came" not in text(page())
    shown = text(at_desk.get(f"/tickets/{mixed.pk}/contacts/{note.pk}/came/"))
    assert "It did not come: it was written here" in shown


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("web form", "Ingrid Berg wrote through the web form"),
        ("link", "Ingrid Berg wrote on their own page"),
    ],
)
def test_the_form_for_all_is_told_apart_from_their_own_page(page, ticket, source, said):
    wrote = Form("", "Is it ready?", None, ticket=ticket, form_id=source)
    journey.form_arrived(wrote, b"x", content_type="text/plain", source=source, now=TEN)

    shown = page().context["entries"]
    assert [it.what for it in shown if it.contact and it.contact.kind == "web"] == [said]
