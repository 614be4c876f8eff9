"""Whether a person wrote it, and whether a machine may answer."""

import pytest

from tests.tickets.mail.builders import mail, multipart, part
from tickets.mail import reading
from tickets.mail.contract import Authentication, Nature

OURS = {
    "our_addresses": frozenset({"help@shop.example"}),
    "our_hosts": frozenset({"desk.shop.example"}),
}
REPORT = part("Status: 5.1.1\n\nFinal-Recipient: rfc822; a@b.se", "message/delivery-status")


@pytest.mark.parametrize(
    ("headers", "nature"),
    [
        ({}, Nature.PERSONAL),
        ({"auto_submitted": "no"}, Nature.PERSONAL),
        ({"auto_submitted": "No (really)"}, Nature.PERSONAL),
        ({"auto_submitted": "auto-generated; owner-email=x@y"}, Nature.AUTO_REPLY),
        ({"auto_submitted": "auto-replied"}, Nature.AUTO_REPLY),
        ({"x_autoreply": "yes"}, Nature.AUTO_REPLY),
        ({"x_autoreply": "no"}, Nature.PERSONAL),
        ({"x_autorespond": "gone fishing"}, Nature.AUTO_REPLY),
        ({"precedence": "auto_reply"}, Nature.AUTO_REPLY),
        (
            {"content_type": "multipart/report; report-type=disposition-notification"},
            Nature.AUTO_REPLY,
        ),
        ({"auto_submitted": "auto-replied", "return_path": "<>"}, Nature.AUTO_REPLY),
        ({"auto_submitted": "auto-replied", "precedence": "bulk"}, Nature.AUTO_REPLY),
        ({"precedence": "Bulk"}, Nature.LIST),
        ({"precedence": "list"}, Nature.LIST),
        ({"precedence": "junk"}, Nature.LIST),
        ({"precedence": "first-class"}, Nature.PERSONAL),
        ({"list_id": "Friends <f.example.com>"}, Nature.LIST),
        ({"return_path": "<>"}, Nature.BOUNCE),
        ({"return_path": " < > "}, Nature.PERSONAL),
        ({"return_path": "<ingrid@example.com>"}, Nature.PERSONAL),
        ({"x_envelope_from": "<>"}, Nature.BOUNCE),
        ({"x_failed_recipients": "a@b.se"}, Nature.BOUNCE),
        ({"from": "Mail Delivery <MAILER-DAEMON@example.com>"}, Nature.BOUNCE),
        ({"from": "postmaster@example.com", "auto_submitted": "auto-replied"}, Nature.BOUNCE),
        (
            {"from": "mailer-daemon@shop.example", "message_id": "<1@desk.shop.example>"},
            Nature.BOUNCE,
        ),
        ({"from": "Help <HELP@shop.example>"}, Nature.LOOP),
        ({"from": "help@shop.example", "return_path": "<>"}, Nature.LOOP),
        ({"message_id": "<1@Desk.shop.example>"}, Nature.LOOP),
        ({"x_loop": "desk.shop.example"}, Nature.LOOP),
        ({"x_loop": "help@shop.example"}, Nature.LOOP),
        ({"x_loop": "other.example"}, Nature.PERSONAL),
    ],
)
def test_nature(headers, nature):
    read = reading.read(mail(**headers), **OURS)

    assert read.nature == nature
    assert read.may_be_answered == (nature == Nature.PERSONAL)


def test_a_report_of_delivery_is_a_bounce_though_it_is_automatic():
    raw = multipart(part("Sorry."), REPORT, kind="report", auto_submitted="auto-replied")

    assert reading.read(raw).nature == Nature.BOUNCE


@pytest.mark.parametrize(
    ("headers", "may"),
    [
        ({"x_auto_response_suppress": "All"}, False),
        ({"x_auto_response_suppress": "OOF, AutoReply"}, False),
        ({"x_auto_response_suppress": "None"}, True),
        ({"list_unsubscribe": "<https://example.com/u>"}, False),
        ({"from": "no-reply@example.com"}, False),
        ({"from": "NoReply+17@example.com"}, False),
        ({"from": "do_not_reply@example.com"}, False),
        ({"from": "noreplyton@example.com"}, True),
        ({"from": "a@x.se, b@x.se"}, False),
        ({"reply_to": "somebody@else.example"}, True),
    ],
)
def test_a_person_s_mail_may_ask_for_no_answer(headers, may):
    read = reading.read(mail(**headers), **OURS)

    assert (read.nature, read.may_be_answered) == (Nature.PERSONAL, may)


def test_reply_to_does_not_change_who_sent_it():
    assert reading.read(mail(reply_to="somebody@else.example")).sender == "ingrid@example.com"


def test_what_a_list_of_ours_passes_on_is_from_whom_it_came():
    raw = mail(
        **{"from": "'Ann' via Help <help@shop.example>", "x_original_sender": "ann@example.com"},
        authentication_results="mx.shop.example; dmarc=pass",
    )
    read = reading.read(raw, **OURS, trusted_authserv="mx.shop.example")

    assert (read.sender, read.nature, read.may_be_answered) == (
        "ann@example.com",
        Nature.PERSONAL,
        False,
    )
    assert read.authentication == Authentication.UNKNOWN
    assert read.remarks == (reading.PASSED_ON,)


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        (
            "mx.shop.example; dkim=pass; dmarc=pass (p=none) header.from=example.com",
            Authentication.PASSED,
        ),
        ("mx.shop.example 1; dmarc=pass", Authentication.PASSED),
        ("mx.shop.example; DMARC = fail", Authentication.FAILED),
        ("mx.shop.example; dmarc=pass; dmarc=fail", Authentication.FAILED),
        ("mx.shop.example; dmarc=none", Authentication.UNKNOWN),
        ("mx.shop.example; spf=pass", Authentication.UNKNOWN),
        ("mx.shop.example; none", Authentication.UNKNOWN),
        ("elsewhere.example; dmarc=pass", Authentication.UNKNOWN),
        ("mx.shop.example.evil.example; dmarc=pass", Authentication.UNKNOWN),
        ("(mx.shop.example) evil.example; dmarc=pass", Authentication.UNKNOWN),
        ("mx.shop.example; spf=fail (x; dmarc=pass)", Authentication.UNKNOWN),
        ('mx.shop.example; spf=fail smtp.mailfrom="x; dmarc=pass"@y', Authentication.UNKNOWN),
        ("", Authentication.UNKNOWN),
    ],
)
def test_authentication(written, verdict):
    read = reading.read(mail(authentication_results=written), trusted_authserv="mx.shop.example")

    assert read.authentication == verdict


def test_only_the_topmost_verdict_counts():
    forged = "Authentication-Results: mx.shop.example; dmarc=pass"
    raw = mail("", forged, authentication_results="mx.shop.example; dmarc=fail")
    read = reading.read(raw, trusted_authserv="mx.shop.example")

    assert (read.authentication, read.may_be_answered) == (Authentication.FAILED, False)


def test_without_a_border_of_ours_nobody_is_believed():
    raw = mail(authentication_results="; dmarc=pass")

    assert reading.read(raw).authentication == Authentication.UNKNOWN
