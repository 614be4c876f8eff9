"""The Celery app. What it needs to know is in settings, under CELERY_."""

import os

from celery import Celery, signals
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

TRANSPORT_ALIASES["filesystem"] = "helpdesk.broker:Transport"

app = Celery("helpdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["helpdesk"])


def _as_in_settings(**_: object) -> None:
    """Leave the logs as Django has set them up; asked nothing, Celery does so its own way."""


signals.setup_logging.connect(_as_in_settings)
