"""Triggers and the search index outlive migrations, rebuilt tables and an emptied database."""

import copy

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection

from policies.models import Promise
from tests.invariants.attacks import GUARDS
from tickets import intake, search
from tickets.models import Customer, Ticket

pytestmark = pytest.mark.django_db(transaction=True)

REBUILT = [(Promise, "what"), (Ticket, "subject"), (Customer, "name")]
SEARCHED = ("tickets_ticket", "tickets_customer")
IS_SQLITE = connection.vendor == "sqlite"

GUARDING = {f"guard_{name.replace('.', '_')}" for name in GUARDS}
# What search stands on: an index, and where that is a table of its own, what keeps it.
SEARCHING = {f"{table}_search" for table in SEARCHED}
KEEPING = {f"{index}_{on}" for index in SEARCHING for on in ("insert", "update", "delete")}
EVERYTHING = GUARDING | SEARCHING | (KEEPING if IS_SQLITE else set())


def installed():
    """Return which triggers of ours there are, and what search stands on."""
    sql = "SELECT tgname FROM pg_trigger UNION SELECT indexname FROM pg_indexes"
    if IS_SQLITE:
        sql = "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'table')"
    with connection.cursor() as cursor:
        cursor.execute(sql)
        names = {name for (name,) in cursor.fetchall()}
    return {name for name in names if name.startswith("guard_")} | names & (SEARCHING | KEEPING)


def widen(model, name, by):
    """Alter a column, for which SQLite makes the table anew and loses what hung on it."""
    old = model._meta.get_field(name)
    new = copy.copy(old)
    new.max_length += by
    with connection.schema_editor() as editor:
        editor.alter_field(model, old, new)
    return old, new


@pytest.fixture
def rebuilt(world):
    """Rebuild three tables as a later migration may; the columns go back to what they were."""
    altered = [(model, *widen(model, name, 1)) for model, name in REBUILT]
    yield
    for model, old, new in altered:
        with connection.schema_editor() as editor:
            editor.alter_field(model, new, old)
    call_command("migrate", verbosity=0)


def refused(strike):
    with pytest.raises(IntegrityError):
        strike.by_sql()
    return True


def found(word):
    return list(
        search.narrow(Ticket.objects.order_by("pk"), word).values_list("subject", flat=True)
    )


def test_they_are_there_from_the_start(world):
    assert installed() == EVERYTHING


def test_a_migration_that_changes_nothing_leaves_them(world):
    call_command("migrate", verbosity=0)

    assert installed() == EVERYTHING


def test_a_rebuilt_table_has_lost_them_on_sqlite(rebuilt):
    tables = tuple(f"guard_{model._meta.db_table}_" for model, _name in REBUILT)
    lost = {name for name in GUARDING if name.startswith(tables)} | KEEPING

    assert EVERYTHING - installed() == (lost if IS_SQLITE else set())


def test_migrating_brings_them_back(rebuilt):
    call_command("migrate", verbosity=0)

    assert installed() == EVERYTHING
    for strikes in GUARDS.values():
        assert refused(strikes[0])


def test_and_search_finds_what_came_before_and_after(rebuilt, sara, monday_nine):
    intake.open_ticket(subject="In between", channel="call", now=monday_nine)
    call_command("migrate", verbosity=0)
    after = intake.open_ticket(subject="Afterwards", channel="call", now=monday_nine)

    assert found("black") == ["Black screen"] * 7
    assert (found("betw"), found("afterw")) == (["In between"], ["Afterwards"])
    assert after.number == 1001 + Ticket.objects.count() - 1


@pytest.mark.parametrize("reset_sequences", [True, False])
def test_an_emptied_database_still_has_them(world, reset_sequences):
    call_command("flush", interactive=False, verbosity=0, reset_sequences=reset_sequences)

    assert installed() == EVERYTHING
    assert Ticket.objects.count() == 0


def test_and_starts_from_the_first_number_with_nothing_to_be_found(world, monday_nine):
    call_command("flush", interactive=False, verbosity=0)

    ticket = Ticket.objects.create(
        subject="x", channel="call", opened_at=monday_nine, touched_at=monday_nine
    )
    assert ticket.number == 1001
    assert found("black") == []
    with pytest.raises(IntegrityError):
        Ticket.objects.all()._raw_delete("default")
