"""Numbers: in order, without gaps, and given back when nobody uses them."""

import pytest
from django.db import IntegrityError, transaction

from billing import numbering
from billing.models import NumberSeries

pytestmark = pytest.mark.django_db


def take(kind="invoice", year=2026):
    with transaction.atomic():
        return numbering.take(kind, year)


def give_back():
    with transaction.atomic():
        numbering.take("invoice", 2026)
        transaction.set_rollback(True)


def test_numbers_count_up_from_one():
    assert [take().number for _ in range(3)] == [1, 2, 3]


def test_each_kind_and_year_counts_for_itself():
    taken = [take(), take(year=2027), take("credit note"), take()]

    assert [it.number for it in taken] == [1, 1, 1, 2]


@pytest.mark.parametrize(
    ("year", "number", "reference"),
    [(2026, 1, "2026-0001"), (2026, 9999, "2026-9999"), (2027, 10000, "2027-10000")],
)
def test_a_reference_says_the_year_and_the_number(year, number, reference):
    assert numbering.Taken(NumberSeries(year=year), number).reference == reference


def test_what_is_rolled_back_is_taken_by_the_next():
    take()
    give_back()

    assert take().number == 2


def test_what_is_rolled_back_first_leaves_no_series():
    give_back()

    assert NumberSeries.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_it_is_refused():
    with pytest.raises(transaction.TransactionManagementError):
        numbering.take("invoice", 2026)

    assert NumberSeries.objects.count() == 0


def test_none_is_skipped_behind_our_back():
    take()

    with pytest.raises(IntegrityError, match="one at a time"), transaction.atomic():
        NumberSeries.objects.update(last=3)
