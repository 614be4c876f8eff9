"""Fields of what programs send that several resources have in common."""

from typing import Any

from django.db.models import Model, QuerySet
from rest_framework import serializers

from helpdesk.api.strict import Ask, Text
from helpdesk.filters import LARGEST_KEY
from tickets import intake
from tickets.intake import Unreachable
from tickets.models import Customer, Service, Shop, Ticket, User

LONGEST_REACH = 254


class Key(serializers.PrimaryKeyRelatedField[Any]):
    """The number of a row that is there."""

    default_error_messages = {
        "does_not_exist": "There is no such row.",
        "incorrect_type": "The number of a row.",
    }

    def to_internal_value(self, data: Any) -> Model:
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("incorrect_type")
        if not 0 <= data <= LARGEST_KEY:
            self.fail("does_not_exist")
        found: Model = super().to_internal_value(data)
        return found


def customer(**given: Any) -> Key:
    return Key(queryset=Customer.objects.filter(merged_into__isnull=True), **given)


def service(**given: Any) -> Key:
    return Key(queryset=Service.objects.filter(active=True), **given)


def ticket(**given: Any) -> Key:
    return Key(queryset=Ticket.objects.all(), **given)


class Colleague(serializers.SlugRelatedField[Any]):
    """Somebody who works here, by log-in."""

    default_error_messages = {"does_not_exist": "Nobody here has that log-in."}

    def __init__(self, **given: Any) -> None:
        super().__init__(slug_field="username", queryset=User.objects.none(), **given)

    def get_queryset(self) -> QuerySet[User]:
        return User.objects.filter(is_active=True).exclude(role=User.Role.INTEGRATION)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Reach(Text):
    """A telephone number, as dialled or in E.164, or a mail address."""

    def to_internal_value(self, data: Any) -> Any:
        typed = super().to_internal_value(data)
        if not 1 <= len(typed) <= LONGEST_REACH:
            raise serializers.ValidationError(f"1 to {LONGEST_REACH} characters.")
        try:
            return intake.reachable(typed, Shop.objects.current().region)
        except Unreachable as error:
            raise serializers.ValidationError(str(error)) from None

    def to_representation(self, value: Any) -> str:
        return str(value.value)


class Nothing(Ask):
    """No body, or {}."""


def partly(kind: type[Ask]) -> Any:
    """Return what reads `kind` with every field left out as it is."""

    def partial(**given: Any) -> Ask:
        return kind(partial=True, **given)

    return partial
