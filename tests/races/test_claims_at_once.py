"""Two who would call the same customer back at the same moment."""

from datetime import timedelta

import pytest

from helpdesk import journey
from policies.callbacks import LASTS
from policies.models import CallbackClaim, Promise
from tests.conftest import boston
from tests.races.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
TEN = boston(2026, 3, 2, 10)


@pytest.fixture
def promise(missed, monday_nine):
    missed(now=monday_nine)
    return Promise.objects.get()


def claims(promise, *people, now):
    return at_once(
        *[
            lambda by=by: journey.callback_claimed(
                Promise.objects.get(pk=promise.pk), by=by, now=now
            )
            for by in people
        ]
    )


def kinds(results):
    return sorted(type(it).__name__ for it in results)


@pytest.mark.parametrize("ran_out", [False, True])
def test_one_gets_it_and_the_other_is_told_who(promise, sara, per, eva, ran_out):
    at = TEN
    if ran_out:  # what Eva began, and did not do
        journey.callback_claimed(promise, by=eva, now=TEN)
        at = TEN + LASTS + timedelta(minutes=1)

    results = claims(promise, sara, per, now=at)

    assert kinds(results) == ["ClaimedAlready", "NoneType"]
    claim = CallbackClaim.objects.get()
    assert claim.user == (sara if results[0] is None else per)
    told = next(it for it in results if it is not None)
    assert str(told) == f"{claim.user} is calling them."


def test_one_who_clicks_twice_is_told_nothing(promise, sara):
    assert claims(promise, sara, sara, now=TEN) == [None, None]
    assert CallbackClaim.objects.get().user == sara
