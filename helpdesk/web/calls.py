"""Logging a call, or somebody at the counter."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
