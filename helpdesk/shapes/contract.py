"""What a shape is: how a row looks to programs. Read this before adding one."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.conf import settings
from django.db.models import Manager, Model, QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

Row = TypeVar("Row", bound=Model)


class Shape(serializers.ModelSerializer[Any]):
    """A row as programs see it, never as they write it.

    `LOADS` and `ALONG` are read together with the rows (select_related, prefetch_related), so
    that three hundred take as many queries as one. `EXPANDS` are what `?expand=` may name: each is
    a field of the serializer under `expanded`, and what has to be read along for it.
    """

    LOADS: ClassVar[tuple[str, ...]] = ()
    ALONG: ClassVar[tuple[Any, ...]] = ()
    EXPANDS: ClassVar[dict[str, tuple[Any, ...]]] = {}

    @classmethod
    def table(cls) -> Manager[Any]:
        """Return the rows it can show."""
        model: type[Model] = cls.Meta.model
        return model._default_manager

    @classmethod
    def loaded(cls, rows: QuerySet[Row], expand: tuple[str, ...] = ()) -> QuerySet[Row]:
        """Have what the shape shows of `rows` read with them."""
        along = [each for name in expand for each in cls.EXPANDS[name]]
        return rows.select_related(*cls.LOADS).prefetch_related(*cls.ALONG, *along)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        if not shown.get("expanded", True):
            del shown["expanded"]
        return shown


class Expanded(serializers.Serializer[Any]):
    """What `?expand=` asked for, and nothing else. What stands in it is not expanded again."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shape = self.parent
        is_outermost = shape is not None and shape.root in (shape, shape.parent)
        asked = self.context.get("expand", ()) if is_outermost else ()
        shown: dict[str, Any] = {}
        for name in asked:
            field = self.fields[name]
            value = field.get_attribute(instance)
            shown[name] = None if value is None else field.to_representation(value)
        return shown


class Money(serializers.Serializer[Any]):
    """An amount in whole minor units (cents, öre) of its currency."""

    minor = serializers.IntegerField()
    currency = serializers.CharField(max_length=3)


def money(minor: int, currency: str) -> dict[str, Any]:
    return {"minor": minor, "currency": currency}


@extend_schema_field({"type": "string", "format": "uri"})
class Page(serializers.ReadOnlyField):
    """The address of the page on which people see the row."""

    def __init__(self, name: str, by: str = "pk") -> None:
        super().__init__(source="*")
        self.name, self.by = name, by

    def to_representation(self, value: Model) -> str:
        return f"{settings.PUBLIC_URL}{reverse(self.name, args=[getattr(value, self.by)])}"


@extend_schema_field({"type": "string", "nullable": True})
class Who(serializers.ReadOnlyField):
    """One of us, by log-in."""

    def to_representation(self, value: Any) -> str | None:
        return value.username if value is not None else None
