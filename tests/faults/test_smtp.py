"""F9: an SMTP server refuses, hangs, says 4xx or 5xx, drops the line, or breaks TLS."""

import time
from datetime import timedelta

import pytest

from helpdesk import duties, journey
from helpdesk.models import Lease
from tests import mailservers
from tests.mail.conftest import arrive, by_mail, minutes, smtp  # noqa: F401
from tickets import outbox
from tickets.models import ContactPoint, Interaction, Ticket

pytestmark = pytest.mark.django_db
Status = Interaction.Status


@pytest.fixture
def answer(arrive, sara, minutes):  # noqa: F811
    """Let Sara answer a customer who wrote; the acknowledgement is not waited for."""

    def answer(address="ingrid@example.com", now=None):
        arrival = arrive(from_=address, message_id=f"<{address}>")
        ticket = Ticket.objects.get(interactions=arrival.interaction)
        route = outbox.routes(ticket)[0]
        ticket.follow_ups.all().update(due_at=minutes(10**6))
        return journey.staff_answered(ticket, route, "It dries.", by=sara, now=now or minutes(1))

    return answer


def status(interaction):
    interaction.refresh_from_db()
    return interaction.status


@pytest.mark.parametrize("at", ["RCPT", "DATA"])
@pytest.mark.parametrize("said", ["421 closing", "450 greylisted", "451 local error"])
def test_later_means_later_and_longer_each_time(smtp, answer, minutes, settings, at, said):  # noqa: F811
    interaction = answer()
    smtp.at, smtp.answers = at, [said, said]

    tried = []
    for minute in range(1, 8):
        duties.swept(now=minutes(minute))
        tried.append(2 - len(smtp.answers) + len(smtp.mails))

    # After one minute, then after three more.
    assert tried == [1, 2, 2, 2, 3, 3, 3]
    assert status(interaction) == Status.SENT
    assert [it.message_id for it in smtp.mails] == [interaction.provider_id]


def test_while_it_waits_it_says_why(smtp, answer, minutes):  # noqa: F811
    interaction = answer()
    smtp.answers = ["451 4.3.0 disk full"]
    duties.swept(now=minutes(1))

    assert status(interaction) == Status.QUEUED
    assert Lease.objects.get().because == "451 4.3.0 disk full"


@pytest.mark.parametrize("at", ["RCPT", "DATA"])
def test_an_address_that_does_not_exist_is_written_to_no_more(smtp, answer, minutes, at):  # noqa: F811
    interaction = answer()
    smtp.at, smtp.answers = at, ["550 5.1.1 no such user"]
    duties.swept(now=minutes(1))

    assert status(interaction) == Status.FAILED
    assert interaction.because == "550 5.1.1 no such user"
    assert ContactPoint.objects.get(value="ingrid@example.com").bounced_at == minutes(1)
    assert outbox.routes(interaction.ticket) == []


def test_a_full_mailbox_is_no_wrong_address(smtp, answer, minutes):  # noqa: F811
    interaction = answer()
    smtp.answers = ["552 5.2.2 mailbox full"]
    duties.swept(now=minutes(1))

    assert (status(interaction), interaction.because) == (Status.FAILED, "552 5.2.2 mailbox full")
    assert ContactPoint.objects.get(value="ingrid@example.com").bounced_at is None


@pytest.mark.parametrize(
    "said", ["550 5.7.1 relaying denied", "554 5.7.1 blocked by a list", "550 5.7.26 DMARC"]
)
def test_a_server_that_does_not_like_us_says_nothing_of_the_address(smtp, answer, minutes, said):  # noqa: F811
    interaction = answer()
    smtp.answers = [said]
    duties.swept(now=minutes(1))

    assert status(interaction) == Status.FAILED
    assert ContactPoint.objects.get(value="ingrid@example.com").bounced_at is None


def test_after_eight_times_it_is_given_up_and_staff_may_try_again(smtp, answer, minutes):  # noqa: F811
    interaction = answer()
    smtp.answers = ["451 not now"] * 8
    for hour in range(12):
        duties.swept(now=minutes(1) + timedelta(hours=2 * hour))

    assert (status(interaction), interaction.because) == (Status.FAILED, "451 not now")
    assert (smtp.answers, smtp.mails, Lease.objects.count()) == ([], [], 0)

    journey.message_retried(interaction, now=minutes(2000))
    duties.swept(now=minutes(2000))
    assert status(interaction) == Status.SENT


def test_no_server_at_all_is_tried_again(answer, minutes, settings, smtp):  # noqa: F811
    interaction = answer()
    there, settings.EMAIL_PORT = settings.EMAIL_PORT, mailservers.free_port()
    duties.swept(now=minutes(1))
    assert status(interaction) == Status.QUEUED
    assert "refused" in Lease.objects.get().because

    settings.EMAIL_PORT = there
    duties.swept(now=minutes(2))
    assert status(interaction) == Status.SENT


@pytest.mark.parametrize("what", [mailservers.HANG, mailservers.DROP])
def test_a_line_that_breaks_after_the_mail_was_given_sends_the_same_again(
    smtp,  # noqa: F811
    answer,
    minutes,  # noqa: F811
    settings,
    what,
):
    settings.EMAIL_TIMEOUT = 0.5
    interaction = answer()
    smtp.answers = [what]
    duties.swept(now=minutes(1))
    assert status(interaction) == Status.QUEUED

    duties.swept(now=minutes(2))
    assert status(interaction) == Status.SENT
    assert [it.message_id for it in smtp.mails] == [interaction.provider_id]


def test_one_that_hangs_does_not_starve_the_others(smtp, answer, minutes, settings):  # noqa: F811
    settings.EMAIL_TIMEOUT = 0.5
    stuck, *others = [answer(f"{name}@example.com") for name in ("a", "b", "c", "d")]
    smtp.answers = [mailservers.HANG]

    began = time.monotonic()
    duties.swept(now=minutes(1))

    assert time.monotonic() - began < 10
    assert [status(it) for it in (stuck, *others)] == ["queued", "sent", "sent", "sent"]


def test_a_silent_server_is_cut_off(answer, minutes, settings, smtp):  # noqa: F811
    settings.EMAIL_TIMEOUT = 0.5
    interaction = answer()
    with mailservers.Silent() as silent:
        settings.EMAIL_PORT = silent.port
        duties.swept(now=minutes(1))

    assert status(interaction) == Status.QUEUED
    assert "timed out" in Lease.objects.get().because


def test_a_certificate_nobody_trusts_is_not_trusted(
    answer,
    minutes,  # noqa: F811
    settings,
    tmp_path,
    monkeypatch,
    smtp,  # noqa: F811
):
    certificate = mailservers.certificate(tmp_path)
    interaction = answer()
    settings.EMAIL_USE_TLS = True
    with mailservers.Smtp(certificate=certificate) as server:
        settings.EMAIL_PORT = server.port
        duties.swept(now=minutes(1))
        assert (status(interaction), server.mails) == (Status.QUEUED, [])
        assert "certificate" in Lease.objects.get().because.lower()

        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "public.pem"))
        duties.swept(now=minutes(2))
        assert status(interaction) == Status.SENT


def test_a_server_without_tls_gets_nothing_in_clear(answer, minutes, settings, smtp):  # noqa: F811
    interaction = answer()
    settings.EMAIL_USE_TLS = True
    duties.swept(now=minutes(1))

    assert (status(interaction), smtp.mails) == (Status.QUEUED, [])


def test_a_wrong_password_is_tried_again_and_nowhere_to_be_read(
    answer,
    minutes,  # noqa: F811
    settings,
    caplog,
    smtp,  # noqa: F811
):
    interaction = answer()
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "help", "hunter2hunter2"
    with mailservers.Smtp(password="another") as server:
        settings.EMAIL_PORT = server.port
        duties.swept(now=minutes(1))
        assert status(interaction) == Status.QUEUED
        lease = Lease.objects.get()
        assert lease.because.startswith("535 ")
        assert "hunter2" not in lease.because + interaction.because + caplog.text

        settings.EMAIL_HOST_PASSWORD = "another"
        duties.swept(now=minutes(2))
        assert status(interaction) == Status.SENT
