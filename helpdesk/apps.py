"""The project as an app: its commands, and the rules the database keeps."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from tickets import search_index, triggers


class HelpdeskConfig(AppConfig):
    name = "helpdesk"

    def ready(self) -> None:
        # The only signals there are: no migration can be relied on to keep a trigger.
        pre_migrate.connect(_before, sender=self)
        post_migrate.connect(_after, sender=self)


def _before(*, using: str, **_: Any) -> None:
    triggers.drop(connections[using])


def _after(*, using: str, **_: Any) -> None:
    triggers.install(connections[using])
    search_index.install(connections[using])
