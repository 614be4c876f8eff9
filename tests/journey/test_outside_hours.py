"""Somebody calls when we are closed."""

import pytest

from helpdesk import duties
from tests.conftest import boston, ledger_moves
from tests.journey.ledger import dues, fates

# Monday to Friday nine to five, within four hours of them.
CALLED = {
    "before we open": (boston(2026, 3, 2, 6), boston(2026, 3, 2, 13)),
    "as we open": (boston(2026, 3, 2, 9), boston(2026, 3, 2, 13)),
    "with four hours left": (boston(2026, 3, 2, 13), boston(2026, 3, 2, 17)),
    "late in the day": (boston(2026, 3, 2, 15), boston(2026, 3, 3, 11)),
    "as we close": (boston(2026, 3, 2, 17), boston(2026, 3, 3, 13)),
    "in the evening": (boston(2026, 3, 2, 21), boston(2026, 3, 3, 13)),
    "late on Friday": (boston(2026, 3, 6, 16), boston(2026, 3, 9, 12)),
    "on Friday evening": (boston(2026, 3, 6, 18), boston(2026, 3, 9, 13)),
    "on Saturday": (boston(2026, 3, 14, 11), boston(2026, 3, 16, 13)),
    "the night the clocks go forward": (boston(2026, 3, 8, 1, 30), boston(2026, 3, 9, 13)),
    "the hour that comes twice": (boston(2026, 11, 1, 1, 30), boston(2026, 11, 2, 13)),
}


@pytest.mark.parametrize("case", CALLED)
def test_the_callback_counts_from_when_we_open(missed, case):
    called_at, due_at = CALLED[case]

    missed(now=called_at)

    assert dues() == [due_at]


def test_it_does_not_break_over_the_weekend(missed):
    missed(now=boston(2026, 3, 6, 18))

    assert ledger_moves(duties.swept(now=boston(2026, 3, 9, 12, 59))) == 0
    assert fates() == [("callback", "open")]


def test_calling_back_at_night_is_in_time(missed, spoken):
    missed(now=boston(2026, 3, 6, 18))

    spoken(now=boston(2026, 3, 7, 22), call_id="out-1", direction="out")

    assert fates() == [("callback", "kept")]
