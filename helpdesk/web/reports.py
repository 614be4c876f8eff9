"""What the owner reads."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
