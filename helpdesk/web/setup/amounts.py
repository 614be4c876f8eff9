"""Amounts of money in forms: typed as the page writes them, kept in minor units."""

from typing import Any

from babel import Locale
from babel.numbers import get_decimal_symbol
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from billing import money
from billing.money import BadAmount, Money
from tickets.models import Shop
from tickets.sentences import in_words


class AmountField(forms.CharField):
    """An amount of the shop's currency; None without one. `least` in minor units."""

    def __init__(self, *, least: int = 0, **options: Any) -> None:
        options.setdefault("max_length", 60)
        super().__init__(**options)
        self.least = least
        self.widget.attrs |= {"class": "short", "inputmode": "decimal", "autocomplete": "off"}

    def of(self, shop: Shop, *, is_named: bool = True) -> None:
        """Say in which currency, in the label too; a form does before it is used."""
        self.currency = shop.currency
        # As amounts are shown on the page around it.
        self.locale = Locale.parse((get_language() or "en").replace("-", "_"))
        if is_named:
            self.label = f"{self.label} ({shop.currency})"

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, int):
            return value
        typed = str(money.decimal(Money(value, self.currency)))
        return typed.replace(".", get_decimal_symbol(self.locale))

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            amount = money.parse(typed, self.currency, str(self.locale)).minor
        except BadAmount as error:
            raise ValidationError(in_words(error)) from None
        if amount < self.least:
            raise ValidationError(_("That is too little."))
        return amount

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(self.prepare_value(initial) or "") != str(data or "").strip()
