"""Ways to get past the code: plain SQL, and the ORM's bulk operations, which save nothing."""

from dataclasses import dataclass, field

from django.db import connection, models


@dataclass(frozen=True)
class Change:
    """Give a row other values. A value may be a function of the row."""

    model: type[models.Model]
    to: dict
    of: dict = field(default_factory=dict)

    def by_orm(self):
        row = _row(self.model, self.of)
        self.model._default_manager.filter(pk=row.pk).update(**_values(self.to, row))

    def by_sql(self):
        row = _row(self.model, self.of)
        values = _prepared(self.model, _values(self.to, row))
        columns = ", ".join(f'"{column}" = %s' for column in values)
        key = self.model._meta.pk
        _execute(
            f'UPDATE "{self.model._meta.db_table}" SET {columns} WHERE "{key.column}" = %s',
            [*values.values(), key.get_db_prep_value(row.pk, connection)],
        )


@dataclass(frozen=True)
class Add:
    """Add a copy of a row, with other values where given."""

    model: type[models.Model]
    but: dict = field(default_factory=dict)
    of: dict = field(default_factory=dict)

    def by_orm(self):
        self.model._default_manager.bulk_create([self.model(**self._copy())])

    def by_sql(self):
        values = _prepared(self.model, self._copy())
        columns = ", ".join(f'"{column}"' for column in values)
        holes = ", ".join(["%s"] * len(values))
        table = self.model._meta.db_table
        _execute(f'INSERT INTO "{table}" ({columns}) VALUES ({holes})', [*values.values()])

    def _copy(self):
        row = _row(self.model, self.of)
        fields = [it for it in self.model._meta.concrete_fields if not it.primary_key]
        return {it.attname: getattr(row, it.attname) for it in fields} | _values(self.but, row)


@dataclass(frozen=True)
class Delete:
    """Take a row out of the table, whatever points to it."""

    model: type[models.Model]
    of: dict = field(default_factory=dict)

    def by_orm(self):
        rows = self.model._base_manager.filter(pk=_row(self.model, self.of).pk)
        rows._raw_delete(rows.db)  # not delete(), which would find out about PROTECT first

    def by_sql(self):
        key = self.model._meta.pk
        pk = key.get_db_prep_value(_row(self.model, self.of).pk, connection)
        _execute(f'DELETE FROM "{self.model._meta.db_table}" WHERE "{key.column}" = %s', [pk])


WAYS = {"SQL": lambda strike: strike.by_sql(), "ORM": lambda strike: strike.by_orm()}


def _row(model, of):
    row = model._default_manager.filter(**of).order_by("pk").first()
    assert row is not None, f"no {model.__name__} like {of} to attack"
    return row


def _values(given, row):
    return {name: value(row) if callable(value) else value for name, value in given.items()}


def _prepared(model, values):
    fields = {it.attname: it for it in model._meta.concrete_fields}
    return {
        fields[name].column: fields[name].get_db_prep_save(value, connection)
        for name, value in values.items()
    }


def _execute(sql, values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
