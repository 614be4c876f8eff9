"""A helpdesk of real processes, with a database of its own and a clock that hurries.

    with Stack(tmp_path, EMAIL_URL="smtp://127.0.0.1:2525") as stack:
        worker = stack.start("worker")
        stack.python("from tickets.models import Ticket; print(Ticket.objects.count())")
        stack.kill(worker)
        eventually(lambda: stack.sql("SELECT count(*) FROM billing_invoice") == [(1,)])

SQLite and a folder as broker; PostgreSQL and Valkey where DATABASE_URL and REDIS_URL say so. There
is a shop that is always open and bills at once, Sara at the front desk (password "x") and a phone
system with `stack.token`.
"""

import atexit
import functools
import os
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

import environ
import psycopg2
import redis
import requests

from helpdesk import supervisor
from tests import servers

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds, on a machine busy with other things

SETTINGS = {
    "DEBUG": "0",
    "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
    "SECRET_KEY": "for-tests-only-" * 5,
    "TICK_SECONDS": "1",
    "LEASE_SECONDS": "4",
    "RETRY_SECONDS": "1",
    "FETCH_SECONDS": "600",
    "EMAIL_URL": "",
    "IMAP_URL": "",
    "SMS_CHANNEL": "",
    "METRICS_TOKEN": "",
}

OPEN_A_SHOP = """
from datetime import datetime, time, UTC
from helpdesk import opening
from helpdesk.models import ApiToken, Scope
from tickets.models import User
always = {day: ((time(0), time(12)), (time(12), time(23, 59))) for day in range(7)}
plan = opening.Plan(
    name="Dahl & Daughters", region="US", zone="UTC", currency="USD", phone="+16175550100",
    email="help@dahl.example", hours=always, bill_after_minutes=0,
)
opening.open_shop(plan, now=datetime(2020, 1, 1, tzinfo=UTC))
opening.hire("sara", "Sara Lind", User.Role.FRONT_DESK, "x", extension="101")
pbx = User.objects.create(username="pbx", role=User.Role.INTEGRATION)
print(ApiToken.objects.create(pbx, None, name="pbx", scopes=[Scope.PHONE])[1])
"""


class Stack:
    """Processes around one database; all of them are gone when the block ends."""

    def __init__(self, folder, **settings):
        self.folder, self.settings = Path(folder), settings
        self.processes = []

    def __enter__(self):
        token, template = _template(os.environ.get("DATABASE_URL", ""))
        self.token = token
        self.port = servers.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.var = self.folder / "var"
        self.database_url, self.redis_url = _copy(template, self.var)
        self.env = _environment(self.var, self.database_url, self.redis_url)
        self.env |= {"PUBLIC_URL": self.url, "PORT": str(self.port)} | self.settings
        return self

    def __exit__(self, *_error):
        for process in self.processes:
            self.kill(process)
        if not self.database_url.startswith("sqlite"):
            _drop(self.database_url)

    def start(self, name):
        """Start web, worker or beat, as a process group of its own; web answers already."""
        process = self.run(supervisor.commands("127.0.0.1", self.port)[name], name)
        if name == "web":
            eventually(self.answers)
        return process

    def run(self, command, name="command"):
        """Start any command with our settings; what it says is in `log(name)`."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=servers.dying_with_parent(signal.SIGKILL),
            )
        self.processes.append(process)
        return process

    def kill(self, process):
        """End a process and all it has started, without a chance to say goodbye."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE)

    def stop(self, process):
        """End a process as an operator does; return its status."""
        process.terminate()
        return process.wait(PATIENCE)

    def log(self, name):
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def answers(self):
        with suppress(requests.RequestException):
            return requests.get(f"{self.url}/healthz", timeout=5).status_code == 200
        return False

    def python(self, script, *, status=0):
        """Run a script inside Django, to its end; return what it printed."""
        return _python(script, self.env, status)

    def sql(self, query):
        """Return the rows of one query, as tuples."""
        return _sql(self.database_url, query)


def eventually(condition, within=PATIENCE):
    """Wait until the condition holds; return how many seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() < began + within, "it never came to that"
        time.sleep(0.1)
    return time.monotonic() - began


@functools.cache
def _template(server):
    """Open a shop once, to be copied: (the phone system's token, where its database is)."""
    var = Path(tempfile.mkdtemp(prefix="helpdesk-template-"))
    atexit.register(shutil.rmtree, var, ignore_errors=True)
    database_url = _create(server) if server else f"sqlite:///{var / 'helpdesk.sqlite3'}"
    if server:
        atexit.register(_drop, database_url)
    env = _environment(var, database_url, "")
    for command in ("migrate", "createcachetable"):
        subprocess.run([sys.executable, "manage.py", command, "-v0"], cwd=ROOT, env=env, check=True)
    return _python(OPEN_A_SHOP, env, 0).strip(), database_url


def _copy(template, var):
    """Make a database like the template; return where it is, and the broker."""
    var.mkdir(mode=0o700)
    if not template.startswith("sqlite"):
        return _create(template, like=template.rpartition("/")[2]), _own_broker()
    file = var / "helpdesk.sqlite3"
    with (
        closing(sqlite3.connect(template.removeprefix("sqlite:///"))) as source,
        closing(sqlite3.connect(file)) as target,
    ):
        source.backup(target)
    return f"sqlite:///{file}", ""


def _create(server, like="template0"):
    name = f"faults_{secrets.token_hex(6)}"
    _administer(server, f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    return f"{server.rpartition('/')[0]}/{name}"


def _drop(database_url):
    server, _, name = database_url.rpartition("/")
    with suppress(psycopg2.OperationalError):  # a test has ended the server
        _administer(f"{server}/postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _administer(database_url, statement):
    place = environ.Env.db_url_config(database_url)
    where = {"host": place["HOST"], "port": place["PORT"], "user": place["USER"]}
    with closing(psycopg2.connect(dbname="postgres", **where)) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)


def _own_broker():
    """Return an empty database of the broker's, one for each process of pytest-xdist."""
    given = os.environ.get("REDIS_URL", "")
    if not given:
        return ""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = f"{given.rpartition('/')[0]}/{1 + int(worker) % 15}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


def _environment(var, database_url, redis_url):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    # As in the suite: styles are not collected first.
    kept["PYTEST_VERSION"] = "1"
    own = {"HELPDESK_VAR": str(var), "DATABASE_URL": database_url, "REDIS_URL": redis_url}
    return kept | SETTINGS | own


def _python(script, env, status):
    done = subprocess.run(
        [sys.executable, "-c", f"import django\ndjango.setup()\n{script}"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=PATIENCE * 2,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def _sql(database_url, query):
    if database_url.startswith("sqlite"):
        file = database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(file, timeout=20)) as connection:
            return connection.execute(query).fetchall()
    place = environ.Env.db_url_config(database_url)
    where = {"host": place["HOST"], "port": place["PORT"], "user": place["USER"]}
    with closing(psycopg2.connect(dbname=place["NAME"], **where)) as connection:
        cursor = connection.cursor()
        cursor.execute(query)
        return cursor.fetchall()
