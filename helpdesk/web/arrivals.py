"""What reached us, as it came: what was made of it, and reading it again."""

import io
from typing import Any

from django.contrib import messages
from django.db.models import BinaryField, Case, Count, QuerySet, When
from django.db.models.functions import Length, Substr
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_safe

from helpdesk import journey
from helpdesk.web import paging
from helpdesk.web.downloads import UNKNOWN, download
from helpdesk.web.http import Request
from helpdesk.web.public import write
from tickets import text
from tickets.channels.mail import Mail as MailChannel
from tickets.mail import markup, reading
from tickets.mail.contract import Mail, Unreadable
from tickets.models import Arrival, Interaction, Mailbox
from tickets.models.work import Kind
from tickets.states import LostRace

ROWS = 50
SHOWN = 6000  # bytes of what came, on its page
LISTED = 1500  # in the list, of a message from the web
# Of what it became, what a list does not show.
LONG = ("interaction__text", "interaction__whole_text", "interaction__ticket__search_text")
EVERYTHING = "all"
Verdict = Arrival.Verdict


def _begins(length: int) -> Substr:
    return Substr("raw", 1, length, output_field=BinaryField())


# What was put aside on the web is read in the list; of anything else that would be its headers.
_BEGINS_ON_THE_WEB = Case(
    When(via=Kind.WEB, then=_begins(LISTED)), default=None, output_field=BinaryField()
)


@require_GET
def arrivals(request: Request) -> HttpResponse:
    asked = request.GET.get("verdict", Verdict.QUARANTINED)
    if asked not in {*Verdict.values, EVERYTHING}:
        asked = Verdict.QUARANTINED.value
    counts = dict(Arrival.objects.order_by().values_list("verdict").annotate(Count("pk")))
    rows = Arrival.objects.select_related("interaction__ticket", "interaction__contact_point")
    rows = rows.defer("raw", *LONG).annotate(size=Length("raw"), begins=_BEGINS_ON_THE_WEB)
    if asked != EVERYTHING:
        rows = rows.filter(verdict=asked)
    page = paging.page(rows, ("-arrived_at", "-pk"), request.GET, size=ROWS)
    context = {
        "now": now(),
        "asked": asked,
        "everything": EVERYTHING,
        "verdicts": _verdicts(counts),
        "page": page,
        "lines": [(row, _wrote(row)) for row in page.rows],
        "mailboxes": Mailbox.objects.order_by("name"),
    }
    return render(request, "tickets/arrivals.html", context)


def _verdicts(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    """Return what can be asked for: those put aside first, then whatever there is, then all."""
    order = [Verdict.QUARANTINED, *(it for it in Verdict if it != Verdict.QUARANTINED)]
    found = [
        (
            it.value,
            _("Put aside") if it == Verdict.QUARANTINED else str(it.label),
            counts.get(it, 0),
        )
        for it in order
        if counts.get(it) or it == Verdict.QUARANTINED
    ]
    return [*found, (EVERYTHING, _("All of it"), sum(counts.values()))]


@require_GET
def arrival(request: Request, pk: int) -> HttpResponse:
    rows = Arrival.objects.defer("raw").annotate(size=Length("raw"), begins=_begins(SHOWN))
    found: Any = get_object_or_404(rows.select_related("interaction__ticket"), pk=pk)
    context = {
        "now": now(),
        "arrival": found,
        "begins": text.clean(bytes(found.begins or b"").decode(errors="replace")),
        "is_cut": found.size > SHOWN,
        "may_be_read_again": _may_be_read_again(found),
        "wrote": write.read(_kept_raw(pk)) if _is_web_message(found) else None,
    }
    return render(request, "tickets/arrival.html", context)


def _is_web_message(arrival: Arrival) -> bool:
    """Whether it was put aside as a machine's, and a person can read it."""
    is_aside = arrival.verdict == Verdict.QUARANTINED
    return is_aside and (arrival.via, arrival.source) == (Kind.WEB, write.SOURCE)


def _wrote(row: Any) -> write.Wrote | None:
    return write.read(bytes(row.begins)) if _is_web_message(row) and row.begins else None


def _kept_raw(pk: int) -> bytes:
    return bytes(Arrival.objects.values_list("raw", flat=True).get(pk=pk))


def _may_be_read_again(arrival: Arrival) -> bool:
    # Anything else is filed: read twice, it would be its own duplicate.
    return arrival.via == MailChannel.slug and arrival.verdict == Verdict.QUARANTINED


@require_safe
def arrival_raw(request: Request, pk: int) -> HttpResponseBase:
    return _raw(get_object_or_404(Arrival, pk=pk))


def _raw(arrival: Arrival) -> HttpResponseBase:
    kind = "eml" if arrival.via == MailChannel.slug else "txt"
    content = io.BytesIO(bytes(arrival.raw))
    return download(content, f"arrival-{arrival.pk}.{kind}", content_type=UNKNOWN)


def arrival_read(request: Request, pk: int) -> HttpResponseBase:
    """Read it again: a later version of the program may understand it."""
    if request.method != "POST":
        return redirect("arrival", pk)
    found = get_object_or_404(Arrival, pk=pk)
    if not _may_be_read_again(found):
        raise LostRace(f"{found} is filed")
    found = journey.arrival_read_again(found, now=now())
    if found.verdict == Verdict.QUARANTINED:
        messages.warning(request, _("It still cannot be read: %s") % _(found.because))
    else:
        messages.success(request, _("Read. It is: %s") % found.get_verdict_display())
    return redirect("arrival", pk)


def arrival_ticket(request: Request, pk: int) -> HttpResponseBase:
    """A person wrote it after all: it is a ticket, as if it had been one at once."""
    if request.method != "POST":
        return redirect("arrival", pk)
    found = get_object_or_404(Arrival, pk=pk)
    if not _is_web_message(found):
        raise LostRace(f"{found} is filed")
    form = write.read(bytes(found.raw)).form(request.shop.region)
    contact = journey.put_aside_filed(found, form, now=now())
    if contact is None:
        messages.info(request, _("The same message is on a ticket already."))
        return redirect("arrival", pk)
    messages.success(request, _("It is a ticket, and they are told by when we call back."))
    return redirect("ticket", contact.ticket_id)


@require_GET
def message(request: Request, number: int, pk: int) -> HttpResponse:
    """Show a mail of theirs as it was sent: all of its text, and its HTML made harmless."""
    found = _of(number, pk)
    kept = _kept(found).first()
    context: dict[str, Any] = {"now": now(), "message": found, "ticket": found.ticket}
    if kept is not None:
        context |= {"arrival": kept, "html": ""}
        if mail := _read(kept):
            context |= {"html": markup.safe(mail.html), "sent_at": mail.sent_at}
    return render(request, "tickets/message.html", context)


@require_safe
def message_raw(request: Request, number: int, pk: int) -> HttpResponseBase:
    return _raw(get_object_or_404(_kept(_of(number, pk))))


def _of(number: int, pk: int) -> Interaction:
    messages = Interaction.objects.select_related("ticket__customer", "contact_point")
    return get_object_or_404(messages.prefetch_related("attachments"), pk=pk, ticket=number)


def _kept(message: Interaction) -> QuerySet[Arrival]:
    """Return what it came as, and not the reports on what became of it."""
    theirs = Interaction.Direction.IN
    return Arrival.objects.filter(interaction=message, interaction__direction=theirs).order_by("pk")


def _read(arrival: Arrival) -> Mail | None:
    if arrival.via != MailChannel.slug:
        return None
    try:
        return reading.read(bytes(arrival.raw))
    except Unreadable:
        return None


urlpatterns = [
    path("arrivals/", arrivals, name="arrivals"),
    path("arrivals/<int:pk>/", arrival, name="arrival"),
    path("arrivals/<int:pk>/raw/", arrival_raw, name="arrival-raw"),
    path("arrivals/<int:pk>/ticket/", arrival_ticket, name="arrival-ticket"),
    path("arrivals/<int:pk>/read/", arrival_read, name="arrival-read"),
    path("tickets/<int:number>/messages/<int:pk>/", message, name="message"),
    path("tickets/<int:number>/messages/<int:pk>/raw/", message_raw, name="message-raw"),
]
