"""Who saw and changed what: a row for each look at somebody's things, and for each change."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from structlog.contextvars import get_contextvars

from helpdesk.models import AuditEntry
from helpdesk.web.setup.deeds import KINDS
from tickets import tokens
from tickets.models import User

SAW = "saw"
# A look at these is written down: what they show is somebody's. Their kind, and what names them.
SEEN = {
    "ticket": ("ticket", "number"),
    "customer": ("customer", "pk"),
    "invoice": ("invoice", "reference"),
    "invoice-document": ("invoice", "reference"),
    "message": ("contact", "pk"),
    "attachment": ("attachment", "pk"),
    "arrival": ("arrival", "pk"),
    "arrival-raw": ("arrival", "pk"),
    "stranger": ("contact_point", "pk"),
    "report": ("report", "slug"),
    "audit": ("audit", ""),
}
# These take what is ours out of the house: each is a deed, and no look.
TAKEN = {
    "customer-export": ("customer", "pk"),
    "report-export": ("report", "slug"),
    "report-workbook": ("report", "slug"),
    "report-paper": ("report", "slug"),
}
# Nothing but whoever does it is changed by these.
IDLE = frozenset({"draft", "ticket-here", "live-later", "notices-read", "notice-read"})
# What the telephone system tells us and asks is kept as it came, and is no deed of anybody's.
TOLD = frozenset({"cti", "3cx-journal", "voicemails", "greeting-twiml"})
NAMED = {"number": "ticket", "reference": "invoice", "slug": "report"}
# By how a program's address begins, where its first word does not say it.
PROGRAMS = {
    "api-contact-point": "contact_point",
    "api-interaction": "contact",
    "api-follow-up": "task",
}
# What is written down of those who have no log-in: what they do by a link, and whom we let in.
BY_LINK = frozenset(
    (
        *("ticket-link-answer", "ticket-link-quote", "ticket-link-later", "ticket-link-happy"),
        *("join", "first-run"),
    )
)
TAKES_BACK = "takes_back"  # among what was changed: the deed has other words then
ADMIN = "admin"  # any change there: it has a history of its own
LOG_IN, REFUSED = "account_login", "log-in refused"


class AuditMiddleware:
    """Write down what was seen and changed, once it was; a page that refused changed nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is None or response.status_code >= 400:
            return response
        # A program's request has a user only where its token has one.
        user = request.user if isinstance(request.user, User) else None
        in_admin = "admin" in match.namespaces
        found = (_in_admin if in_admin else _what)(request, match.url_name or "", match.kwargs)
        if found is not None and _is_nothing(request, response, found[0]):
            return response
        if found is not None and (user is not None or found[0] in {*BY_LINK, LOG_IN}):
            action, kind, key = found
            kind, key = getattr(request, "about", (kind, key))
            if action == LOG_IN and user is None:
                action = REFUSED
            AuditEntry.objects.create(
                at=now(),
                user=user,
                action=action,
                kind=kind,
                key=key[:64],
                changes=getattr(request, "changes", {}),
                address=request.META.get("REMOTE_ADDR") or None,
                request_id=get_contextvars().get("request_id", ""),
            )
        return response


def _is_nothing(request: HttpRequest, response: HttpResponse, action: str) -> bool:
    """Tell a preview, a form that was refused, and a file that was not made."""
    if action in TAKEN:
        return response.status_code != 200
    if action == LOG_IN or getattr(request, "changes", None):  # a new key is shown by the answer
        return False
    if any(told.level >= messages.ERROR for told in _told(request)):  # and leads back
        return True
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    is_part = "HX-Request" in request.headers
    return request.method == "POST" and response.status_code == 200 and is_page and not is_part


def _told(request: HttpRequest) -> list[Message]:
    """Return what the next page will say, without taking it from there."""
    return list(getattr(messages.get_messages(request), "_queued_messages", ()))


def changed(request: HttpRequest, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Note what a form has changed, for the row that is written when the page has answered."""
    request.changes = {  # type: ignore[attr-defined]
        name: [before.get(name), value]
        for name, value in after.items()
        if before.get(name) != value
    }


def about(request: HttpRequest, kind: str, key: str) -> None:
    """Note to what it was done, where the address does not say it."""
    request.about = kind, key  # type: ignore[attr-defined]


def _what(request: HttpRequest, name: str, given: dict[str, Any]) -> tuple[str, str, str] | None:
    """Return what was done to what: action, kind and key; None for what is not written down."""
    if request.method in {"GET", "HEAD"}:
        if name in TAKEN:
            kind, named = TAKEN[name]
            return name, kind, str(given[named])
        if name not in SEEN or request.headers.get("HX-Request"):
            return None
        kind, named = SEEN[name]
        return SAW, kind, str(given.get(named, ""))
    if request.method == "OPTIONS" or not name or name in IDLE | TOLD:
        return None
    if request.method == "DELETE":  # of a program: a page has addresses for it
        name = f"{name}-delete"
    if "token" in given:  # which opens what it names, and is for nobody to read
        about = tokens.linked(given["token"], now=now())
        return (name, "ticket", str(about.ticket)) if about else (name, "", "")
    for named, value in given.items():
        return name, NAMED.get(named) or kind_of(name), str(value)
    return name, "", ""


def _in_admin(
    request: HttpRequest, name: str, given: dict[str, Any]
) -> tuple[str, str, str] | None:
    """Return that something was done, and to what where pages have a word for it."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return None
    _app, _under, model = name.rpartition("_")[0].partition("_")
    return (ADMIN, model, str(given.get("object_id", ""))) if model in KINDS else (ADMIN, "", "")


def kind_of(name: str) -> str:
    """Return the kind of thing whose address is called that."""
    for begins, kind in PROGRAMS.items():
        if name.startswith(begins):
            return kind
    return name.removeprefix("api-").partition("-")[0]
