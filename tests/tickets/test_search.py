"""Finding tickets and customers: the same hits on both databases, whatever is typed."""

import pytest
from django.db import connection

from helpdesk import journey
from tests.conftest import CALLER
from tickets import intake, search
from tickets.models import Customer, Ticket
from tickets.text import normalise

pytestmark = pytest.mark.django_db

# No number here is near one that a ticket of its own has: those are found, too.
SUBJECTS = [
    "Café closed: ERR-90471 at start",
    "From joe.bloggs@example.com",
    "100 % full, back_x gone",
    "Große Straße 12, Ångström",
    'Says "disk * failed"',
    "O'Brien's laptop",
    "Cab driver's tablet",
    r"C:\temp\new and 555-0143",
    "Printer 打印机 jams",
    "Two  spaces\tand tabs",
    "#9087654321 was not it",
]

# What is typed, and which of the above it finds.
QUERIES = {
    "cafe": [0],
    "CAFÉ": [0],
    "err-90471": [0],
    "90471": [0],
    "joe.bloggs@": [1],
    "bloggs": [1],
    "555-0143": [7],
    "strasse": [3],
    "STRAẞE": [3],
    "angstrom": [3],
    "%": [2],
    "100 %": [2],
    "_x": [2],
    "_": [2],
    '"': [4],
    '"disk': [4],
    "*": [4],
    "'": [5, 6],
    "o'brien's": [5],
    "ab": [6, 9],  # shorter than a trigram
    "cab driver": [6],
    "driver cab": [6],
    "cab printer": [],
    "打印": [8],
    "打印机": [8],
    "\\": [7],
    "\\temp\\": [7],
    "spaces tabs": [9],
    "two spaces": [9],
    "#90876": [10],
    "  cafe  ": [0],
    "nothing like it": [],
}

HOSTILE = [
    "'; DROP TABLE tickets_ticket; --",
    '" OR "1"="1',
    '""',
    '"""',
    "NEAR(a b)",
    "a AND b OR NOT c",
    "search_text:cafe",
    "cafe*",
    "^cafe",
    "caf\x00e",
    "\x00",
    "\ud83d",
    "%%%",
    "%s %d %(x)s",
    "___",
    "\\%",
    "'" * 50,
    "(" * 3000,
    "x" * 5000,
    "wort " * 1000,
    "\u202ecafe",
    "🎁🎁🎁",
    "(((",
    "-",
    "--",
    "+",
    "{}",
    "\\",
    "\\\\",
]


@pytest.fixture
def tickets(shop, monday_nine):
    return [
        intake.open_ticket(subject=subject, channel="call", now=monday_nine) for subject in SUBJECTS
    ]


def found(query, rows=Ticket):
    return list(search.narrow(rows.objects.order_by("pk"), query))


@pytest.mark.parametrize("query", QUERIES)
def test_what_is_typed_finds(tickets, query):
    assert found(query) == [tickets[index] for index in QUERIES[query]]


@pytest.mark.parametrize("query", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_meant_to_hurt_is_only_looked_for(tickets, query):
    words = [word[: search.LONGEST] for word in normalise(query).split()][: search.WORDS]
    oracle = [it for it in tickets if all(word in it.search_text for word in words)]

    assert found(query) == oracle


@pytest.mark.parametrize("query", ["", "   ", "\n\t"])
def test_nothing_typed_keeps_everything(tickets, query):
    assert found(query) == tickets


def test_every_piece_of_what_is_indexed_is_found(tickets):
    for ticket in tickets:
        text = ticket.search_text
        for start in range(0, len(text) - 4, 3):
            piece = text[start : start + 4]
            if " " not in piece and not piece.startswith("#"):
                assert ticket in found(piece), piece


def test_a_ticket_is_found_by_its_number(tickets):
    number = str(tickets[3].number)

    assert found(number) == [tickets[3]]
    assert found(f"#{number}") == [tickets[3]]


@pytest.fixture
def spoken_to(spoken, logged, ingrid, monday_nine):
    call = spoken(now=monday_nine).call.interaction
    return logged("The hinge squeaks.", now=monday_nine, call=call).ticket


@pytest.fixture
def logged(sara):
    def logged(said, *, now, call):
        contact = journey.Contact(kind="call", direction="in", said=said, heard_at=now)
        return journey.contact_logged(contact, by=sara, now=now, call=call)

    return logged


@pytest.mark.parametrize(
    "typed",
    ["+16175550142", "617 555 0142", "(617) 555-0142", "555-0142", "5550142", "16175550142"],
)
def test_a_number_is_found_however_it_is_written(spoken_to, ingrid, typed):
    assert found(typed) == [spoken_to]
    assert found(typed, Customer) == [ingrid]


@pytest.mark.parametrize("typed", ["ingrid", "berg", "Berg Ingrid", "hinge", "squeaks ingrid"])
def test_a_ticket_is_found_by_who_and_what(spoken_to, typed):
    assert found(typed) == [spoken_to]


def test_the_index_follows_what_is_changed_behind_our_back(tickets):
    Ticket.objects.filter(pk=tickets[0].pk).update(search_text="entirely different")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tickets_ticket SET search_text = 'from plain sql' WHERE number = %s",
            [tickets[1].pk],
        )

    assert (found("cafe"), found("entirely")) == ([], [tickets[0]])
    assert (found("bloggs"), found("plain sql")) == ([], [tickets[1]])


def test_what_is_copied_in_at_once_is_found(shop, monday_nine):
    made = Ticket.objects.bulk_create(
        Ticket(
            subject="x",
            channel="call",
            search_text=text,
            opened_at=monday_nine,
            touched_at=monday_nine,
        )
        for text in ("alpha beta", "beta gamma")
    )

    assert (found("beta"), found("gamma")) == (made, [made[1]])


def test_it_narrows_what_is_asked_for(tickets):
    rows = Ticket.objects.filter(pk__gt=tickets[0].pk)

    assert list(search.narrow(rows, "cafe")) == []
    assert search.narrow(Ticket.objects.all(), "cafe").count() == 1


def test_a_customer_with_another_name_is_found_by_it(ingrid):
    ingrid.name = "Ingrid Ö"
    ingrid.save()
    search.index(ingrid)

    assert (found("berg", Customer), found("ingrid o", Customer)) == ([], [ingrid])
    assert CALLER.removeprefix("+") in ingrid.search_text
