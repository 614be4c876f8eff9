"""Names that strangers give to files; the numbers are rows in the list of bad inputs."""

import pytest

from tickets.mail import names


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        pytest.param("invoice.pdf", "invoice.pdf", id="nothing to do"),
        pytest.param("../../etc/passwd", "passwd", id="56-path"),
        pytest.param(r"C:\Users\x\photo.jpg", "photo.jpg", id="56-path of Windows"),
        pytest.param("a\r\nX: y", "a X: y", id="57-newline"),
        pytest.param("a\u202egpj.exe", "agpj.exe", id="58-turned writing"),
        pytest.param("\u200b.htaccess", ".htaccess", id="59-nothing visible in front"),
        pytest.param("", "attachment-3", id="60-empty"),
        pytest.param(".", "attachment-3", id="60-dot"),
        pytest.param("..", "attachment-3", id="60-dots"),
        pytest.param("a/", "attachment-3", id="60-folder"),
        pytest.param("CON", "attachment-3", id="60-device"),
        pytest.param("con .txt", "attachment-3", id="60-device with an ending"),
        pytest.param("Lpt1.tar.gz", "attachment-3", id="60-port"),
        pytest.param("console.txt", "console.txt", id="60-no device"),
        pytest.param("evil.exe. .", "evil.exe", id="60-dots that Windows drops"),
        pytest.param("x" * 300 + ".jpeg", "x" * 114 + "….jpeg", id="60-long"),
        pytest.param("x" * 300, "x" * 119 + "…", id="60-long without an ending"),
        pytest.param("x." + "y" * 300, "x." + "y" * 117 + "…", id="60-long ending"),
        pytest.param("räksmörgås 你好.pdf", "räksmörgås 你好.pdf", id="every script"),
    ],
)
def test_attachment(claimed, name):
    assert names.attachment(claimed, 3) == name
