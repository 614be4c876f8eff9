"""The OpenAPI document says what is so: each operation is asked, well and badly, and held to it."""

import re

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from helpdesk.api.limits import TokenRate
from helpdesk.models import Scope, WebhookEndpoint
from tests.api.operations import ELSEWHERE, OPERATIONS, filled

pytestmark = [pytest.mark.django_db, pytest.mark.only("postgresql")]

PATH = "/api/v1/schema/"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 10  # of each operation, well meant and badly meant, by who may do it


@pytest.fixture(autouse=True)
def unlimited(monkeypatch):
    monkeypatch.setattr(TokenRate, "THROTTLE_RATES", {"token": None})


@pytest.fixture
def described(shop):
    # As the test client does: a request must not end the connection the test is on.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi(PATH, get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def operations(described):
    return [result.ok() for result in described.get_all_operations()]


def known(path, world):
    """Return the names in a path that the world has one of."""
    return {name: world[of] for name, of in _NAMES.items() if f"{{{name}}}" in path} | {
        "id": world.get(_ROWS.get(path.split("/")[3], ""), 1)
    }


# What the document calls a row, by the list it is in.
_ROWS = {
    "customers": "customer",
    "contact-points": "point",
    "interactions": "unsent",
    "promises": "promise",
    "quotes": "quote",
    "follow-ups": "task",
    "services": "service",
    "solutions": "solution",
    "callback-windows": "window",
    "webhooks": "webhook",
}
_NAMES = {
    "number": "number",
    "interaction_id": "call",
    "reference": "reference",
    "delivery": "delivery",
}


def ask(case, key):
    """Send it, and take back what came of it."""
    with transaction.atomic():
        answer = case.call(headers={"Authorization": f"Bearer {key}"})
        transaction.set_rollback(True)
    return answer


def test_every_operation_is_described_with_its_scope(described):
    for operation in operations(described):
        said = operation.definition.raw
        assert said["summary"], operation.label
        assert "scope `" in said["description"], operation.label
        assert {"401", "403"} <= set(said["responses"]), operation.label


def test_each_goes_well_as_it_is_described(described, api, world):
    found = {}
    for (method, _name), row in OPERATIONS.items():
        path = filled(row.path, world).partition("?")
        operation, names = _named(described, method, f"/api/v1/{path[0]}")
        body = {"body": filled(row.body, world)} if operation.body else {}
        query = dict(pair.split("=") for pair in path[2].split("&") if pair)
        case = operation.Case(
            path_parameters=names,
            query=query,
            media_type="application/json" if body else None,
            **body,
        )
        answer = ask(case, api.key)
        case.validate_response(answer, checks=CHECKS)
        found[operation.label] = answer.status_code

    asked_elsewhere = len(operations(described)) - len(found)
    assert {status // 100 for status in found.values()} == {2}
    assert asked_elsewhere == len(ELSEWHERE)


def _named(described, method, path):
    for operation in operations(described):
        pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", operation.path)
        match = re.fullmatch(pattern, path)
        if match and operation.method.upper() == method:
            return operation, match.groupdict()
    raise LookupError(path)


@pytest.mark.parametrize("scope", [*Scope.values, "all of them"])
def test_nothing_breaks_it(described, program, world, scope):
    may = program(*([scope] if scope in Scope.values else []), name="fuzz")
    WebhookEndpoint.objects.update(token=may.token)
    for operation in operations(described):
        _try(operation, may.key, known(operation.path, world), is_theirs=scope == "all of them")


def _try(operation, key, names, *, is_theirs):
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = some.one_of(*(operation.as_strategy(generation_mode=mode) for mode in modes))

    @settings(
        max_examples=EXAMPLES if is_theirs else 1,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases, is_there=some.booleans())
    def asked(case, is_there):
        if is_there and case.path_parameters:
            case.path_parameters = {
                name: names.get(name, value) for name, value in case.path_parameters.items()
            }
        case.validate_response(ask(case, key), checks=CHECKS)

    asked()
