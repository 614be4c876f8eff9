"""What was changed, in words: what a form calls it, what it was before, and what it is now."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from babel import Locale
from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from billing import money
from billing.models import Rate
from billing.money import Money
from helpdesk import retention
from helpdesk.models import AuditEntry, ReportSchedule, Scope
from helpdesk.reporting.looks import ALL
from helpdesk.reports import REPORTS
from helpdesk.web.setup import texts, webhooks, windows
from helpdesk.web.setup.audit import TAKES_BACK
from policies.models import Calendar, CallbackWindow, Turnaround
from policies.models.terms import Weekday
from tickets.models import Customer, Service, Shop, User

# By the deed: whose fields were changed.
MODELS: dict[str, type[Model]] = {
    "setup-shop": Shop,
    "staff": User,
    "staff-member": User,
    "services": Service,
    "service": Service,
    "rate-new": Rate,
    "calendar-new": Calendar,
    "calendar-hours": Calendar,
    "callback-window-new": CallbackWindow,
    "turnaround-new": Turnaround,
}
# What no model says, or a form says better.
LABELS: dict[str, Any] = {
    "valid_from": gettext_lazy("From"),
    "hourly": gettext_lazy("An hour"),
    "minimum_fee": gettext_lazy("Minimum fee"),
    "region": gettext_lazy("Country"),
    "languages": gettext_lazy("Languages"),
    "role": gettext_lazy("Works as"),
    "roles": gettext_lazy("Who needs a second factor"),
    "is_active": gettext_lazy("May log in"),
    "logo": gettext_lazy("Logo"),
    "for": gettext_lazy("For whom"),
    "calendar": gettext_lazy("Calendar"),
    "service": gettext_lazy("Service"),
    "closure": gettext_lazy("Closed"),
    "reason": gettext_lazy("Reason"),
    "special": gettext_lazy("Special hours"),
    "hours": gettext_lazy("Open"),
    "on": pgettext_lazy("a follow-up is", "On"),
    "minutes": gettext_lazy("Minutes"),
    "test": gettext_lazy("Way in"),
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("Mail address"),
    "official_email": gettext_lazy("Mail address"),
    "scopes": pgettext_lazy("what a program is allowed", "May"),
    "days": gettext_lazy("Days"),
    "url": gettext_lazy("Address"),
    "events": gettext_lazy("Events"),
    "token": gettext_lazy("Program"),
    "enabled": pgettext_lazy("a webhook is", "On"),
    "secret_version": gettext_lazy("Secret"),
    "report": gettext_lazy("Report"),
    "every": gettext_lazy("How often"),
    "format": gettext_lazy("As"),
    "period": gettext_lazy("Period"),
    "cut": gettext_lazy("Cut by"),
}
# Where a form does not say what the model says.
OTHERWISE = frozenset(
    {"valid_from", "hourly", "minimum_fee", "region", "role", "email", "official_email"}
)
AMOUNTS = frozenset({"gift_budget", "hourly", "minimum_fee"})
# What nobody reads: how a page writes its address, and what the deed says already.
UNSAID = frozenset({"query", TAKES_BACK})
CUTS = {cut: title for report in REPORTS.values() for cut, title in report.cuts.items()}
TRIED = {"mail": gettext_lazy("Mail"), "texts": gettext_lazy("Texts")}


@dataclass(frozen=True)
class Change:
    """One thing in words; `was` is none where there was nothing to compare."""

    label: str
    was: str | None
    now: str


def said(entry: AuditEntry, currency: str) -> list[Change]:
    """Return what `entry` says was changed, in the words of the forms.

    By label: PostgreSQL does not keep in which order they were written down.
    """
    return sorted(_each(entry, currency), key=lambda change: change.label)


def _each(entry: AuditEntry, currency: str) -> Iterator[Change]:
    for name, (was, now) in entry.changes.items():
        if name not in UNSAID and not _reads_alike(was, now):
            field = _field(entry.action, name)
            yield Change(
                _label(entry.action, name, field),
                None
                if was is None and entry.action != "privacy"
                else _value(entry.action, name, field, was, currency),
                _value(entry.action, name, field, now, currency),
            )


def _reads_alike(was: Any, now: Any) -> bool:
    """Tell what a browser has only broken into other lines."""
    return isinstance(was, str) and isinstance(now, str) and was.split() == now.split()


def _field(action: str, name: str) -> Any:
    """Return the model's field, where it has one of that name."""
    try:
        return MODELS[action]._meta.get_field(name)
    except (KeyError, FieldDoesNotExist):
        return None


def _label(action: str, name: str, field: Any) -> str:
    if action == "privacy" and name in retention.KINDS:
        return str(retention.KINDS[name].title)
    if action in {"text", "text-ours"}:
        text, _comma, language = name.partition(", ")
        title = texts.TITLES.get(text.removesuffix(texts.MAIL), text)
        return f"{title}, {_language(language)}"
    if name.startswith("day") and name[3:].isdecimal() and int(name[3:]) < len(Weekday):
        return str(Weekday(int(name[3:])).label)
    if field is not None and not field.is_relation and name not in OTHERWISE:
        return str(capfirst(field.verbose_name))
    return str(LABELS.get(name, name))


def _value(action: str, name: str, field: Any, value: Any, currency: str) -> str:
    """Say a value; what has words of its own in `_SAID` by those."""
    if isinstance(value, bool) or (name == "logo" and isinstance(value, int)):
        return _("yes") if value else _("no")
    if action == "privacy":
        return _days(value)
    if name == "for" and value == "":
        return str(windows.EVERYBODY)
    if value is None or value == "" or value == []:
        return "–"
    if name in AMOUNTS and isinstance(value, int):
        return money.say(Money(value, currency), get_language() or "en")
    if isinstance(value, list):
        return ", ".join(_value(action, name, field, one, currency) for one in value)
    if name in _SAID:
        return _SAID[name](str(value))
    if field is not None and field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    return str(value)


def _days(value: Any) -> str:
    if not isinstance(value, int):
        return _("for ever")
    return ngettext("%(days)d day", "%(days)d days", value) % {"days": value}


def _language(code: str) -> str:
    return str(dict(settings.LANGUAGES).get(code, code))


def _country(code: str) -> str:
    names: Mapping[str, str] = Locale.parse((get_language() or "en").replace("-", "_")).territories
    return str(names.get(code, code))


def _one_of(choices: Mapping[str, Any]) -> Callable[[str], str]:
    return lambda code: str(choices.get(code, code))


_SAID: dict[str, Callable[[str], str]] = {
    "role": _one_of(dict(User.Role.choices)),
    "roles": _one_of(dict(User.Role.choices)),
    "language": _language,
    "languages": _language,
    "region": _country,
    "country": _country,
    "text_countries": _country,
    "for": _one_of(dict(Customer.Kind.choices)),
    "scopes": _one_of(dict(Scope.choices)),
    "events": lambda kind: str(webhooks.KINDS.get(kind, webhooks.EVERYTHING)),
    "test": _one_of(TRIED),
    "cut": _one_of(CUTS | {ALL: gettext_lazy("Nothing: one by one")}),
    "report": lambda slug: str(REPORTS[slug].title) if slug in REPORTS else slug,
    "every": _one_of(dict(ReportSchedule.Every.choices)),
    "format": _one_of(dict(ReportSchedule.Format.choices)),
}
