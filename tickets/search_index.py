"""What makes search fast, and the same on both databases: trigrams over one normalised column.

Every model with a `search_text` column gets an FTS5 table kept by triggers on SQLite, and a GIN
index on PostgreSQL. `search_text__includes="word"` then asks for rows in which the (already
normalised) word occurs, as a part of a word too.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Lookup

FIRST_TICKET = 1001
TRIGRAM = 3  # shorter words are in no trigram index


@models.TextField.register_lookup
class Includes(Lookup):
    """`column` has `value` somewhere in it; both normalised by tickets.text.normalise."""

    lookup_name = "includes"

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        escaped = self.rhs.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        return f"{column} LIKE %s ESCAPE '\\'", (*parameters, f"%{escaped}%")

    def as_sqlite(
        self, compiler: Any, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, tuple[Any, ...]]:
        if len(self.rhs) < TRIGRAM:
            return self.as_sql(compiler, connection)
        column, _parameters = self.process_lhs(compiler, connection)
        alias = column.rpartition(".")[0]
        table = self.lhs.target.model._meta.db_table
        quoted = '"' + self.rhs.replace('"', '""') + '"'
        match = f'SELECT "rowid" FROM "{table}_search" WHERE "{table}_search" MATCH %s'
        return f"{alias}.{_key(self.lhs.target.model)} IN ({match})", (quoted,)


def install(connection: BaseDatabaseWrapper) -> None:
    """Create what is missing; what is there is left alone."""
    with connection.cursor() as cursor:
        for model in _searchable():
            statements = _sqlite if connection.vendor == "sqlite" else _postgresql
            for statement in statements(model, cursor):
                cursor.execute(statement, None)
        _number_from(cursor, connection.vendor)


def _searchable() -> Iterator[type[models.Model]]:
    for model in apps.get_models():
        try:
            model._meta.get_field("search_text")
        except FieldDoesNotExist:
            continue
        yield model


def _key(model: type[models.Model]) -> str:
    key = model._meta.pk
    assert key is not None
    return f'"{key.column}"'


def _postgresql(model: type[models.Model], cursor: Any) -> Iterator[str]:
    table = model._meta.db_table
    yield "CREATE EXTENSION IF NOT EXISTS pg_trgm"
    yield (
        f'CREATE INDEX IF NOT EXISTS "{table}_search" ON "{table}" '
        "USING gin (search_text gin_trgm_ops)"
    )


def _sqlite(model: type[models.Model], cursor: Any) -> Iterator[str]:
    table, key = model._meta.db_table, _key(model)
    index = f"{table}_search"
    cursor.execute(
        "SELECT count(*) FROM sqlite_master WHERE name IN (%s, %s, %s, %s)",
        [index, f"{index}_insert", f"{index}_update", f"{index}_delete"],
    )
    if cursor.fetchone()[0] == 4:
        return
    # Something is missing: a new database, or a migration has rebuilt the table and lost them.
    new = f'INSERT INTO "{index}"("rowid", "search_text") VALUES (NEW.{key}, NEW."search_text")'
    old = (
        f'INSERT INTO "{index}"("{index}", "rowid", "search_text") '
        f"VALUES ('delete', OLD.{key}, OLD.\"search_text\")"
    )
    yield (
        f'CREATE VIRTUAL TABLE IF NOT EXISTS "{index}" USING fts5('
        f"search_text, content='{table}', content_rowid={key}, tokenize='trigram')"
    )
    for event, body in [
        ("INSERT", f"{new};"),
        ("DELETE", f"{old};"),
        ('UPDATE OF "search_text"', f"{old}; {new};"),
    ]:
        name = f"{index}_{event.split()[0].lower()}"
        yield f'DROP TRIGGER IF EXISTS "{name}"'
        yield f'CREATE TRIGGER "{name}" AFTER {event} ON "{table}" BEGIN {body} END'
    yield f'INSERT INTO "{index}"("{index}") VALUES (\'rebuild\')'


def _number_from(cursor: Any, vendor: str) -> None:
    """Start ticket numbers at FIRST_TICKET: a shop's first customer is not number one."""
    cursor.execute("SELECT count(*) FROM (SELECT 1 FROM tickets_ticket LIMIT 1) AS any_ticket")
    if cursor.fetchone()[0]:
        return
    if vendor == "sqlite":
        cursor.execute("DELETE FROM sqlite_sequence WHERE name = 'tickets_ticket'")
        cursor.execute(
            "INSERT INTO sqlite_sequence (name, seq) VALUES ('tickets_ticket', %s)",
            [FIRST_TICKET - 1],
        )
    else:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('tickets_ticket', 'number'), %s, false)",
            [FIRST_TICKET],
        )
