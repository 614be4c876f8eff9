"""Addresses of version 1. Phone systems rely on them: a change needs a version 2."""

from django.urls import path, re_path
from rest_framework.routers import SimpleRouter

from helpdesk.api import schema
from helpdesk.api.v1 import callers, cti, deskphone, greeting, money, threecx, voicemails
from helpdesk.api.v1.catalogue import CallbackWindows, Services, Solutions
from helpdesk.api.v1.customers import ContactPoints, Customers
from helpdesk.api.v1.interactions import Calls, Interactions
from helpdesk.api.v1.promises import FollowUps, Promises, Quotes
from helpdesk.api.v1.tickets import Tickets
from helpdesk.api.v1.webhooks import Webhooks

router = SimpleRouter()
router.register("tickets", Tickets, "api-ticket")
router.register("customers", Customers, "api-customer")
router.register("contact-points", ContactPoints, "api-contact-point")
router.register("interactions", Interactions, "api-interaction")
router.register("calls", Calls, "api-call")
router.register("promises", Promises, "api-promise")
router.register("quotes", Quotes, "api-quote")
router.register("follow-ups", FollowUps, "api-follow-up")
router.register("invoices", money.Invoices, "api-invoice")
router.register("services", Services, "api-service")
router.register("solutions", Solutions, "api-solution")
router.register("callback-windows", CallbackWindows, "api-callback-window")
router.register("webhooks", Webhooks, "api-webhook")

urlpatterns = [
    path("cti/3cx/lookup", threecx.Lookup.as_view(), name="3cx-lookup"),
    path("cti/3cx/journal", threecx.JournalEntry.as_view(), name="3cx-journal"),
    path("cti/3cx/template.xml", threecx.Template.as_view(), name="3cx-template"),
    re_path(
        r"^cti/phone/(?P<token>[^/]*)/(?P<event>[^/]*)/?$",
        deskphone.Event.as_view(),
        name="phone-event",
    ),
    re_path(r"^cti/(?P<token>[^/]*)/?$", cti.Event.as_view(), name="cti"),
    path("callers/", callers.Callers.as_view(), name="callers"),
    path("callers/name/", callers.Name.as_view(), name="caller-name"),
    path("greeting/", greeting.Greeting.as_view(), name="greeting"),
    path("greeting.txt", greeting.Text.as_view(), name="greeting-text"),
    path("greeting.xml", greeting.TwiML.as_view(), name="greeting-twiml"),
    path("reports/", money.ReportList.as_view(), name="api-reports"),
    path("reports/<slug:slug>/", money.ReportDetail.as_view(), name="api-report"),
    path("schema/", schema.Document.as_view(), name="api-schema"),
    path("docs/", schema.Docs.as_view(), name="api-docs"),
    *router.urls,
    path("voicemails/", voicemails.Voicemails.as_view(), name="voicemails"),
]
