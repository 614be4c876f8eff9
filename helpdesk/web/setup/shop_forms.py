"""What the shop is, as its owner writes it down."""

from collections.abc import Iterator
from typing import Any

import phonenumbers
from babel import Locale
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from billing.models import Invoice
from helpdesk.web.fields import for_model
from helpdesk.web.setup import places
from helpdesk.web.setup.amounts import AmountField
from tickets import logos, phones
from tickets.models import Shop

GROUPS = (
    (
        gettext_lazy("Who we are"),
        ("name", "address", "official_phone", "official_email", "tax_id"),
    ),
    (
        gettext_lazy("Where we are"),
        ("region", "zone", "our_language", "other_languages", "currency"),
    ),
    (gettext_lazy("Money"), ("bill_after_minutes", "gift_budget")),
    (
        gettext_lazy("What leaves by itself"),
        (
            *("quiet_from", "quiet_until", "acknowledgements_per_hour"),
            *("texts_per_day", "text_countries"),
        ),
    ),
    (
        gettext_lazy("On the web"),
        ("shows_policies", "takes_web_messages", "web_messages_per_hour"),
    ),
)
# What each switch opens to everybody.
PAGES = {
    "shows_policies": ("public-policies", "public-wait"),
    "takes_web_messages": ("public-write",),
}
FIELDS = tuple(
    name
    for _title, names in GROUPS
    for name in names
    if name not in {"our_language", "other_languages"}
)


class ShopForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    region = forms.ChoiceField(
        label=gettext_lazy("Country"),
        help_text=gettext_lazy("How telephone numbers, dates and amounts are written."),
    )
    zone = forms.ChoiceField(label=gettext_lazy("Time zone"))
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    our_language = forms.ChoiceField(
        label=gettext_lazy("Our language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("For customers of whom we know no other."),
    )
    other_languages = forms.MultipleChoiceField(
        label=gettext_lazy("We also write in"),
        choices=settings.LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    gift_budget = AmountField(
        label=gettext_lazy("Gifts a month"),
        required=False,
        help_text=gettext_lazy("At list price. Empty: no line in the report."),
    )
    text_countries = forms.CharField(
        label=gettext_lazy("Texts also to"),
        required=False,
        help_text=gettext_lazy("Two letters each, with commas between; ours need not be listed."),
    )

    class Meta:
        model = Shop
        formfield_callback = for_model
        fields = FIELDS
        widgets = {
            "quiet_from": forms.TimeInput(attrs={"type": "time", "class": "short"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(
                attrs={"type": "time", "class": "short"}, format="%H:%M"
            ),
            "official_phone": forms.TextInput(attrs={"type": "tel"}),
            "address": forms.Textarea(attrs={"rows": 3}),
        }
        labels = {
            "address": gettext_lazy("Postal address"),
            "official_phone": gettext_lazy("Telephone"),
            "official_email": gettext_lazy("Mail address"),
        }
        help_texts = {
            "name": gettext_lazy("As customers know it: it is on all that leaves us."),
            "official_email": gettext_lazy(
                "Customers write to it. Mail leaves from it, unless the server names another."
            ),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        shop, spoken = self.instance, Locale.parse((get_language() or "en").replace("-", "_"))
        given: dict[str, Any] = self.fields
        given["region"].choices = _named(phonenumbers.SUPPORTED_REGIONS, spoken.territories)
        given["zone"].choices = [(zone, zone) for zone in places.zones(shop.zone)]
        given["currency"].choices = places.currencies(shop.currency)
        given["gift_budget"].of(shop)
        self.initial["our_language"] = shop.language
        self.initial["other_languages"] = shop.languages[1:]
        self.initial["text_countries"] = ", ".join(shop.text_countries)
        for name, pages in PAGES.items():
            links = ((f"{settings.PUBLIC_URL}{reverse(page)}",) * 2 for page in pages)
            shown = format_html_join(", ", '<a href="{}">{}</a>', links)
            given[name].help_text = format_html("{} {}", given[name].help_text, shown)
        if Invoice.objects.exists():
            given["currency"].disabled = True
            given["currency"].help_text = _(
                "There are invoices in %s: sums in two currencies would be neither's."
            ) % (shop.currency)

    def groups(self) -> Iterator[tuple[Any, list[BoundField]]]:
        for title, names in GROUPS:
            yield title, [self[name] for name in names]

    def clean_official_phone(self) -> str:
        typed: str = self.cleaned_data["official_phone"].strip()
        region = self.data.get("region", self.instance.region)
        return places.telephone(typed, region) if phones.is_country(region) else typed

    def clean_text_countries(self) -> list[str]:
        typed = [code.strip().upper() for code in self.cleaned_data["text_countries"].split(",")]
        countries = list(dict.fromkeys(filter(None, typed)))
        unknown = [code for code in countries if not phones.is_country(code)]
        if unknown:
            raise ValidationError(_("“%s” is no country's two letters.") % unknown[0])
        return countries

    def written(self) -> Shop:
        """Save what this form is about, and nothing else: others may write the rest meanwhile."""
        ours, others = self.cleaned_data["our_language"], self.cleaned_data["other_languages"]
        shop: Shop = self.instance
        shop.languages = [ours, *(code for code in others if code != ours)]
        shop.save(update_fields=[*FIELDS, "languages"])
        return shop


class LogoForm(forms.Form):
    logo = forms.FileField(
        label=gettext_lazy("Picture"),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
        help_text=gettext_lazy("PNG or JPEG, at most 2 MB. It is made 600 pixels wide at most."),
        error_messages={"required": gettext_lazy("Choose a picture first.")},
    )

    def clean_logo(self) -> bytes:
        file = self.cleaned_data["logo"]
        try:
            return logos.tidied(file.read(logos.LARGEST + 1))
        except logos.BadPicture as error:
            raise ValidationError(str(error)) from None


def _named(codes: Any, names: Any) -> list[tuple[str, str]]:
    return sorted(
        ((code, str(names.get(code, code))) for code in codes), key=lambda choice: choice[1]
    )
