"""The customers, and one customer over all channels."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
