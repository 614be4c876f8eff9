"""What was promised next, and who is on the phone."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
