"""Somebody calls, and the owner has left us nothing to promise by."""

import logging

import pytest

from policies.models import OpeningHours
from tests.conftest import boston
from tests.journey.ledger import fates
from tickets.models import Arrival, Interaction, Ticket

TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def never_open(shop):
    """Take every opening hour out of the calendar."""

    def never_open():
        OpeningHours.objects.all().delete()

    return never_open


def test_the_call_is_filed_all_the_same(never_open, missed, monday_nine, caplog):
    never_open()

    missed(now=monday_nine)

    assert (Ticket.objects.count(), Interaction.objects.count()) == (1, 1)
    assert Arrival.objects.count() == 2
    assert fates() == []


def test_the_owner_finds_it_in_the_log(never_open, missed, monday_nine, caplog):
    never_open()

    ticket = missed(now=monday_nine).ticket

    failed = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage() for record in failed] == [
        f"{ticket}: nothing is promised. There is not enough working time in the year to come. "
        "Check the opening hours, holidays and closures."
    ]


def test_whoever_we_owe_a_call_is_not_forgotten_by_trying_in_vain(
    missed, never_open, tried, monday_nine, caplog
):
    missed(now=monday_nine)
    never_open()

    tried(now=TEN)

    assert fates() == [("callback", "open")]  # it would be kept, if another could follow
