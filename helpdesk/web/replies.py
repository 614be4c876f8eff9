"""Canned replies: what staff write often, kept to be written again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.vary import vary_on_headers

from helpdesk.web import paging
from helpdesk.web.fields import Line, Text
from helpdesk.web.http import Request, part
from policies import canned, texts
from policies.models import CannedReply
from tickets.models import Shop

ROWS = 50
MOST = 200  # to choose from in a letter
LONGEST_QUERY = 80
OUT_OF_USE = "out"


def offered(language: str) -> QuerySet[CannedReply]:
    """Return those to choose from, in the language of the letter first."""
    own = Case(When(language=language, then=Value(0)), default=1, output_field=IntegerField())
    return CannedReply.objects.filter(active=True).order_by(own, "title", "pk")[:MOST]


class ReplyForm(forms.Form):
    """One canned reply."""

    title = Line(
        label=gettext_lazy("Title"),
        max_length=80,
        help_text=gettext_lazy("What you look for when you need it. The customer does not see it."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"))
    text = Text(
        label=gettext_lazy("Text"),
        max_length=canned.LONGEST,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    active = forms.BooleanField(
        label=gettext_lazy("Offered in replies"), required=False, initial=True
    )

    def __init__(self, data: Any = None, *, shop: Shop, reply: CannedReply | None = None) -> None:
        names = ("title", "language", "text", "active")
        initial = {name: getattr(reply, name) for name in names} if reply else {}
        super().__init__(data, initial={"language": shop.language} | initial, auto_id="reply-%s")
        spoken, codes = dict(settings.LANGUAGES), list(shop.languages or [shop.language])
        if reply is not None and reply.language not in codes:
            codes.append(reply.language)
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, spoken.get(code, code)) for code in codes]
        if len(codes) == 1:
            field.widget = forms.HiddenInput()
        allowed = ", ".join(f"{{{name}}}" for name in canned.PLACEHOLDERS)
        self.fields["text"].help_text = _("Filled in when it is used: %s") % allowed


@vary_on_headers("HX-Request")
def replies(request: Request) -> HttpResponse:
    asked = " ".join(request.GET.get("q", "").replace("\0", "").split())[:LONGEST_QUERY]
    language, state = request.GET.get("language", ""), request.GET.get("state", "")
    rows = CannedReply.objects.select_related("written_by").filter(active=state != OUT_OF_USE)
    for word in asked.split():
        rows = rows.filter(Q(title__icontains=word) | Q(text__icontains=word))
    codes, names = list(request.shop.languages), dict(settings.LANGUAGES)
    if language in codes:
        rows = rows.filter(language=language)
    context = {
        "now": now(),
        "asked": asked,
        "language": language,
        "state": state,
        "out_of_use": OUT_OF_USE,
        "languages": [(code, names.get(code, code)) for code in codes] if len(codes) > 1 else [],
        "page": paging.page(rows, ("title", "pk"), request.GET, size=ROWS),
    }
    return render(request, part(request, "replies/replies.html", "rows"), context)


def reply(request: Request, pk: int | None = None) -> HttpResponse:
    """Show one to change it, or an empty one; save what was posted."""
    known = (
        get_object_or_404(CannedReply.objects.select_related("written_by"), pk=pk) if pk else None
    )
    is_posted = request.method == "POST"
    form = ReplyForm(request.POST if is_posted else None, shop=request.shop, reply=known)
    if is_posted and form.is_valid() and _saved(request, form, known):
        messages.success(request, _("Saved."))
        return redirect("replies")
    context = {"now": now(), "form": form, "reply": known}
    return render(request, "replies/reply.html", context, status=422 if is_posted else 200)


def _saved(request: Request, form: ReplyForm, known: CannedReply | None) -> bool:
    given = form.cleaned_data
    try:
        canned.write(
            given["title"],
            given["text"],
            language=given["language"],
            active=given["active"],
            by=request.user,
            now=now(),
            reply=known,
        )
    except texts.BadText as error:
        form.add_error("text", str(error))
        return False
    return True


urlpatterns = [
    path("replies/", replies, name="replies"),
    path("replies/new/", reply, name="reply-new"),
    path("replies/<int:pk>/", reply, name="reply"),
]
