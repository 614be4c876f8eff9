"""A shop that has lived, and what is in it down to the last byte."""

import json
import shutil
import subprocess
import sys

import pytest

from tests.faults.stack import ROOT, Stack
from tests.tickets.mail.builders import attached, multipart, part

# Every byte there is, and more than one read brings.
PHOTO = bytes(range(256)) * 8192
LIVED = """
from datetime import timedelta
from django.core.management import call_command
from django.utils.timezone import now
from helpdesk import duties, journey
from tests.production.conftest import mails
from tickets import outbox
from tickets.models import Shop
from tickets.outbox import Letter

call_command("flush", interactive=False, verbosity=0)
call_command("demo", weeks=1)
Shop.objects.update(is_sample=False)
duties.beat(now())
for raw in mails(2):
    filed = journey.mail_arrived(raw, source="test", now=now())
duties.swept(now=now() + timedelta(days=9))
ticket = filed.interaction.ticket
outbox.queue(ticket, outbox.routes(ticket)[0], Letter("It is dry.", "Dry"), now=now())
"""
DUMP = """
import hashlib, json
from django.apps import apps
from tickets.models import Attachment

def plain(value):
    if isinstance(value, memoryview | bytes):
        return hashlib.sha256(value).hexdigest()
    return repr(value)

found = {}
for model in apps.get_models(include_auto_created=True):
    if model._meta.label in ("sessions.Session", "helpdesk.Heartbeat"):
        continue
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.order_by("pk").values(*names)
    found[model._meta.label] = [json.dumps(row, default=plain, sort_keys=True) for row in rows]
for attachment in Attachment.objects.all():
    with attachment.file.open() as file:
        found[attachment.file.name] = hashlib.sha256(file.read()).hexdigest()
print(json.dumps(found))
"""


def mails(count):
    files = attached("p.png", PHOTO, "image/png"), attached("a.txt", "å" * 9)
    return [
        multipart(part("It is wet."), *files, message_id=f"<{number}@example.com>")
        for number in range(count)
    ]


def dumped(stack):
    """Return every row of every table, and the files: {model or file: what is in it}."""
    return json.loads(stack.python(DUMP))


def manage(stack, *arguments, status=0):
    """Run a command to its end; return what it said."""
    done = subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env=stack.env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def ruin(stack):
    """Take away every table and every file."""
    shutil.rmtree(stack.var / "attachments", ignore_errors=True)
    if stack.database_url.startswith("sqlite"):
        for file in stack.var.glob("helpdesk.sqlite3*"):
            file.unlink()
    else:
        stack.python(
            "from django.db import connection\n"
            "connection.cursor().execute('DROP SCHEMA public CASCADE; CREATE SCHEMA public')"
        )


@pytest.fixture(scope="session")
def lived(tmp_path_factory):
    """A shop with a past, nothing of which changes any more."""
    with Stack(tmp_path_factory.mktemp("lived")) as stack:
        stack.python(LIVED)
        yield stack


@pytest.fixture(scope="session")
def archive(lived):
    manage(lived, "backup", lived.folder)
    (file,) = lived.folder.glob("helpdesk-*.tar.gz")
    return file


@pytest.fixture(scope="session")
def restored(archive, tmp_path_factory):
    """What came of the archive where everything was lost but a file of another shop."""
    with Stack(tmp_path_factory.mktemp("restored")) as stack:
        ruin(stack)
        stray = stack.var / "attachments" / "aa" / "bb"
        stray.parent.mkdir(parents=True)
        stray.write_text("of the shop before")
        manage(stack, "restore", archive, "--send-queued")
        yield stack


@pytest.fixture
def other(tmp_path):
    """Another shop, which has nothing of the first."""
    (tmp_path / "other").mkdir()
    with Stack(tmp_path / "other") as stack:
        yield stack
