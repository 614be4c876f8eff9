"""Addresses of version 1. Phone systems rely on them: a change needs a version 2."""

from django.urls import path, re_path

from helpdesk.api.v1 import callers, cti, greeting

urlpatterns = [
    re_path(r"^cti/(?P<token>[^/]*)/?$", cti.Event.as_view(), name="cti"),
    path("callers/", callers.Callers.as_view(), name="callers"),
    path("callers/name/", callers.Name.as_view(), name="caller-name"),
    path("greeting/", greeting.Greeting.as_view(), name="greeting"),
    path("greeting.txt", greeting.Text.as_view(), name="greeting-text"),
    path("greeting.xml", greeting.TwiML.as_view(), name="greeting-twiml"),
]
