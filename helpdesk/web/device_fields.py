"""What is written down about a device, on its own page and on a ticket's."""

from datetime import date
from typing import Any, ClassVar

from babel.numbers import get_decimal_symbol
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing import money
from billing.money import BadAmount, Money
from helpdesk.web.fields import Line
from policies import wording
from tickets.devices import Particulars
from tickets.models import Device, Shop
from tickets.sentences import in_words


def day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DeviceFields(forms.Form):
    """A device, bought for an amount typed as amounts are written where the shop is."""

    WRITTEN: ClassVar = (
        *("name", "serial", "bought_date", "bought_where"),
        *("price", "warranty_until", "financed_until"),
    )

    name = Line(label=gettext_lazy("Device"), max_length=120)
    serial = Line(
        label=gettext_lazy("Serial number"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    bought_date = forms.DateField(label=gettext_lazy("Bought on"), required=False, widget=day())
    bought_where = Line(label=gettext_lazy("Bought where"), max_length=120, required=False)
    price = forms.CharField(
        label=gettext_lazy("Price"),
        max_length=60,
        required=False,
        widget=forms.TextInput(
            attrs={"class": "short", "inputmode": "decimal", "autocomplete": "off"}
        ),
    )
    warranty_until = forms.DateField(
        label=gettext_lazy("Under warranty until"), required=False, widget=day()
    )
    financed_until = forms.DateField(
        label=gettext_lazy("Being paid for until"), required=False, widget=day()
    )

    def write_prices_in(self, shop: Shop, *, today: date, device: Device | None = None) -> None:
        """Say in which currency and language amounts are typed: those of the shop."""
        self.today = today
        self.locale = wording.locale(shop.language, shop.region)
        self.currency = (device.currency if device else "") or shop.currency
        self.fields["price"].label = _("Price in %s") % self.currency

    def clean_price(self) -> Money | None:
        typed = self.cleaned_data["price"]
        if not typed:
            return None
        try:
            price = money.parse(typed, self.currency, str(self.locale))
        except BadAmount as error:
            raise ValidationError(in_words(error)) from None
        if price.minor < 0:
            raise ValidationError(_("A price is not negative."))
        return price

    def clean_bought_date(self) -> date | None:
        bought: date | None = self.cleaned_data["bought_date"]
        if bought is not None and bought > self.today:
            raise ValidationError(_("That day is yet to come."))
        return bought

    @property
    def particulars(self) -> Particulars:
        given = {name: self.cleaned_data[name] for name in self.WRITTEN}
        price: Money | None = given.pop("price")
        currency = price.currency if price else ""
        return Particulars(**given, price=price.minor if price else None, currency=currency)


def as_typed(device: Device, shop: Shop) -> dict[str, Any]:
    """Return what is known of a device as one would type it."""
    typed: dict[str, Any] = {name: getattr(device, name) for name in DeviceFields.WRITTEN}
    if device.price is not None:
        amount = str(money.decimal(Money(device.price, device.currency)))
        locale = wording.locale(shop.language, shop.region)
        typed["price"] = amount.replace(".", get_decimal_symbol(locale))
    return typed
