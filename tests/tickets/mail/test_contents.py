"""The text and the files of mails as real programs send them."""

import pytest

from tests.tickets.mail.builders import attached, mail, multipart, part
from tickets.mail import contents, reading
from tickets.mail.contract import File

PNG = part("png", "image/png; name=a.png", "Content-Disposition: inline", "Content-ID: <p1@x>")


def inner(*parts, kind="alternative"):
    body = b"".join(b"--i\n" + each + b"\n" for each in parts) + b"--i--"
    return part(body, f"multipart/{kind}; boundary=i")


def file(name, kind="application/octet-stream", content=b"x", **fields):
    return File(name=name, content_type=kind, content=content, **fields)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param(
            multipart(part("plain"), part("<b>rich", "text/html")), "plain\n\nrich", id="in a row"
        ),
        pytest.param(
            multipart(part("plain"), part("<b>rich", "text/html"), kind="alternative"),
            "plain",
            id="versions",
        ),
        pytest.param(
            multipart(part(" \n"), part("<b>rich", "text/html"), kind="alternative"),
            "rich",
            id="empty version",
        ),
        pytest.param(
            multipart(part("before"), PNG, part("after")), "before\n\nafter", id="around a picture"
        ),
        pytest.param(
            multipart(inner(part("plain"), part("<b>rich", "text/html")), attached("a")),
            "plain",
            id="nested",
        ),
        pytest.param(
            mail(b"b\xe5t", content_type="text/plain; charset=iso-8859-1"), "båt", id="latin-1"
        ),
        pytest.param(
            mail(b"\x93b\x94", content_type="text/plain; charset=iso-8859-1"),
            "“b”",
            id="quotes of Windows",
        ),
        pytest.param(mail("båt"), "båt", id="no charset"),
        pytest.param(
            mail("b=C3=A5t=\n!", content_transfer_encoding="Quoted-Printable"),
            "båt!",
            id="soft break",
        ),
        pytest.param(mail("YsOldA==", content_transfer_encoding="base64"), "båt", id="base64"),
        pytest.param(
            mail(
                "<table><tr><td>a<td>b</table><p style='display:none'>no</p>&nbsp;c",
                content_type="text/html",
            ),
            "a  b\n\nc",
            id="table",
        ),
        pytest.param(
            mail("a\r\nb", x="y").replace(b"\n\n", b"\r\n\r\n"), "a\nb", id="both kinds of newline"
        ),
        pytest.param(
            b"\xef\xbb\xbf\nFrom: a@b.se\n\nHi", "Hi", id="byte order mark and empty line in front"
        ),
        pytest.param(
            b"From ann Mon Mar  2 09:00:00 2026\nFrom: a@b.se\n\nHi", "Hi", id="line of an mbox"
        ),
    ],
)
def test_text(raw, text):
    assert reading.read(raw).text == text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param(attached("a.pdf", ""), file("a.pdf", content=b""), id="65-empty"),
        pytest.param(attached("../../etc/passwd"), file("passwd"), id="56-path"),
        pytest.param(attached("=?utf-8?q?b=C3=A5t.pdf?="), file("båt.pdf"), id="encoded word"),
        pytest.param(attached("båt.pdf"), file("båt.pdf"), id="8-bit name"),
        pytest.param(
            part(
                "x",
                "application/x-y",
                "Content-Disposition: attachment; filename*=utf-8''a%0D%0AX%E2%80%AEgpj.exe",
            ),
            file("a Xgpj.exe", "application/x-y"),
            id="57-58-continued name",
        ),
        pytest.param(
            part(
                "x", "image/png", "Content-Disposition: attachment; filename*=no-such''b%C3%A5t.png"
            ),
            file("båt.png", "image/png"),
            id="name in a charset that is not known",
        ),
        pytest.param(
            part("x", "text/plain; name=notes.txt"),
            file("notes.txt", "text/plain"),
            id="named text",
        ),
        pytest.param(
            part("x", "image/svg+xml"), file("attachment-1", "image/svg+xml"), id="61-no name"
        ),
        pytest.param(
            PNG,
            file("a.png", "image/png", b"png", content_id="p1@x", is_inline=True),
            id="55-inline",
        ),
        pytest.param(
            part("png", "image/png", "Content-ID: <p2@x>"),
            file("attachment-1", "image/png", b"png", content_id="p2@x", is_inline=True),
            id="55-inline without saying so",
        ),
        pytest.param(
            part("From: a@b.se\nSubject: in\n\ninner", "message/rfc822"),
            file("attachment-1.eml", "message/rfc822", b"From: a@b.se\nSubject: in\n\ninner"),
            id="forwarded mail",
        ),
        pytest.param(
            part("x", "text/calendar"), file("attachment-1", "text/calendar"), id="invitation"
        ),
        pytest.param(
            part(
                "eA==", "application/ms-tnef; name=winmail.dat", "Content-Transfer-Encoding: base64"
            ),
            file("winmail.dat", "application/ms-tnef"),
            id="51-winmail.dat",
        ),
        pytest.param(
            part("x", "application/pkcs7-mime; name=smime.p7m"),
            file("smime.p7m", "application/pkcs7-mime"),
            id="51-S/MIME",
        ),
    ],
)
def test_a_file(given, kept):
    read = reading.read(multipart(part("See file."), given))

    assert read.files == (kept,)
    assert read.text == "See file."
    assert read.remarks == ()


def test_encrypted_mail_is_two_files():
    read = reading.read(
        multipart(
            part("Version: 1", "application/pgp-encrypted"),
            part("secret", "application/octet-stream; name=encrypted.asc"),
            kind="encrypted",
        )
    )

    assert [it.name for it in read.files] == ["attachment-1", "encrypted.asc"]
    assert read.remarks == (contents.NO_TEXT,)


def test_of_too_many_files_the_first_fifty_are_kept():
    read = reading.read(multipart(part("Hi"), *(attached(f"{n}.txt") for n in range(60))))

    assert [it.name for it in read.files] == [f"{n}.txt" for n in range(50)]


def test_html_is_kept_as_it_came_but_for_the_pictures_inside():
    picture = "data:image/png;base64," + "A" * 700_000
    read = reading.read(mail(f"<p onclick=x>Hi<img src='{picture}'>", content_type="text/html"))

    assert (read.html, read.text) == ("<p onclick=x>Hi<img src=''>\n", "Hi")


def test_html_in_many_parts_is_read_up_to_a_limit():
    read = reading.read(multipart(*[part("<p>" + "x" * 99_997, "text/html")] * 60))

    assert read.text == "\n\n".join(["x" * 99_997] * 5)
    assert read.remarks == (contents.TOO_COMPLEX,)


def test_a_text_without_end_is_cut_with_a_mark():
    read = reading.read(mail("x" * 1_000_001))

    assert read.text == "x" * 999_999 + "…"
    assert read.remarks == (contents.TOO_LONG,)
