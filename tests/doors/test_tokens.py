"""Tokens: made once, kept as a hash, and never in a log."""

import io
import json
import logging
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.timezone import now
from structlog.stdlib import ProcessorFormatter

from helpdesk import journey
from helpdesk.models import ApiToken
from helpdesk.redact import redact
from tests.doors.conftest import JSON
from tickets import intake
from tickets.models import User

pytestmark = pytest.mark.django_db

RING = {"event": "newCall", "from": "1", "to": "2", "direction": "in", "callId": "c"}


def create_token(name="frontdesk-pbx", *options):
    """Run the command; returns what it printed as (the token, the rest)."""
    out, err = io.StringIO(), io.StringIO()
    call_command("create_token", name, "--scope", "phone", *options, stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue()


def everything_stored():
    """Every column of every row of every table, as one text."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += cursor.fetchall()
    return "\n".join(
        bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
        for row in rows
        for value in row
    )


# -- making one ----------------------------------------------------------------------------------


def test_a_token_is_printed_once_and_works(client, shop):
    token, rest = create_token()

    assert len(token) == 64
    assert token not in rest
    assert client.post(f"/api/v1/cti/{token}/", RING, JSON).status_code == 200


def test_only_its_hash_is_stored(client, shop):
    token, _rest = create_token()
    client.post(f"/api/v1/cti/{token}/", RING, JSON)
    client.get("/api/v1/callers/", {"number": "1", "key": token})
    client.get("/api/v1/greeting.txt", headers={"Authorization": f"Bearer {token}"})

    stored = everything_stored()

    assert "frontdesk-pbx" in stored  # we did look
    assert token not in stored
    assert token[16:] not in stored  # only its beginning is, to find it by
    assert ApiToken.objects.get().digest != token


def test_what_is_stored_opens_nothing(client, shop):
    create_token()
    row = ApiToken.objects.get()

    for stolen in (row.digest, row.token_key, row.digest[:64]):
        assert client.post(f"/api/v1/cti/{stolen}/", RING, JSON).status_code == 401


def test_two_tokens_of_a_name_both_work_until_the_others_are_revoked(client, shop):
    first, second = create_token()[0], create_token()[0]
    assert client.get("/api/v1/greeting/", {"key": first}).status_code == 200
    assert client.get("/api/v1/greeting/", {"key": second}).status_code == 200

    third, _rest = create_token("frontdesk-pbx", "--revoke")

    status = [
        client.get("/api/v1/greeting/", {"key": key}).status_code for key in (first, second, third)
    ]
    assert status == [401, 401, 200]


def test_a_token_lives_until_it_is_revoked_or_as_long_as_was_asked_for(db):
    create_token("for-ever")
    create_token("for-a-week", "--days", "7")

    assert ApiToken.objects.get(name="for-ever").expiry is None
    left = ApiToken.objects.get(name="for-a-week").expiry - now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)


def test_a_program_cannot_log_in(db):
    create_token()

    user = User.objects.get()
    assert (user.username, user.role) == ("frontdesk-pbx", User.Role.INTEGRATION)
    assert not user.has_usable_password()


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["pbx"], id="no scope"),
        pytest.param(["pbx", "--scope", "everything"], id="a scope there is not"),
        pytest.param(["pbx", "--scope", "phone", "--days", "0"], id="no days"),
        pytest.param(["pbx", "--scope", "phone", "--days", "99999"], id="too many days"),
        pytest.param(["sara", "--scope", "phone"], id="somebody who works here"),
    ],
)
def test_a_token_that_makes_no_sense_is_not_made(sara, options):
    with pytest.raises(CommandError):
        call_command("create_token", *options)

    assert not ApiToken.objects.exists()


# -- keeping it out of the logs ------------------------------------------------------------------


@pytest.fixture
def log(monkeypatch):
    """What the configured handler writes."""
    [handler] = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, ProcessorFormatter)
    ]
    stream = io.StringIO()
    monkeypatch.setattr(handler, "stream", stream)
    return stream


@pytest.fixture
def fails(monkeypatch, client):
    """Let everything behind the doors fail, saying where."""

    def fail(*args, **kwargs):
        raise RuntimeError(f"no luck with {fail.address}")

    monkeypatch.setattr(journey, "call_event", fail)
    monkeypatch.setattr(intake, "caller", fail)
    client.raise_request_exception = False
    return fail


def assert_kept_out(token, log):
    assert token not in log.getvalue()
    assert token[:15] not in log.getvalue()


@pytest.mark.parametrize(
    ("address", "said", "status"),
    [
        pytest.param("cti/{wrong}/", {}, 401, id="a wrong token"),
        pytest.param("cti/{wrong}", {}, 401, id="a wrong token, without the last slash"),
        pytest.param("cti/{token}/further/", {}, 404, id="nothing there"),
        pytest.param("cti/{token}/", {"direction": "sideways"}, 422, id="refused"),
    ],
)
def test_a_token_in_a_path_is_not_logged(client, shop, token, log, address, said, status):
    wrong = token[:-1] + "x"

    response = client.post("/api/v1/" + address.format(token=token, wrong=wrong), RING | said, JSON)

    assert response.status_code == status
    assert "path=/api/v1/cti/***" in log.getvalue()
    assert_kept_out(token, log)


def test_a_token_in_a_path_is_not_logged_with_an_error(client, shop, token, log, fails):
    fails.address = f"/api/v1/cti/{token}/"

    assert client.post(fails.address, RING, JSON).status_code == 500

    assert "RuntimeError: no luck with /api/v1/cti/***" in log.getvalue()
    assert_kept_out(token, log)


@pytest.mark.parametrize("query", ["key={}&number=1", "number=1&key={}"])
def test_a_token_in_a_query_is_not_logged_with_an_error(client, shop, token, log, fails, query):
    fails.address = "/api/v1/callers/?" + query.format(token)

    assert client.get(fails.address).status_code == 500

    assert "RuntimeError: no luck with /api/v1/callers/?" in log.getvalue()
    assert_kept_out(token, log)


def test_every_logger_writes_in_our_form():
    loggers = [logging.getLogger(), *logging.root.manager.loggerDict.values()]
    handlers = [
        handler
        for logger in loggers
        if isinstance(logger, logging.Logger)
        for handler in logger.handlers
        if type(handler) is logging.StreamHandler
    ]

    assert handlers
    for handler in handlers:
        assert isinstance(handler.formatter, ProcessorFormatter)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("POST /api/v1/cti/abc123/ 200", "POST /api/v1/cti/***/ 200"),
        ("POST /api/v1/cti/abc123 200", "POST /api/v1/cti/*** 200"),
        ("<WSGIRequest: POST '/api/v1/cti/abc123'>", "<WSGIRequest: POST '/api/v1/cti/***'>"),
        ('{"path": "/api/v1/cti/abc123"}', '{"path": "/api/v1/cti/***"}'),
        ("/api/v1/callers/?key=abc&number=1", "/api/v1/callers/?key=***&number=***"),
        ("/api/v1/callers/?number=1&key=abc", "/api/v1/callers/?number=***&key=***"),
        ("?token=abc", "?token=***"),
        ("/cti/a, then /cti/b", "/cti/*** then /cti/***"),
        ("/api/v1/callers/?number=1", "/api/v1/callers/?number=***"),
        ("a monkey=banana", "a monkey=banana"),
        ("", ""),
    ],
)
def test_redact(text, shown):
    assert redact(text) == shown


def test_a_record_with_arguments_is_redacted_too(log):
    logging.getLogger("x").warning("%s %s", "/api/v1/cti/abc/", json.dumps({"a": "100 %s"}))

    assert log.getvalue().endswith(' WARNING x: /api/v1/cti/***/ {"a": "100 %s"}\n')
