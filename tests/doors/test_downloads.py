"""What strangers attach, on its way out: a download, whatever it claims to be."""

import pytest
from django.core.files.base import ContentFile

from tests.doors.mails import arrive, mail
from tickets.models import Attachment, Interaction

HTML = b"<script>alert(1)</script>"
SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


@pytest.fixture
def attach(shop, monday_nine):
    """Attach a file to a mail that arrived; past the reading of mails, whatever its name."""

    def attach(name, content=HTML, content_type="text/html"):
        arrive(mail(), now=monday_nine)
        return Attachment.objects.create(
            interaction=Interaction.objects.latest("pk"),
            name=name,
            content_type=content_type,
            size=len(content),
            sha256="x",
            file=ContentFile(content, name="file"),
        )

    return attach


@pytest.fixture
def got(at_desk):
    """Get an attachment: the answer, and what is in it."""

    def got(attachment):
        response = at_desk.get(f"/attachments/{attachment.pk}/")
        content = b"".join(response.streaming_content)
        response.close()
        return response, content

    return got


@pytest.mark.parametrize(
    ("name", "sent_as", "disposition"),
    [
        ("photo.jpg", "image/jpeg", 'attachment; filename="photo.jpg"'),
        ("PHOTO.JPG", "image/jpeg", 'attachment; filename="PHOTO.JPG"'),
        ("drawing.svg", "application/octet-stream", 'attachment; filename="drawing.svg"'),
        ("page.html", "application/octet-stream", 'attachment; filename="page.html"'),
        ("page.pdf.html", "application/octet-stream", 'attachment; filename="page.pdf.html"'),
        ("noextension", "application/octet-stream", 'attachment; filename="noextension"'),
        (".htaccess", "application/octet-stream", 'attachment; filename=".htaccess"'),
        ("script.js", "application/octet-stream", 'attachment; filename="script.js"'),
        # Turned about by U+202E it would read "invoice_exe.pdf".
        (
            "invoice_\u202efdp.exe",
            "application/octet-stream",
            'attachment; filename="invoice_fdp.exe"',
        ),
        ("zero\u200bwidth.pdf", "application/pdf", 'attachment; filename="zerowidth.pdf"'),
        (
            'a"; filename=b.html',
            "application/octet-stream",
            r'attachment; filename="a\"; filename=b.html"',
        ),
        (
            "a\r\nSet-Cookie: x=1",
            "application/octet-stream",
            'attachment; filename="a Set-Cookie: x=1"',
        ),
        ("räkning.pdf", "application/pdf", "attachment; filename*=utf-8''r%C3%A4kning.pdf"),
        ("请.zip", "application/zip", "attachment; filename*=utf-8''%E8%AF%B7.zip"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_it_is_saved_and_never_shown(attach, got, name, sent_as, disposition):
    response, content = got(attach(name))

    assert response["Content-Disposition"] == disposition
    assert response["Content-Type"] == sent_as
    assert {header: response[header] for header in SAFE} == SAFE
    assert response.get("Set-Cookie") is None
    assert content == HTML


def test_what_it_claims_to_be_is_told_to_nobody(attach, got):
    response, _content = got(attach("a.txt", content_type="text/html"))

    assert response["Content-Type"] == "text/plain"


def test_a_file_that_has_gone_is_not_found(attach, at_desk):
    attachment = attach("a.txt")
    attachment.file.storage.delete(attachment.file.name)

    assert at_desk.get(f"/attachments/{attachment.pk}/").status_code == 404


def test_a_stranger_is_asked_to_sign_in(client, attach):
    assert client.get(f"/attachments/{attach('a.txt').pk}/").status_code == 302


def test_the_stored_name_says_nothing(attach):
    assert "htaccess" not in attach(".htaccess").file.name


@pytest.mark.parametrize("where", ["arrivals", "tickets"])
def test_what_arrived_can_be_had_as_it_came(at_desk, monday_nine, where):
    raw = mail("As it came.")
    arrival = arrive(raw, now=monday_nine)
    contact = arrival.interaction
    address = f"/arrivals/{arrival.pk}/raw/"
    if where == "tickets":
        address = f"/tickets/{contact.ticket_id}/messages/{contact.pk}/raw/"

    response = at_desk.get(address)

    assert b"".join(response.streaming_content) == raw
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == f'attachment; filename="arrival-{arrival.pk}.eml"'
    assert {header: response[header] for header in SAFE} == SAFE
