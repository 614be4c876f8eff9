"""Putting a shop back: all of it, or nothing."""

import hashlib
import json
import sqlite3
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import Storage
from django.core.management import call_command
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from helpdesk import journey
from helpdesk.backups.archive import FILES, TABLES, Manifest, Table, contents, stored
from helpdesk.models import Lease
from tickets import states, triggers
from tickets.models import Interaction
from tickets.models.contacts import attachment_storage

COUNTED = ("tickets_ticket", "tickets_customer", "tickets_interaction", "billing_invoice")


class Occupied(Exception):
    """The database holds a shop, or something that is not ours."""


class DoesNotFit(Exception):
    """The database refuses a row of the archive."""


def holdings() -> dict[str, int]:
    """Return how many rows of what the database holds; nothing when there is no shop in it.

    Raises Occupied when what is in it is not ours.
    """
    tables = connection.introspection.table_names()
    if not tables:
        return {}
    if "tickets_shop" not in tables:
        raise Occupied(f"The database holds something else: {', '.join(sorted(tables)[:5])}.")
    counts = {table: _count(table) for table in COUNTED if table in tables}
    return counts if _count("tickets_shop") else {}


def restore(file: Path, manifest: Manifest, *, replace: bool, send_queued: bool) -> int:
    """Put back what `verified` has read: all of it, or nothing.

    Return how many messages are held back, as the archive cannot know whether they have left since
    (none, with `send_queued`). Raises Occupied, when there is a shop and `replace` is not said, or
    DoesNotFit.
    """
    if holdings() and not replace:
        raise Occupied("There is a shop in the database already.")
    storage, held = attachment_storage(), 0
    # Files first: no row names them yet, so that an end at any moment leaves the old shop whole.
    brought = _bring_files(file, manifest, storage)
    place = _new_file if connection.vendor == "sqlite" else _one_transaction
    try:
        with place():
            _load(file, manifest)
            call_command("migrate", verbosity=0)
            call_command("createcachetable", verbosity=0)
            if not send_queued:
                held = _hold_queued(manifest)
    except BaseException:
        for name in brought:
            storage.delete(name)
        raise
    _delete_others(storage, manifest.files)
    return held


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return int(cursor.fetchone()[0])


@contextmanager
def _new_file() -> Iterator[None]:
    """Build the database beside the old one, then copy it over in one step of SQLite's own."""
    place = connection.settings_dict["NAME"]
    made = f"{place}.restoring"
    _forget(made)
    connection.close()
    connection.settings_dict["NAME"] = made
    try:
        yield
        connection.close()
        with closing(sqlite3.connect(made)) as source, closing(sqlite3.connect(place)) as target:
            target.execute("PRAGMA synchronous=FULL")
            source.backup(target)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = place
        _forget(made)


def _forget(database: str) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(f"{database}{suffix}").unlink(missing_ok=True)


@contextmanager
def _one_transaction() -> Iterator[None]:
    with transaction.atomic():
        triggers.drop(connection)
        with connection.cursor() as cursor:
            if tables := connection.introspection.table_names(cursor):
                listed = ", ".join(map(connection.ops.quote_name, tables))
                cursor.execute(f"DROP TABLE {listed} CASCADE")
        yield


def _load(file: Path, manifest: Manifest) -> None:
    """Make the tables as they were, and fill them. Triggers come with the migration after it."""
    executor = MigrationExecutor(connection)
    applied = set(manifest.migrations)
    everything = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    plan = [step for step in everything if (step[0].app_label, step[0].name) in applied]
    state = executor.migrate([], plan=plan)
    models = stored(state.apps)
    with transaction.atomic(), tarfile.open(file, "r|*") as tar, connection.cursor() as cursor:
        connection.check_constraints()  # leaves them deferred, which a migration may not have done
        for model in models.values():  # what a migration has put there
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')
        for name, content in contents(tar):
            if name.startswith(TABLES):
                table = name.removeprefix(TABLES)
                _fill(cursor, models[table], manifest.tables[table], content)
        # Keys that point forward, or at their own table, are looked at here at the latest.
        connection.check_constraints()


def _fill(cursor: Any, model: Any, table: Table, lines: Iterable[bytes]) -> None:
    name, quoted = model._meta.db_table, connection.ops.quote_name
    by_column = {field.column: field for field in model._meta.local_concrete_fields}
    fields = [by_column[column] for column in table.columns]
    columns, marks = ", ".join(map(quoted, table.columns)), ", ".join(["%s"] * len(fields))
    insert = f"INSERT INTO {quoted(name)} ({columns}) VALUES ({marks})"
    for line in lines:
        row = json.loads(line)
        try:
            read = [field.to_python(value) for field, value in zip(fields, row, strict=True)]
            pairs = zip(fields, read, strict=True)
            cursor.execute(insert, [it.get_db_prep_save(value, connection) for it, value in pairs])
        except (DatabaseError, ValueError, ValidationError) as error:
            raise DoesNotFit(f"{name} {row[0]}: {error}") from error
    if table.last is not None:
        _go_on_after(cursor, name, table.last)


def _go_on_after(cursor: Any, table: str, last: int) -> None:
    """Have the next row numbered as it would have been."""
    if connection.vendor == "sqlite":
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
        cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])
        return
    for sequence in connection.introspection.get_sequences(cursor, table):
        cursor.execute("SELECT setval(%s, %s, false)", [f'"{sequence["name"]}"', last + 1])


def _hold_queued(manifest: Manifest) -> int:
    """Have staff decide about what was still to be sent: it may have left since the backup."""
    because = _("From the backup of %s: it may have been sent since") % manifest.made_at[:16]
    queued = list(Interaction.objects.filter(status=Interaction.Status.QUEUED))
    for interaction in queued:
        states.move(interaction, Interaction.Status.DOUBTFUL, because=because, due_at=None)
        Lease.objects.filter(duty=journey.OUTBOX, row=interaction.pk).delete()
    return len(queued)


def _bring_files(file: Path, manifest: Manifest, storage: Storage) -> list[str]:
    """Put the attachments in place; return the names of those that were not there before."""
    brought = []
    with tarfile.open(file, "r|*") as tar:
        for member, content in contents(tar):
            if not member.startswith(FILES):
                continue
            name = member.removeprefix(FILES)
            if storage.exists(name):
                if _digest(storage, name) == manifest.members[member].sha256:
                    continue
                storage.delete(name)  # torn: a name is used for one content only
            brought.append(storage.save(name, File(content, name=name)))
    return brought


def _digest(storage: Storage, name: str) -> str:
    with storage.open(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _delete_others(storage: Storage, kept: set[str]) -> None:
    """Delete the files of the shop that was replaced, and what a killed restoring left."""
    with suppress(FileNotFoundError):
        for folder in storage.listdir("")[0]:
            for name in storage.listdir(folder)[1]:
                if f"{folder}/{name}" not in kept:
                    storage.delete(f"{folder}/{name}")
