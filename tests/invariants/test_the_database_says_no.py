"""Every rule holds against plain SQL and bulk operations, on both databases."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from tests.invariants.attacks import ATTACKS, GUARDS, NOON
from tests.invariants.strikes import WAYS, Change
from tickets import triggers

pytestmark = pytest.mark.django_db
OURS = ("tickets", "policies", "billing", "helpdesk")


def our_models():
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def rules():
    """Every rule there is, by name, with what its refusal says here."""
    said = {}
    for model in our_models():
        table = model._meta.db_table
        for constraint in model._meta.constraints:
            columns = [model._meta.get_field(it).column for it in getattr(constraint, "fields", ())]
            said[constraint.name] = refusal(constraint.name, table, columns)
        for field in model._meta.local_concrete_fields:
            if field.unique and not field.primary_key:
                said[f"{table}.{field.column}"] = refusal(field.column, table, [field.column])
        for guard in getattr(model, "GUARDS", ()):
            said[f"{table}.{guard.name()}"] = guard.message(model)
    return said


def refusal(name, table, columns):
    """SQLite names the columns of what must be unique, and only a check by its name."""
    if connection.vendor == "sqlite" and columns:
        return "UNIQUE constraint failed: " + ", ".join(f"{table}.{it}" for it in columns)
    return name


def outcome(strike, way):
    """What comes of it: the error's words, or that it went through. Nothing of it stays."""
    try:
        with transaction.atomic():
            WAYS[way](strike)
            transaction.set_rollback(True)
            return "went through"
    except IntegrityError as error:
        return str(error)


def test_every_rule_is_attacked():
    assert sorted(ATTACKS) == sorted(rules())


@pytest.mark.parametrize("app", OURS)
def test_each_rule_refuses_what_it_is_there_to_refuse(world, app):
    tables = {model._meta.db_table for model in our_models() if model._meta.app_label == app}
    said = rules()
    for name, strikes in ATTACKS.items():
        for strike in strikes:
            if strike.model._meta.db_table in tables:
                for way in WAYS:
                    assert said[name] in outcome(strike, way), (name, strike, way)


def test_each_guard_is_what_holds(world):
    """Proved by breaking: without its trigger, and nothing else changed, the attack succeeds."""
    connection.check_constraints()  # PostgreSQL drops no trigger while others wait to be checked
    for name, strikes in GUARDS.items():
        table, guard = name.split(".")
        for strike in strikes:
            with transaction.atomic():
                drop(f"guard_{table}_{guard}", table)
                assert [outcome(strike, way) for way in WAYS] == ["went through"] * len(WAYS), name
                transaction.set_rollback(True)
            assert outcome(strike, "SQL") != "went through", f"{name} did not come back"


def drop(trigger, table):
    on = "" if connection.vendor == "sqlite" else f' ON "{table}"'
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{trigger}"{on}')


def test_every_frozen_column_is_frozen(world):
    frozen = [
        (model, guard.message(model), model._meta.get_field(name))
        for model, guard in triggers.guards()
        if isinstance(guard, triggers.Frozen)
        for name in (*guard.fields, *guard.erasable)
    ]
    for model, says, field in frozen:
        to = {field.attname: lambda row, field=field: another(field, row)}
        if model._meta.model_name == "numberseries":
            to["last"] = lambda row: row.last + 1  # which is the only change there is
        assert says in outcome(Change(model, to), "SQL"), field


def another(field, row):
    """A value the column can hold, and this row does not."""
    value = getattr(row, field.attname)
    match field:
        case models.ForeignKey() | models.OneToOneField() | models.IntegerField():
            return (value or 0) + 1
        case models.DateTimeField() | models.DateField():
            return NOON if value is None else value.replace(year=value.year + 1)
        case models.BinaryField():
            return b"another"
        case models.BooleanField():
            return not value
        case models.JSONField():
            return ["another"]
        case models.GenericIPAddressField():
            return "192.0.2.1" if value != "192.0.2.1" else "192.0.2.2"
    return "x" if value != "x" else "y"


def erasable():
    """Every column that may be erased, with its guard and a row that has something in it."""
    for model, guard in triggers.guards():
        for name in getattr(guard, "erasable", ()):
            field = model._meta.get_field(name)
            rows = model._default_manager.order_by("pk")
            row = next(it for it in rows if getattr(it, field.attname))
            yield guard, field, row


def erased(field):
    """What stands there afterwards, and what only looks as if it were that."""
    match field:
        case models.BinaryField():
            return b"", (b"x", triggers.erased("en").encode())
        case models.JSONField():
            return {}, ([], {"": None})
    word = triggers.erased("sv")
    looks_like_it = ("", word.upper(), "(ERASED)", f" {word}", f"{word} ", "erased")
    return word, (*looks_like_it, *([None] if field.null else []))


def test_what_may_be_erased_becomes_nothing_else_and_never_comes_back(world):
    for guard, field, row in erasable():
        model, here, was = type(row), {"pk": row.pk}, getattr(row, field.attname)
        says, (nothing, others) = guard.message(model), erased(field)

        for other in others:
            assert says in outcome(Change(model, {field.attname: other}, here), "SQL"), field
        with transaction.atomic():
            for way in WAYS:
                WAYS[way](Change(model, {field.attname: nothing}, here))
            assert says in outcome(Change(model, {field.attname: was}, here), "SQL"), field
            transaction.set_rollback(True)


def test_while_something_is_erased_the_rest_stays_as_it_is(world):
    for guard, field, row in erasable():
        columns = [type(row)._meta.get_field(name) for name in guard.fields]
        for column in (it for it in columns if getattr(row, it.attname) is not None):
            to = {field.attname: erased(field)[0], column.attname: another(column, row)}
            strike = Change(type(row), to, {"pk": row.pk})
            assert guard.message(type(row)) in outcome(strike, "SQL"), (field, column)


def test_deleting_by_the_orm_is_refused_too(world):
    for model, guard in triggers.guards():
        if isinstance(guard, triggers.Kept):
            row = model._default_manager.order_by("pk").first()
            with pytest.raises(IntegrityError), transaction.atomic():
                row.delete()
