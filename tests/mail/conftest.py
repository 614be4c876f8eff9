"""A shop whose mail comes and goes by real servers."""

from datetime import timedelta

import pytest

from helpdesk import journey
from tests import mailservers
from tests.tickets.mail.builders import mail
from tickets.models import Shop

HELP = "help@dahl.example"


@pytest.fixture
def by_mail(shop, settings, tmp_path):
    """The shop has an address, and every setting of mail is its default."""
    Shop.objects.update(official_email=HELP)
    settings.EMAIL_URL = settings.IMAP_URL = settings.MAIL_FROM = settings.MAIL_REPLY_TO = ""
    settings.TRUSTED_AUTHSERV_ID = ""
    settings.MAIL_HOST = "desk.dahl.example"
    settings.STORAGES = settings.STORAGES | {
        "attachments": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "attachments"},
        }
    }


@pytest.fixture
def arrive(by_mail, monday_nine):
    """Let a mail arrive: `changed` headers, `extra` lines; see builders.mail."""

    def arrive(body="It is wet.", *extra, now=monday_nine, place=None, **changed):
        raw = mail(body, *extra, **changed)
        return journey.mail_arrived(raw, source="test", place=place, now=now)

    return arrive


@pytest.fixture
def smtp(by_mail, settings):
    """An SMTP server that our mail leaves by."""
    with mailservers.Smtp() as server:
        settings.EMAIL_URL = server.url
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_TIMEOUT = mailservers.PATIENCE
        yield server


@pytest.fixture
def minutes(monday_nine):
    """An instant that many minutes after Monday at nine."""
    return lambda count: monday_nine + timedelta(minutes=count)
