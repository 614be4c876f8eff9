"""Who may ring for the clock, and what Celery may do with what it is given."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory

from helpdesk import app, tasks
from helpdesk.web.middleware import BellMiddleware

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("helpdesk", "billing", "policies", "tickets")
RINGS = re.compile(r"\.delay\(|\.delay_on_commit\(|\.apply_async\(|\bcountdown=|\beta=")


def test_one_module_gives_celery_work():
    rings = {
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        if RINGS.search(file.read_text())
    }

    assert rings == {"helpdesk/tasks.py"}


def test_what_it_is_given_is_json_and_acknowledged_when_done():
    conf = app.conf

    assert (conf.task_serializer, conf.accept_content) == ("json", ["json"])
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost) == (True, True)
    assert (conf.result_backend, conf.task_ignore_result) == (None, True)
    assert conf.worker_prefetch_multiplier == 1


def test_a_row_is_free_again_only_after_its_task_has_ended():
    assert app.conf.task_time_limit < settings.LEASE_SECONDS


def test_the_bell_rings_after_all_that_writes():
    bell = settings.MIDDLEWARE.index("helpdesk.web.middleware.BellMiddleware")

    assert bell < settings.MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware")


@pytest.mark.parametrize(
    ("method", "path", "status", "rings"),
    [
        ("GET", "/tickets/", 200, 0),
        ("HEAD", "/tickets/", 200, 0),
        ("OPTIONS", "/tickets/", 200, 0),
        ("GET", "/hooks/kannel/secret/", 200, 1),
        ("POST", "/hooks/twilio/", 503, 0),
        ("GET", "/api/v1/cti/phone/secret/incoming", 200, 1),
        ("GET", "/api/v1/callers/", 200, 0),
        ("POST", "/tickets/1001/note/", 302, 1),
        ("POST", "/tickets/1001/note/", 422, 1),
        ("POST", "/tickets/1001/note/", 500, 0),
        ("PUT", "/api/v1/x/", 200, 1),
        ("PATCH", "/api/v1/x/", 200, 1),
        ("DELETE", "/api/v1/x/", 204, 1),
    ],
)
def test_it_rings_after_what_may_have_written(monkeypatch, method, path, status, rings):
    rung = []
    monkeypatch.setattr(tasks, "ring", lambda: rung.append(1))
    bell = BellMiddleware(lambda request: HttpResponse(status=status))

    response = bell(RequestFactory().generic(method, path))

    assert (response.status_code, len(rung)) == (status, rings)
