"""A mailbox is read by IMAP: each mail once, whatever people and servers do meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk import mailboxes
from tests import mailservers
from tests.races.together import times
from tests.tickets.mail.builders import mail
from tickets.channels import imap
from tickets.models import Arrival, Interaction, Mailbox, Shop, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("by_mail")]


@pytest.fixture(scope="module")
def server():
    with mailservers.Imap() as server:
        yield server


@pytest.fixture
def folder(server, request):
    """A folder nobody has used before."""
    name = f"{request.node.name[:60]}".replace("[", "-").replace("]", "")
    server.make(name)
    return name


@pytest.fixture
def box(server, folder, settings):
    settings.IMAP_URL = server.url(folder)

    class Box:
        def put(self, number, *, at=None, **changed):
            raw = mail(f"Mail {number}", message_id=f"<{number}@example.com>", **changed)
            server.put(raw, folder=folder, at=at)

        def flags(self):
            return server.flags(folder)

    return Box()


def clock():
    return datetime.now(UTC)


def fetch():
    return mailboxes.fetch(clock=clock)


def texts():
    return sorted(Interaction.objects.filter(direction="in").values_list("text", flat=True))


def test_the_first_contact_reads_from_today_on(box):
    box.put(1, at=clock() - timedelta(days=3))
    box.put(2)

    assert fetch() == 1
    assert texts() == ["Mail 2"]


def test_what_was_older_than_today_is_left_alone_later_as_well(box):
    box.put(1, at=clock() - timedelta(days=3))
    fetch()
    box.put(2, at=clock() - timedelta(days=9))  # new, by a server whose clock is wrong

    assert fetch() == 1
    assert texts() == ["Mail 2"]


def test_an_empty_mailbox_is_no_trouble(box):
    assert fetch() == 0
    assert fetch() == 0
    box.put(1)
    assert fetch() == 1
    assert (Mailbox.objects.get().problem, Mailbox.objects.get().read_at is None) == ("", False)


def test_later_only_what_is_new_is_read(box):
    box.put(1)
    box.put(2)

    assert [fetch(), fetch()] == [2, 0]
    box.put(3)
    assert [fetch(), fetch()] == [1, 0]
    assert texts() == ["Mail 1", "Mail 2", "Mail 3"]
    assert Arrival.objects.count() == 3


def test_it_is_marked_as_read_for_people(box):
    box.put(1)
    fetch()

    assert box.flags() == ["\\Seen"]


def test_who_reads_a_mail_first_changes_nothing(box, server, folder):
    box.put(1)
    server.read(folder)

    assert fetch() == 1
    assert texts() == ["Mail 1"]


def test_what_a_person_deleted_is_left_to_them_to_expunge(box, server, folder):
    box.put(1)
    server.read(folder, "\\Deleted")
    fetch()

    assert box.flags() == ["\\Deleted \\Seen"]


def test_a_mailbox_made_anew_files_nothing_twice(box, server, folder):
    box.put(1)
    box.put(2)
    fetch()
    before = Mailbox.objects.get().uidvalidity
    server.remake(folder)
    box.put(1)
    box.put(2)
    box.put(3)
    fetch()

    assert Mailbox.objects.get().uidvalidity != before
    assert texts() == ["Mail 1", "Mail 2", "Mail 3"]
    assert Ticket.objects.count() == 3


def test_what_was_put_aside_is_put_aside_once(box, server, folder):
    server.put(b"this is no mail", folder=folder)
    fetch()
    server.remake(folder)
    server.put(b"this is no mail", folder=folder)
    fetch()

    assert list(Arrival.objects.order_by("pk").values_list("verdict", flat=True)) == [
        "quarantined",
        "ignored",
    ]


def test_one_that_is_too_large_is_told_of_and_the_next_is_read(box, monkeypatch):
    monkeypatch.setattr(imap, "MAIL_LIMIT", 2000)
    monkeypatch.setattr(imap, "HEADERS_KEPT", 300)
    box.put(1)
    box.put(2, x_filler="a " * 2000)
    box.put(3)

    assert fetch() == 3
    assert texts() == ["Mail 1", "Mail 3"]
    kept = Arrival.objects.get(verdict="quarantined")
    assert len(kept.raw) == 300
    assert kept.because == "too large to be read: 0 MB. It is still in the mailbox."


def test_a_mail_deleted_between_two_looks_is_passed_over(box, server, folder, monkeypatch):
    box.put(1)
    box.put(2)
    fetch_one = imap.OpenMailbox._fetch

    def vanish(opened, uid):
        server.empty(folder)
        return fetch_one(opened, uid)

    monkeypatch.setattr(imap.OpenMailbox, "_fetch", vanish)

    assert fetch() == 0
    assert not Arrival.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [2, 4])
def test_those_who_fetch_at_once_file_each_mail_once(box, count):
    for number in range(5):
        box.put(number)
    fetched = times(count, fetch)

    assert all(isinstance(it, int) for it in fetched), fetched
    assert texts() == [f"Mail {number}" for number in range(5)]
    assert Ticket.objects.count() == Arrival.objects.count() == 5


def test_a_long_mailbox_is_read_in_portions(box, monkeypatch):
    monkeypatch.setattr(mailboxes, "LONGEST", timedelta(0))
    for number in range(3):
        box.put(number)

    assert [fetch() for _ in range(4)] == [1, 1, 1, 0]
    assert texts() == ["Mail 0", "Mail 1", "Mail 2"]


# -- trouble -------------------------------------------------------------------------------------


def problem():
    return Mailbox.objects.get().problem


def test_a_wrong_password_is_told_without_it(server, folder, settings, box, caplog):
    settings.IMAP_URL = server.url(folder, password="hunter2 hunter2")

    assert fetch() == 0
    assert problem() != ""
    assert Mailbox.objects.get().problem_at is not None
    assert "hunter2" not in problem() + caplog.text

    settings.IMAP_URL = server.url(folder)
    box.put(1)
    assert fetch() == 1
    assert (problem(), Mailbox.objects.get().problem_at) == ("", None)


def test_a_server_that_is_not_there_is_told_of(settings):
    settings.IMAP_URL = f"imap://help:secret@127.0.0.1:{mailservers.free_port()}/"

    assert fetch() == 0
    assert "refused" in problem()


def test_a_server_that_hangs_is_cut_off(settings, monkeypatch):
    monkeypatch.setattr(imap, "PATIENCE", 0.3)
    with mailservers.Silent() as server:
        settings.IMAP_URL = f"imap://help:secret@127.0.0.1:{server.port}/"

        assert fetch() == 0
    assert "timed out" in problem()


def test_a_folder_that_is_not_there_is_told_of(server, settings):
    settings.IMAP_URL = server.url("Nowhere")

    assert fetch() == 0
    assert problem() != ""


def test_since_when_there_is_trouble_does_not_change(settings):
    settings.IMAP_URL = f"imap://help:secret@127.0.0.1:{mailservers.free_port()}/"
    fetch()
    since = Mailbox.objects.get().problem_at
    fetch()

    assert Mailbox.objects.get().problem_at == since


@pytest.mark.parametrize(
    ("user", "password", "folder"),
    [
        ("help", "p@ss/w:rd %20 #1", "In the box"),
        ("hjälp", "lösenord", "INBOX"),
        ("help@dahl.example", 'quo"te\\', "INBOX"),
    ],
)
def test_any_user_password_and_folder_may_be_in_the_address(settings, user, password, folder):
    with mailservers.Imap(user, password) as server:
        if folder != "INBOX":
            server.make(folder)
        settings.IMAP_URL = server.url(folder)
        server.put(mail(), folder=folder)

        assert fetch() == 1
    assert problem() == ""


def test_a_certificate_is_believed_only_if_it_is_trusted(settings, tmp_path, monkeypatch):
    certificate = mailservers.certificate(tmp_path)
    with mailservers.Imap(certificate=certificate) as server:
        server.put(mail())
        settings.IMAP_URL = server.url(scheme="imap+tls")
        assert fetch() == 0
        assert "certificate" in problem().lower()

        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "public.pem"))
        assert fetch() == 1


def test_nothing_is_read_before_there_is_a_shop(box):
    Shop.objects.all().delete()
    box.put(1)

    assert fetch() == 0
    assert not Arrival.objects.exists()
