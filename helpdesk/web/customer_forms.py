"""What staff write about a customer, and how one is reached."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from helpdesk.web.customer_search import everybody
from helpdesk.web.fields import Line, Text
from helpdesk.web.stale import Stale
from tickets import intake
from tickets.intake import Particulars, Reachable, Unreachable
from tickets.models import Customer, Shop
from tickets.models.people import Channel

EDITED = ("name", "kind", "language", "preferred_channel", "address", "note")


class CustomerForm(Stale, forms.Form):
    """What staff write about a customer; two may do so at once."""

    watched: ClassVar[tuple[str, ...]] = EDITED

    name = Line(label=gettext_lazy("Name"), max_length=120)
    kind = forms.ChoiceField(
        label=gettext_lazy("Person or business"), choices=Customer.Kind.choices
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    preferred_channel = forms.ChoiceField(label=gettext_lazy("Prefers"), choices=Channel.choices)
    address = Text(
        label=gettext_lazy("Postal address"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("Stands on invoices from now on."),
    )
    note = Text(
        label=gettext_lazy("Note for staff"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("Customers never see it."),
    )

    @classmethod
    def about(cls, customer: Customer, data: Any = None) -> "CustomerForm":
        return cls(data, initial={name: getattr(customer, name) for name in EDITED})

    @property
    def particulars(self) -> Particulars:
        return Particulars(**{name: self.cleaned_data[name] for name in EDITED})


class Reach(forms.CharField):
    """A telephone number or a mail address."""

    region = ""

    def clean(self, value: Any) -> Reachable | None:
        typed = super().clean(value)
        try:
            return intake.reachable(typed, self.region) if typed else None
        except Unreachable as error:
            raise ValidationError(str(error)) from None


class ReachForm(forms.Form):
    """How a customer is reached; what others are reached by only when staff say they share it."""

    reach = Reach(
        label=gettext_lazy("Number or mail address"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("Which number or address?")},
    )
    shared = forms.BooleanField(label=gettext_lazy("They share it"), required=False)

    def __init__(
        self, shop: Shop, data: Any = None, *, of: Customer | None = None, **options: Any
    ) -> None:
        super().__init__(data, **options)
        field = self.fields["reach"]
        assert isinstance(field, Reach)
        field.region, field.required = shop.region, of is not None
        self.of = of
        self.others: list[Customer] = []  # who is reached by the same
        self.is_theirs = False

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        reach = given.get("reach")
        if reach is None:
            return given
        by_it = everybody().filter(
            contact_points__kind=reach.kind, contact_points__value=reach.value
        )
        reached = list(by_it.order_by("name", "pk"))
        self.is_theirs = self.of in reached
        self.others = [customer for customer in reached if customer != self.of]
        if self.others and not self.is_theirs and not given.get("shared"):
            names = ", ".join(str(other) for other in self.others[:3])
            self.add_error(
                "reach", _("This is how we reach %s. Tick the box if they share it.") % names
            )
        return given
