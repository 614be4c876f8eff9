"""The same request of a program, fifty times at the same moment."""

import pytest
from django.db import connection

from helpdesk.models import ApiToken, IdempotencyKey
from policies.models import FollowUp, Promise
from tests.api.conftest import Program, program  # noqa: F401 - a fixture
from tests.races.together import times
from tickets.models import Arrival, Event, Interaction, Ticket

pytestmark = pytest.mark.django_db(transaction=True)
FIFTY = 50


def test_one_key_is_one_effect(program):  # noqa: F811
    one = program()
    form = {"text": "Stays black.", "reach": "+16175550142"}

    def ask():
        try:
            answer = Program(one.key, one.token).post("tickets/", form, **{"Idempotency-Key": "k"})
        finally:
            connection.close()
        return answer.status_code, answer.content, "Idempotent-Replayed" in answer

    answers = times(FIFTY, ask)

    done = [answer for answer in answers if answer[0] == 201]
    assert [answer[2] for answer in done].count(False) == 1
    assert {answer[1] for answer in done} == {done[0][1]}
    assert {answer[0] for answer in answers} <= {201, 409}
    acknowledged = FollowUp.objects.filter(rule="acknowledgement")
    counted = (Ticket.objects, Interaction.objects, Arrival.objects, Promise.objects, acknowledged)
    assert [rows.count() for rows in counted] == [1] * 5
    kinds = Event.objects.values_list("kind", flat=True)
    assert sorted(kinds) == ["interaction.created", "promise.made", "ticket.created"]
    assert IdempotencyKey.objects.get().code == 201
    assert ApiToken.objects.count() == 1
