"""Invoices, what was paid of them, and the reports over them."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.utils.timezone import now
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from billing.models import Invoice, Settlement
from helpdesk import journey
from helpdesk.api.resource import Resource, acts
from helpdesk.api.strict import Ask, Text, Whole
from helpdesk.filters import InvoiceFilter
from helpdesk.models import Scope
from helpdesk.reports import REPORTS
from helpdesk.shapes.contract import money
from helpdesk.shapes.money import InvoiceShape
from policies import calendars
from tickets.models import Shop
from tickets.reports import Figures, Slice
from tickets.reports import Report as Reporting

LARGEST_AMOUNT = 10**12
ROWS = 1000  # of a cut: the biggest


class Amount(Whole):
    """What is paid: of one invoice, so its currency is known and need not be sent."""

    default_error_messages = {
        "invalid": "Send a whole number of minor units (cents, öre), like 4500,"
        " without the currency."
    }


class SettlementAsk(Ask):
    """A payment, in whole minor units of the invoice's currency.

    `due` is what was due when it was asked for: the same payment counts once.
    """

    EXAMPLE = {"kind": "cash", "amount": 4500, "currency": "USD", "due": 4500}

    kind = serializers.ChoiceField(
        choices=[Settlement.Kind.CASH, Settlement.Kind.CARD, Settlement.Kind.TRANSFER]
    )
    amount = Amount(min_value=1, max_value=LARGEST_AMOUNT, help_text="Minor units.")
    currency = Text(max_length=3, required=False, help_text="To be sure: the invoice's.")
    due = Amount(
        min_value=0,
        max_value=LARGEST_AMOUNT,
        required=False,
        help_text="Minor units: the `minor` of the invoice's `due`.",
    )


@extend_schema_view(
    list=extend_schema(summary="List invoices, the latest first"),
    retrieve=extend_schema(summary="One invoice"),
)
class Invoices(Resource):
    shape = InvoiceShape
    filterset_class = InvoiceFilter
    ordering = ("-issued_at", "-id")
    lookup_field = "reference"
    lookup_value_regex = "[0-9A-Za-z-]{1,20}"
    scopes = {
        "list": Scope.MONEY_READ,
        "retrieve": Scope.MONEY_READ,
        "document": Scope.MONEY_READ,
        "settle": Scope.MONEY_WRITE,
    }

    @extend_schema(
        summary="Its PDF, byte for byte as the customer has it",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    @action(detail=True, methods=["get"], url_path="document", filter_backends=())
    def document(self, request: Request, reference: str) -> HttpResponse:
        self.refuse_unknown(set())
        invoice = Invoice.objects.select_related("document").filter(reference=reference).first()
        if invoice is None or not hasattr(invoice, "document"):
            raise Http404
        response = HttpResponse(bytes(invoice.document.pdf), content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="{invoice.reference}.pdf"'
        response["ETag"] = f'"{invoice.document.sha256}"'
        return response

    @acts("settlements", SettlementAsk, InvoiceShape, summary="Write down a payment")
    def settle(self, request: Request, reference: str) -> Response:
        asked, invoice = self.ask(SettlementAsk), self.get_object()
        if asked.get("currency", invoice.currency) != invoice.currency:
            raise ValidationError({"currency": f"The invoice is in {invoice.currency}."})
        journey.invoice_paid(
            invoice,
            kind=asked["kind"],
            amount=asked["amount"],
            by=self.by,
            now=now(),
            due=asked.get("due"),
        )
        return self.shown(invoice, status=201)


class ReportMeasure(serializers.Serializer[Any]):
    """What one of a report's numbers is."""

    key = serializers.CharField()
    title = serializers.CharField()
    means = serializers.CharField()
    unit = serializers.ChoiceField(choices=["count", "money", "percent", "minutes"])


class Report(serializers.Serializer[Any]):
    slug = serializers.CharField()
    title = serializers.CharField()
    cuts = serializers.ListField(child=serializers.CharField())
    measures = ReportMeasure(many=True)


class ReportRow(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    figures = serializers.DictField(help_text="By the key of the measure; money as an amount.")


class ReportFigures(serializers.Serializer[Any]):
    """What it comes to in a period, and by what it was cut."""

    slug = serializers.CharField()
    since = serializers.DateField()
    until = serializers.DateField(help_text="The first day that does not count.")
    cut = serializers.CharField()
    figures = serializers.DictField(help_text="By the key of the measure; money as an amount.")
    rows = ReportRow(many=True)


class ReportList(APIView):
    """Which reports there are."""

    scope = Scope.REPORTS_READ

    @extend_schema(
        operation_id="reports_list", summary="Which reports there are", responses=Report(many=True)
    )
    def get(self, request: Request) -> Response:
        _refuse_unknown(request, set())
        return Response(
            [
                {
                    "slug": slug,
                    "title": str(report.title),
                    "cuts": list(report.cuts),
                    "measures": [
                        {
                            "key": measure.key,
                            "title": str(measure.title),
                            "means": str(measure.means),
                            "unit": measure.reads,
                        }
                        for measure in report.measures
                    ],
                }
                for slug, report in REPORTS.items()
            ]
        )


class ReportDetail(APIView):
    """What one report says of a period."""

    scope = Scope.REPORTS_READ

    @extend_schema(
        operation_id="reports_retrieve",
        summary="What one says of a period",
        parameters=[
            OpenApiParameter("since", OpenApiTypes.DATE, description="A year ago, unless given."),
            OpenApiParameter("until", OpenApiTypes.DATE, description="Tomorrow, unless given."),
            OpenApiParameter("cut", description="One of the report's; the first, unless given."),
        ],
        responses=ReportFigures,
    )
    def get(self, request: Request, slug: str) -> Response:
        report = REPORTS.get(slug)
        if report is None:
            raise Http404
        shop = Shop.objects.current()
        since, until = _period(request, shop)
        cut = request.query_params.get("cut", next(iter(report.cuts)))
        if cut not in report.cuts:
            raise ValidationError({"cut": f"One of: {', '.join(report.cuts)}."})
        part = Slice(
            calendars.day_bounds(since, shop.tzinfo)[0],
            calendars.day_bounds(until, shop.tzinfo)[0],
            zone=shop.tzinfo,
        )
        return Response(
            {
                "slug": slug,
                "since": since,
                "until": until,
                "cut": cut,
                "figures": _shown(report, report.figures(part), shop.currency),
                "rows": [
                    {
                        "key": share.key,
                        "name": str(share.what or ""),
                        "figures": _shown(report, share.figures, shop.currency),
                    }
                    for share in report.by(cut, part, most=ROWS)
                ],
            }
        )


def _shown(report: Reporting, figures: Figures, currency: str) -> dict[str, Any]:
    """Return figures as JSON."""
    return {
        measure.key: money(int(value), currency)
        if measure.reads == "money" and (value := figures[measure.key]) is not None
        else figures[measure.key]
        for measure in report.measures
    }


def _refuse_unknown(request: Request, known: set[str]) -> None:
    """Raise ValidationError: a filter that is not one must not look as if it had been used."""
    unknown = set(request.query_params) - known
    if unknown:
        raise ValidationError(dict.fromkeys(unknown, "There is no such parameter here."))


def _period(request: Request, shop: Shop) -> tuple[date, date]:
    """Read the half-open period that is asked for. Raises ValidationError."""
    _refuse_unknown(request, {"since", "until", "cut"})
    today = calendars.local(now(), shop.tzinfo).date()
    given = {}
    for name, otherwise in (
        ("since", today - timedelta(days=365)),
        ("until", today + timedelta(days=1)),
    ):
        typed = request.query_params.get(name)
        try:
            given[name] = date.fromisoformat(typed) if typed is not None else otherwise
        except ValueError:
            raise ValidationError({name: "A day: 2026-03-02"}) from None
        if not 1970 <= given[name].year < 2200:
            raise ValidationError({name: "That is too far from now to be meant."})
    if given["since"] >= given["until"]:
        raise ValidationError({"until": "Later than “since”."})
    return given["since"], given["until"]
