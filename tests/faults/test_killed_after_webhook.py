"""A worker dies when a webhook was answered and not yet written down: one more, the same."""

import sys

from tests import gateways
from tests.faults.conftest import WORLD
from tests.faults.stack import Stack, eventually

LISTENING = f"""
{WORLD}
from helpdesk import webhooks
from helpdesk.models import ApiToken

user = User.objects.create(username="books", role="integration")
scopes = ["webhooks", "tickets:read"]
token, _key = ApiToken.objects.create(user, name="books", scopes=scopes)
webhooks.opened(token, "{{url}}", ["ticket.created"], now=now())
opened()
"""
SWEEP = """
from django.utils.timezone import now
from helpdesk import duties

duties.swept(now=now())
"""
DIES = f"""
import os
from helpdesk.webhooks import sending

real = sending.post

def dying(*given):
    real(*given)
    os._exit(137)

sending.post = dying
{SWEEP}
"""


def test_it_is_sent_once_more_and_is_the_same(tmp_path):
    taken = []

    def respond(handler, request):
        taken.append((request.headers["webhook-id"], request.body))
        gateways.say(handler, 200)

    with gateways.serving(respond) as url, Stack(tmp_path, WEBHOOK_INSIDE="127.0.0.1") as stack:
        stack.python(LISTENING.format(url=url))
        child = stack.run([sys.executable, "-c", f"import django; django.setup()\n{DIES}"])
        assert child.wait(60) == 137, stack.log("command")
        assert len(taken) == 1

        def again():
            stack.python(SWEEP)
            return len(taken) > 1

        eventually(again)  # once the lease of the dead has run out
        stack.python(SWEEP)

        assert len(taken) == 2
        assert taken[0] == taken[1]
        assert stack.sql("SELECT status FROM helpdesk_webhookdelivery") == [("delivered",)]
