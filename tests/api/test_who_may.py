"""Every operation, asked for by a stranger, by staff, by each scope, and about what is not there.

A route without an entry in operations.py fails here.
"""

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from helpdesk.models import Scope, WebhookEndpoint
from tests.api.operations import ELSEWHERE, OPEN_TO_THE_WORLD, OPERATIONS, filled, routes
from tickets.models import User

pytestmark = pytest.mark.django_db
NOWHERE = dict.fromkeys(
    ("number", "stranger", "third", "interaction", "unsent", "call", "promise", "quote", "task"),
    999_999,
) | dict.fromkeys(
    ("solution", "service", "window", "customer", "point", "webhook", "delivery"), 999_999
)


def asked(program, key, world, at=None):
    """Ask, and take back what came of it; `at` has other names for the path."""
    operation = OPERATIONS[key]
    with transaction.atomic():
        answer = program.ask(
            key[0],
            filled(operation.path, at or world),
            filled(operation.body, world) if key[0] not in {"GET", "DELETE"} else None,
        )
        transaction.set_rollback(True)
    return answer


def test_every_route_has_an_entry():
    assert set(routes()) == set(OPERATIONS) | ELSEWHERE | OPEN_TO_THE_WORLD


def test_whoever_may_do_everything_can(api, world):
    answers = {key: asked(api, key, world) for key in OPERATIONS}

    wrong = {
        key: (answer.status_code, answer.content[:300])
        for key, answer in answers.items()
        if answer.status_code != OPERATIONS[key].status
    }
    assert wrong == {}


@pytest.mark.parametrize("scope", Scope.values)
def test_a_scope_opens_its_own_doors_and_no_others(program, world, scope):
    alone = program(scope, name=f"only-{scope.replace(':', '-')}")
    WebhookEndpoint.objects.update(token=alone.token)

    for key, operation in OPERATIONS.items():
        if key == ("POST", "api-webhook-list"):  # which events, follows from the other scopes
            continue
        expected = operation.status if operation.scope == scope else 403
        assert (key, asked(alone, key, world).status_code) == (key, expected)


def test_a_refusal_says_which_scope_the_token_lacks(program, world):
    alone = program(Scope.WEBHOOKS, name="alone")
    phone = program(Scope.PHONE, name="pbx")

    for key, operation in OPERATIONS.items():
        answer = asked(phone if operation.scope == Scope.WEBHOOKS else alone, key, world)
        said = answer.json()["detail"]
        assert (key, said) == (key, f"The token lacks the scope “{operation.scope.value}”.")


def test_a_stranger_is_asked_for_a_token(world):
    for key, operation in OPERATIONS.items():
        answer = Client().generic(key[0], f"/api/v1/{filled(operation.path, world)}")
        assert (key, answer.status_code) == (key, 401)
        assert answer["WWW-Authenticate"] == "Bearer"
        assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("role", User.Role.values)
def test_a_log_in_of_ours_opens_no_program_s_door(world, role):
    client = Client()
    client.force_login(User.objects.create(username=role, role=role))

    for key, operation in OPERATIONS.items():
        answer = client.generic(key[0], f"/api/v1/{filled(operation.path, world)}")
        assert (key, answer.status_code) == (key, 403 if role == User.Role.INTEGRATION else 401)


def test_what_is_not_there_is_not_found(api, world):
    nowhere = world | NOWHERE | {"reference": "1999-0001"}

    for key, operation in OPERATIONS.items():
        if "{" in operation.path:
            answer = asked(api, key, world, nowhere)
            assert (key, answer.status_code) == (key, 404)
            assert answer["Content-Type"] == "application/problem+json"


def test_another_program_s_webhooks_are_not_there(program, world):
    other = program(name="another")

    for key, operation in OPERATIONS.items():
        if "{webhook}" in operation.path:
            assert (key, asked(other, key, world).status_code) == (key, 404)
    assert other.get("webhooks/").json()["results"] == []


def test_reading_writes_nothing(api, world):
    for method, name in OPERATIONS:
        if method == "GET":
            with CaptureQueriesContext(
                connection,
            ) as queries:
                asked(api, (method, name), world)
            verbs = {query["sql"].split()[0] for query in queries}
            assert (name, verbs - {"SELECT", "SAVEPOINT", "ROLLBACK", "RELEASE"}) == (name, set())


def test_a_revoked_token_opens_nothing(api, world):
    api.token.delete()

    assert api.get("tickets/").status_code == 401
