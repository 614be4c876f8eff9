"""An invoice's document, and paying it."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
