"""What a receptionist fills in about a call, and what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.core import signing
from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from helpdesk.templatetags.desk import due_text
from helpdesk.web import callers
from helpdesk.web.callers import Found
from helpdesk.web.fields import Line, Text
from helpdesk.web.offers import Listener
from policies.models import NoTerms, Promise, Turnaround
from tickets import notes, phones, text
from tickets.models import Customer, Interaction, Service, Shop, Ticket, User

Direction = Interaction.Direction
# What was read out longer ago was said to somebody else.
FRESH = timedelta(hours=4)
MONTH = 44640  # minutes
LONGEST_QUERY = 200


class How(TextChoices):
    """How we touched."""

    IN = "in", gettext_lazy("They called")
    OUT = "out", gettext_lazy("We reached them")
    NO_ANSWER = "no_answer", gettext_lazy("No answer")
    COUNTER = "counter", gettext_lazy("At the counter")


class Outcome(TextChoices):
    """What comes of it."""

    ANSWERED = "answered", pgettext_lazy("outcome", "Answered")
    CALLBACK = "callback", pgettext_lazy("outcome", "Call back")
    QUOTE = "quote", pgettext_lazy("outcome", "Quote")
    PASS_ON = "pass_on", pgettext_lazy("outcome", "Pass on")
    SOLVED = "solved", pgettext_lazy("outcome", "Solved")


ENDS = {Outcome.ANSWERED, Outcome.SOLVED}
# On what the sentences and the price depend: htmx asks again when it changes.
ASKS = {"class": "asks"}


@dataclass(frozen=True)
class Opened:
    """A page as it was opened: signed, since what is promised counts from its `heard_at`."""

    heard_at: str
    opened_at: str
    form_id: str
    call: int | None = None
    said_before: str = ""  # a digest of it: whether somebody has logged the call meanwhile

    @classmethod
    def page(cls, *, call: Interaction | None, now: datetime) -> Opened:
        heard_at = now
        if call is not None and now - call.happened_at < FRESH:
            heard_at = call.happened_at
        return cls(
            heard_at=heard_at.isoformat(),
            opened_at=now.isoformat(),
            form_id=uuid4().hex,
            call=call.pk if call else None,
            said_before=digest(call),
        )

    @classmethod
    def read(cls, signed: str, *, call: Interaction | None, now: datetime) -> Opened | None:
        """Return what was signed; None when it was not us, is too old, or is of another call."""
        try:
            opened = cls(**signing.Signer(salt="log-call").unsign_object(signed))
        except (signing.BadSignature, TypeError, ValueError):
            return None
        is_fresh = now - datetime.fromisoformat(opened.opened_at) < FRESH
        is_same = opened.call == (call.pk if call else None)
        return opened if is_fresh and is_same else None

    @property
    def signed(self) -> str:
        return signing.Signer(salt="log-call").sign_object(asdict(self), compress=True)

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.heard_at)


def digest(call: Interaction | None) -> str:
    return hashlib.sha256(call.text.encode()).hexdigest() if call else ""


class CallForm(forms.Form):
    """Who, what about, what they said, and what comes of it."""

    q = Line(
        label=gettext_lazy("Number or name"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"class": "big", "autocomplete": "off"}),
    )
    about = Line(label=gettext_lazy("Who, and about what"), required=False)
    new_name = Line(
        label=gettext_lazy("Their name"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs=ASKS | {"autocomplete": "off"}),
    )
    new_kind = forms.ChoiceField(
        label=gettext_lazy("Person or business"),
        required=False,
        choices=Customer.Kind.choices,
        widget=forms.Select(attrs=ASKS),
    )
    new_language = forms.ChoiceField(
        label=gettext_lazy("Language"), required=False, widget=forms.Select(attrs=ASKS)
    )
    number = Line(label=gettext_lazy("Another number to reach them on"), required=False)
    how = forms.ChoiceField(
        label=gettext_lazy("Kind of contact"),
        choices=How.choices,
        widget=forms.Select(attrs=ASKS),
    )
    said = Text(label=gettext_lazy("What they said"), required=False, max_length=notes.LONGEST)
    subject = Line(label=gettext_lazy("Subject"), required=False, max_length=120)
    service = forms.ModelChoiceField(
        label=gettext_lazy("Service"),
        required=False,
        queryset=Service.objects.filter(active=True),
        empty_label="",
        widget=forms.Select(attrs=ASKS),
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("What comes of it"),
        choices=Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what comes of it.")},
    )
    days = forms.IntegerField(
        label=gettext_lazy("Working days, if more than usual"),
        required=False,
        min_value=1,
        max_value=3650,
        widget=forms.NumberInput(attrs=ASKS),
    )
    agreed = forms.ChoiceField(
        label=gettext_lazy("Have they agreed?"),
        required=False,
        choices=[("yes", gettext_lazy("Yes, do it")), ("no", gettext_lazy("Not yet"))],
        widget=forms.RadioSelect,
    )
    assignee = forms.ModelChoiceField(
        label=gettext_lazy("To whom"),
        required=False,
        empty_label=gettext_lazy("as it is"),
        queryset=User.objects.filter(is_active=True)
        .exclude(role=User.Role.INTEGRATION)
        .order_by("first_name", "last_name", "username"),
    )
    charge = forms.ChoiceField(
        label=gettext_lazy("Free or charged?"),
        required=False,
        choices=[
            (Ticket.Charge.FREE, Ticket.Charge.FREE.label),
            (Ticket.Charge.CHARGED, Ticket.Charge.CHARGED.label),
        ],
        widget=forms.RadioSelect,
    )
    gift_reason = Line(label=gettext_lazy("Reason for the gift"), required=False, max_length=200)
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes"),
        required=False,
        min_value=0,
        max_value=MONTH,
        widget=forms.NumberInput(attrs=ASKS),
    )

    ticket: Ticket | None = None
    customer: Customer | None = None

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        shop: Shop,
        call: Interaction | None,
        heard_at: datetime,
        found: Found | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data, **kwargs)
        self.shop, self.call, self.heard_at = shop, call, heard_at
        self.found = found or Found()  # whom we need not look for again
        names, codes = dict(settings.LANGUAGES), shop.languages or [shop.language]
        self._choose("new_language", [(code, names.get(code, code)) for code in codes])
        if call is not None:
            is_ours = call.direction == Direction.OUT
            ways = [How.OUT, How.NO_ANSWER] if is_ours else [How.IN]
            self._choose("how", [(way.value, way.label) for way in ways])

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def chosen(self) -> str:
        return str(self["about"].value() or "")

    @property
    def open_ticket(self) -> Ticket | None:
        return None if self.ticket is None or self.ticket.is_ended else self.ticket

    @property
    def listener(self) -> Listener:
        """Return whom a promise would be told, as far as it is filled in."""
        given = self.cleaned_data
        known = self.customer
        language, kind = self.shop.language, ""
        if known is not None:
            language, kind = known.language, known.kind
        elif given.get("new_name") and given.get("about"):
            language, kind = self.language, given.get("new_kind") or Customer.Kind.PERSON
        return Listener(language, kind, self.open_ticket, self.heard_at)

    @property
    def read(self) -> list[str]:
        """Return the sentences that stood on the page."""
        sentences = self.data.getlist("read") if isinstance(self.data, QueryDict) else []
        return [text.one_line(sentence) for sentence in sentences]

    @property
    def point_number(self) -> phones.Number | None:
        """Return the number to remember, where the phone system has not told it."""
        given = self.cleaned_data.get("number", "")
        if given:
            return phones.read(given, self.shop.region)
        if self.call is not None:
            return None
        return callers.number(self.cleaned_data.get("q", ""), self.shop)

    @property
    def offered(self) -> list[str]:
        """Return what was offered, as the page says it: "12:0" is the first choice of the 12th."""
        given = self.data
        return given.getlist("offered") if isinstance(given, QueryDict) else []

    @property
    def was_reached(self) -> bool:
        return self.cleaned_data.get("how") != How.NO_ANSWER

    @property
    def language(self) -> str:
        return self.cleaned_data.get("new_language") or self.shop.language

    def clean_about(self) -> str:
        about: str = self.cleaned_data["about"]
        kind, _colon, key = about.partition(":")
        if key.isascii() and key.isdecimal() and len(key) < 19:
            who = self.found.of(about)
            if kind == "ticket":
                tickets = Ticket.objects.select_related("customer", "contact_point", "service")
                found = self.found.ticket(int(key))
                self.ticket = found or tickets.filter(pk=int(key)).first()
                self.customer = self.ticket.customer if self.ticket else None
            elif kind == "customer":
                known = Customer.objects.filter(merged_into__isnull=True)
                self.customer = who.customer if who else known.filter(pk=int(key)).first()
        if about != "new" and not self.ticket and not self.customer:
            raise forms.ValidationError(_("Choose who it is and what it is about."))
        if self.ticket is not None and self.ticket.is_ended:
            raise forms.ValidationError(
                _("%(ticket)s has ended. Choose a new ticket, or reopen that one first.")
                % {"ticket": self.ticket}
            )
        return about

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if number and phones.read(number, self.shop.region).e164 is None:
            raise forms.ValidationError(_not_whole(number))
        return number

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        outcome = given.get("outcome")
        if not given.get("said") and self.was_reached and "said" not in self.errors:
            self.add_error("said", _("Write what they said; a few words are enough."))
        if not self.was_reached and outcome not in {Outcome.CALLBACK, Outcome.PASS_ON, None}:
            self.add_error(
                "outcome", _("Nobody answered, so choose “Call back” to try again, or “Pass on”.")
            )
        if given.get("about"):
            self._clean_who()
            if outcome in ENDS:
                self._clean_ending()
            elif outcome == Outcome.CALLBACK:
                self._clean_callback()
        if outcome == Outcome.QUOTE:
            self._clean_quote()
        return given

    def _clean_who(self) -> None:
        """A number belongs to somebody, and a part of one to nobody."""
        given = self.cleaned_data
        if given["about"] != "new":
            return
        typed = given.get("q", "")
        is_needed = not given.get("number") and self.call is None
        if is_needed and phones.digits(typed) and callers.number(typed, self.shop) is None:
            self.add_error("q", _not_whole(typed))
        filed = self.call.ticket if self.call else None
        if filed and filed.customer and not given.get("new_name"):
            self.add_error(
                "new_name",
                _("The number is %(customer)s's. Ask for the name, or choose %(customer)s.")
                % {"customer": filed.customer},
            )

    def _clean_ending(self) -> None:
        given = self.cleaned_data
        if self.customer is None and not given.get("new_name"):
            self.add_error(
                "new_name",
                _("A ticket ends with a name on it. Ask for it, or choose “Pass on” for now."),
            )
        if not given.get("charge"):
            self.add_error("charge", _("Free or charged? Choose one: both are invoiced."))
        owed = Promise.objects.open().filter(ticket=self.ticket, kind=Promise.Kind.TURNAROUND)
        promise = owed.first() if self.ticket and given["outcome"] == Outcome.ANSWERED else None
        if promise is not None:
            self.add_error(
                "outcome",
                _("%(ticket)s is still promised ready %(due)s. To leave it open, choose “Pass on”.")
                % {"ticket": self.ticket, "due": due_text(promise.due_at, self.heard_at)},
            )

    def _clean_callback(self) -> None:
        point = self.call.contact_point if self.call else None
        if self.ticket is not None:
            point = point or self.ticket.contact_point
        known = self.customer is not None and self.customer.contact_points.exists()
        if not (point or known or self.point_number) and not {"q", "number"} & set(self.errors):
            self.add_error("number", _("Which number do we call back? Ask for it."))

    def _clean_quote(self) -> None:
        given = self.cleaned_data
        service = given.get("service") or (self.ticket.service if self.ticket else None)
        if not given.get("agreed"):
            self.add_error("agreed", _("Have they agreed? Choose one; not yet is fine."))
        if service is None:
            self.add_error("service", _("Which service? Choose it: the days come from it."))
            return
        try:
            terms = Turnaround.in_force(self.heard_at, service)
        except NoTerms as refusal:
            self.add_error("service", str(refusal))
            return
        if given.get("days") and given["days"] < terms.days:
            self.add_error(
                "days",
                _("For %(service)s we quote %(days)d working days or more.")
                % {"service": service, "days": terms.days},
            )


def _not_whole(number: str) -> str:
    return _("“%(number)s” is not a whole telephone number. Write it with its area code.") % {
        "number": text.one_line(number, 30)
    }
