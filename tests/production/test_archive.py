"""An archive that is not what was written, and a backup or a restoring that is killed."""

import io
import json
import shutil
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

from helpdesk import backups
from tests.faults.stack import eventually
from tests.production.conftest import dumped, manage

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SLOW = """
import time, sys
from django.core.management import call_command
from helpdesk.backups import restoring, taking

real = {module}.{name}
def slow(*given, **named):
    made = real(*given, **named)
    print("half-way", flush=True)
    time.sleep(60)
    return made
{module}.{name} = slow
call_command(*{command!r})
"""


def changed(archive, to, name, change):
    """Write a copy in which one member is `change`d; None leaves it out."""
    with tarfile.open(archive) as source, tarfile.open(to, "w") as target:
        for info in source:
            content = source.extractfile(info).read()
            if info.name == name:
                content = change(content)
            if content is not None:
                info.size = len(content)
                target.addfile(info, io.BytesIO(content))


def newer(content):
    manifest = json.loads(content)
    manifest["migrations"].append(["tickets", "0999_from_the_future"])
    return json.dumps(manifest).encode()


def newer_kind(content):
    return json.dumps(json.loads(content) | {"format": 2}).encode()


@pytest.mark.parametrize(
    ("name", "change", "problem", "says"),
    [
        ("tables/tickets_shop", lambda it: it.replace(b"Dahl", b"Dahk"), "Damaged", "tickets_shop"),
        ("tables/tickets_shop", lambda it: it + b"\n", "Damaged", "tickets_shop"),
        ("tables/tickets_shop", lambda it: None, "Damaged", "tickets_shop"),
        ("manifest.json", lambda it: None, "Damaged", "never finished"),
        ("manifest.json", lambda it: it[:-9], "Damaged", "cannot be read"),
        ("manifest.json", newer, "TooNew", "tickets.0999_from_the_future"),
        ("manifest.json", newer_kind, "TooNew", "newer kind"),
    ],
)
def test_what_was_changed_is_refused(archive, tmp_path, name, change, problem, says):
    changed(archive, tmp_path / "changed.tar", name, change)

    with pytest.raises(getattr(backups, problem), match=says):
        backups.verified(tmp_path / "changed.tar")


@pytest.mark.parametrize("kept", [0, 1000, 0.5, 0.99])
def test_what_ends_too_early_is_refused(archive, tmp_path, kept):
    whole = archive.read_bytes()
    short = tmp_path / "short.tar.gz"
    short.write_bytes(whole[: int(kept * len(whole)) if isinstance(kept, float) else kept])

    with pytest.raises(backups.Damaged):
        backups.verified(short)


def test_what_was_not_changed_is_read(lived, archive):
    manifest = backups.verified(archive)

    assert manifest.tables["tickets_ticket"].rows == len(dumped(lived)["tickets.Ticket"])
    assert manifest.database == connection.vendor
    assert manifest.missing == []


def test_no_file_is_overwritten(db, tmp_path):
    file = tmp_path / "shop.tar"
    file.write_text("precious")

    with pytest.raises(backups.AlreadyThere):
        backups.write(file, now=NOW)

    assert [it.name for it in tmp_path.iterdir()] == ["shop.tar"]
    assert file.read_text() == "precious"


def half_way(stack, module, name, command):
    """Kill a command in the middle of what it does."""
    script = SLOW.format(module=module, name=name, command=command)
    process = stack.run([sys.executable, "-c", f"import django\ndjango.setup()\n{script}"], "slow")
    eventually(lambda: "half-way" in stack.log("slow"))
    stack.kill(process)


def test_a_backup_that_is_killed_leaves_nothing_that_looks_like_one(other, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()

    half_way(other, "taking._Packer", "_add", ["backup", str(folder)])

    assert [it.suffix for it in folder.iterdir()] == [".part"]
    manage(other, "backup", folder)
    (whole,) = folder.glob("helpdesk-*")
    assert backups.verified(whole).tables["tickets_shop"].rows == 1


def test_a_restoring_that_is_killed_changed_nothing_and_can_be_done_again(lived, archive, other):
    before = dumped(other)
    half_way(other, "restoring", "_fill", ["restore", str(archive), "--replace"])
    assert dumped(other) == before

    manage(other, "restore", archive, "--replace", "--send-queued")

    assert dumped(other) == dumped(lived)
    assert list(other.var.glob("*.restoring*")) == []


def test_not_even_when_all_but_the_last_step_is_done(archive, other):
    before = dumped(other)

    half_way(other, "restoring", "_hold_queued", ["restore", str(archive), "--replace"])

    assert dumped(other) == before


def test_a_database_of_somebody_else_is_left_alone(archive, other):
    shutil.rmtree(other.var / "attachments", ignore_errors=True)
    other.python(
        "from django.db import connection as c\n"
        "for name in c.introspection.table_names():\n"
        "    if 'tickets_shop' == name: c.cursor().execute('ALTER TABLE tickets_shop RENAME TO x')"
    )

    said = manage(other, "restore", archive, "--replace", status=1)

    assert "The database holds something else" in said
    assert other.sql("SELECT count(*) FROM x") == [(1,)]
    assert not (Path(other.var) / "attachments").exists()
