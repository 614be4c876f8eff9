"""Addresses, ids and dates as they are really written."""

from datetime import UTC, datetime

import pytest

from tests.tickets.mail.builders import mail
from tickets.mail import headers, reading
from tickets.mail.headers import Mailbox


@pytest.mark.parametrize(
    ("written", "boxes"),
    [
        ("ann@example.com", [Mailbox("ann@example.com", "")]),
        ("Ann@Example.COM", [Mailbox("ann@example.com", "")]),
        ("Ann B <ann@x.se>", [Mailbox("ann@x.se", "Ann B")]),
        ('"B, Ann" <ann@x.se>', [Mailbox("ann@x.se", "B, Ann")]),
        (r'"Ann \"the\" B" <ann@x.se>', [Mailbox("ann@x.se", 'Ann "the" B')]),
        ("ann@x.se (Ann B)", [Mailbox("ann@x.se", "Ann B")]),
        ('"=?utf-8?b?w4VzYQ==?=" <a@x.se>', [Mailbox("a@x.se", "Åsa")]),
        ("=?utf-8?b?w4U=?= =?utf-8?b?c2E=?= <a@x.se>", [Mailbox("a@x.se", "Åsa")]),
        ("=?utf-8?q?B,_Ann?= <a@x.se>", [Mailbox("a@x.se", "B, Ann")]),
        ("us@shop.se <them@x.se>", [Mailbox("them@x.se", "us@shop.se")]),
        ("Foo, Inc. <a@x.se>", [Mailbox("a@x.se", "Inc.")]),
        ("<a@x.se>b@x.se", [Mailbox("a@x.se", "b@x.se")]),
        ("a@x.se www.x.se", [Mailbox("a@x.se", "")]),
        ("a@[192.0.2.1]", [Mailbox("a@[192.0.2.1]", "")]),
        ("a@x.se, B <b@x.se>", [Mailbox("a@x.se", ""), Mailbox("b@x.se", "B")]),
        ("G: a@x.se; b@x.se", [Mailbox("a@x.se", "", in_group=True), Mailbox("b@x.se", "")]),
        ("undisclosed-recipients:;", []),
        ('"" (Mail Delivery System)', []),
        ('"open', []),
        ("a@b@c", []),
        ("=?utf-8?b?!!!?= <a@x.se>", [Mailbox("a@x.se", "")]),
        ("", []),
    ],
)
def test_mailboxes(written, boxes):
    assert headers.mailboxes(written) == boxes


def test_the_first_recipient_is_whom_our_border_delivered_to():
    raw = mail(to="A <a@x.se>, b@x.se", cc="A@x.se, c@x.se", delivered_to="us@shop.example")

    assert reading.read(raw).recipients == ("us@shop.example", "a@x.se", "b@x.se", "c@x.se")


def test_what_it_answers_is_nearest_first_and_once():
    raw = mail(
        in_reply_to="<3@x>, <3@x>", references="<1@x> <no-at-sign>\n <2@x> <3@x> <>", subject="Re"
    )

    assert reading.read(raw).in_reply_to == ("<3@x>", "<2@x>", "<no-at-sign>", "<1@x>")


@pytest.mark.parametrize(
    ("date", "instant"),
    [
        ("Mon, 2 Mar 2026 09:00:00 -0500", datetime(2026, 3, 2, 14, tzinfo=UTC)),
        ("2 Mar 2026 09:00 (no zone)", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("Mon, 32 Mar 2026 09:00:00 -0500", None),
        ("yesterday, 2026", None),
    ],
)
def test_sent_at(date, instant):
    assert reading.read(mail(date=date)).sent_at == instant


@pytest.mark.parametrize(
    ("written", "subject"),
    [
        (b"b\xc3\xa5t", "båt"),
        (b"b\xe5t", "båt"),
        ("=?utf-8?q?b=C3=A5t?=", "båt"),
        ("=?x-unknown?q?b=C3=A5t?=", "båt"),
        ("Re: =?utf-8?q?b=C3?= =?utf-8?q?=A5t?= !", "Re: båt !"),
        ("two\n lines", "two lines"),
        ("", ""),
    ],
)
def test_subject(written, subject):
    assert reading.read(mail(subject=written)).subject == subject
