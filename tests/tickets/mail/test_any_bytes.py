"""Whatever bytes arrive, they become a mail or are refused, and nothing else happens."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tickets.mail.builders import attached, mail, multipart, part
from tickets import text
from tickets.mail import reading, scan
from tickets.mail.contract import Mail, Unreadable

VALID = [
    mail(),
    mail("b=C3=A5t", content_transfer_encoding="quoted-printable", date="2 Mar 2026 09:00"),
    multipart(part("plain"), part("<p>rich<b>", "text/html"), kind="alternative"),
    multipart(part("Hi"), attached("a.pdf"), part("From: a@b.se\n\nin", "message/rfc822")),
    multipart(
        part("Sorry."),
        part("X: y\n\nFinal-Recipient: rfc822; a@b.se\nStatus: 5.1.1", "message/delivery-status"),
        part("Message-ID: <1@x>", "text/rfc822-headers"),
        kind="report",
    ),
]
NASTY = st.sampled_from(
    [
        *(
            b"<",
            b">",
            b'"',
            b"(",
            b"[",
            b":",
            b";",
            b"\r",
            b"\n",
            b"\n\n",
            b"\0",
            b"\xff",
            b"\\",
            b"@",
        ),
        *(b"=?", b"?=", b"=?utf-8?b?", b"--b", b"*0*=", b"boundary=", b"charset=", b"filename="),
        *(b"Content-Type: ", b"multipart/", b"message/rfc822", b"base64", b"%00", b"''", b"<!--"),
    ]
)
HEADERS = st.sampled_from(
    [
        *(b"From", b"To", b"Subject", b"Message-ID", b"Date", b"References", b"Content-Type"),
        *(b"Content-Disposition", b"Content-Transfer-Encoding", b"Authentication-Results"),
        *(b"X-Loop", b"Precedence"),
    ]
)
SOUP = st.lists(NASTY | st.binary(max_size=8), max_size=12).map(b"".join)


def proper(raw):
    """Read `raw` and check what the contract says of every mail."""
    try:
        scan.check(raw)
    except Unreadable:
        return
    # Nothing that the parser trips over is left to be caught.
    read = reading.read(raw, trusted_authserv="mx")
    assert isinstance(read, Mail)
    for line in (read.sender, read.sender_name, read.subject, read.message_id, *read.recipients):
        assert line == text.one_line(line)
    assert (read.text, read.html) == (text.clean(read.text), text.clean(read.html))
    assert bool(read.fresh_text.strip()) == bool(read.text.strip())
    assert read.may_be_answered <= bool(read.sender)


@given(st.binary(max_size=300))
def test_any_bytes(raw):
    proper(raw)


@given(st.lists(st.tuples(HEADERS, SOUP), max_size=6), SOUP)
def test_any_headers(headers, body):
    lines = b"".join(name + b": " + value + b"\n" for name, value in headers)
    proper(b"X-First: 1\n" + lines + b"\n" + body)


@settings(max_examples=300)
@given(
    st.sampled_from(VALID),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 9), SOUP), max_size=5),
)
def test_any_change_to_a_proper_mail(raw, changes):
    for place, length, put in changes:
        at = int(place * len(raw))
        raw = raw[:at] + put + raw[at + length :]
    proper(raw)


@given(SOUP, SOUP, SOUP)
def test_any_part(kind, disposition, content):
    proper(multipart(part("Hi"), part(content, kind, b"Content-Disposition: " + disposition)))
