"""The solutions book: found, written, offered."""

import pytest

from helpdesk import journey
from helpdesk.web import solutions as pages
from tests.conftest import boston
from tests.doors.pages import CHANGED, count_queries, said, text
from tickets import intake, solutions
from tickets.models import Offer, Service, Solution
from tickets.solutions import Advice

pytestmark = pytest.mark.django_db

TEN = boston(2026, 3, 2, 10)
FORM = {
    "title": "Printer is offline",
    "text": "Mostly the cable.",
    "choices": "Look at the cable\r\n\r\n Bring it in ",
    "service": "",
    "active": "on",
}


@pytest.fixture
def desk(client, sara, monkeypatch):
    """Sara at the desk, on Monday at ten."""
    monkeypatch.setattr(pages, "now", lambda: TEN)
    client.force_login(sara)
    return client


@pytest.fixture
def write(sara):
    def write(title="Black screen", text="", **more):
        return solutions.write(Advice(title, text, **more), by=sara, now=TEN)

    return write


@pytest.fixture
def make_ticket(ingrid):
    def make_ticket(subject="Screen stays black", **more):
        return intake.open_ticket(subject=subject, channel="call", customer=ingrid, now=TEN, **more)

    return make_ticket


@pytest.fixture
def offer(sara, make_ticket):
    def offer(solution, choice="", ticket=None):
        ticket = ticket or make_ticket()
        return journey.solution_offered(solution, ticket, by=sara, now=TEN, choice=choice)

    return offer


def titles(response, part="solutions"):
    return [solution.title for solution in response.context[part]]


# -- the book ------------------------------------------------------------------------------------


def test_what_is_taken_most_comes_first(desk, write, offer):
    write("Never offered")
    refused, taken = write("Refused"), write("Taken", choices=("Yes",))
    offer(refused)
    offer(refused)
    offer(taken, "Yes")

    assert titles(desk.get("/solutions/")) == ["Taken", "Refused", "Never offered"]


def test_it_is_found_by_its_words(desk, write):
    write("Black screen", "Hold the power button")
    write("Printer")

    assert titles(desk.get("/solutions/", {"q": "POWER screen"})) == ["Black screen"]


def test_by_service_and_what_is_not_offered_any_more(desk, write):
    repair = Service.objects.get(name="Laptop repair")
    write("Of it", service=repair)
    write("Old", service=repair, active=False)
    write("Other")

    assert titles(desk.get("/solutions/", {"service": repair.pk})) == ["Of it"]
    assert titles(desk.get("/solutions/", {"service": "unused"})) == ["Old"]


@pytest.mark.parametrize("service", ["9" * 30, "nobody", "\0"])
def test_a_service_that_is_none_is_any(desk, write, service):
    write()

    assert titles(desk.get("/solutions/", {"service": service})) == ["Black screen"]


def test_an_empty_book_says_what_it_is_for(desk, shop):
    assert "The book is empty" in text(desk.get("/solutions/"))
    assert "Nothing in the book on “zzz”" in text(desk.get("/solutions/", {"q": "zzz"}))


def test_from_a_ticket_what_fits_it_comes_first(desk, write, make_ticket):
    write("Black screen")
    write("Printer")

    response = desk.get("/solutions/", {"ticket": make_ticket().pk})

    assert titles(response, "fitting") == ["Black screen"]
    assert titles(response) == ["Black screen", "Printer"]


def test_htmx_gets_the_rows_alone(desk, write):
    write()

    body = desk.get("/solutions/", headers={"HX-Request": "true"}).content.decode()
    assert ("<html" in body, "Black screen" in body) == (False, True)


def test_the_book_costs_the_same_with_one_and_with_three_hundred(desk, write, offer, make_ticket):
    address = f"/solutions/?ticket={make_ticket().pk}"
    offer(write("Black screen"))
    few = count_queries(desk, address)
    for number in range(2):
        offer(write(f"Black screen {number}"))
    some = count_queries(desk, address)
    for number in range(297):
        write(f"Screen {number}")

    assert few == some == count_queries(desk, address)
    assert few <= 10


# -- one of them ---------------------------------------------------------------------------------


def test_it_says_what_to_read_out_and_what_was_taken_how_often(desk, write, offer):
    solution = write(text="Hold\n\nthe button", choices=("Try it now", "Bring it in"))
    offer(solution, "Try it now")
    offer(solution, "Try it now")
    offer(solution)

    page = text(desk.get(f"/solutions/{solution.pk}/"))
    for words in (
        "offered 3 times",
        "Try it now taken 2 times",
        "Bring it in not taken yet",
        "1 has not decided yet",
        "Screen stays black",
        "Written by Sara Lind, today 10:00.",
    ):
        assert words in page


def test_a_choice_that_reads_otherwise_now_still_counts(desk, write, offer, sara):
    solution = write(choices=("Old words",))
    offer(solution, "Old words")
    solutions.write(Advice("Black screen", choices=("New",)), by=sara, now=TEN, solution=solution)

    page = text(desk.get(f"/solutions/{solution.pk}/"))
    assert "Taken 1 time when it read “Old words”" in page


def test_its_page_costs_the_same_with_one_and_with_many(desk, write, offer):
    solution = write(choices=("A", "B"))
    offer(solution, "A")
    few = count_queries(desk, f"/solutions/{solution.pk}/")
    for _ in range(20):
        offer(solution, "B")

    assert count_queries(desk, f"/solutions/{solution.pk}/") == few
    assert few <= 10


def test_words_are_never_markup(desk, write):
    solution = write("<b>x</b>", "<script>alert(1)</script>", choices=("<i>y</i>",))

    body = desk.get(f"/solutions/{solution.pk}/").content.decode()
    assert ("<script>alert" in body, "<i>y" in body, "<b>x" in body) == (False, False, False)


# -- offering ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "message"),
    [("", "Offered: Black screen."), ("Bring it in", "Noted: they take “Bring it in”")],
)
def test_it_is_offered_on_a_ticket(desk, write, make_ticket, choice, message):
    solution, ticket = write(choices=("Bring it in",)), make_ticket()

    response = desk.post(
        f"/solutions/{solution.pk}/offer/", {"ticket": ticket.pk, "choice": choice}
    )

    assert (response["Location"], said(response)) == (f"/tickets/{ticket.pk}/", [message])
    offered = Offer.objects.get()
    assert (offered.ticket, offered.solution, offered.choice) == (ticket, solution, choice)


def test_a_choice_that_is_not_in_the_book_is_not_noted(desk, write, make_ticket):
    solution, ticket = write(choices=("Bring it in",)), make_ticket()

    response = desk.post(f"/solutions/{solution.pk}/offer/", {"ticket": ticket.pk, "choice": "?"})

    assert (said(response), Offer.objects.count()) == ([CHANGED], 0)


def test_on_an_ended_ticket_nothing_is_offered(desk, write, make_ticket, sara):
    solution, ticket = write(), make_ticket()
    journey.ticket_closed(ticket, charge="free", by=sara, now=TEN)

    response = desk.post(f"/solutions/{solution.pk}/offer/", {"ticket": ticket.pk})

    assert (said(response), Offer.objects.count()) == ([CHANGED], 0)


@pytest.mark.parametrize("number", ["", "999999", "nobody", "9" * 30])
def test_there_is_no_such_ticket(desk, write, number):
    response = desk.post(f"/solutions/{write().pk}/offer/", {"ticket": number})

    assert response.status_code == 404


def test_the_ticket_says_what_was_offered_last(desk, write, offer, make_ticket):
    ticket = make_ticket()
    offer(write("Dead battery"), "", ticket)
    undecided = desk.get(f"/tickets/{ticket.pk}/").content.decode()
    offer(write("Black screen", choices=("Bring it in",)), "Bring it in", ticket)
    decided = desk.get(f"/tickets/{ticket.pk}/").content.decode()

    assert "They have not decided yet." in undecided
    assert "They take: Bring it in" in decided
    assert f"/solutions/?ticket={ticket.pk}" in decided


# -- writing -------------------------------------------------------------------------------------


def test_one_is_written_down(desk, sara):
    response = desk.post("/solutions/new/", FORM)

    solution = Solution.objects.get()
    assert response["Location"] == f"/solutions/{solution.pk}/"
    assert (solution.title, solution.text) == ("Printer is offline", "Mostly the cable.")
    assert solution.choices == ["Look at the cable", "Bring it in"]
    assert (solution.written_by, solution.written_at, solution.active) == (sara, TEN, True)


def test_from_a_ticket_one_goes_on_to_offer_it(desk, make_ticket):
    ticket = make_ticket()

    response = desk.post(f"/solutions/new/?ticket={ticket.pk}", FORM)

    solution = Solution.objects.get()
    assert response["Location"] == f"/solutions/{solution.pk}/?ticket={ticket.pk}"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", " ", "This field is required."),
        ("choices", "x\n" * 11, "Ten choices are more than anybody can keep in mind."),
        ("choices", "x" * 301, "One of them is longer than 300 characters."),
    ],
)
def test_what_cannot_be_written_down_says_why(desk, shop, field, value, message):
    response = desk.post("/solutions/new/", FORM | {field: value})

    assert response.status_code == 422
    assert response.context["form"].errors[field] == [message]
    assert "Mostly the cable." in text(response)


def test_it_is_written_anew(desk, write):
    solution = write(choices=("A", "B"))
    page = desk.get(f"/solutions/{solution.pk}/edit/")
    assert "A\nB" in page.content.decode()

    desk.post(
        f"/solutions/{solution.pk}/edit/", FORM | {"seen": page.context["form"].seen, "active": ""}
    )

    solution.refresh_from_db()
    assert (solution.title, solution.active) == ("Printer is offline", False)


def test_of_two_who_change_it_neither_loses_their_words(desk, write, sara):
    solution = write("Mine", "Before")
    seen = desk.get(f"/solutions/{solution.pk}/edit/").context["form"].seen
    solutions.write(Advice("Mine", "Theirs"), by=sara, now=TEN, solution=solution)

    refused = desk.post(
        f"/solutions/{solution.pk}/edit/",
        {"title": "Mine", "text": "Ours", "choices": "", "service": "", "active": "on"}
        | {"seen": seen},
    )

    assert refused.status_code == 422
    page = text(refused)
    assert ("Ours" in page, "Theirs" in page) == (True, True)
    solution.refresh_from_db()
    assert solution.text == "Theirs"
