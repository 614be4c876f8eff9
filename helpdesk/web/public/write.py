"""A form for everybody. Machines fill it in, too: what they write is kept, and makes no ticket."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from django import forms
from django.core import signing
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from helpdesk import journey
from helpdesk.web.public.shop import for_everybody, todays_wait
from helpdesk.web.ticket_forms import new_id
from tickets import arrivals, intake, text
from tickets.intake import Unreachable
from tickets.messages import Form
from tickets.models import Arrival, Interaction, Shop, Ticket
from tickets.models.work import Kind

TEMPLATE = "public/write.html"
HOUR = timedelta(hours=1)
QUICKEST = timedelta(seconds=3)  # no person reads the page and writes in less
LONGEST = timedelta(hours=24)  # a page left open; who comes later is asked to send it again
SOURCE = "web form"  # what a customer writes on their own page is not of it
EACH = 3  # messages an hour from one number or address
_SALT = "helpdesk.web.public.write"


class WriteForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=120)
    reach = forms.CharField(
        label=gettext_lazy("Your telephone number or mail address"), max_length=254
    )
    words = forms.CharField(
        label=gettext_lazy("What can we do for you?"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    # Not shown to people; a machine fills in whatever has a name.
    website = forms.CharField(required=False, max_length=2000)
    # When the page was made, and under which name it is filed: signed, so nobody makes their own.
    page = forms.CharField(widget=forms.HiddenInput, max_length=200)

    def __init__(self, *args: Any, region: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = region

    def clean_reach(self) -> Any:
        try:
            return intake.reachable(self.cleaned_data["reach"], self.region)
        except Unreachable as error:
            raise forms.ValidationError(str(error)) from None

    def clean_page(self) -> tuple[str, float]:
        try:
            form_id, made_at = _opened(self.cleaned_data["page"])
        except ValueError:
            raise forms.ValidationError(_STALE) from None
        if now().timestamp() - made_at > LONGEST.total_seconds():
            raise forms.ValidationError(_STALE)
        return form_id, made_at


_STALE = gettext_lazy("This page is too old. Your words are still here: send them once more.")


@for_everybody
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest, *, shop: Shop, language: str) -> HttpResponse:
    if not shop.takes_web_messages:
        raise Http404
    if request.method != "POST":
        form = WriteForm(initial={"page": _page_id()}, region=shop.region)
        return _page(request, form, shop, language)
    form = WriteForm(request.POST, region=shop.region)
    if not form.is_valid():
        if "page" in form.errors:  # else the page keeps its start: a mistake is mended quickly
            form.data = {**request.POST.dict(), "page": _page_id(form["page"].value() or "")}
        return _page(request, form, shop, language, status=422)
    with translation.override(shop.language):  # what becomes of it, staff read
        _take(form, request.POST.urlencode().encode(), shop)
    thanks = reverse("public-written")
    return redirect(f"{thanks}?language={language}" if "language" in request.GET else thanks)


@for_everybody
@require_safe
def written(request: HttpRequest, *, shop: Shop, language: str) -> HttpResponse:
    wait = todays_wait(shop, language, now())
    return render(request, "public/written.html", {"shop": shop, "wait": wait})


def _page(
    request: HttpRequest, form: WriteForm, shop: Shop, language: str, *, status: int = 200
) -> HttpResponse:
    others = [code for code in shop.languages if code != language]
    context = {
        "form": form,
        "shop": shop,
        "language": language,
        # What is typed would be gone: one chooses before.
        "languages": [] if form.is_bound else others,
        "wait": todays_wait(shop, language, now()),
    }
    return render(request, TEMPLATE, context, status=status)


def _page_id(instead_of: str = "") -> str:
    """Name a page and when it was made. Who had one open for a day has read it: no waiting."""
    made_at = now()
    try:
        _opened(instead_of)
    except ValueError:
        pass
    else:
        made_at -= QUICKEST
    return signing.dumps((new_id(), made_at.timestamp()), salt=_SALT)


def _opened(page: str) -> tuple[str, float]:
    """Return the name of a page and when it was made. Raises ValueError for one not of ours."""
    try:
        form_id, made_at = signing.loads(page, salt=_SALT)
    except signing.BadSignature as error:
        raise ValueError from error
    return form_id, made_at


@dataclass(frozen=True)
class Wrote:
    """What somebody wrote, as it can be read from what came."""

    name: str
    reach: str
    words: str
    form_id: str

    def form(self, region: str) -> Form:
        try:
            reach = intake.reachable(self.reach, region)
        except Unreachable:  # where they say they are is nowhere: staff read it all the same
            return Form("", self.words, None, self.name, form_id=self.form_id)
        return Form("", self.words, reach, self.name, form_id=self.form_id)


def read(raw: bytes) -> Wrote:
    """Read what was put aside; a part that is missing is empty."""
    sent = parse_qs(raw.decode(errors="replace"), errors="replace")
    given = {name: text.clean(values[0]) for name, values in sent.items()}
    try:
        form_id = _opened(given.get("page", ""))[0]
    except ValueError:
        form_id = ""
    name, reach, words = (given.get(field, "") for field in ("name", "reach", "words"))
    return Wrote(text.one_line(name, 120), text.one_line(reach, 254), words, form_id)


def language_of(tickets: Iterable[Ticket], shop: Shop) -> str:
    """Return the language of the page `tickets` were written on; "" where they were not."""
    came = Arrival.objects.filter(interaction__ticket__in=tickets, source=SOURCE)
    for raw in came.order_by("-pk").values_list("raw", flat=True)[:1]:
        sent = parse_qs(bytes(raw).decode(errors="replace"), errors="replace")
        language = sent.get("language", [""])[0]
        return language if language in shop.languages else ""
    return ""


@transaction.atomic
def _take(form: WriteForm, raw: bytes, shop: Shop) -> None:
    """File it, or put it aside: whoever sent it sees the same."""
    given, moment = form.cleaned_data, now()
    form_id, made_at = given["page"]
    because = ""
    if given["website"]:
        because = _("A machine filled it in: the field nobody sees is not empty")
    elif moment.timestamp() - made_at < QUICKEST.total_seconds():
        because = _("A machine filled it in: nobody writes so fast")
    else:
        because = _too_many(given["reach"].value, shop, moment)
    kept: dict[str, Any] = {
        "content_type": "application/x-www-form-urlencoded",
        "source": SOURCE,
        "now": moment,
    }
    if because:
        verdict = Arrival.Verdict.QUARANTINED
        arrivals.keep(raw, via=Kind.WEB, verdict=verdict, because=because, **kept)
        return
    wrote = Form(
        subject="", text=given["words"], reach=given["reach"], name=given["name"], form_id=form_id
    )
    journey.form_arrived(wrote, raw, **kept)


def _too_many(reach: str, shop: Shop, moment: Any) -> str:
    """Return why this one makes no ticket, or "". One after the other: a hundred at once, too."""
    Shop.objects.select_for_update().get(pk=shop.pk)
    lately = Interaction.objects.filter(arrivals__source=SOURCE, logged_at__gt=moment - HOUR)
    if lately.filter(contact_point__value=reach).count() >= EACH:
        return _("More from one sender in an hour than people write")
    if lately.count() >= shop.web_messages_per_hour:
        return _("More in an hour than the shop takes")
    return ""


urlpatterns = [
    path("write/", write, name="public-write"),
    path("write/thanks/", written, name="public-written"),
]
