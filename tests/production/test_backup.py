"""A shop is lost, down to the last file, and comes back as it was."""

import stat
import sys

import pytest

from tests.faults.conftest import WORLD
from tests.faults.stack import Stack, eventually
from tests.production.conftest import dumped, manage, ruin

QUEUED = "SELECT count(*) FROM tickets_interaction WHERE status = 'queued'"
DOUBTFUL = "SELECT count(*) FROM tickets_interaction WHERE status = 'doubtful'"
NEXT = f"""{WORLD}
from billing import numbering
from tickets import search
with transaction.atomic():  # taken back: others compare what is there
    taken = [numbering.take("invoice", year) for year in (2025, 2026)]
    print(opened("new@example.org").number, taken)
    print(search.narrow(Ticket.objects.all(), "lapt").count())
    transaction.set_rollback(True)
"""
WRITERS = f"""{WORLD}
import threading
from itertools import count
from tests.production.conftest import mails

(mail,) = mails(1)

def keep_writing(name):
    for number in count():
        raw = mail.replace(b"<0@", f"<{{name}}-{{number}}@".encode())
        journey.mail_arrived(raw, source="test", now=now())
        closed(opened(f"{{name}}-{{number}}@example.org"))
        duties.swept(now=now() + timedelta(hours=2))

for name in "ab":
    threading.Thread(target=keep_writing, args=[name]).start()
"""
WHOLE = """
from django.db.models import Count
from billing.models import Invoice, NumberSeries
from tickets.models import Arrival, Attachment, Ticket

for attachment in Attachment.objects.all():
    with attachment.file.open() as file:
        assert Arrival.digest(file.read()) == attachment.sha256
mails = Arrival.objects.filter(via="email")
assert not mails.exclude(interaction__ticket__isnull=False).exists()
assert not mails.annotate(n=Count("interaction__attachments")).exclude(n=2).exists()
closed = Ticket.objects.filter(status="closed")
assert not closed.filter(bill_at=None).annotate(n=Count("invoices")).exclude(n=1).exists()
numbers = sorted(Invoice.objects.values_list("number", flat=True))
assert numbers == list(range(1, len(numbers) + 1))
assert sum(series.last for series in NumberSeries.objects.all()) == len(numbers)
print(len(numbers), mails.count())
"""


def test_all_of_it_comes_back(lived, restored):
    before = dumped(lived)

    assert dumped(restored) == before
    assert len(before) > 40
    assert (
        restored.python("from helpdesk import health; health._triggers(); health._migrations()")
        == ""
    )


def test_and_numbers_go_on_where_they_were(lived, restored):
    assert restored.python(NEXT) == lived.python(NEXT)


def test_what_was_waiting_to_be_sent_is_for_staff_to_decide(lived, archive, other):
    waiting = lived.sql(QUEUED)
    ((doubtful,),) = lived.sql(DOUBTFUL)

    said = manage(other, "restore", archive, "--replace")

    assert f"{waiting[0][0]} messages may have been sent since" in said
    assert waiting[0][0] > 0
    assert other.sql(QUEUED) == [(0,)]
    assert other.sql(DOUBTFUL) == [(doubtful + waiting[0][0],)]


def test_a_shop_is_not_lost_by_mistake(archive, other):
    before = dumped(other)

    said = manage(other, "restore", archive, status=1)

    assert "There is a shop already (tickets: 0, customers: 0" in said
    assert dumped(other) == before


def test_files_are_ours_alone_and_those_of_another_shop_are_gone(lived, archive, restored):
    found = sorted((restored.var / "attachments").rglob("*"))
    files = [it for it in found if it.is_file()]

    assert [f"{it.parent.name}/{it.name}" for it in files] == [
        name for (name,) in lived.sql("SELECT file FROM tickets_attachment ORDER BY file")
    ]
    assert {stat.S_IMODE(it.stat().st_mode) for it in files} == {0o600}
    assert {stat.S_IMODE(it.parent.stat().st_mode) for it in files} == {0o700}
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600


def test_it_is_of_one_moment_while_others_write(other, tmp_path):
    other.run([sys.executable, "-c", "import django\ndjango.setup()\n" + WRITERS])
    eventually(lambda: other.sql("SELECT count(*) > 3 FROM billing_invoice") in ([(1,)], [(True,)]))

    manage(other, "backup", tmp_path / "shop.tar")

    written = other.sql("SELECT count(*) FROM billing_invoice")[0][0]
    (tmp_path / "copy").mkdir()
    with Stack(tmp_path / "copy") as copy:
        manage(copy, "restore", tmp_path / "shop.tar", "--replace")
        invoices, arrivals = map(int, copy.python(WHOLE).split())
    assert 3 < invoices <= written
    assert arrivals > 3


def test_one_from_before_an_upgrade_is_brought_up(other, tmp_path):
    manage(other, "migrate", "helpdesk", "0001", "-v0")
    manage(other, "backup", tmp_path / "old.tar.gz")
    ruin(other)

    manage(other, "restore", tmp_path / "old.tar.gz")

    assert manage(other, "migrate", "--check", "-v0") == ""
    assert other.sql("SELECT name FROM tickets_shop") == [("Dahl & Daughters",)]


@pytest.mark.only("postgresql")
def test_a_shop_that_grew_moves_to_postgresql(other, tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    (tmp_path / "small").mkdir()
    with Stack(tmp_path / "small") as small:
        assert small.database_url.startswith("sqlite")
        small.python(f"{WORLD}\nclosed(opened())\nduties.swept(now=now())")
        manage(small, "backup", tmp_path / "shop.tar.gz")

        manage(other, "restore", tmp_path / "shop.tar.gz", "--replace", "--send-queued")

        assert dumped(other) == dumped(small)
        assert other.python(NEXT) == small.python(NEXT)
