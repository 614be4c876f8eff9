"""Tokens, passwords and people's numbers are in no log."""

import pytest

from helpdesk.redact import redact, secrets_of
from helpdesk.secret import Environment

TOKEN = "s3cret-Token_42"

LINES = {
    # what phone systems and gateways have in an address
    f"POST /api/v1/cti/{TOKEN}/": "POST /api/v1/cti/***/",
    f"POST /api/v1/cti/{TOKEN}": "POST /api/v1/cti/***",
    f'"POST /api/v1/cti/{TOKEN}/ HTTP/1.1" 200': '"POST /api/v1/cti/***/ HTTP/1.1" 200',
    f"/api/v1/callers/name/?number=1&key={TOKEN}": "/api/v1/callers/name/?number=***&key=***",
    f"/x?token={TOKEN}": "/x?token=***",
    f"/api/v1/cti/{TOKEN}/3cx?key={TOKEN}": "/api/v1/cti/***/3cx?key=***",
    f"'/api/v1/cti/{TOKEN}'": "'/api/v1/cti/***'",
    f"GET /api/v1/cti/phone/{TOKEN}/incoming": "GET /api/v1/cti/phone/***/incoming",
    "GET /api/v1/cti/3cx/journal": "GET /api/v1/cti/3cx/journal",
    "/hooks/kannel/abc?to=%2B46701234567&text=H%E4r": "/hooks/kannel/***?to=***&text=***",
    "/tickets/1001/?page=2": "/tickets/1001/?page=***",
    # what programs say in a header, and passwords in an address
    f"Authorization: Bearer {TOKEN}": "Authorization: Bearer ***",
    f"'HTTP_AUTHORIZATION': 'Bearer {TOKEN}'": "'HTTP_AUTHORIZATION': 'Bearer ***'",
    "Authorization: Basic c2FyYTp4MTIz": "Authorization: Basic ***",
    "Basic cleaning, a token gesture": "Basic cleaning, a token gesture",
    "smtp+tls://eva:p@ss/w:rd@mail.example:587": "smtp+tls://eva:***@mail.example:587",
    "redis://:abc@redis:6379/0": "redis://:***@redis:6379/0",
    "https://help.example:8000/tickets/": "https://help.example:8000/tickets/",
    # numbers
    "no answer from +16175550142.": "no answer from ***42.",
    "+46 70-123 45 67, +1 (617) 555-0142": "***67, ***42",
    "6175550142 and 0046701234567": "***42 and ***67",
    "(%2B46701234567)": "(***67)",
    # what looks like one
    "2026-11-22T04:15:25.123456Z +0100": "2026-11-22T04:15:25.123456Z +0100",
    "[2026-11-22 04:15:25 +0000] [12345] ticket 12345678": (
        "[2026-11-22 04:15:25 +0000] [12345] ticket 12345678"
    ),
    "task 0b5ad1c4-7a3e-4f3c-9d53-123456789012": "task 0b5ad1c4-7a3e-4f3c-9d53-123456789012",
    "<Lease object at 0x712345678901> 0.123456789 s": (
        "<Lease object at 0x712345678901> 0.123456789 s"
    ),
    # what PostgreSQL tells of a row
    'violates "one"\nDETAIL:  Failing row contains (7, Ingrid\nBerg).\nCONTEXT:  x': (
        'violates "one"\nDETAIL:  ***\nCONTEXT:  x'
    ),
    "": "",
}


@pytest.mark.parametrize("line", LINES)
def test_nobody_reads(line):
    assert redact(line) == LINES[line]


def test_a_secret_of_ours_is_not_shown_wherever_it_comes_from():
    assert redact("535 'hunter22' is wrong", ["hunter22"]) == "535 '***' is wrong"


def test_secrets_are_known_by_their_names(tmp_path):
    (tmp_path / "token").write_text("from-a-file-77\n")
    environment = {
        "SECRET_KEY": "a-long-key-1",
        "TWILIO_AUTH_TOKEN": "0123456789",
        "KANNEL_PASSWORD": "password",  # a mere word: every other line could have it
        "KANNEL_SECRET": "x1",
        "EMAIL_URL": "smtp://eva:p%40ss-word/22@mail.example",
        "PUBLIC_URL": "https://help.example",
        "PATH": "/usr/local/bin",
        "METRICS_TOKEN_FILE": str(tmp_path / "token"),
        "OTHER_KEY_FILE": str(tmp_path / "missing"),
    }

    assert secrets_of(Environment(environment)) == [
        "from-a-file-77",
        "p%40ss-word/22",
        "a-long-key-1",
        "p@ss-word/22",
        "p%40ss-word",
        "0123456789",
    ]
