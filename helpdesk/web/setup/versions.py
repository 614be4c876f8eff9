"""Terms by version: when a new one begins, what it changes, and making it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from helpdesk.web.fields import Moment
from helpdesk.web.http import Request
from helpdesk.web.setup import audit, pages
from policies.calendars import NeverOpen
from policies.versions import Standing, State
from tickets.sentences import in_words

FARTHEST = 5  # years


class VersionForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A version to be; what is seen of it before it is made is seen of `draft`."""

    begins_at = Moment(
        label=gettext_lazy("From when"),
        required=False,
        help_text=gettext_lazy("By the clock of the shop. Empty: at once."),
    )

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.now = now

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        if "begins_at" in given:
            self._begin(given["begins_at"])
        return given

    def _begin(self, at: datetime | None) -> None:
        if at is None:
            self.instance.valid_from = self.now
        elif at < self.now:
            # What was promised since then would not be what the list says it was.
            self.add_error("begins_at", _("That has gone by. Choose a moment to come, or none."))
        elif at.year > self.now.year + FARTHEST:
            self.add_error("begins_at", _("That is too far away."))
        else:
            self.instance.valid_from = at

    def draft(self, by: Any) -> Any:
        """Return the version as it would be written; only of a valid form."""
        self.instance.made_at, self.instance.made_by = self.now, by
        return self.instance


def moment(at: datetime) -> str:
    """Say a moment in full, as it is kept in what was changed."""
    return date_format(localtime(at), pgettext("date format, a moment", "j F Y H:i"))


def prefilled(
    request: Request, model: Any, fields: tuple[str, ...], now: datetime
) -> tuple[Any, dict[str, Any]]:
    """Return the version that a new one is like, and what that begins with; None for neither.

    It begins when the one does that it comes instead of, where that is still to come.
    """
    if not (like := request.GET.get("like", "")):
        return None, {}
    found = get_object_or_404(model, pk=_key(like))
    instead = request.GET.get("instead", "")
    replaced = get_object_or_404(model, pk=_key(instead)) if instead else found
    given = {name: getattr(found, name) for name in fields}
    return found, given | ({"begins_at": replaced.valid_from} if replaced.valid_from > now else {})


def revocable(standings: Sequence[Standing[Any]], fields: tuple[str, ...]) -> dict[int, int]:
    """Return which versions to come can be taken back, each with the one that holds before it.

    No row of terms is ever deleted: one like that before it takes its place.
    """
    return {
        one.version.pk: before.version.pk
        for before, one in pairwise(standings)
        if one.state == State.COMING
        and any(_kept(one.version, it) != _kept(before.version, it) for it in fields)
    }


def _kept(version: Any, field: str) -> Any:
    """Return what is in the row: the key of what it points to, which nobody has to look up."""
    return getattr(version, version._meta.get_field(field).attname)


def _key(typed: str) -> int:
    return int(typed[:18]) if typed.isdecimal() else 0


def change(
    request: Request,
    form: VersionForm,
    *,
    template: str,
    context: Mapping[str, Any],
    preview: Callable[[Any], Mapping[str, Any]],
    changed: Callable[[Any], Mapping[str, Any]],
    back: tuple[Any, ...],
) -> HttpResponse:
    """Show the form, then what it would change, then write it: each is one more press."""
    step = request.POST.get("do", "")
    takes_back = "instead" in request.GET and "begins_at" in form.initial
    shown = {**context, "form": form, "now": form.now, "takes_back": takes_back}
    if request.method != "POST" or step == "change":
        return pages.draw(request, template, shown)
    if not form.is_valid():
        return pages.draw(request, template, shown, status=422)
    draft = form.draft(request.user)
    try:
        seen = preview(draft)
    except NeverOpen as error:
        form.add_error("calendar", in_words(error))
        return pages.draw(request, template, shown, status=422)
    if step != "save":
        begins_now = form.cleaned_data["begins_at"] is None
        seen = {**shown, **seen, "draft": draft, "begins_now": begins_now}
        return pages.draw(request, template, seen)
    draft.save()
    begins = moment(draft.valid_from)
    is_undone = takes_back and not form.changed_data
    noted = {audit.TAKES_BACK: True} if is_undone else {}
    audit.changed(request, {}, {**changed(draft), "valid_from": begins, **noted})
    holds = (
        _("Taken back: from %s on the terms before it hold.")
        if is_undone
        else _("It holds from %s.")
    )
    messages.success(request, holds % begins)
    return redirect(*back)
