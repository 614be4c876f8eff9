"""Rules a constraint cannot hold, kept by triggers that read the same on both databases.

A model lists its rules in `GUARDS`, and in `NEWS` what is told of it; both are put in place around
migrations, because SQLite silently loses a table's triggers when one rebuilds the table.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

# What stands where something about a person was, by the shop's language. Written over it, and over
# nothing else; not of the catalogue, since the guards know it.
ERASED = {"en": "(erased)", "sv": "(raderat)"}


def erased(language: str) -> str:
    """Return what is written over something about a person."""
    return ERASED.get(language, ERASED["en"])


def is_erased(said: str) -> bool:
    """Tell what was written over, in whatever language the shop had then."""
    return said in ERASED.values()


@dataclass(frozen=True)
class Guard(ABC):
    """One rule on one table: refuse the statement `when` the condition holds."""

    @property
    @abstractmethod
    def when(self) -> str:
        """Return the statement it watches: INSERT, UPDATE or DELETE."""

    @abstractmethod
    def name(self) -> str:
        """Return a name that is unique on the table."""

    @abstractmethod
    def refuses(self, model: type[models.Model], differs: str) -> str:
        """Return the SQL condition over OLD and NEW; `differs` compares with NULLs in mind."""

    @abstractmethod
    def message(self, model: type[models.Model]) -> str:
        """Return what the error says."""

    def lock(self, model: type[models.Model]) -> str:
        """Return what PostgreSQL runs first, so that two writers see each other."""
        return ""


@dataclass(frozen=True)
class Frozen(Guard):
    """The fields never change once written; those `erasable` to nothing but one of ERASED."""

    fields: tuple[str, ...]
    erasable: tuple[str, ...] = ()

    @property
    def when(self) -> str:
        return "UPDATE"

    def name(self) -> str:
        return "frozen"

    def refuses(self, model: type[models.Model], differs: str) -> str:
        changes = [f'OLD."{c}" {differs} NEW."{c}"' for c in _columns(model, self.fields)]
        return " OR ".join([*changes, *_unless_erased(model, self.erasable, differs)])

    def message(self, model: type[models.Model]) -> str:
        return f"{model._meta.verbose_name}: what was written stays as it is"


@dataclass(frozen=True)
class Once(Guard):
    """The fields are written once: empty, then a value, then never another but one of ERASED."""

    fields: tuple[str, ...]
    erasable: tuple[str, ...] = ()

    @property
    def when(self) -> str:
        return "UPDATE"

    def name(self) -> str:
        return "once"

    def refuses(self, model: type[models.Model], differs: str) -> str:
        changes = [
            f'(OLD."{c}" IS NOT NULL AND OLD."{c}" {differs} NEW."{c}")'
            for c in _columns(model, self.fields)
        ]
        erased = [
            f'(OLD."{c}" IS NOT NULL AND {changed})'
            for c, changed in zip(
                _columns(model, self.erasable),
                _unless_erased(model, self.erasable, differs),
                strict=True,
            )
        ]
        return " OR ".join([*changes, *erased])

    def message(self, model: type[models.Model]) -> str:
        return f"{model._meta.verbose_name}: this is set once"


@dataclass(frozen=True)
class Kept(Guard):
    """Rows are never deleted."""

    @property
    def when(self) -> str:
        return "DELETE"

    def name(self) -> str:
        return "kept"

    def refuses(self, model: type[models.Model], differs: str) -> str:
        return "1 = 1"

    def message(self, model: type[models.Model]) -> str:
        return f"{model._meta.verbose_name}: rows of a ledger are never deleted"


@dataclass(frozen=True)
class Refused(Guard):
    """A condition of its own, in SQL that both databases read; `parent` is locked first."""

    label: str
    condition: str
    says: str
    on: str = "INSERT"
    parent: tuple[str, str] | None = None  # table, and our column that points to its id

    @property
    def when(self) -> str:
        return self.on

    def name(self) -> str:
        return self.label

    def refuses(self, model: type[models.Model], differs: str) -> str:
        return self.condition.replace("IS DISTINCT FROM", differs)

    def message(self, model: type[models.Model]) -> str:
        return self.says

    def lock(self, model: type[models.Model]) -> str:
        if self.parent is None:
            return ""
        table, column = self.parent
        return f'PERFORM 1 FROM "{table}" WHERE id = NEW."{column}" FOR UPDATE;'


@dataclass(frozen=True)
class Noted:
    """That a row was written, or something of it changed, is noted as a tickets.Event.

    By the database, so that no way of writing can forget it, in the same transaction.
    """

    event: str  # promise.ended
    row: str  # our column with the key of what it is about
    on: str = "INSERT"
    condition: str = ""  # over OLD and NEW, in SQL that both databases read

    def name(self) -> str:
        return self.event.replace(".", "_")


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place, or none; harmless when they are.

    A database that was migrated back has fewer tables, and the guards of those it has.
    """
    is_sqlite = connection.vendor == "sqlite"
    make, note = (_sqlite, _sqlite_note) if is_sqlite else (_postgresql, _postgresql_note)
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        drop(connection)
        there = set(connection.introspection.table_names(cursor))
        for model, guard in guards():
            if model._meta.db_table in there:
                cursor.execute(make(model, guard), None)  # None: a % in it is no placeholder
        for model, noted in news():
            if model._meta.db_table in there:
                cursor.execute(note(model, noted), None)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take every guard away, as a migration or an emptying of the tables needs it."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        names = [_trigger(model, guard) for model, guard in guards()]
        names += [_note(model, noted) for model, noted in news()]
        for name in names:
            if connection.vendor == "sqlite":
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"', None)
            else:
                cursor.execute(f'DROP FUNCTION IF EXISTS "{name}"() CASCADE', None)


def guards() -> Iterator[tuple[type[models.Model], Guard]]:
    """Yield every rule with the model it stands beside."""
    for model in apps.get_models():
        for guard in getattr(model, "GUARDS", ()):
            yield model, guard


def news() -> Iterator[tuple[type[models.Model], Noted]]:
    """Yield what is noted, with the model it is written in."""
    for model in apps.get_models():
        for noted in getattr(model, "NEWS", ()):
            yield model, noted


def _columns(model: type[models.Model], fields: tuple[str, ...]) -> list[str]:
    return [str(model._meta.get_field(field).column) for field in fields]  # type: ignore[union-attr]


def _unless_erased(
    model: type[models.Model], fields: tuple[str, ...], differs: str
) -> Iterator[str]:
    """Yield when each of `fields` changes to none of ERASED, or bytes and JSON to something."""
    for field, column in zip(fields, _columns(model, fields), strict=True):
        is_another = " AND ".join(f"NEW.\"{column}\" {differs} '{it}'" for it in ERASED.values())
        match model._meta.get_field(field):
            case models.BinaryField():
                is_another = f'length(NEW."{column}") <> 0'
            case models.JSONField():
                is_another = f"NEW.\"{column}\" {differs} '{{}}'"
        yield f'(OLD."{column}" {differs} NEW."{column}" AND {is_another})'


def _trigger(model: type[models.Model], guard: Guard) -> str:
    return f"guard_{model._meta.db_table}_{guard.name()}"


def _sqlite(model: type[models.Model], guard: Guard) -> str:
    return f"""
        CREATE TRIGGER "{_trigger(model, guard)}" BEFORE {guard.when} ON "{model._meta.db_table}"
        WHEN {guard.refuses(model, "IS NOT")}
        BEGIN SELECT RAISE(ABORT, '{guard.message(model)}'); END
    """


def _postgresql(model: type[models.Model], guard: Guard) -> str:
    name, row = _trigger(model, guard), "OLD" if guard.when == "DELETE" else "NEW"
    return f"""
        CREATE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {guard.lock(model)}
            IF {guard.refuses(model, "IS DISTINCT FROM")} THEN
                RAISE EXCEPTION '{guard.message(model)}'
                USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN {row};
        END $$;
        CREATE TRIGGER "{name}" BEFORE {guard.when} ON "{model._meta.db_table}"
        FOR EACH ROW EXECUTE FUNCTION "{name}"()
    """


def _note(model: type[models.Model], noted: Noted) -> str:
    return f"news_{model._meta.db_table}_{noted.name()}"


def _insert(noted: Noted, clock: str) -> str:
    return f"""
        INSERT INTO "tickets_event" ("kind", "row", "happened_at")
        VALUES ('{noted.event}', NEW."{noted.row}", {clock});
    """


def _sqlite_note(model: type[models.Model], noted: Noted) -> str:
    when = noted.condition.replace("IS DISTINCT FROM", "IS NOT")
    return f"""
        CREATE TRIGGER "{_note(model, noted)}" AFTER {noted.on} ON "{model._meta.db_table}"
        {f"WHEN {when}" if when else ""}
        BEGIN {_insert(noted, "strftime('%Y-%m-%d %H:%M:%f', 'now')")} END
    """


def _postgresql_note(model: type[models.Model], noted: Noted) -> str:
    name = _note(model, noted)
    return f"""
        CREATE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {noted.condition or "TRUE"} THEN
                {_insert(noted, "clock_timestamp()")}
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER "{name}" AFTER {noted.on} ON "{model._meta.db_table}"
        FOR EACH ROW EXECUTE FUNCTION "{name}"()
    """
