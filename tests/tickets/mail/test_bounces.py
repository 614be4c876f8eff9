"""What other servers say when they return our mail."""

import pytest

from tests.tickets.mail.builders import mail, multipart, part
from tickets.mail import reading
from tickets.mail.contract import Bounce

DAEMON = {"from": "MAILER-DAEMON@mx.example"}
RETURNED = part("From: help@shop.example\nMessage-ID: <ours@shop.example>\n\nHi", "message/rfc822")


def status(*fields):
    return part("Reporting-MTA: dns; mx.example\n\n" + "\n".join(fields), "message/delivery-status")


def report(*parts):
    return multipart(part("It could not be delivered."), *parts, kind="report", **DAEMON)


FAILED = status(
    "Final-Recipient: rfc822; Ann@Example.com",
    "Action: failed",
    "Status: 5.1.1",
    "Diagnostic-Code: smtp; 550 5.1.1 no such\n user: Ann",
)

QMAIL = """Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.

<ann@example.com>:
192.0.2.1 does not like recipient.
Remote host said: 554 5.7.1 Relay access denied

--- Below this line is a copy of the message.

Message-ID: <ours@shop.example>
Subject: Your laptop
"""


@pytest.mark.parametrize(
    ("raw", "bounce"),
    [
        pytest.param(
            report(FAILED, RETURNED),
            Bounce(
                ("<ours@shop.example>",), "ann@example.com", "5.1.1", "550 5.1.1 no such user: Ann"
            ),
            id="report with the mail",
        ),
        pytest.param(
            report(
                FAILED, part("Subject: x\nMessage-Id: <ours@shop.example>\n", "text/rfc822-headers")
            ),
            Bounce(
                ("<ours@shop.example>",), "ann@example.com", "5.1.1", "550 5.1.1 no such user: Ann"
            ),
            id="report with its headers",
        ),
        pytest.param(
            report(status("Original-Recipient: rfc822;a@b.se", "Action: delayed")),
            Bounce((), "a@b.se", "4.0.0", "It could not be delivered."),
            id="late",
        ),
        pytest.param(
            report(status("Final-Recipient: rfc822;a@b.se", "Action: failed", "Status: 4.4.7")),
            Bounce((), "a@b.se", "5.4.7", "It could not be delivered."),
            id="late for too long",
        ),
        pytest.param(
            report(
                status(
                    "Final-Recipient: rfc822;late@b.se\nAction: delayed\nStatus: 4.4.1\n",
                    "Final-Recipient: rfc822;gone@b.se\nAction: failed\nStatus: 5.1.1",
                )
            ),
            Bounce((), "gone@b.se", "5.1.1", "It could not be delivered."),
            id="one late and one failed",
        ),
        pytest.param(
            report(status(), RETURNED),
            Bounce(("<ours@shop.example>",), "", "", "It could not be delivered."),
            id="report that says nothing",
        ),
        pytest.param(
            mail(QMAIL, **DAEMON),
            Bounce(
                ("<ours@shop.example>",),
                "ann@example.com",
                "5.7.1",
                "554 5.7.1 Relay access denied",
            ),
            id="text only",
        ),
        pytest.param(
            mail(
                "User unknown",
                x_failed_recipients="Ann@example.com",
                in_reply_to="<ours@shop.example>",
            ),
            Bounce(("<ours@shop.example>",), "ann@example.com", "", "User unknown"),
            id="headers only",
        ),
    ],
)
def test_a_bounce(raw, bounce):
    assert reading.read(raw).bounce == bounce


@pytest.mark.parametrize(
    ("status", "is_permanent"), [("5.1.1", True), ("4.4.1", False), ("", True)]
)
def test_a_delay_is_not_permanent(status, is_permanent):
    assert Bounce((), "", status, "").is_permanent == is_permanent


def test_of_several_ids_ours_is_named():
    raw = multipart(part("Sorry."), FAILED, RETURNED, kind="report", references="<theirs@x>")

    assert reading.read(raw).bounce.message_ids == ("<ours@shop.example>", "<theirs@x>")
    named = reading.read(raw, our_hosts=frozenset({"shop.example"})).bounce.message_ids
    assert named == ("<ours@shop.example>",)


def test_a_person_s_mail_is_no_bounce():
    assert reading.read(mail()).bounce is None
