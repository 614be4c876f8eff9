"""One of ours goes out while theirs is here, and comes back."""

from datetime import date, timedelta

import pytest

from helpdesk import journey
from tests.conftest import boston
from tickets.devices import LentAlready
from tickets.models import Loan, LoanDevice

TEN = boston(2026, 3, 2, 10)
HOUR = timedelta(hours=1)
THURSDAY = date(2026, 3, 5)


@pytest.fixture
def thinkpad(shop):
    return LoanDevice.objects.create(name="ThinkPad L13")


@pytest.fixture
def lent(thinkpad, ticket, sara):
    return journey.device_lent(thinkpad, ticket, THURSDAY, by=sara, now=TEN)


def test_who_has_which_since_when_and_until_when(lent, thinkpad, ticket, sara):
    loan = Loan.objects.get()

    assert (loan.device, loan.ticket, loan.due_date) == (thinkpad, ticket, THURSDAY)
    assert (loan.lent_at, loan.lent_by, loan.returned_at) == (TEN, sara, None)


def test_what_is_out_is_not_lent_again_and_one_hears_who_has_it(lent, thinkpad, ticket, per):
    with pytest.raises(LentAlready) as told:
        journey.device_lent(thinkpad, ticket, THURSDAY, by=per, now=TEN + HOUR)

    assert str(told.value) == f"ThinkPad L13 is with Ingrid Berg (#{ticket.pk})."
    assert Loan.objects.get() == lent


def test_it_is_back_and_may_go_out_again(lent, thinkpad, ticket, sara, per):
    journey.loan_returned(lent, by=per, now=TEN + HOUR)
    again = journey.device_lent(thinkpad, ticket, THURSDAY, by=sara, now=TEN + 2 * HOUR)

    lent.refresh_from_db()
    assert (lent.returned_at, lent.returned_to) == (TEN + HOUR, per)
    assert list(Loan.objects.filter(returned_at__isnull=True)) == [again]


def test_back_twice_the_first_time_counts(lent, sara, per):
    stale = Loan.objects.get()
    journey.loan_returned(lent, by=per, now=TEN + HOUR)

    journey.loan_returned(stale, by=sara, now=TEN + 2 * HOUR)

    assert (stale.returned_at, stale.returned_to) == (TEN + HOUR, per)


def test_a_ticket_may_end_while_they_still_have_it(lent, ticket, close):
    close(ticket, now=TEN + HOUR)

    assert Loan.objects.get().returned_at is None
