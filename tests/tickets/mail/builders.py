"""Mails, built in code: the smallest that show what a test is about."""

HEADERS = {
    "From": "Ingrid Berg <ingrid@example.com>",
    "To": "help@shop.example",
    "Subject": "My laptop",
    "Message-ID": "<1@example.com>",
    "Date": "Mon, 2 Mar 2026 09:00:00 -0500",
}


def mail(body="It is wet.", *extra, **changed):
    """A mail whose headers are `changed` (None leaves one out) and after which `extra` come.

    A keyword stands for a header: `message_id` for Message-ID.
    """
    named = {name.replace("_", "-").lower(): value for name, value in changed.items()}
    lines = [
        _line(name, named.pop(name.lower(), value))
        for name, value in HEADERS.items()
        if named.get(name.lower(), value) is not None
    ]
    lines += [_line(name.title(), value) for name, value in named.items() if value is not None]
    lines += [line if isinstance(line, bytes) else line.encode() for line in extra]
    return b"\n".join(lines) + b"\n\n" + _bytes(body)


def multipart(*parts, kind="mixed", **changed):
    """A mail made of `parts`, each its headers, an empty line and its content."""
    return mail(
        b"".join(b"--b\n" + _bytes(part) + b"\n" for part in parts) + b"--b--\n",
        content_type=f'multipart/{kind}; boundary="b"',
        **changed,
    )


def part(content, content_type="text/plain; charset=utf-8", *headers):
    return b"\n".join([b"Content-Type: " + _bytes(content_type), *map(_bytes, headers)]) + (
        b"\n\n" + _bytes(content)
    )


def attached(name, content="x", content_type="application/octet-stream"):
    return part(content, content_type, f'Content-Disposition: attachment; filename="{name}"')


def returned(message_id, to, *, status="5.1.1", action="failed"):
    """A delivery report (RFC 3464) about one of our mails, which went `to` an address."""
    about = (
        "Reporting-MTA: dns; mx.example.com\n\n"
        f"Final-Recipient: rfc822; {to}\nAction: {action}\nStatus: {status}\n"
        "Diagnostic-Code: smtp; 550 no such user\n"
    )
    return multipart(
        part("It could not be delivered.\n"),
        part(about, "message/delivery-status"),
        part(f"Message-ID: {message_id}\nSubject: x\n\nx\n", "message/rfc822"),
        kind="report; report-type=delivery-status",
        **{"from": "MAILER-DAEMON@example.com", "return_path": "<>"},
        message_id=f"<bounce-{status}@example.com>",
    )


def _line(name, value):
    return name.encode() + b": " + _bytes(value)


def _bytes(value):
    return value if isinstance(value, bytes) else value.encode()
