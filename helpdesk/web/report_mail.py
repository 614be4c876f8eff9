"""Having a report mailed every week or month, and stopping that."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from helpdesk.models import ReportSchedule
from helpdesk.reporting import looks, mailing, periods
from helpdesk.web.http import Request, owners_only
from helpdesk.web.reports import named
from helpdesk.web.setup import audit
from policies import calendars
from tickets.models import User
from tickets.reports import NoSuchRow


class MailForm(forms.Form):
    every = forms.ChoiceField(choices=ReportSchedule.Every.choices)
    format = forms.ChoiceField(choices=ReportSchedule.Format.choices)
    query = forms.CharField(max_length=200, required=False)


@owners_only
@require_POST
def mail_report(request: Request, slug: str) -> HttpResponse:
    found, form = named(slug), MailForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose how often, and as what."))
        return redirect("report", slug)
    moment, given = now(), form.cleaned_data
    period = periods.default(calendars.local(moment, request.shop.tzinfo).date())
    look = looks.read(found, period, QueryDict(given["query"]), request.shop)
    try:
        look.name()
    except NoSuchRow:
        messages.error(request, _("There is nothing by that name. Open the report again."))
        return redirect("report", slug)
    every, kind = given["every"], given["format"]
    if mailing.asked(look, request.user, request.shop, every=every, kind=kind, now=moment):
        audit.changed(request, {}, {"report": slug, **given})
        if held := mailing.kept_back(request.user, request.shop):
            messages.warning(request, _("Noted, but nothing is mailed yet: %s") % held)
        else:
            messages.success(request, _("You get it by mail when the week or month is over."))
    else:
        messages.info(request, _("You get just that already."))
    return redirect(f"{reverse('report', args=[slug])}?{mailing.query(look)}")


@owners_only
@require_POST
def stop_mail(request: Request, pk: int) -> HttpResponse:
    """Stop one's own, or that of somebody who gets none any more."""
    schedule = get_object_or_404(ReportSchedule.objects.select_related("user"), pk=pk)
    if schedule.user_id != request.user.pk and _still_reads(schedule.user):
        messages.error(request, _("That is %s's own. They stop it themselves.") % schedule.user)
        return redirect("report", schedule.report)
    audit.changed(request, {"report": schedule.report, "query": schedule.query}, {"report": None})
    schedule.delete()
    messages.success(request, _("It is not mailed any more."))
    return redirect("report", schedule.report)


def _still_reads(user: User) -> bool:
    return user.is_active and user.is_owner


urlpatterns = [
    path("reports/<slug:slug>/mail/", mail_report, name="report-mail"),
    path("reports/mail/<int:pk>/stop/", stop_mail, name="report-mail-stop"),
]
