"""A shop whose texts and mails really leave, as far as loopback, and customers who write to it."""

import itertools
from email.message import EmailMessage
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail

from helpdesk import journey
from tests import gateways
from tickets.channels.contract import Inbound
from tickets.channels.kannel import KannelSms
from tickets.models import ContactPoint, Customer, Ticket

__all__ = ["gateway", "mailed", "number", "postbox", "prefers", "texted"]

ADDRESS = "ingrid@example.net"


def number():
    """The latest ticket's; on PostgreSQL they go on from one test to the next."""
    return Ticket.objects.latest("pk").number


@pytest.fixture
def gateway(settings):
    """Take every text, and list them as (number, words)."""
    taken = []

    def respond(handler, request):
        query = parse_qs(urlsplit(request.path).query)
        taken.append((query["to"][0], query["text"][0]))
        gateways.say(handler, 202, "0: Accepted for delivery")

    with gateways.serving(respond) as url:
        settings.KANNEL_URL = url
        settings.KANNEL_USERNAME = settings.KANNEL_PASSWORD = "helpdesk"
        yield taken


@pytest.fixture
def postbox(settings):
    settings.EMAIL_URL = "smtp://127.0.0.1"  # so that mail leaves: pytest-django puts it here
    settings.MAIL_FROM = "help@dahl.example"
    return mail.outbox


@pytest.fixture
def texted(shop):
    """Let somebody text us."""
    ids = itertools.count(1)

    def texted(text, *, now, sender="+16175550142"):
        inbound = Inbound(
            via=KannelSms.slug, provider_id=f"id-{next(ids)}", sender=sender, text=text
        )
        return journey.text_arrived(inbound, b"raw", content_type="", source="sms", now=now)

    return texted


@pytest.fixture
def mailed(shop):
    """Let somebody mail us."""
    ids = itertools.count(1)

    def mailed(text, *, now, sender=ADDRESS, subject="My laptop", **headers):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, "help@dahl.example", subject
        message["Message-ID"] = f"<{next(ids)}@example.net>"
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(text)
        return journey.mail_arrived(message.as_bytes(), source="imap", now=now)

    return mailed


@pytest.fixture
def prefers(shop):
    """Let a customer like to hear from us one way, and have an address for it."""

    def prefers(customer, channel):
        Customer.objects.filter(pk=customer.pk).update(preferred_channel=channel)
        if channel == "email":
            kind = ContactPoint.Kind.EMAIL
            point = ContactPoint.objects.create(kind=kind, value=ADDRESS, raw=ADDRESS)
            point.customers.add(customer)

    return prefers
