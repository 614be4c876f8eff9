"""Drafts: what was begun on a form and not sent, so that a closed tab loses nothing.

How a form gets one, say that with which ticket 1042 is answered:

- it is a `<form data-draft="ticket-1042-answer">`, its page loads `js/drafts.js`;
- beside it, and outside of it, `{% include "parts/_draft.html" with key="ticket-1042-answer" %}`;
- the page fills it from `kept(request, "ticket-1042-answer")`, {} where there is none; `begun`
  returns several in one query with when each was saved, to hand to the part as `draft`;
- whoever takes the form calls `forget(request, "ticket-1042-answer")` in the same request.

Passwords, files and what the page hides are never kept.
"""

import json
import re
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.formats import time_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from helpdesk.models import Draft
from helpdesk.web.http import Request, way_back
from tickets import text

Fields = dict[str, str | list[str]]

LARGEST = 40_000  # bytes: twice the longest note
MOST = 60  # fields, and values of one
LONGEST_NAME = 60
FORM = re.compile(r"[a-z][a-z0-9-]{0,39}")
SECRET = re.compile(r"csrf|passw|secret|token", re.IGNORECASE)


class NotKept(Exception):
    """What was sent is no draft; says why."""


def begun(request: Request, *forms: str) -> dict[str, Draft]:
    """Return what they have begun on these forms, by form; one query."""
    drafts = Draft.objects.filter(user=request.user, form__in=forms)
    return {draft.form: draft for draft in drafts}


def kept(request: Request, form: str) -> Fields:
    """Return what they have begun on `form`, {} for nothing."""
    found = begun(request, form).get(form)
    fields: Fields = found.fields if found else {}
    return fields


def forget(request: Request, form: str) -> None:
    """It was sent, or is not wanted any more."""
    Draft.objects.filter(user=request.user, form=form).delete()


# A script is told by a status that it is signed out: the page to sign in on it could not show.
@login_not_required
def draft(request: Request, form: str) -> HttpResponse:
    """Keep what a script sends, in JSON; or forget it, by a button."""
    is_script = request.content_type == "application/json"
    is_signed_in: bool = request.user.is_authenticated
    if not is_signed_in:
        if is_script:
            return _refused(
                _("Not saved: you are signed out. Copy what you wrote, then sign in."),
                HTTPStatus.UNAUTHORIZED,
            )
        return redirect_to_login(request.get_full_path())
    if FORM.fullmatch(form) is None:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not is_script:
        return _discarded(request, form)
    moment = now()
    try:
        fields = _read(request)
    except NotKept as refusal:
        return _refused(str(refusal), HTTPStatus.BAD_REQUEST)
    _keep(request, form, fields, now=moment)
    at = time_format(localtime(moment), "H:i")
    return JsonResponse({"said": _("Draft saved %(time)s") % {"time": at}})


def _discarded(request: Request, form: str) -> HttpResponse:
    if "discard" not in request.POST:
        messages.error(request, _("Nothing was done: say what to do with the draft."))
    else:
        forget(request, form)
    return redirect(way_back(request))


def _refused(words: str, status: HTTPStatus) -> JsonResponse:
    return JsonResponse({"said": words}, status=status)


def _keep(request: Request, form: str, fields: Fields, *, now: datetime) -> None:
    if not any(fields.values()):  # emptied by hand
        forget(request, form)
        return
    row = Draft(user=request.user, form=form, fields=fields, saved_at=now)
    # One statement: of two tabs that save at once, the last is kept and neither fails.
    Draft.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["user", "form"],
        update_fields=["fields", "saved_at"],
    )


def _read(request: Request) -> Fields:
    """Return what the script sent, as both databases can keep it. Raises NotKept."""
    said: Any = None
    if len(request.body) > LARGEST:
        raise NotKept(_("Not saved: this is too long for a draft. Send it, or shorten it."))
    try:
        said = json.loads(request.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict) or len(said) > MOST:
        raise NotKept(_("Not saved: this is not what a form sends."))
    fields: Fields = {}
    for name, value in said.items():
        values = value if isinstance(value, list) else [value]
        is_text = all(isinstance(each, str) for each in values) and len(values) <= MOST
        if not is_text or len(name) > LONGEST_NAME:
            raise NotKept(_("Not saved: this is not what a form sends."))
        if not SECRET.search(name):
            cleaned = [text.clean(each) for each in values]
            fields[text.one_line(name)] = cleaned if isinstance(value, list) else cleaned[0]
    return fields


urlpatterns: list[URLPattern] = [path("drafts/<slug:form>/", draft, name="draft")]
