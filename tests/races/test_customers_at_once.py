"""Two make customers one, or two again, at the same moment."""

import pytest

from helpdesk import journey
from tests.conftest import boston
from tests.races.together import at_once, times
from tickets.models import Customer, CustomerMerge, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def three(customer):
    """Three of one name, each with a number."""
    return [customer("Ingrid Berg", f"+1617555010{n}") for n in range(3)]


@pytest.fixture
def merge(sara):
    return lambda gone, kept: journey.customers_merged(gone, kept, by=sara, now=TEN)


@pytest.fixture
def undo(sara):
    return lambda gone: journey.customer_merge_undone(gone, by=sara, now=TEN)


def kinds(results):
    return sorted(type(it).__name__ for it in results)


@pytest.mark.parametrize("count", [2, 8])
def test_two_are_made_one_once(three, merge, count):
    one, other, _third = three

    merged = times(count, lambda: merge(one, other))

    assert kinds(merged) == ["CustomerMerge"] + ["NotOneCustomer"] * (count - 1)
    assert CustomerMerge.objects.count() == 1


def test_each_into_the_other_leaves_one(three, merge):
    one, other, _third = three

    merged = at_once(lambda: merge(one, other), lambda: merge(other, one))

    assert kinds(merged) == ["CustomerMerge", "NotOneCustomer"]
    assert Customer.objects.filter(merged_into=None).count() == 2


def test_round_in_a_circle_leaves_one(three, merge):
    one, other, third = three

    at_once(lambda: merge(one, other), lambda: merge(other, third), lambda: merge(third, one))

    assert Customer.objects.filter(merged_into=None).count() == 1


def test_undone_twice_is_undone_once(three, merge, undo):
    one, other, _third = three
    merge(one, other)

    undone = times(4, lambda: undo(one))

    assert kinds(undone) == ["CustomerMerge"] + ["LostRace"] * 3
    assert Customer.objects.filter(merged_into=None).count() == 3


@pytest.mark.parametrize("round_", range(3))
def test_a_call_as_they_are_made_one_is_the_survivor_s(three, merge, missed, round_):
    one, other, _third = three

    at_once(lambda: merge(one, other), lambda: missed(now=TEN, number="+16175550100"))

    assert Ticket.objects.get().customer == other
