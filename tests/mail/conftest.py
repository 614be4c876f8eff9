"""A shop whose mail comes and goes by real servers."""

from datetime import timedelta

import pytest

from helpdesk import duties, journey
from tests import mailservers
from tests.tickets.mail.builders import mail
from tickets import outbox
from tickets.models import Interaction, Shop
from tickets.models.work import Kind

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


@pytest.fixture
def answered(sara, minutes):
    """Let Sara answer a ticket by mail; sent as soon as what is due is swept."""

    def answered(ticket, text="It dries.", *, now=None):
        route = next(it for it in outbox.routes(ticket) if it.kind == Kind.EMAIL)
        return journey.staff_answered(ticket, route, text, by=sara, now=now or minutes(1))

    return answered


@pytest.fixture
def first(arrive, smtp):
    """Ingrid's mail, its ticket, and our acknowledgement, which has left."""
    arrival = arrive()
    duties.swept(now=arrival.arrived_at)
    return arrival.interaction.ticket


@pytest.fixture
def ours(first):
    """The acknowledgement, as the row it is."""
    return Interaction.objects.get(direction="out")


@pytest.fixture
def end(sara, minutes):
    """Let Sara find out whose ticket it is, and close it."""

    def end(ticket):
        ingrid = journey.customer_met("Ingrid Berg", point=ticket.contact_point, now=minutes(9))
        journey.customer_identified(ticket, ingrid)
        ticket.refresh_from_db()
        journey.ticket_closed(ticket, charge="free", by=sara, now=minutes(10))

    return end
