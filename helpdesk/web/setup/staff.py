"""Who works here: asking somebody to, what each may do, and letting go."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk import invites
from helpdesk.models import Invite
from helpdesk.web.http import Request, owners_only
from helpdesk.web.setup import audit, pages
from tickets.models import User

TEMPLATE, ONE = "setup/staff.html", "setup/member.html"
ROLES = [choice for choice in User.Role.choices if choice[0] != User.Role.INTEGRATION]


class InviteForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    email = forms.EmailField(label=gettext_lazy("Mail address"))
    role = forms.ChoiceField(label=gettext_lazy("Works as"), choices=ROLES)


class MemberForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    role = forms.ChoiceField(label=gettext_lazy("Works as"), choices=ROLES)

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email", "role", "extension", "phone", "language")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = self.fields["language"].choices  # type: ignore[attr-defined]
        self.fields["language"].choices = [("", _("The shop's")), *choices[1:]]  # type: ignore[attr-defined]

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        if self.instance.is_owner and role != User.Role.OWNER and not _other_owners(self.instance):
            raise forms.ValidationError(_("The shop needs an owner: make somebody else one first."))
        return role


class FactorForm(forms.Form):
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Who needs a second factor"),
        choices=ROLES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


@owners_only
@require_http_methods(["GET", "HEAD", "POST"])
def staff(request: Request) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = invites.invite(**form.cleaned_data, by=request.user, now=now())
        audit.changed(request, {}, form.cleaned_data)
        _send(request, asked)
        return redirect("staff")
    has_factor = Exists(Authenticator.objects.filter(user=OuterRef("pk")))
    context = {
        "now": now(),
        "form": form,
        "factor_form": FactorForm(initial={"roles": request.shop.second_factor_roles}),
        "members": User.objects.exclude(role=User.Role.INTEGRATION)
        .annotate(has_factor=has_factor)
        .order_by("-is_active", "first_name", "username"),
        "asked": [
            (one, invites.address(one))
            for one in Invite.objects.filter(used_at=None, revoked_at=None).order_by("-invited_at")
        ],
    }
    return pages.draw(request, TEMPLATE, context, status=422 if form.errors else 200)


def _send(request: Request, asked: Invite) -> None:
    """Mail them the link; where no mail is set up the owner passes it on."""
    words = _(
        "%(owner)s asks you to work at %(shop)s. Choose a name and a password here:\n\n%(link)s\n\n"
        "The link is good once, and for a week."
    ) % {"owner": request.user, "shop": request.shop, "link": invites.address(asked)}
    subject, sender = _("Your log-in at %s") % request.shop, request.shop.sends_from or None
    try:
        sent = settings.EMAIL_URL and send_mail(subject, words, sender, [asked.email])
    except OSError:
        sent = 0
    if sent:
        messages.success(request, _("%s has a mail with a link.") % asked.name)
    else:
        messages.warning(
            request, _("No mail was sent to %s. Pass on the link that stands below.") % asked.name
        )


@owners_only
@require_POST
def take_back(request: Request, pk: int) -> HttpResponse:
    asked = get_object_or_404(Invite, pk=pk)
    invites.take_back(asked, now=now())
    audit.changed(request, {}, {"name": asked.name, "email": asked.email})
    messages.success(request, _("The link of %s opens nothing any more.") % asked.name)
    return redirect("staff")


@owners_only
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: Request, pk: int) -> HttpResponse:
    one = get_object_or_404(User.objects.exclude(role=User.Role.INTEGRATION), pk=pk)
    before = {name: getattr(one, name) for name in MemberForm.Meta.fields}
    form = MemberForm(request.POST or None, instance=one)
    if request.method == "POST" and form.is_valid():
        user = form.save(commit=False)
        user.is_staff = user.is_superuser = user.is_owner
        user.save()
        audit.changed(request, before, form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("staff")
    has_factor = Authenticator.objects.filter(user=one).exists()
    context = {"member": one, "form": form, "has_factor": has_factor}
    return pages.draw(request, ONE, context, status=422 if form.errors else 200)


@owners_only
@require_POST
def active(request: Request, pk: int) -> HttpResponse:
    """Let somebody go, or back in; what they did stays theirs."""
    one = get_object_or_404(User.objects.exclude(role=User.Role.INTEGRATION), pk=pk)
    is_to_stay = request.POST.get("active") == "on"
    if not is_to_stay and one.is_owner and not _other_owners(one):
        messages.error(request, _("The shop needs an owner: make somebody else one first."))
        return redirect("staff-member", pk)
    audit.changed(request, {"is_active": one.is_active}, {"is_active": is_to_stay})
    one.is_active = is_to_stay
    one.save(update_fields=["is_active"])
    said = _("%s may log in again.") if is_to_stay else _("%s cannot log in any more.")
    messages.success(request, said % one)
    return redirect("staff")


@owners_only
@require_POST
def no_factor(request: Request, pk: int) -> HttpResponse:
    """Let in somebody whose phone is gone: by their password, until they set up another."""
    one = get_object_or_404(User.objects.exclude(role=User.Role.INTEGRATION), pk=pk)
    Authenticator.objects.filter(user=one).delete()
    messages.success(request, _("%s logs in with a password alone now.") % one)
    return redirect("staff-member", pk)


@owners_only
@require_POST
def factors(request: Request) -> HttpResponse:
    form = FactorForm(request.POST)
    if form.is_valid():
        roles = form.cleaned_data["roles"]
        audit.changed(request, {"roles": request.shop.second_factor_roles}, {"roles": roles})
        request.shop.second_factor_roles = roles
        request.shop.save(update_fields=["second_factor_roles"])
        messages.success(request, _("Saved. Whoever has none sets one up at their next page."))
    return redirect("staff")


def _other_owners(one: User) -> Any:
    return User.objects.filter(role=User.Role.OWNER, is_active=True).exclude(pk=one.pk).exists()


urlpatterns = [
    path("setup/staff/", staff, name="staff"),
    path("setup/staff/factors/", factors, name="staff-factors"),
    path("setup/staff/<int:pk>/", member, name="staff-member"),
    path("setup/staff/<int:pk>/active/", active, name="staff-active"),
    path("setup/staff/<int:pk>/no-factor/", no_factor, name="staff-no-factor"),
    path("setup/staff/invites/<int:pk>/take-back/", take_back, name="invite-take-back"),
]
