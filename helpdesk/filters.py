"""What lists can be narrowed by: the same for screens and for programs."""

from datetime import datetime
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from billing.models import Invoice, Settlement
from policies.models import FollowUp, Promise, Quote
from tickets import phones, search
from tickets.models import (
    Call,
    ContactPoint,
    Customer,
    Interaction,
    Service,
    Shop,
    Solution,
    Ticket,
    User,
)
from tickets.models.work import Kind
from tickets.text import clean, one_line

LARGEST_KEY = 2**63 - 1
NOBODY = "nobody"


class _Key(forms.IntegerField):
    default_error_messages = {"invalid": _("The number of a row.")}

    def __init__(self, **given: Any) -> None:
        super().__init__(min_value=0, max_value=LARGEST_KEY, **given)


class KeyFilter(filters.NumberFilter):
    """Rows that point to one with this key; whether there is such a one is not asked."""

    field_class = _Key

    def get_max_validator(self) -> None:
        return None


class _Typed(forms.CharField):
    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.validators = []  # NUL finds nothing, and is no mistake of whoever types

    def clean(self, value: Any) -> str:
        return clean(str(value or ""))


class SearchFilter(filters.CharFilter):
    """Number, name, phone and text, as the search of the screens reads it."""

    field_class = _Typed

    def filter(self, rows: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return search.narrow(rows, one_line(value)) if value else rows


class _Instant(forms.CharField):
    def clean(self, value: Any) -> datetime | None:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            found = datetime.fromisoformat(typed.replace(" ", "+"))  # an unescaped + in an address
        except ValueError:
            found = None
        if found is None or found.tzinfo is None or not 1970 <= found.year < 2200:
            raise forms.ValidationError(
                _("An instant with its offset: 2026-03-02T15:00:00Z"), code="invalid"
            )
        return found


class _Truth(forms.CharField):
    def clean(self, value: Any) -> bool | None:
        typed = super().clean(value)
        if typed not in {"", "true", "false"}:
            raise forms.ValidationError(_("true or false"), code="invalid")
        return typed == "true" if typed else None


class TruthFilter(filters.BooleanFilter):
    field_class = _Truth


class InstantFilter(filters.Filter):
    field_class = _Instant


def since(field: str) -> InstantFilter:
    return InstantFilter(field_name=field, lookup_expr="gte", label=_("From this instant on."))


def until(field: str) -> InstantFilter:
    return InstantFilter(field_name=field, lookup_expr="lt", label=_("Before this instant."))


class TicketFilter(filters.FilterSet):
    q = SearchFilter(label=_("Number, name, phone or words."))
    is_open = TruthFilter(
        field_name="ended_at", lookup_expr="isnull", label=_("Whether it has not ended.")
    )
    status = filters.MultipleChoiceFilter(choices=Ticket.Status.choices)
    channel = filters.MultipleChoiceFilter(choices=Kind.choices)
    customer = KeyFilter()
    contact_point = KeyFilter()
    service = KeyFilter()
    assignee = filters.CharFilter(method="by_assignee", label=_("A log-in, or “nobody”."))
    watched_by = filters.CharFilter(field_name="watchers__username", label=_("A log-in."))
    identified = TruthFilter(
        field_name="customer",
        lookup_expr="isnull",
        exclude=True,
        label=_("Whether it is known whose it is."),
    )
    concern_open = TruthFilter(
        method="by_concern", label=_("Whether a concern of theirs is not settled yet.")
    )
    awake_at = InstantFilter(method="by_awake", label=_("Not put aside beyond this instant."))
    asleep_at = InstantFilter(
        field_name="snoozed_until", lookup_expr="gt", label=_("Put aside beyond this instant.")
    )
    opened_since, opened_until = since("opened_at"), until("opened_at")
    touched_since, touched_until = since("touched_at"), until("touched_at")

    class Meta:
        model = Ticket
        fields = ("q",)

    def by_assignee(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        if value == NOBODY:
            return rows.filter(assignee__isnull=True)
        return rows.filter(assignee__in=User.objects.filter(username=value).values("pk"))

    def by_concern(self, rows: QuerySet[Ticket], name: str, value: bool) -> QuerySet[Ticket]:
        unsettled = ~Q(concern="") & Q(eased_at__isnull=True)
        return rows.filter(unsettled if value else ~unsettled)

    def by_awake(self, rows: QuerySet[Ticket], name: str, value: datetime) -> QuerySet[Ticket]:
        return rows.exclude(snoozed_until__gt=value)


class CustomerFilter(filters.FilterSet):
    q = SearchFilter(label=_("Name, phone or address."))
    kind = filters.ChoiceFilter(choices=Customer.Kind.choices)
    contact_point = KeyFilter(field_name="contact_points")
    merged = TruthFilter(
        field_name="merged_into", lookup_expr="isnull", exclude=True, label=_("Part of another.")
    )

    class Meta:
        model = Customer
        fields = ("q",)


class ContactPointFilter(filters.FilterSet):
    kind = filters.ChoiceFilter(choices=ContactPoint.Kind.choices)
    customer = KeyFilter(field_name="customers")
    number = filters.CharFilter(method="by_number", label=_("As dialled, or in E.164."))
    email = filters.CharFilter(method="by_email")

    class Meta:
        model = ContactPoint
        fields = ("kind",)

    def by_number(self, rows: QuerySet[ContactPoint], name: str, value: str) -> Any:
        read = phones.read(value, Shop.objects.current().region)
        return rows.filter(kind=ContactPoint.Kind.PHONE, value=read.e164 or read.raw)

    def by_email(self, rows: QuerySet[ContactPoint], name: str, value: str) -> Any:
        return rows.filter(kind=ContactPoint.Kind.EMAIL, value=value.lower())


class InteractionFilter(filters.FilterSet):
    ticket = KeyFilter()
    customer = KeyFilter(field_name="ticket__customer")
    contact_point = KeyFilter()
    kind = filters.MultipleChoiceFilter(choices=Kind.choices)
    direction = filters.ChoiceFilter(choices=Interaction.Direction.choices)
    status = filters.MultipleChoiceFilter(choices=Interaction.Status.choices)
    since, until = since("happened_at"), until("happened_at")

    class Meta:
        model = Interaction
        fields = ("ticket",)


class CallFilter(filters.FilterSet):
    ticket = KeyFilter(field_name="interaction__ticket")
    call_id = filters.CharFilter(field_name="interaction__provider_id")
    direction = filters.ChoiceFilter(
        field_name="interaction__direction", choices=Interaction.Direction.choices
    )
    status = filters.MultipleChoiceFilter(choices=Call.Status.choices)
    outcome = filters.MultipleChoiceFilter(choices=Call.Outcome.choices)
    since, until = since("started_at"), until("started_at")

    class Meta:
        model = Call
        fields = ("ticket",)


class PromiseFilter(filters.FilterSet):
    ticket = KeyFilter()
    customer = KeyFilter(field_name="ticket__customer")
    kind = filters.MultipleChoiceFilter(choices=Promise.Kind.choices)
    status = filters.MultipleChoiceFilter(choices=Promise.Status.choices)
    due_since, due_until = since("due_at"), until("due_at")

    class Meta:
        model = Promise
        fields = ("ticket",)


class QuoteFilter(filters.FilterSet):
    ticket = KeyFilter()
    customer = KeyFilter(field_name="ticket__customer")
    service = KeyFilter()
    accepted = TruthFilter(
        field_name="accepted_at", lookup_expr="isnull", exclude=True, label=_("Whether it was.")
    )

    class Meta:
        model = Quote
        fields = ("ticket",)


class InvoiceFilter(filters.FilterSet):
    ticket = KeyFilter()
    customer = KeyFilter()
    service = KeyFilter()
    is_gift = TruthFilter(method="by_gift", label=_("Whether a gift settled it."))
    issued_since, issued_until = since("issued_at"), until("issued_at")

    class Meta:
        model = Invoice
        fields = ("ticket",)

    def by_gift(self, rows: QuerySet[Invoice], name: str, value: bool) -> QuerySet[Invoice]:
        gifts = Settlement.objects.filter(kind=Settlement.Kind.GIFT).values("invoice")
        return rows.filter(Q(pk__in=gifts) if value else ~Q(pk__in=gifts))


class FollowUpFilter(filters.FilterSet):
    ticket = KeyFilter()
    rule = filters.CharFilter()
    status = filters.MultipleChoiceFilter(choices=FollowUp.Status.choices)
    due_since, due_until = since("due_at"), until("due_at")

    class Meta:
        model = FollowUp
        fields = ("ticket",)


class ServiceFilter(filters.FilterSet):
    active = TruthFilter()

    class Meta:
        model = Service
        fields = ("active",)


class SolutionFilter(filters.FilterSet):
    q = SearchFilter(label=_("Words of it."))
    service = KeyFilter()
    active = TruthFilter()

    class Meta:
        model = Solution
        fields = ("q",)
