"""What real processes log, in both forms: enough to work with, and nothing that is secret."""

import json
import re

import pytest
import requests

from helpdesk import supervisor
from tests.faults.conftest import WORLD, ring, signed_in
from tests.faults.stack import PATIENCE, Stack, eventually

pytestmark = pytest.mark.only("sqlite")

NUMBER = "16175550142"
PASSWORD = "hunter2-and-more"
KEY = "a-key-that-is-none-0123456789"
REFUSAL = "EMAIL_URL cannot be read; in a password / is written %2F, ? %3F, # %23 and @ %40."
# What gunicorn and Celery say of themselves past every log.
PLAIN = {REFUSAL, "worker: Warm shutdown (MainProcess)", ""}
ISO = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"


@pytest.fixture(params=["line", "json"])
def stack(request, tmp_path):
    mailbox = f"eva:{PASSWORD}@127.0.0.1:1"  # where nobody listens
    urls = {"EMAIL_URL": f"smtp://{mailbox}", "IMAP_URL": f"imap://{mailbox}/INBOX"}
    with Stack(tmp_path, LOG_FORMAT=request.param, FETCH_SECONDS="1", **urls) as stack:
        yield stack


@pytest.fixture
def failing(monkeypatch):
    """Have the web server call an application with a page that fails."""
    start = Stack.run

    def run(stack, command, name="command"):
        named = {"helpdesk.wsgi": "tests.production.failing"}
        return start(stack, [named.get(word, word) for word in command], name)

    monkeypatch.setattr(Stack, "run", run)


def visit(stack):
    """Do all that could leave a trace; return what must leave none."""
    bearer = {"Authorization": f"Bearer {stack.token}"}
    assert ring(stack, "call-1").status_code == 200
    requests.post(f"{stack.url}/api/v1/cti/{KEY}/", json={"from": NUMBER}, timeout=PATIENCE)
    for query, headers in ((f"key={stack.token}", {}), (f"key={KEY}", {}), ("", bearer)):
        address = f"{stack.url}/api/v1/callers/?number=%2B{NUMBER}&{query}"
        requests.get(address, headers=headers, timeout=PATIENCE)
    assert requests.get(f"{stack.url}/fails?key={KEY}", timeout=PATIENCE).status_code == 500
    browser = signed_in(stack)
    browser.get(f"{stack.url}/customers/?q={NUMBER}", timeout=PATIENCE)
    cookies = browser.cookies.get_dict().values()
    return {stack.token, KEY, NUMBER[1:], PASSWORD, stack.env["SECRET_KEY"], *cookies}


def test_nothing_secret_is_logged(stack, failing):
    web, worker = stack.start("web"), stack.start("worker")
    stack.start("beat")
    secrets = visit(stack)
    stack.python(f"{WORLD}\nclosed(opened())")
    eventually(lambda: "could not be read" in stack.log("worker"))
    assert [stack.stop(process) for process in (web, worker)] == [0, 0]

    logs = {name: stack.log(name) for name in ("web", "worker", "beat")}
    assert [secret for secret in secrets for log in logs.values() if secret in log] == []
    assert "/api/v1/cti/***/" in logs["web"]
    assert "Ingrid on ***42 with Bearer ***" in logs["web"]
    assert logs["beat"] == ""
    if stack.settings["LOG_FORMAT"] == "json":
        _said_as_json(logs["web"])
        _said_as_json(logs["worker"])
    else:
        assert re.search(rf"^{ISO} INFO helpdesk.requests: request ", logs["web"], re.M)
        assert "\nTraceback (most recent call last):\n" in logs["web"]


def test_nor_when_it_cannot_even_begin(stack):
    # A / that nobody quoted: whoever reads the address takes half the password for a port.
    stack.env["EMAIL_URL"] = "smtp://eva:hunter2-and/more@mail.example"
    command = supervisor.commands("127.0.0.1", stack.port)["web"]
    command[command.index("--workers") + 1] = "1"  # a second one that fails trips its master up
    web = stack.run(command, "web")

    assert web.wait(PATIENCE) == 3
    assert "Exception in worker process" in stack.log("web")
    assert f"ImproperlyConfigured: {REFUSAL}" in stack.log("web")
    assert "hunter2" not in stack.log("web")
    if stack.settings["LOG_FORMAT"] == "json":
        _said_as_json(stack.log("web"))


def _said_as_json(log):
    told = [json.loads(line) for line in log.splitlines() if line not in PLAIN]
    assert told
    for each in told:
        assert {"timestamp", "level", "logger", "event"} <= set(each)
        assert re.fullmatch(ISO, each["timestamp"])
