"""Tokens that came in a path or a query are in no log."""

import io
import logging

import pytest

from helpdesk.redact import Redact, redact

TOKEN = "s3cret-Token_42"

LINES = {
    f"POST /api/v1/cti/{TOKEN}/": "POST /api/v1/cti/***/",
    f"POST /api/v1/cti/{TOKEN}": "POST /api/v1/cti/***",
    f'"POST /api/v1/cti/{TOKEN}/ HTTP/1.1" 200': '"POST /api/v1/cti/***/ HTTP/1.1" 200',
    f"/api/v1/callers/name/?number=1&key={TOKEN}": "/api/v1/callers/name/?number=1&key=***",
    f"/api/v1/greeting.txt?key={TOKEN}&lang=sv": "/api/v1/greeting.txt?key=***&lang=sv",
    f"/x?token={TOKEN}": "/x?token=***",
    f"/api/v1/cti/{TOKEN}/3cx?key={TOKEN}": "/api/v1/cti/***/3cx?key=***",
    f"'/api/v1/cti/{TOKEN}'": "'/api/v1/cti/***'",
    "/api/v1/callers/?number=6175550142": "/api/v1/callers/?number=6175550142",
    "/tickets/1001/?monkey=1": "/tickets/1001/?monkey=1",
    "": "",
}


@pytest.mark.parametrize("line", LINES)
def test_a_token_is_not_shown(line):
    assert redact(line) == LINES[line]


@pytest.fixture
def log():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(Redact())
    logger = logging.Logger("test")
    logger.addHandler(handler)
    logger.written = stream.getvalue
    return logger


def test_nor_in_what_is_put_into_a_message(log):
    log.warning("%s %s: %d", "POST", f"/api/v1/cti/{TOKEN}/", 500)

    assert log.written() == "POST /api/v1/cti/***/: 500\n"


def test_nor_in_a_traceback(log):
    try:
        raise ValueError(f"/api/v1/cti/{TOKEN}/")
    except ValueError:
        log.exception("failed: %s", f"/x?key={TOKEN}")

    assert TOKEN not in log.written()
    assert log.written().endswith("ValueError: /api/v1/cti/***/\n")
    assert log.written().startswith("failed: /x?key=***\nTraceback")


def test_nor_behind_what_another_handler_has_written_already(log):
    record = logging.LogRecord("x", logging.ERROR, "x", 1, "m", None, None)
    record.exc_text = f"ValueError: /x?key={TOKEN}"

    log.handle(record)

    assert log.written() == "m\nValueError: /x?key=***\n"


def test_a_message_with_percent_signs_is_left_alone(log):
    log.warning("100 % of %(x)s")

    assert log.written() == "100 % of %(x)s\n"
