"""How fast mail is filed can be measured anywhere, and leaves nothing behind."""

import re
import sys

from tests.faults.stack import Stack

FIGURES = re.compile(
    r"12 mails on \w+: [\d.]+ ms each \(median\), \d+ ms the slowest; "
    r"[\d.]+ ms in the first tenth, [\d.]+ ms in the last\n"
    r"queries: \d+ each \(median\), \d+ at most\n"
    r"one of 25\.0 MB: [\d.]+ s, memory \d+ MB before, \d+ MB at its peak\n"
)


def test_it_measures_in_a_database_of_its_own(tmp_path):
    with Stack(tmp_path) as stack:
        process = stack.run([sys.executable, "manage.py", "bench", "mail", "--count", "12"])
        assert process.wait(120) == 0, stack.log("command")

        assert FIGURES.fullmatch(stack.log("command"))
        assert stack.sql("SELECT count(*) FROM tickets_ticket") == [(0,)]
        assert list((stack.var / "attachments").rglob("*/*")) == []
