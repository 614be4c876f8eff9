"""A form whose row somebody else may change while it is filled in: no version is lost."""

import hashlib
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.functional import cached_property
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Clash:
    """A field that two have changed: what the other wrote, and which of both is marked."""

    name: str
    theirs: str
    keeps_theirs: bool = False


class Stale(forms.Form):
    """Mix in before the form: `class TroubleForm(Stale, ActionForm): watched = ("fault", …)`.

    `initial` of the watched fields has to be what is stored now, also when data is given. The
    template includes parts/_stale.html once with `form` (what was seen, hidden) and after each
    field with `form` and `field` (the choice, where there is one). A `clean` of its own calls
    super. Then:

    - what only they changed stays theirs, though an older value was posted;
    - what both changed refuses the form, with both: mine in the field, theirs beside it;
    - sent again, `keep_<field>` says whose it is; changed once more meanwhile, it asks again.

    A form without `seen`, from a page that did not say, is taken as it is.
    """

    watched: ClassVar[tuple[str, ...]]

    @cached_property
    def stored(self) -> dict[str, str]:
        fields = {name: self.fields[name] for name in self.watched if name in self.fields}
        return {
            name: _plain(self.get_initial_for_field(field, name)) for name, field in fields.items()
        }

    @cached_property
    def clashes(self) -> list[Clash]:
        """Return what both changed; filled by `clean`."""
        return []

    @property
    def seen(self) -> str:
        return " ".join(f"{name}:{_digest(value)}" for name, value in self.stored.items())

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        asks = [name for name in self.stored if name in self.cleaned_data and self._asks(name)]
        if asks:
            raise ValidationError(
                _("Somebody changed this while you wrote. Say below whose words to keep.")
            )
        return cleaned

    def _asks(self, name: str) -> bool:
        """Settle whose value it is, as far as can be known; whether a person has to say."""
        theirs, typed = self.stored[name], _plain(self.cleaned_data[name])
        before = self._seen_before.get(name, _digest(theirs))
        is_changed = before != _digest(theirs)
        if typed == theirs or (is_changed and _digest(typed) == before):
            self.cleaned_data[name] = self._their(name)
            return False
        keeps = self.data.get(f"keep_{name}", "")
        if is_changed or keeps:
            keeps_theirs = not is_changed and keeps == "theirs"
            self.clashes.append(Clash(name, self._said(name), keeps_theirs))
            if keeps_theirs:
                self.cleaned_data[name] = self._their(name)
        return is_changed

    @property
    def _seen_before(self) -> dict[str, str]:
        seen = (each.partition(":") for each in str(self.data.get("seen", "")).split())
        return {name: digest for name, _colon, digest in seen}

    def _their(self, name: str) -> Any:
        field = self.fields[name]
        return field.to_python(self.stored[name])

    def _said(self, name: str) -> str:
        """Return theirs in words: of a choice its label."""
        field, theirs = self.fields[name], self.stored[name]
        if isinstance(field, forms.ChoiceField):
            choices: Any = field.choices
            labels = {str(value): str(label) for value, label in choices}
            return labels.get(theirs, theirs) if theirs else ""
        return theirs


def _plain(value: Any) -> str:
    """Return it as a form posts it, so that what was typed and what is stored can be compared."""
    if isinstance(value, Model):
        value = value.pk
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:16]
