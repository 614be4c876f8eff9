"""Two helpdesks that text each other stop at once: nobody writes to a machine for long."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests import gateways
from tests.faults.stack import Stack

NUMBERS = {"here": "+16175550142", "there": "+16175550177"}

WRITE = """
from django.db import transaction
from django.utils.timezone import now
from helpdesk import duties, journey
from tickets import intake, outbox, phones
from tickets.models import User
from tickets.models.work import Kind
with transaction.atomic():
    point = intake.known(phones.read("{number}", "US")).point
ticket = intake.open_ticket(subject="Spare part", channel=Kind.SMS, point=point, now=now())
sara = User.objects.get(username="sara")
journey.staff_answered(ticket, outbox.Route(Kind.SMS, point), "Is it in?", by=sara, now=now())
"""
SWEEP = (
    "from django.utils.timezone import now; from helpdesk import duties; duties.swept(now=now())"
)


@pytest.fixture
def helpdesks(tmp_path):
    """Two helpdesks and one gateway, which brings each one's texts to the other."""
    carried, running = [], {}

    def respond(handler, request):
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}
        to = next(name for name, number in NUMBERS.items() if number == asked["to"])
        carried.append((asked["from"], asked["to"], asked["text"]))
        query = {"from": asked["from"], "to": asked["to"], "text": asked["text"]}
        query |= {"id": str(len(carried)), "charset": "UTF-8"}
        requests.get(f"{running[to].url}/hooks/kannel/s3cret?{urlencode(query)}", timeout=20)
        gateways.say(handler, 202, "0: Accepted for delivery")

    with gateways.serving(respond) as url:
        for name in NUMBERS:
            (tmp_path / name).mkdir()
        gateway = {"KANNEL_URL": url, "KANNEL_USERNAME": "u", "KANNEL_PASSWORD": "p"}
        gateway |= {"KANNEL_SECRET": "s3cret"}
        with (
            Stack(tmp_path / "here", **gateway, SMS_SENDER=NUMBERS["here"]) as here,
            Stack(tmp_path / "there", **gateway, SMS_SENDER=NUMBERS["there"]) as there,
        ):
            running |= {"here": here, "there": there}
            here.start("web")
            there.start("web")
            yield here, there, carried


def test_two_helpdesks_stop_after_two_texts(helpdesks):
    here, there, carried = helpdesks

    here.python(WRITE.format(number=NUMBERS["there"]))
    for _round in range(3):
        here.python(SWEEP)
        there.python(SWEEP)

    assert [(sender, to) for sender, to, _text in carried] == [
        (NUMBERS["here"], NUMBERS["there"]),
        (NUMBERS["there"], NUMBERS["here"]),
    ]
    assert carried[0][2] == "Is it in?"
