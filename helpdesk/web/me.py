"""One's own settings: what one hears of, by what and when, and the language of one's pages."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import translation
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from helpdesk.web.http import Request
from tickets import notifying
from tickets.models import Notice, Notification, User

TEMPLATE = "desk/me.html"
Why = Notice.Why

EVENTS: dict[str, LazyText] = {
    Why.NAMED: gettext_lazy("Somebody names me in a note"),
    Why.MINE: gettext_lazy("Something comes in on a ticket that is with me"),
    Why.WATCHED: gettext_lazy("Something happens on a ticket I watch"),
    Why.BROKEN: gettext_lazy("A promise of mine breaks"),
    Why.FAILED: gettext_lazy("A message of mine could not be sent"),
    Why.MISSED: gettext_lazy("A call is missed, or there is a voicemail"),
    Why.UNHAPPY: gettext_lazy("A customer is not happy with how it went"),
}
WAYS: dict[str, str | LazyText] = {
    notifying.PAGE: pgettext_lazy("hear of it by", "For you"),
    Notification.By.MAIL: Notification.By.MAIL.label,
    Notification.By.TEXT: Notification.By.TEXT.label,
}


@dataclass(frozen=True)
class Box:
    """Whether one event is heard of by one way."""

    name: str
    way: str | LazyText
    is_on: bool


class MeForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = User
        fields = ("hears_at_any_hour", "language")

    def __init__(self, *args: Any, usual: str, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "me-%s"} | kwargs)
        spoken = dict(settings.LANGUAGES)
        field = self.fields["language"]
        assert isinstance(field, forms.TypedChoiceField)
        of_the_shop = _("The shop's: %s") % spoken.get(usual, usual)
        field.choices = [("", of_the_shop), *spoken.items()]


@require_http_methods(["GET", "POST"])
def me(request: Request) -> HttpResponse:
    user, shop = User.objects.get(pk=request.user.pk), request.shop
    if request.method == "GET":
        return _page(request, user, MeForm(instance=user, usual=shop.language))
    user.hears_by = _chosen(request)
    form = MeForm(request.POST, instance=user, usual=shop.language)
    if not form.is_valid():
        return _page(request, user, form, status=422)
    form.instance.save(update_fields=["hears_by", "hears_at_any_hour", "language"])
    with translation.override(user.language or shop.language):  # the one they read from now on
        messages.success(request, _("Saved."))
    return redirect("me")


def _chosen(request: Request) -> dict[str, list[str]]:
    """Read every event, also one by which nothing is heard of: that is an answer, too."""
    return {
        why: [way for way in WAYS if request.POST.get(f"{why}-{way}") == "on"] for why in EVENTS
    }


def _page(request: Request, user: User, form: MeForm, *, status: int = 200) -> HttpResponse:
    rows = []
    for why, words in EVENTS.items():
        heard = notifying.heard_by(user, why)
        rows.append(
            (words, [Box(f"{why}-{way}", label, way in heard) for way, label in WAYS.items()])
        )
    context = {
        "form": form,
        "rows": rows,
        "ways": WAYS.values(),
        "takes_texts": bool(notifying.number_of(user, request.shop)),
    }
    return render(request, TEMPLATE, context, status=status)


urlpatterns = [path("me/", me, name="me")]
