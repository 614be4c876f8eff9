"""Two hand out the same device, or write down the same one, at the same moment."""

from datetime import date

import pytest

from helpdesk import journey
from tests.conftest import boston
from tests.races.together import at_once, times
from tickets.devices import Particulars
from tickets.models import Device, Loan, LoanDevice, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
NOON = boston(2026, 3, 2, 12)
THURSDAY = date(2026, 3, 5)


def kinds(results):
    return sorted(type(it).__name__ for it in results)


@pytest.mark.parametrize("count", [2, 8])
def test_one_has_it_and_the_others_are_told_who(ticket, sara, count):
    device = LoanDevice.objects.create(name="ThinkPad L13")

    lent = times(count, lambda: journey.device_lent(device, ticket, THURSDAY, by=sara, now=NOON))

    assert kinds(lent) == ["LentAlready"] * (count - 1) + ["Loan"]
    told = {str(it) for it in lent if not isinstance(it, Loan)}
    assert told == {f"ThinkPad L13 is with Ingrid Berg (#{ticket.pk})."}
    assert Loan.objects.count() == 1


def test_of_two_who_take_it_back_one_is_remembered(ticket, sara, per):
    device = LoanDevice.objects.create(name="ThinkPad L13")
    journey.device_lent(device, ticket, THURSDAY, by=sara, now=NOON)
    mine, theirs = Loan.objects.get(), Loan.objects.get()

    at_once(
        lambda: journey.loan_returned(mine, by=sara, now=NOON),
        lambda: journey.loan_returned(theirs, by=per, now=NOON),
    )

    assert Loan.objects.get().returned_to in {sara, per}
    assert mine.returned_to == theirs.returned_to


def test_a_device_whose_button_was_pressed_twice_at_once_is_one(ticket):
    def bring():
        about = Ticket.objects.select_related("customer").get(pk=ticket.pk)
        journey.device_brought(about, Particulars(name="ThinkPad T14", serial="PF-4C7T2"))

    assert times(4, bring) == [None] * 4
    assert Device.objects.count() == 1


def test_a_concern_is_acknowledged_once(ticket, sara, per):
    journey.trouble_written(
        Ticket.objects.get(), fault="", concern="It was new.", by=sara, now=NOON
    )
    screens = [(Ticket.objects.get(), who) for who in (sara, per)]

    said = at_once(
        *[
            lambda row=row, who=who: journey.concern_acknowledged(
                row, who.username, by=who, now=NOON
            )
            for row, who in screens
        ]
    )

    assert said == [None, None]
    fresh = Ticket.objects.get()
    assert fresh.acknowledged_by.username == fresh.acknowledged_text
