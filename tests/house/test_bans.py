"""What may not be written, and where it may: every ban of pyproject.toml is met once."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUFF = Path(sys.executable).with_name("ruff")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
BANNED = PROJECT["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]

BELOW = ["tickets/x.py", "policies/models/x.py", "billing/reports/x.py", "helpdesk/journey/x.py"]
DOORS = ["helpdesk/web/x.py", "helpdesk/api/v1/x.py", "helpdesk/management/commands/x.py"]

# What is banned, and the smallest module that does it and nothing else.
FOR_DOORS = {
    "django.http": "from django.http import Http404\n\nraise Http404\n",
    "django.shortcuts": "from django.shortcuts import render\n\nrender()\n",
    "rest_framework": "from rest_framework.views import APIView\n\nAPIView()\n",
    "celery": "from celery import Celery\n\nCelery()\n",
    "django.utils.timezone.now": "from django.utils import timezone\n\ntimezone.now()\n",
    "datetime.datetime.now": "from datetime import UTC, datetime\n\ndatetime.now(UTC)\n",
    "datetime.datetime.today": (
        "import datetime\n\ndatetime.datetime.today()  # noqa: DTZ002 - a rule of its own\n"
    ),
    "datetime.date.today": (
        "import datetime\n\ndatetime.date.today()  # noqa: DTZ011 - a rule of its own\n"
    ),
    "django.db.models.signals": "from django.db.models import signals\n\nsignals.Signal()\n",
    "django.db.models.expressions.RawSQL": (
        "from django.db.models.expressions import RawSQL\n\nRawSQL()\n"
    ),
}

SWALLOWED = "try:\n    x = 1\nexcept Exception:\n    x = 2\n"

# The rule, the smallest module that breaks it and no other, and the one place that may.
EVERYWHERE = [
    ("A001", "id = 1\n", None),
    ("BLE001", SWALLOWED, "helpdesk/duties.py"),
    ("DTZ001", "import datetime\n\ndatetime.datetime(2026, 3, 2)\n", None),
    ("DTZ006", "import datetime\n\ndatetime.datetime.fromtimestamp(0)\n", None),
    ("DTZ007", 'import datetime\n\ndatetime.datetime.strptime("1", "%d")\n', None),
    ("PLC0415", "def late():\n    import os\n\n    return os\n", None),
    ("S311", "import random\n\nrandom.random()\n", None),
    ("T201", 'print("here")\n', "helpdesk/management/commands/x.py"),
    ("T203", "import pprint\n\npprint.pprint(1)\n", None),
    ("TID252", "from .models import Ticket\n\nTicket()\n", None),
    ("TID252", "from ..models import Ticket\n\nTicket()\n", None),
]


def broken(source, path):
    """Return what `source` at `path` is told, as {(rule, message)}."""
    done = subprocess.run(
        [RUFF, "check", "--no-cache", "--output-format=json", "--stdin-filename", path, "-"],
        cwd=ROOT,
        input=source,
        capture_output=True,
        text=True,
        check=False,
    )
    return {(found["code"], found["message"]) for found in json.loads(done.stdout)}


@pytest.mark.parametrize("name", FOR_DOORS)
def test_what_belongs_to_a_door_stays_there(name):
    told = ("TID251", f"`{name}` is banned: {BANNED[name]['msg']}")

    assert [broken(FOR_DOORS[name], path) for path in BELOW] == [{told}] * len(BELOW)
    assert [broken(FOR_DOORS[name], path) for path in DOORS] == [set()] * len(DOORS)


@pytest.mark.parametrize(("rule", "source", "allowed"), EVERYWHERE)
def test_what_is_written_nowhere(rule, source, allowed):
    for path in {*BELOW, *DOORS} - {allowed}:
        assert {code for code, _message in broken(source, path)} == {rule}, path
    if allowed:
        assert broken(source, allowed) == set()


def test_every_ban_is_met_here_once():
    assert set(FOR_DOORS) == set(BANNED)
