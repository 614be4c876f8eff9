"""Every text the shop sends, by language: as it came, or in the owner's own words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.timezone import now
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.web.fields import Line, Text
from helpdesk.web.http import Request, owners_only
from helpdesk.web.setup import audit, pages
from helpdesk.web.setup.text_samples import MEANINGS, sample
from policies import texts
from policies.models import ReplyTemplate
from policies.texts import BadText, Letter
from tickets import segments

LIST, ONE = "setup/texts.html", "setup/text.html"
MAIL = ".mail"
LONGEST = 4_000
# Groups of texts, each by the name of its file, and what it is called.
GROUPS = (
    (
        gettext_lazy("When somebody reaches us"),
        {
            "acknowledgement": gettext_lazy("We have your message"),
            "keyword_stop": gettext_lazy("Answer to STOP"),
            "keyword_start": gettext_lazy("Answer to START"),
            "keyword_help": gettext_lazy("Answer to HELP"),
            "off_channel": gettext_lazy("Please come to the shop with it"),
            "off_channel_why": gettext_lazy("Why we ask for it"),
        },
    ),
    (
        gettext_lazy("Said aloud"),
        {
            "greeting_open": gettext_lazy("Greeting while we are open"),
            "greeting_closed": gettext_lazy("Greeting while we are closed"),
            "callback": gettext_lazy("When we call back"),
            "callback_later": gettext_lazy("When they asked to be called later"),
            "turnaround": gettext_lazy("When it is ready"),
            "turnaround_risks": gettext_lazy("What may get in the way"),
        },
    ),
    (
        gettext_lazy("About a repair"),
        {
            "quote": gettext_lazy("Quote"),
            "waiting": gettext_lazy("We wait for your answer"),
            "waiting_again": gettext_lazy("We still wait for your answer"),
            "update_late": gettext_lazy("It takes longer"),
            "ready": gettext_lazy("Ready for pick-up"),
            "ready_early": gettext_lazy("Ready sooner than we said"),
        },
    ),
    (
        gettext_lazy("Where we did not keep a promise"),
        {
            "broken_callback": gettext_lazy("We are late calling back"),
            "broken_turnaround": gettext_lazy("Not ready when we said"),
            "broken_update": gettext_lazy("We are late telling how it stands"),
            "broken_other": gettext_lazy("Later than promised"),
        },
    ),
    (
        gettext_lazy("Afterwards"),
        {
            "invoice": gettext_lazy("Invoice"),
            "invoice_gift": gettext_lazy("Invoice, on us"),
            "satisfaction": gettext_lazy("Are you happy?"),
        },
    ),
)
TITLES = {name: title for _group, named in GROUPS for name, title in named.items()}


@dataclass(frozen=True)
class Way:
    """A text in one shape: where it is changed, and whether the words are the owner's."""

    url: str
    label: str
    is_own: bool
    is_here: bool = False


@dataclass(frozen=True)
class Preview:
    """The words as a customer gets them."""

    subject: str
    text: str
    parts: int  # of a text message; 0 for anything else


class TextForm(forms.Form):
    subject = Line(
        label=gettext_lazy("Subject"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("Empty: our name, and the number of the ticket."),
    )
    text = Text(
        label=gettext_lazy("Text"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 10})
    )

    def __init__(self, data: Any, *, request: Request, name: str, language: str, own: str) -> None:
        self.request, self.name, self.language = request, name, language
        self.is_mail = name.endswith(MAIL)
        known = texts.letter(own or texts.original(name, language))
        super().__init__(data, initial={"subject": known.subject, "text": known.text})
        self.fields["text"].widget.attrs["lang"] = language
        if not self.is_mail:
            del self.fields["subject"]

    def clean(self) -> None:
        """Say of each field what cannot be filled in, while it is on the page."""
        for field in self.fields:
            try:
                texts.check_part(self.name, self.language, self.cleaned_data.get(field, ""))
            except BadText as error:
                self.add_error(field, str(error))
        if self.errors:
            return
        try:
            texts.check(self.name, self.language, self.words)
        except BadText as error:
            self.add_error("text", str(error))
            return
        preview = self.preview()
        if preview.parts > segments.MOST_PARTS:
            self.add_error(
                "text",
                _("That is %(parts)d text messages. %(most)d at most are sent as one.")
                % {"parts": preview.parts, "most": segments.MOST_PARTS},
            )

    @property
    def words(self) -> str:
        given = self.cleaned_data
        return texts.written(Letter(given.get("subject", ""), given["text"]))

    def preview(self) -> Preview:
        """Fill in what is typed, or what stands there, as it is for a customer who is made up."""
        words = self.cleaned_data if self.is_bound else self.initial
        filled = sample(self.language, shop=self.request.shop, now=now())
        text = str(words["text"])
        if self.is_mail:
            subject = str(words["subject"]).format_map(filled)
            otherwise = "{shop} [#{ticket}]".format_map(filled)
            return Preview(subject or otherwise, text.format_map(filled), 0)
        said = " ".join(text.split()).format_map(filled)
        if self.name in texts.ALOUD:
            return Preview("", said, 0)
        said = segments.thrifty(said)
        return Preview("", said, segments.count(said).parts)


def links(names: Iterable[str]) -> list[tuple[Any, list[Way]]]:
    """Return what each text is called and where it is changed, in the language of the page."""
    language = _known(get_language() or "")
    titles = dict.fromkeys(name.removesuffix(MAIL) for name in names)
    return [(TITLES[name], _ways(name, language, set())) for name in titles]


@owners_only
@require_safe
def all_texts(request: Request) -> HttpResponse:
    asked = request.GET.get("language", "")
    language = _known(asked or request.shop.language)
    own = set(ReplyTemplate.objects.filter(language=language).values_list("name", flat=True))
    groups = [
        (group, [(title, _ways(name, language, own)) for name, title in named.items()])
        for group, named in GROUPS
    ]
    context = {"groups": groups, "languages": settings.LANGUAGES, "language": language}
    return pages.draw(request, LIST, context)


@owners_only
@require_http_methods(["GET", "HEAD", "POST"])
def text(request: Request, language: str, text: str) -> HttpResponse:
    own = _own(text, language)
    words = own.text if own else ""
    is_posted = request.method == "POST"
    form = TextForm(
        request.POST if is_posted else None,
        request=request,
        name=text,
        language=language,
        own=words,
    )
    is_good = not is_posted or form.is_valid()
    if is_posted and is_good and request.POST.get("do") != "preview":
        ReplyTemplate.objects.update_or_create(
            name=text, language=language, defaults={"text": form.words}
        )
        before = words or texts.original(text, language)
        named = f"{text}, {language}"
        audit.changed(request, {named: before}, {named: form.words})
        messages.success(request, _("Saved. It is sent like this from now on."))
        return redirect("text", language, text)
    names = {own.name} if own else set()
    context = {
        "form": form,
        "own": own,
        "title": TITLES[text.removesuffix(MAIL)],
        "shape": _shape(text),
        "language": language,
        "spoken": dict(settings.LANGUAGES)[language],
        "ways": _ways(text.removesuffix(MAIL), language, names, here=text),
        "variables": [(it, MEANINGS[it]) for it in sorted(texts.allowed(text, language))],
        "preview": form.preview() if is_good else None,
        "is_aloud": text in texts.ALOUD,
        "name": text,
    }
    return pages.draw(request, ONE, context, status=200 if is_good else 422)


@owners_only
@require_POST
def ours(request: Request, language: str, text: str) -> HttpResponse:
    """Take back the owner's words: the file stands again."""
    own = _own(text, language)
    if own is not None:
        named = f"{text}, {language}"
        audit.changed(request, {named: own.text}, {named: texts.original(text, language)})
        own.delete()
        messages.success(request, _("The original wording is sent again."))
    return redirect("text", language, text)


def _own(name: str, language: str) -> ReplyTemplate | None:
    if name not in texts.names() or language not in dict(settings.LANGUAGES):
        raise Http404
    return ReplyTemplate.objects.filter(name=name, language=language).first()


def _known(language: str) -> str:
    codes = [code for code, _name in settings.LANGUAGES]
    return language if language in codes else codes[0]


def _ways(name: str, language: str, own: set[str], here: str = "") -> list[Way]:
    return [
        Way(_address(each, language), _shape(each), each in own, each == here)
        for each in (name, f"{name}{MAIL}")
        if texts.exists(each)
    ]


def _address(name: str, language: str) -> str:
    return reverse("text", args=[language, name])


def _shape(name: str) -> str:
    if name.endswith(MAIL):
        return pgettext("shape of a text", "mail")
    if name in texts.ALOUD:
        return pgettext("shape of a text", "said aloud")
    return pgettext("shape of a text", "text message")


urlpatterns = [
    path("setup/texts/", all_texts, name="texts"),
    path("setup/texts/<str:language>/<str:text>/", text, name="text"),
    path("setup/texts/<str:language>/<str:text>/ours/", ours, name="text-ours"),
]
