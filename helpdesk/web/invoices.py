"""An invoice, its document, and paying it."""

from typing import Any

from babel import Locale
from babel.numbers import get_decimal_symbol
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.cache import get_conditional_response
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST, require_safe

from billing import invoicing, money
from billing.invoicing import NotPayable, PaidMeanwhile
from billing.models import Invoice, InvoiceDocument, Settlement
from billing.money import BadAmount, Money
from helpdesk import journey
from helpdesk.templatetags import desk
from helpdesk.web.http import Request
from policies import wording
from tickets.sentences import in_words

Kind = Settlement.Kind

# Never a gift: that is decided when a ticket ends, and is on the ledger with its reason.
WAYS = [(kind.value, kind.label) for kind in (Kind.CARD, Kind.CASH, Kind.TRANSFER)]

# Not `sandbox`, with which Safari shows nothing. The style is the viewer's own.
DOCUMENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class PaymentForm(forms.Form):
    """A payment for `invoice`, typed as amounts are written where the shop is."""

    kind = forms.ChoiceField(
        label=gettext_lazy("How"),
        choices=WAYS,
        widget=forms.RadioSelect,
        initial=Kind.CARD,
        error_messages={"required": gettext_lazy("How was it paid?")},
    )
    amount = forms.CharField(
        label=gettext_lazy("Amount"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"class": "short", "inputmode": "decimal", "autocomplete": "off"}
        ),
        error_messages={"required": gettext_lazy("How much was paid?")},
    )
    # What was due when this was shown: a second click finds that it no longer is.
    due = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=money.LIMIT)

    def __init__(
        self, invoice: Invoice, due: int, locale: Locale, data: Any = None, **options: Any
    ) -> None:
        typed = str(money.decimal(Money(due, invoice.currency)))
        typed = typed.replace(".", get_decimal_symbol(locale))
        super().__init__(data, initial={"amount": typed, "due": due}, **options)
        self.invoice, self.locale = invoice, locale

    def clean_amount(self) -> int:
        try:
            paid = money.parse(self.cleaned_data["amount"], self.invoice.currency, str(self.locale))
        except BadAmount as error:
            raise ValidationError(in_words(error)) from None
        if paid.minor < 1:
            raise ValidationError(
                _("A payment is more than nothing. What was paid back is not one.")
            )
        return paid.minor


@require_GET
def invoice(request: Request, reference: str) -> HttpResponse:
    found = _found(reference)
    return render(request, "billing/invoice.html", _context(found, request))


@require_POST
def invoice_pay(request: Request, reference: str) -> HttpResponse:
    found = _found(reference)
    due = found.total - invoicing.paid(found)
    if due == 0:
        messages.info(request, _("%s was already paid.") % found)
        return redirect("invoice", reference=reference)

    form = _form(found, due, request, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            journey.invoice_paid(
                found,
                kind=given["kind"],
                amount=given["amount"],
                due=given["due"],
                by=request.user,
                now=now(),
            )
        except PaidMeanwhile as error:
            messages.info(request, str(error))
            return redirect("invoice", reference=reference)
        except NotPayable as error:
            form.add_error("amount", str(error))
        else:
            amount = desk.money(given["amount"], found.currency)
            messages.success(request, _("%s is recorded.") % amount)
            return redirect("invoice", reference=reference)
    return render(request, "billing/invoice.html", _context(found, request, form), status=422)


@require_safe
def invoice_document(request: Request, reference: str) -> HttpResponseBase:
    found = _found(reference)
    document = invoicing.document(found, now=now())
    response = HttpResponse(
        bytes(document.pdf),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{found.reference}.pdf"',
            "Content-Security-Policy": DOCUMENT_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-cache",
            "ETag": f'"{document.sha256}"',
        },
    )
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    assert answer is not None  # only without a response to fall back on
    return answer


def _found(reference: str) -> Invoice:
    if not reference.isprintable():  # a NUL is an error to PostgreSQL, not a number it has not
        raise Http404
    invoices = Invoice.objects.select_related("customer", "service", "technician")
    return get_object_or_404(invoices, reference=reference)


def _context(found: Invoice, request: Request, form: PaymentForm | None = None) -> dict[str, Any]:
    settlements = list(found.settlements.select_related("author").order_by("pk"))
    due = found.total - sum(settlement.amount for settlement in settlements)
    document = InvoiceDocument.objects.filter(invoice=found).values("sha256", "made_at").first()
    return {
        "invoice": found,
        "lines": found.lines.all(),
        "settlements": settlements,
        "gift": next((row for row in settlements if row.kind == Kind.GIFT), None),
        "due": due,
        "document": document,
        "form": (form or _form(found, due, request)) if due else None,
    }


def _form(found: Invoice, due: int, request: Request, data: Any = None) -> PaymentForm:
    locale = wording.locale(request.shop.language, request.shop.region)
    return PaymentForm(found, due, locale, data)


urlpatterns = [
    path("invoices/<str:reference>/", invoice, name="invoice"),
    path("invoices/<str:reference>/document.pdf", invoice_document, name="invoice-document"),
    path("invoices/<str:reference>/pay/", invoice_pay, name="invoice-pay"),
]
