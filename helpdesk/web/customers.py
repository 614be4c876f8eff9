"""The customers, and one customer over all channels."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.models import Invoice
from helpdesk import journey
from helpdesk.web import history, paging
from helpdesk.web.http import Request
from helpdesk.web.ticket_forms import Line, Text
from policies.models import Promise
from tickets import intake, search
from tickets.intake import Particulars, Reachable, Unreachable
from tickets.models import ContactPoint, Customer, Shop, Ticket
from tickets.models.people import Channel
from tickets.text import one_line

ROWS = 25
LATEST = 20  # contacts, promises and quotes: what one can take in while somebody is on the phone
INVOICES = 10
LONGEST = 200  # of a search: it stands in the links to further pages


class CustomerForm(forms.Form):
    """What staff write about a customer."""

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

    @property
    def particulars(self) -> Particulars:
        names = ("name", "kind", "language", "preferred_channel", "address", "note")
        return Particulars(**{name: self.cleaned_data[name] for name in names})


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

    def __init__(self, shop: Shop, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        field = self.fields["reach"]
        assert isinstance(field, Reach)
        field.region = shop.region
        self.owners: list[Customer] = []

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if reach := given.get("reach"):
            self.owners = list(
                Customer.objects.filter(
                    contact_points__kind=reach.kind, contact_points__value=reach.value
                ).order_by("name", "pk")[:3]
            )
        if self.owners and not given.get("shared") and not self._is_no_news():
            names = ", ".join(str(owner) for owner in self.owners)
            self.add_error(
                "reach", _("This is how we reach %s. Tick the box if they share it.") % names
            )
        return given

    def _is_no_news(self) -> bool:
        return False
