"""3CX: who is calling, the journal of its calls, and the template that makes it ask and tell.

https://www.3cx.com/docs/server-side-crm-template-xml-description/
"""

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import now
from rest_framework.request import Request
from rest_framework.response import Response

from helpdesk import journey
from helpdesk.api.v1 import phone, phone_shapes
from tickets import intake, phones
from tickets.channels import cti, threecx
from tickets.channels.contract import Malformed
from tickets.models import ContactPoint, Customer, Shop


class Lookup(phone.PhoneView):
    """The one customer a number belongs to. Of several none is named: 3CX shows the first."""

    @phone_shapes.lookup
    def get(self, request: Request) -> Response:
        number = threecx.value(request.query_params, "number")
        caller = intake.caller(phones.read(number, Shop.objects.current().region))
        if caller.customer is None:
            return Response({"contacts": []})
        return Response({"contacts": [_contact(request, caller.customer, caller.number)]})


class JournalEntry(phone.PhoneView):
    """A call that is over, in the words of our template."""

    http_method_names = ("post",)

    @phone_shapes.journal
    def post(self, request: Request) -> Response:
        raw, kept = phone.body(request), phone.kept(request, now=now())
        try:
            journal = threecx.parse(cti.decode(raw, kept["content_type"]), now=kept["now"])
        except Malformed as malformed:
            journey.unreadable_event(raw, via=threecx.SLUG, because=str(malformed), **kept)
            return phone.refused(malformed)
        heard = journey.call_journaled(journal, raw, **kept)
        return Response({"ticket": heard.ticket.number if heard.ticket else None})


class Template(phone.PhoneView):
    """What the administrator of a 3CX uploads there. It holds no secret."""

    @phone_shapes.template
    def get(self, request: Request) -> HttpResponse:
        known = {"url": settings.PUBLIC_URL, "shop": Shop.objects.current()}
        return HttpResponse(
            render_to_string("phone/3cx.xml", known),
            content_type="application/xml",
            headers={"Content-Disposition": 'attachment; filename="helpdesk-3cx.xml"'},
        )


def _contact(request: Request, customer: Customer, number: phones.Number) -> dict[str, str]:
    is_business = customer.kind == Customer.Kind.BUSINESS
    first, _space, last = customer.name.rpartition(" ")
    mail = customer.contact_points.filter(kind=ContactPoint.Kind.EMAIL).order_by("pk").first()
    return {
        "id": str(customer.pk),
        "first_name": "" if is_business else first,
        "last_name": customer.name if is_business else last,  # what 3CX shows of a contact
        "company": customer.name if is_business else "",
        "email": mail.value if mail else "",
        "phone_business": number.e164 or number.raw,
        "contact_url": request.build_absolute_uri(reverse("customer", args=[customer.pk])),
    }
