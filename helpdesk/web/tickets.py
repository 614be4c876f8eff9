"""The ticket list and the ticket page."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
