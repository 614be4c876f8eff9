"""Below /api/ every refusal has one shape: RFC 9457 problem details."""

import pytest
from rest_framework import exceptions

from helpdesk import journey
from helpdesk.api import errors
from tests.doors.conftest import JSON
from tickets import intake
from tickets.states import IllegalMove, LostRace

pytestmark = pytest.mark.django_db

QUESTIONS = ["callers/", "callers/name/", "greeting/", "greeting.txt"]
RING = {"event": "newCall", "from": "1", "to": "2", "direction": "in", "callId": "c"}


def assert_problem(response, status, title):
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    said = response.json()
    assert said.pop("detail")
    assert said == {"type": "about:blank", "title": title, "status": status}


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize(
    "address",
    [
        "/api/",
        "/api/v1/",
        "/api/v1/nothing/",
        "/api/v1/nothing",
        "/api/v1/cti/a/b/",
        "/api/v1/callers/name/x/",
        "/api/v1/greeting.json",
        "/api/v2/callers/",
        "/api/v1/%00",
        "/api/v1/%ff",
    ],
)
def test_an_address_there_is_not(client, address, method):
    assert_problem(getattr(client, method)(address), 404, "Not Found")


def test_a_page_there_is_not_stays_a_page(client, sara):
    client.force_login(sara)
    response = client.get("/nothing-here/")

    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("address", QUESTIONS)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_method_there_is_not(client, shop, token, address, method):
    bearer = {"Authorization": f"Bearer {token}"}
    response = getattr(client, method)(f"/api/v1/{address}", headers=bearer)

    assert_problem(response, 405, "Method Not Allowed")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("address", ["callers", "callers/name", "greeting"])
def test_the_last_slash_is_asked_for_where_it_is_missing(ask, address):
    response = ask(address, number="1")

    assert response.status_code == 301
    assert response.headers["Location"] == f"/api/v1/{address}/?number=1"


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        (exceptions.ParseError(), 400, "Bad Request"),
        (exceptions.UnsupportedMediaType("text/x"), 415, "Unsupported Media Type"),
        (exceptions.NotAcceptable(), 406, "Not Acceptable"),
        (exceptions.Throttled(), 429, "Too Many Requests"),
        (exceptions.PermissionDenied(), 403, "Forbidden"),
        (LostRace("#1001: new → open"), 409, "Conflict"),
        (IllegalMove("#1001: merged → open"), 409, "Conflict"),
    ],
)
def test_what_a_view_refuses(error, status, title):
    response = errors.handle(error, {"view": None})

    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert (response.data["status"], response.data["title"]) == (status, title)
    assert response.data["detail"]


def test_fields_are_named_with_what_is_wrong_with_them():
    error = exceptions.ValidationError({"days": ["Too few.", "No."], "service": ["Which?"]})

    assert errors.handle(error, {"view": None}).data["errors"] == [
        {"field": "days", "detail": "Too few. No."},
        {"field": "service", "detail": "Which?"},
    ]


def test_what_is_wrong_with_no_field_is_said_too():
    response = errors.handle(exceptions.ValidationError("No."), {"view": None})

    assert response.data["errors"] == [{"field": "", "detail": "No."}]


def fail(*args, **kwargs):
    raise RuntimeError("secret of the house")


@pytest.mark.parametrize("address", ["cti", "callers", "name"])
def test_an_error_of_ours_is_a_problem_and_tells_nothing(client, ask, token, monkeypatch, address):
    monkeypatch.setattr(journey, "call_event", fail)
    monkeypatch.setattr(intake, "caller", fail)
    client.raise_request_exception = False

    if address == "cti":
        response = client.post(f"/api/v1/cti/{token}/", RING, JSON)
    else:
        response = ask("callers/" if address == "callers" else "callers/name/", number="1")

    assert_problem(response, 500, "Internal Server Error")
    assert b"secret" not in response.content


def test_another_host_is_refused(client):
    response = client.get("/api/v1/greeting/", headers={"Host": "evil.example"})

    assert_problem(response, 400, "Bad Request")
