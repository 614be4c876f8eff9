"""What can be done on a ticket."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
