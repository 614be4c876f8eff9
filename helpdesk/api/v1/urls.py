"""Addresses of version 1. Phone systems rely on them: a change needs a version 2."""

from django.urls import path, re_path

from helpdesk.api.v1 import callers, cti, greeting

urlpatterns = [
    re_path(r"^cti/(?P<token>[^/]+)/?$", cti.event, name="cti"),
    path("callers/", callers.Callers.as_view(), name="callers"),
    path("callers/name/", callers.name, name="caller-name"),
    path("greeting/", greeting.Greeting.as_view(), name="greeting"),
    path("greeting.txt", greeting.text, name="greeting-text"),
    path("greeting.xml", greeting.twiml, name="greeting-twiml"),
]
