"""A helpdesk of real processes, and where its mail goes."""

import asyncio
import re
from email import message_from_bytes

import pytest
import requests
from aiosmtpd.controller import Controller

from tests import servers
from tests.faults.stack import Stack

# What every script may use: a customer, an open ticket of theirs, one that is to be invoiced.
WORLD = """
from datetime import UTC, datetime, timedelta
from django.db import transaction
from django.utils.timezone import now
from helpdesk import duties, journey, tasks
from helpdesk.models import Lease
from policies import promises
from policies.models import Calendar, CallbackWindow, Promise
from tickets import intake
from tickets.models import Customer, Shop, Ticket, User

@transaction.atomic
def opened(mail="ingrid@example.org", **customer):
    shop = Shop.objects.current()
    point = intake.known_address(mail).point
    customer = intake.new_customer("Ingrid Berg", shop=shop, point=point, now=now(), **customer)
    return intake.open_ticket(subject="Laptop", channel="walk_in", customer=customer, now=now())

def closed(ticket):
    sara = User.objects.get(username="sara")
    journey.ticket_closed(ticket, charge="free", by=sara, now=now())
    return ticket
"""
TICKS = "SELECT count(*) FROM helpdesk_heartbeat WHERE name = 'tick'"
INVOICES = "SELECT count(*) FROM billing_invoice"
CLOSING = {"charge": "free", "gift_reason": "Kind", "promises_are": "kept"}


@pytest.fixture
def stack(tmp_path):
    with Stack(tmp_path) as stack:
        yield stack


class Sink:
    """What an SMTP server was given; it takes its time if told to."""

    def __init__(self):
        self.mails, self.seconds = [], 0.0

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content))
        await asyncio.sleep(self.seconds)
        return "250 OK"


@pytest.fixture
def sink():
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=servers.free_port())
    controller.start()
    sink.url = f"smtp://127.0.0.1:{controller.port}"
    yield sink
    controller.stop()


def signed_in(stack):
    """Return a browser of Sara's."""
    browser = requests.Session()
    page = send(browser, stack, "/accounts/login/", login="sara", password="x")
    assert page.status_code == 302, page.text
    return browser


def send(browser, stack, address, seen=None, **form):
    """Send a form as a browser does, from the page it is on."""
    page = browser.get(f"{stack.url}{seen or address}", timeout=60)
    form["csrfmiddlewaretoken"] = re.search(r'csrfmiddlewaretoken" value="(\w+)', page.text)[1]
    return browser.post(f"{stack.url}{address}", form, allow_redirects=False, timeout=60)


def ring(stack, call_id):
    """Let the phone system tell us of a call that rings."""
    event = {"event": "newCall", "from": "16175550142", "to": "16175550100", "direction": "in"}
    address = f"{stack.url}/api/v1/cti/{stack.token}/"
    return requests.post(address, json=event | {"callId": call_id}, timeout=60)
