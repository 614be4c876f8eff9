"""Two customers turn out to be one, and two after all."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from helpdesk import journey
from helpdesk.web import customer_page, customer_search, history
from helpdesk.web.http import Request, part
from tickets.customers import NotOneCustomer
from tickets.models import Customer, Device, Ticket
from tickets.states import LostRace

TEMPLATE = "customers/merge.html"


class MergeForm(forms.Form):
    """Which of the two stays."""

    other = forms.ModelChoiceField(customer_search.everybody(), widget=forms.HiddenInput)
    keep = forms.TypedChoiceField(
        label=gettext_lazy("Who stays?"), coerce=int, widget=forms.RadioSelect
    )

    def __init__(self, customer: Customer, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        self.customer = customer
        keep = self.fields["keep"]
        assert isinstance(keep, forms.ChoiceField)
        other = self.data.get("other") if self.is_bound else self.initial["other"]
        keep.choices = [(str(customer.pk), ""), (str(other), "")]

    @property
    def pair(self) -> tuple[Customer, Customer]:
        """Return who goes and who stays."""
        other = self.cleaned_data["other"]
        if self.cleaned_data["keep"] == self.customer.pk:
            return other, self.customer
        return self.customer, other


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def customer_merge(request: Request, pk: int) -> HttpResponseBase:
    found = get_object_or_404(
        customer_search.with_doubles(Customer.objects.defer("search_text")), pk=pk
    )
    if found.merged_into_id is not None:
        raise LostRace(f"{found} is part of another")
    if request.method == "GET":
        return _ask(request, found)

    form = MergeForm(found, request.POST)
    if not form.is_valid():
        return _ask(request, found, form=form)
    gone, kept = form.pair
    try:
        journey.customers_merged(gone, kept, by=request.user, now=now())
    except NotOneCustomer as error:
        form.add_error(None, str(error))
        return _ask(request, found, form=form)
    said = _("%(gone)s and %(kept)s are one now. It can be undone at any time, below.")
    messages.success(request, said % {"gone": gone, "kept": kept})
    return redirect("customer", pk=kept.pk)


@require_POST
def customer_unmerge(request: Request, pk: int) -> HttpResponse:
    gone = customer_page.known(pk)
    merged = journey.customer_merge_undone(gone, by=request.user, now=now())
    said = _("%(gone)s is on their own again. What came after the merge stays with %(kept)s.")
    messages.success(request, said % {"gone": gone, "kept": merged.kept})
    return redirect("customer", pk=gone.pk)


def _ask(request: Request, customer: Any, *, form: MergeForm | None = None) -> HttpResponse:
    """Show the form, and without another customer whom it may be."""
    q = customer_search.typed(request.GET.get("q", ""))
    key = request.POST.get("other", "") or request.GET.get("other", "")
    pks = [customer.pk, *([int(key)] if customer_search.is_key(key) else [])]
    context: dict[str, Any] = {"customer": customer, "q": q, "now": now()}
    if not request.htmx and len(set(pks)) == 2:
        both = {each.pk: each for each in _compared(request, pks)}
        context["both"] = [both[each] for each in pks if each in both]
    if len(context.get("both", ())) == 2:
        context["form"] = form or MergeForm(customer, initial={"other": key, "keep": pks[0]})
    else:
        context["found"] = customer_search.candidates(q, but=customer)
        if not q:
            points = customer_search.reached(customer)
            context["perhaps"] = customer_page.perhaps_the_same(customer, points)
    status = 422 if form else 200
    return render(request, part(request, TEMPLATE, "found"), context, status=status)


def _compared(request: Request, pks: list[int]) -> list[Any]:
    """Read both with what would move."""
    tickets = Ticket.objects.filter(customer=OuterRef("pk")).order_by().values("customer")
    devices = Device.objects.filter(customer=OuterRef("pk")).order_by().values("customer")
    is_open = Q(ended_at__isnull=True)
    customers = customer_search.everybody().defer("search_text").filter(pk__in=pks)
    customers = customers.annotate(
        all_count=Coalesce(Subquery(tickets.annotate(n=Count("pk")).values("n")), 0),
        open_count=Coalesce(
            Subquery(tickets.annotate(n=Count("pk", filter=is_open)).values("n")), 0
        ),
        device_count=Coalesce(Subquery(devices.annotate(n=Count("pk")).values("n")), 0),
    )
    customers = history.with_balance(customers, shop=request.shop, now=now())
    rows: list[Any] = list(customers.prefetch_related("contact_points"))
    for row in rows:
        row.balance = history.balance(row)
    return rows


urlpatterns = [
    path("customers/<int:pk>/merge/", customer_merge, name="customer-merge"),
    path("customers/<int:pk>/unmerge/", customer_unmerge, name="customer-unmerge"),
]
