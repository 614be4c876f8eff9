"""A mail server hands a mail over by pipe, and acts on how the command ends."""

import io
import os
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError

from helpdesk import journey
from helpdesk.management.commands import receive_mail
from tests import mailservers
from tests.faults.stack import ROOT, Stack
from tests.servers import free_port
from tests.tickets.mail.builders import mail
from tickets.models import Arrival, Interaction, Shop, Ticket


def piped(stack, raw, *arguments, **environment):
    """Hand `raw` over as a mail server does: (status, what it said)."""
    done = subprocess.run(
        [sys.executable, "manage.py", "receive_mail", *arguments],
        cwd=ROOT,
        env=stack.env | environment,
        input=raw,
        capture_output=True,
        timeout=90,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).decode()


@pytest.fixture
def stack(tmp_path):
    with Stack(tmp_path) as stack:
        yield stack


@pytest.fixture
def run(by_mail, monkeypatch):
    """Run it in this process: its exit status."""

    def run(raw, **options):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))
        try:
            call_command("receive_mail", **options)
        except SystemExit as ended:
            return ended.code
        return 0

    return run


def test_kept_put_aside_and_too_large(stack):
    large = mail("x" * 100) + b"large\n" * (26 * 1024 * 1024 // 6)

    assert piped(stack, mail(), "--source", "postfix") == (os.EX_OK, "")
    assert piped(stack, b"\0 is no mail") == (os.EX_OK, "")
    status, said = piped(stack, large)
    assert (status, "Traceback" in said) == (os.EX_DATAERR, False)
    assert stack.sql("SELECT verdict, source, length(raw) FROM tickets_arrival ORDER BY id") == [
        ("ticket", "postfix", len(mail())),
        ("quarantined", "pipe", 12),
        ("quarantined", "pipe", 256 * 1024),
    ]


@pytest.mark.parametrize(
    "database",
    ["postgres://nobody@127.0.0.1:{port}/helpdesk", "sqlite:////proc/no/such/folder.sqlite3"],
)
def test_without_a_database_the_mail_server_keeps_it(stack, database):
    nowhere = database.format(port=free_port())
    status, said = piped(stack, mail(), DATABASE_URL=nowhere)

    assert (status, said.count("\n"), "Traceback" in said) == (os.EX_TEMPFAIL, 2, False)


def test_without_tables_the_mail_server_keeps_it(stack, tmp_path):
    assert piped(stack, mail(), DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite3")[0] == 75


@pytest.mark.django_db
def test_without_a_shop_the_mail_server_keeps_it(run):
    Shop.objects.all().delete()

    assert run(mail()) == os.EX_TEMPFAIL
    assert not Arrival.objects.exists()


@pytest.mark.django_db
def test_a_locked_database_is_waited_for_by_the_mail_server(run, monkeypatch):
    def locked(*_given, **_named):
        raise OperationalError("database is locked")

    monkeypatch.setattr(journey, "mail_arrived", locked)

    assert run(mail()) == os.EX_TEMPFAIL


@pytest.mark.django_db
def test_what_we_fail_to_file_is_kept_all_the_same(run, monkeypatch):
    def broken(*_given, **_named):
        raise ZeroDivisionError

    monkeypatch.setattr("tickets.messages.file_mail", broken)

    assert run(mail()) == os.EX_OK
    kept = Arrival.objects.get()
    assert (kept.verdict, bytes(kept.raw)) == ("quarantined", mail())
    assert kept.because == "Filing it failed: ZeroDivisionError"


@pytest.mark.django_db
def test_the_same_mail_handed_over_again_is_one(run):
    assert [run(mail()), run(mail())] == [0, 0]
    assert Interaction.objects.filter(direction="in").count() == 1


# -- a folder ------------------------------------------------------------------------------------


@pytest.fixture
def lying(tmp_path):
    """A folder with mails of every kind of name, and what is none."""

    def put(name, raw):
        path = tmp_path / "old" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)

    for number, name in enumerate(
        ["a.eml", "b/C.EML", "b/17", "maildir/cur/1700.M1.host:2,S", "maildir/new/1701.M2.host"]
    ):
        put(name, mail(f"Mail {number}", message_id=f"<{number}@example.com>"))
    put("b/broken.eml", b"\0\0")
    for name in ("notes.txt", ".DS_Store", "maildir/dovecot-uidlist", "maildir/tmp/1702.M3"):
        put(name, b"nothing")
    return tmp_path / "old"


@pytest.mark.django_db
def test_a_folder_is_filed_to_its_end(by_mail, lying, capsys):
    call_command("receive_mail", folder=lying)

    first = Ticket.objects.order_by("number").first().number
    said = "This is not a mail: it does not begin with headers."
    assert capsys.readouterr().out.splitlines() == [
        f"a.eml: ticket, #{first}",
        f"b/17: ticket, #{first + 1}",
        f"b/C.EML: ticket, #{first + 2}",
        f"b/broken.eml: quarantined, {said}",
        f"maildir/cur/1700.M1.host:2,S: ticket, #{first + 3}",
        f"maildir/new/1701.M2.host: ticket, #{first + 4}",
        "6 mails: quarantined 1, ticket 5",
    ]


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_stops_nothing(by_mail, lying, capsys, monkeypatch):
    monkeypatch.setattr(
        receive_mail, "_mails", lambda _: [lying / "gone.eml", lying / "b", lying / "a.eml"]
    )
    call_command("receive_mail", folder=lying)

    verdicts = [line.split(": ")[1].split(",")[0] for line in capsys.readouterr().out.splitlines()]
    assert verdicts == ["failed", "failed", "ticket", "failed 2"]


@pytest.mark.django_db
def test_a_folder_filed_twice_is_filed_once(by_mail, lying):
    call_command("receive_mail", folder=lying)
    call_command("receive_mail", folder=lying)

    assert Ticket.objects.count() == 5
    assert Arrival.objects.filter(verdict="quarantined").count() == 1


def test_no_folder_is_said_so(tmp_path):
    with pytest.raises(CommandError, match="is no folder"):
        call_command("receive_mail", folder=tmp_path / "nowhere")


# -- fetch_mail ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_fetching_by_hand_says_how_many_and_what_is_wrong(by_mail, settings, capsys):
    with pytest.raises(CommandError, match="IMAP_URL is empty"):
        call_command("fetch_mail")
    with mailservers.Imap() as server:
        server.put(mail())
        settings.IMAP_URL = server.url()
        call_command("fetch_mail")
    assert capsys.readouterr().out == "help@127.0.0.1/INBOX: 1\n"

    with pytest.raises(CommandError, match="refused"):
        call_command("fetch_mail")
