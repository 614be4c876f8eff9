"""The book of solutions: what fits what they say, and what was taken how often."""

import pytest

from helpdesk import journey
from tests.conftest import boston
from tickets import intake, solutions
from tickets.models import Service, Solution

TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def book(sara):
    def book(title, text="", **more):
        return solutions.write(solutions.Advice(title, text, **more), by=sara, now=TEN)

    return book


@pytest.fixture
def taken(sara):
    def taken(solution, choice=""):
        ticket = intake.open_ticket(subject="Printer", channel="call", now=TEN)
        return journey.solution_offered(solution, ticket, by=sara, now=TEN, choice=choice)

    return taken


def titles(words, service=None, limit=5):
    return [row.title for row in solutions.fitting(words, service, limit)]


def test_what_has_most_of_their_words_comes_first(book):
    book("Printer is offline")
    book("Printer prints pink stripes", "Mostly the drum.")
    book("Screen stays black")

    assert titles("The printer makes pink stripes since Friday") == [
        "Printer prints pink stripes",
        "Printer is offline",
    ]


def test_of_those_that_fit_alike_the_one_taken_most(book, taken):
    book("Printer A")
    chosen = book("Printer B", choices=("Clean it",))
    taken(chosen, "Clean it")

    assert titles("printers") == ["Printer B", "Printer A"]


def test_words_that_are_in_every_sentence_find_nothing(book):
    book("The printer and the paper with this", "When they have it then will the")

    assert titles("when this and that will have the with") == []


@pytest.mark.parametrize("words", ["", " ", "?!", "zzzz"])
def test_where_no_word_fits_the_service_does(book, words):
    repair = Service.objects.get(name="Laptop repair")
    book("Does not charge", service=repair)
    book("Something else")

    assert titles(words, repair) == ["Does not charge"]
    assert titles(words) == []


def test_with_words_that_fit_the_service_alone_does_not(book):
    repair = Service.objects.get(name="Laptop repair")
    book("Does not charge", service=repair)
    book("Lid is broken", service=repair)

    assert titles("charge", repair) == ["Does not charge"]


def test_what_is_of_their_service_comes_first_and_of_another_last(book):
    repair, other = Service.objects.get(name="Laptop repair"), Service.objects.create(name="Web")
    book("Slow pages of a slow shop", "Pages load slowly", service=other)
    book("Everything slow since the update", "Since the update everything is slow")
    book("Laptop is slow", service=repair)

    assert titles("everything slow since the update, pages too", repair) == [
        "Laptop is slow",
        "Everything slow since the update",
        "Slow pages of a slow shop",
    ]


def test_of_another_service_nothing_comes_where_no_word_fits(book):
    repair, other = Service.objects.get(name="Laptop repair"), Service.objects.create(name="Web")
    book("Does not charge", service=repair)
    book("Pages load slowly", service=other)

    assert titles("zzzz", repair) == ["Does not charge"]


def test_their_service_s_own_do_not_crowd_out_what_fits_the_words(book):
    repair = Service.objects.get(name="Laptop repair")
    for number in range(3):
        book(f"Lid {number}", service=repair)
    book("Fan is loud")

    assert titles("loud fan", repair, limit=2) == ["Fan is loud"]


def test_without_a_service_it_goes_by_the_words_alone(book):
    repair = Service.objects.get(name="Laptop repair")
    book("Laptop is slow", service=repair)
    book("Slow since the update")

    assert titles("slow since the update") == ["Slow since the update", "Laptop is slow"]


def test_what_is_not_offered_any_more_does_not_fit(book):
    book("Printer", active=False)

    assert titles("printer") == []


def test_accents_and_case_do_not_matter(book):
    book("Skärmen är svart")

    assert titles("SKARMEN") == ["Skärmen är svart"]


def test_it_says_how_often_it_was_offered_and_taken(book, taken):
    solution = book("Printer", choices=("Clean it", "Buy a new one"))
    taken(solution)
    taken(solution, "Clean it")
    taken(solution, "Buy a new one")

    found = solutions.fitting("printer", None, 5)[0]
    assert (found.offered, found.taken) == (3, 2)


def test_no_more_than_asked_for_and_one_statement(book, django_assert_num_queries):
    for number in range(7):
        book(f"Printer {number}")

    with django_assert_num_queries(1):
        found = solutions.fitting("a very long printer sentence " * 40, None, 3)
    assert [row.title for row in found] == ["Printer 0", "Printer 1", "Printer 2"]


def test_a_choice_taken_later_is_noted_on_the_same_offer(book, taken, sara):
    solution = book("Printer", choices=("Clean it",))
    offer = taken(solution)
    solutions.offer(solution, offer.ticket, choice="Clean it", by=sara, now=TEN)

    assert list(solution.offers.values_list("choice", flat=True)) == ["Clean it"]


def test_empty_choices_are_left_out(book):
    solution = book("Printer", choices=("  Clean   it ", "", " "))

    assert Solution.objects.get(pk=solution.pk).choices == ["Clean it"]
