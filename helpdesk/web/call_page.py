"""What stands on the page on which calls are logged, and on the parts of it that change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from helpdesk.models import Draft
from helpdesk.web import call_entry, callers, history, offers
from helpdesk.web.call_form import LONGEST_QUERY, CallForm, How, Opened, Outcome
from helpdesk.web.callers import Candidate, Found
from helpdesk.web.history import LastTime
from helpdesk.web.http import Request
from policies import promises
from policies.models import Promise
from tickets import text
from tickets.models import Ticket

TEMPLATE = "desk/log_call.html"
LAST = 5  # quotes among which the last delivered one is looked for


@dataclass(frozen=True)
class Page:
    """The page, or the part of it that htmx asked for."""

    request: Request
    form: CallForm
    opened: Opened
    found: Found
    now: datetime
    draft: str = ""  # the form it is kept under
    begun: Draft | None = None
    ended: Ticket | None = None  # that was asked for
    offered: Sequence[str] = ()

    def shown(self, values: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """Answer with all of it; `values` are what it starts from."""
        form, filled = self.form, self._filled(values)
        if field := self._cursor(values, filled):
            form.fields[field].widget.attrs["autofocus"] = True
        context = {
            **self._who(values),
            **self._offers(filled),
            **self._solutions(filled),
            **{"call": form.call, "ended": self.ended, "moment": self.opened.signed},
            **{"draft": self.begun, "draft_key": self.draft},
            "must_choose": not form.errors and not filled.chosen,
        }
        return render(self.request, TEMPLATE, context, status=status)

    def part(self, name: str, values: dict[str, Any]) -> HttpResponse:
        context: dict[str, Any] = {"oob": True, "now": self.now}
        if name == "who":
            context |= self._who(values)
        elif name == "offers":
            context |= self._offers(self._filled(values))
        else:
            context |= self._solutions(self._filled(values))
        return render(self.request, f"{TEMPLATE}#{name}", context)

    def _filled(self, values: dict[str, Any]) -> CallForm:
        """Return the form as sent: to know what the values it starts with mean."""
        form, found = self.form, self.found
        if form.is_bound:
            return form
        filled = CallForm(
            values, shop=form.shop, call=form.call, heard_at=form.heard_at, found=found
        )
        filled.is_valid()
        return filled

    def _who(self, values: dict[str, Any]) -> dict[str, Any]:
        return {
            "form": self.form,
            "found": self.found,
            "chosen": self.form.chosen,
            "own": call_entry.own_ticket(self.form.call),
            "now": self.now,
            "query": text.one_line(values.get("q", ""), LONGEST_QUERY),
        }

    def _offers(self, filled: CallForm) -> dict[str, Any]:
        given, shop, ticket = filled.cleaned_data, filled.shop, filled.open_ticket
        service, to = given.get("service"), filled.listener
        who = self.found.of(filled.chosen) or callers.about(
            filled.customer, ticket, shop=shop, now=self.now
        )
        asked = given.get("outcome") == Outcome.QUOTE
        return {
            "callback": offers.callback(to, shop=shop, stands=_stands(filled, who)),
            "quote": offers.turnaround(to, service, given.get("days"), shop=shop)
            if asked
            else offers.Offer(),
            "price": offers.price(
                ticket, service, given.get("minutes") or 0, call=filled.call, now=self.now
            ),
            "was_reached": filled.was_reached,
            "their_language": to.language,
            "who": who,
            "last_time": _last_time(who),
        }

    def _solutions(self, filled: CallForm) -> dict[str, Any]:
        given, ticket = filled.cleaned_data, filled.open_ticket
        service = given.get("service") or (ticket.service if ticket else None)
        words = given.get("said") or ""
        return {"solutions": offers.fitting(words, service, self.offered)}

    def _cursor(self, values: dict[str, Any], filled: CallForm) -> str:
        """Return where to go on: what is missing first; a page with errors starts at those."""
        if self.form.errors or not filled.chosen:
            return ""
        if not values.get("q"):
            return "q"
        return "said" if self.found.candidates else "new_name"


def _stands(filled: CallForm, who: Candidate | None) -> Promise | None:
    """Return the callback that is promised and that this very call does not keep."""
    ticket = filled.open_ticket
    if ticket is None:
        return None
    if filled.call is None and filled.cleaned_data.get("how") in {How.OUT, How.NO_ANSWER}:
        return None
    if who is None:
        return promises.open_callback(ticket)
    theirs = [it for it in who.promised if it.ticket_id == ticket.pk]
    return next((it for it in theirs if it.kind == Promise.Kind.CALLBACK), None)


def _last_time(who: Candidate | None) -> LastTime | None:
    """Return what was quoted and delivered last: "but last time…"."""
    if who is None or who.customer is None:
        return None
    times = history.last_times(who.customer, most=LAST)
    return next((time for time in times if time.ready_at is not None), None)
