"""The doors, and the story of what happens."""

from helpdesk.celery import app

__all__ = ["app"]
