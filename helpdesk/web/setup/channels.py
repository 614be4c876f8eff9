"""How the shop is reached and writes back: what is set up, what last came and went, and a test."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from helpdesk.models import ApiToken, Scope
from helpdesk.web.http import Request, owners_only
from helpdesk.web.setup import audit, channel_tests, pages
from tickets import channels
from tickets.channels import cti, deskphone, threecx
from tickets.channels.mail import Mail
from tickets.models import Arrival, Interaction, Mailbox, Shop
from tickets.models.work import Kind

TEMPLATE = "setup/channels.html"
PHONES = (cti.SLUG, threecx.SLUG, deskphone.SLUG, "voicemail")
Status, Direction = Interaction.Status, Interaction.Direction
LEFT = (Status.SENT, Status.DELIVERED)
FAILED = (Status.FAILED, Status.BOUNCED)


@dataclass(frozen=True)
class Gateway:
    """A provider of text messages: its name, whether it is set up, and what it is to call."""

    name: str
    is_set_up: bool
    hook: str
    settings: tuple[str, ...]


class ToForm(forms.Form):
    """Whom a test goes to."""

    to = forms.CharField(max_length=254)

    def __init__(self, data: Any, *, what: str, to: str) -> None:
        super().__init__(data, initial={"to": to}, prefix=what)
        labels = {
            "mail": gettext_lazy("Send a test mail to"),
            "texts": gettext_lazy("Send a test text to"),
        }
        self.fields["to"].label = labels[what]
        self.fields["to"].widget = forms.EmailInput() if what == "mail" else forms.TextInput()
        self.fields["to"].widget.attrs["autocomplete"] = "off"


@owners_only
@require_safe
def all_channels(request: Request) -> HttpResponse:
    return _page(request, _forms(request))


@owners_only
@require_POST
def test(request: Request, what: str) -> HttpResponse:
    """Try a channel out; what came of it is said, and nothing is kept."""
    every = _forms(request, posted=what)
    if what == "mailbox":
        return _mailbox(request, every)
    if what not in every:
        raise Http404
    form = every[what]
    if form.is_valid():
        to = form.cleaned_data["to"].strip()
        send = channel_tests.mail if what == "mail" else channel_tests.text
        try:
            send(to, shop=request.shop, now=now())
        except channel_tests.NotDone as problem:
            form.add_error("to", str(problem))
        else:
            audit.changed(request, {}, {"test": what})
            messages.success(request, _("It has left for %s. Look whether it arrives.") % to)
            return redirect(f"{reverse('channels')}#{what}")
    return _page(request, every, status=422)


def _mailbox(request: Request, every: Mapping[str, ToForm]) -> HttpResponse:
    try:
        waiting = channel_tests.mailbox(shop=request.shop, now=now())
    except channel_tests.NotDone as problem:
        return _page(request, every, status=422, mailbox_problem=str(problem))
    said = ngettext(
        "The mailbox opens. One mail waits to be fetched.",
        "The mailbox opens. %(n)d mails wait to be fetched.",
        waiting,
    )
    messages.success(request, said % {"n": waiting})
    return redirect(f"{reverse('channels')}#mailbox")


def _forms(request: Request, posted: str = "") -> dict[str, ToForm]:
    own = {"mail": request.user.email, "texts": request.user.phone}
    return {
        what: ToForm(request.POST if what == posted else None, what=what, to=to)
        for what, to in own.items()
    }


def _page(
    request: Request, every: Mapping[str, ToForm], *, status: int = 200, mailbox_problem: str = ""
) -> HttpResponse:
    texts = channels.for_texts()
    context = {
        "now": now(),
        "forms": every,
        "mailbox_problem": mailbox_problem,
        "last": _last(),
        "phone_tokens": _phone_tokens(),
        "addresses": _addresses(),
        "texts_by": texts.slug if texts else "",
        "gateways": _gateways(),
        "mail_is_set_up": channels.for_mail() is not None,
        "imap": _imap(),
        "mailboxes": Mailbox.objects.order_by("name"),
        "write_url": f"{settings.PUBLIC_URL}{reverse('public-write')}",
    }
    return pages.draw(request, TEMPLATE, context, status=status)


def _last() -> dict[str, Arrival | Interaction | None]:
    """Return what last came and went, by name: three statements, however much there is."""
    came = Arrival.objects.order_by("-arrived_at", "-pk")
    answers = came.exclude(verdict=Arrival.Verdict.DELIVERY)
    went = Interaction.objects.filter(direction=Direction.OUT).order_by("-pk")
    arrivals: dict[str, QuerySet[Arrival]] = {
        "phone": came.filter(via__in=PHONES),
        "texts": answers.filter(via__in=channels.TEXTS),
        "mail": came.filter(via=Mail.slug),
        "web": came.filter(via=Kind.WEB),
    }
    sent: dict[str, QuerySet[Interaction]] = {
        f"{kind}_{what}": went.filter(kind=kind, status__in=states)
        for kind in (Kind.SMS.value, Kind.EMAIL.value)
        for what, states in (("out", LEFT), ("failed", FAILED))
    }
    keys = (
        Shop.objects.values_list(
            *(Subquery(rows.values("pk")[:1]) for rows in (*arrivals.values(), *sent.values()))
        ).first()
        or (None,) * 8
    )
    named = dict(zip((*arrivals, *sent), keys, strict=True))
    in_bulk = Arrival.objects.defer("raw").in_bulk([named[it] for it in arrivals if named[it]])
    out_bulk = Interaction.objects.in_bulk([named[it] for it in sent if named[it]])
    return {name: in_bulk.get(named[name]) for name in arrivals} | {
        name: out_bulk.get(named[name]) for name in sent
    }


def _phone_tokens() -> list[ApiToken]:
    tokens = ApiToken.objects.order_by("name", "created")
    return [token for token in tokens if Scope.PHONE.value in token.scopes]


def _addresses() -> list[tuple[str, str]]:
    """Return what a phone system is given, with the place of its token left open."""
    at = f"{settings.PUBLIC_URL}/api/v1"
    return [
        (_("Call events"), f"{at}/cti/TOKEN/"),
        (_("Who is calling, as text"), f"{at}/callers/name/?key=TOKEN&number="),
        (_("Greeting, as text"), f"{at}/greeting.txt?key=TOKEN"),
        (_("Greeting, as TwiML"), f"{at}/greeting.xml?key=TOKEN"),
    ]


def _gateways() -> list[Gateway]:
    every, hooks = channels.channels(), f"{settings.PUBLIC_URL}/hooks"
    fields = "from=%p&to=%P&text=%b&id=%I&smsc=%i&ts=%T&charset=%C&coding=%c"
    return [
        Gateway(
            "Kannel",
            every["kannel"].is_set_up,
            f"{hooks}/kannel/SECRET?{fields}",
            ("KANNEL_URL", "KANNEL_USERNAME", "KANNEL_PASSWORD", "KANNEL_SECRET"),
        ),
        Gateway(
            "Twilio",
            every["twilio"].is_set_up,
            f"{hooks}/twilio",
            ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "SMS_SENDER"),
        ),
    ]


def _imap() -> str:
    """Return the mailbox that is read, without its password; "" where none is."""
    return channel_tests.imap().name if settings.IMAP_URL else ""


urlpatterns = [
    path("setup/channels/", all_channels, name="channels"),
    path("setup/channels/test/<slug:what>/", test, name="channel-test"),
]
