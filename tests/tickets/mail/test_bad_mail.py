"""Every bad mail that is known, by its row in the list of bad inputs, and what becomes of it."""

from hashlib import sha256
from time import perf_counter

import pytest

from tests.tickets.mail.builders import attached, mail, multipart, part
from tickets.mail import contents, reading
from tickets.mail.contract import MAIL_LIMIT, Authentication, Nature, Unreadable

SECONDS = 10  # what must be quick takes a tenth of one; what is not takes minutes


def synthetic(raw):
    return f"<{sha256(raw).hexdigest()}@unknown>"


def case(row, raw, **expected):
    return pytest.param(raw, expected, id=row)


def refused(row, raw, because):
    return pytest.param(raw, because, id=row)


def without_id(row, raw):
    return case(row, raw, message_id=synthetic(raw), remarks=(reading.NO_ID,))


def no_sender(row, raw):
    expected = {"sender": "", "may_be_answered": False, "nature": Nature.PERSONAL}
    return case(row, raw, **expected, remarks=(reading.NO_SENDER,))


def shown(row, raw, text="It is wet.", *remarks):
    return case(row, raw, text=text, remarks=remarks)


def undated(row, date):
    return case(row, mail(date=date), sent_at=None, text="It is wet.", remarks=())


def nested(depth):
    kind = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"
    return b"From: a@b.se\n" + b"".join(kind % (level, level) for level in range(depth))


LONG_ID = f"<{'a' * 100_000}@example.com>"
HTML = {"content_type": "text/html; charset=utf-8"}
DIVS = "<div>" * 17_000 + "deep" + "</div>" * 17_000

READ = [
    shown("content-type-of-250-kb", mail(content_type="text/plain" + ";" * 250_000)),
    case(
        "file-name-of-10-mb",
        multipart(
            part("Hi"), part("x", "a/b; name=c", f"Content-Disposition: a;{';' * 10_000_000}")
        ),
        text="Hi",
        remarks=(),
    ),
    without_id("1-message-id-of-brackets", mail(message_id="<>")),
    without_id("2-message-id-of-one-bracket", mail(message_id="<")),
    without_id("3-message-id-of-square-brackets", mail(message_id="<[]@x>")),
    without_id("4-no-message-id", mail(message_id=None)),
    case(
        "5-two-message-ids",
        mail("", "Message-ID: <2@example.com>"),
        message_id="<1@example.com>",
        remarks=(reading.SEVERAL_IDS, contents.NO_TEXT),
    ),
    case(
        "6-message-id-of-100-kb",
        mail(message_id=LONG_ID),
        message_id=f"<{sha256(LONG_ID.encode()).hexdigest()}@unknown>",
        remarks=(),
    ),
    no_sender("7-from-with-an-open-domain", mail(**{"from": "a@["})),
    no_sender("8-empty-from", mail(**{"from": ""})),
    no_sender("8-no-from", mail(**{"from": None})),
    no_sender("9-from-of-one-bracket", mail(**{"from": "<"})),
    case(
        "11-a-name-that-is-an-address",
        mail(**{"from": '"staff@us" <evil@z>'}),
        sender="evil@z",
        sender_name="staff@us",
        remarks=(reading.POSING_SENDER,),
    ),
    case(
        "12-group-syntax",
        mail(**{"from": "Friends: Ann <ann@example.com>, bo@example.com;"}),
        sender="ann@example.com",
        sender_name="Ann",
        may_be_answered=False,
        remarks=(reading.SEVERAL_SENDERS,),
    ),
    case(
        "14-8-bit-address",
        mail(**{"from": b"Ann <j\xf6s@example.com>"}),
        sender="j\ufffds@example.com",
        may_be_answered=False,
        remarks=(reading.ODD_SENDER,),
    ),
    case(
        "14-homograph-in-an-encoded-word",
        mail(**{"from": "<=?utf-8?q?p=D0=B0y?=@example.com>"}),
        sender="p\ufffdy@example.com",
        may_be_answered=False,
        remarks=(reading.ODD_SENDER,),
    ),
    case(
        "15-newline-in-an-encoded-subject",
        mail(subject="=?utf-8?q?a=0D=0ABcc:_x@y.z?="),
        subject="a Bcc: x@y.z",
        recipients=("help@shop.example",),
    ),
    case(
        "16-newline-in-an-encoded-name",
        mail(**{"from": "=?utf-8?q?a=0D=0ABcc:_x@y.z?= <ann@example.com>"}),
        sender="ann@example.com",
        sender_name="a Bcc: x@y.z",
    ),
    case("17-1-mb-subject", mail(subject="y" * 1_000_000), subject="y" * 254 + "…"),
    case(
        "19-4000-recipients",
        mail(to=", ".join(f"u{number}@example.com" for number in range(4_000))),
        recipients=tuple(f"u{number}@example.com" for number in range(100)),
    ),
    shown(
        "20-charset-that-is-not-known",
        mail("båt".encode(), content_type="text/plain; charset=x-unknown"),
        "båt",
        contents.UNKNOWN_CHARSET,
    ),
    *(
        shown(
            f"21-charset-{charset.encode().hex()}",
            mail(b"b\xc3\xa5t \xff", content_type=f'text/plain; charset="{charset}"'),
            "båt \ufffd",
            contents.UNKNOWN_CHARSET,
        )
        for charset in ("utf-8\0", "rot13", "hex", "undefined")
    ),
    shown(
        "22-utf-7",
        mail("+ADw-script+AD4-", content_type="text/plain; charset=utf-7"),
        "+ADw-script+AD4-",
        contents.UNKNOWN_CHARSET,
    ),
    shown(
        "23-bad-base64",
        mail("This is no base64, is it?!", content_transfer_encoding="base64"),
        "This is no base64, is it?!",
        contents.BAD_BASE64,
    ),
    case(
        "24-encoding-that-is-not-known",
        mail("abc", content_transfer_encoding="x-zip"),
        text="",
        remarks=(contents.UNKNOWN_ENCODING, contents.NO_TEXT),
    ),
    case("25-nul", mail("a\0b", subject="c\0d"), subject="cd", text="ab"),
    case(
        "26-bare-carriage-return",
        mail(subject="x\rBcc: victim@example.com\rFrom: other@example.com"),
        sender="ingrid@example.com",
        subject="x Bcc: victim@example.com From: other@example.com",
        recipients=("help@shop.example",),
    ),
    shown(
        "31-boundary-that-never-ends",
        mail("--b\n\nHi", content_type="multipart/mixed; boundary=b"),
        "Hi",
    ),
    shown(
        "31-boundary-that-never-begins",
        mail("", content_type="multipart/mixed; boundary=b"),
        "",
        contents.NO_BOUNDARY,
        contents.NO_TEXT,
    ),
    shown("32-no-boundary", mail("Hi", content_type="multipart/mixed"), "Hi", contents.NO_BOUNDARY),
    undated("35-day-99", "99 Foo"),
    undated("35-year-0", "Mon, 2 Mar 0000 09:00:00 +0000"),
    undated("35-zone-9999", "Mon, 2 Mar 2026 09:00:00 +9999"),
    undated("35-no-date", None),
    case(
        "36-auto-replied",
        mail(auto_submitted="auto-replied"),
        nature=Nature.AUTO_REPLY,
        may_be_answered=False,
    ),
    case(
        "37-null-return-path", mail(return_path="<>"), nature=Nature.BOUNCE, may_be_answered=False
    ),
    case("38-precedence-bulk", mail(precedence="bulk"), nature=Nature.LIST, may_be_answered=False),
    case("38-list-id", mail(list_id="<l.example.com>"), nature=Nature.LIST, may_be_answered=False),
    case(
        "39-our-own-address",
        mail(**{"from": "Shop <Help@Shop.example>"}),
        nature=Nature.LOOP,
        may_be_answered=False,
    ),
    case("40-the-same-mail-twice", mail(), message_id="<1@example.com>"),
    case("45-a-colleague-s-address-proves-nothing", mail(), authentication=Authentication.UNKNOWN),
    case(
        "46-forged-authentication-results",
        mail(authentication_results="elsewhere.example; dmarc=pass"),
        authentication=Authentication.UNKNOWN,
    ),
    case(
        "47-number-in-the-subject",
        mail(subject="[#999999999999999999999]"),
        subject="[#999999999999999999999]",
    ),
    case(
        "48-195-kb-of-divs",
        mail(DIVS, **HTML),
        text="",
        remarks=(contents.TOO_COMPLEX, contents.NO_TEXT),
    ),
    case(
        "48-195-kb-of-divs-beside-a-text",
        multipart(part("plain"), part(DIVS, "text/html"), kind="alternative"),
        text="plain",
        remarks=(contents.TOO_COMPLEX,),
    ),
    case("49-12-kb-of-on", mail("On " * 4_000 + "wrote"), fresh_text="On " * 4_000 + "wrote"),
    case("50-nothing-but-a-quotation", mail("> a\n> b"), text="> a\n> b", fresh_text="> a\n> b"),
    shown("52-html-only", mail("<p>Hi<br>there</p><script>x()</script>", **HTML), "Hi\nthere"),
    shown(
        "53-style-hides-the-price",
        mail("<style>.p{display:none}</style><b class=p>$5</b>", **HTML),
        "$5",
    ),
    shown("54-template-text", mail("{{ 7*7 }} {% load x %}"), "{{ 7*7 }} {% load x %}"),
    case(
        "66-501-files",
        multipart(part("Hi"), *[attached("a")] * 60),
        remarks=(contents.TOO_MANY_FILES,),
    ),
]

MANY_PARTS = "The mail has more than 200 parts."
NO_HEADERS = "This is not a mail: it does not begin with headers."
MANY_ADDRESSES = "The mail has a header with too many addresses."
TWO_SENDERS = "The mail has two senders: two From headers."
ENCODED = "A header of the mail has too many encoded words."
HIDDEN = "The mail hides where its parts begin."
DEEP = "The parts of the mail are nested too deeply."
LOOP = "The mail went through more than 50 servers: it is in a loop."
LARGE = "The mail is larger than 25 MB."
LONG_HEADERS = "The headers of the mail are larger than 256 KB."
REFUSED = [
    refused("10-two-from-headers", mail("", "From: b@example.com"), TWO_SENDERS),
    refused("13-20000-parentheses", mail(**{"from": "(" * 20_000}), MANY_ADDRESSES),
    refused("18-20000-encoded-words", mail(subject="=?utf-8?q?a?= " * 20_000), ENCODED),
    refused("19-20000-recipients", mail(to="a@b.se, " * 20_000), MANY_ADDRESSES),
    refused(
        "27-3000-nested-multiparts",
        nested(3_000),
        MANY_PARTS,
    ),
    refused(
        "27-60-nested-multiparts",
        nested(60),
        DEEP,
    ),
    refused(
        "28-2000-nested-mails",
        b"From: a@b.se\n" + b"Content-Type: message/rfc822\n\n" * 2_000,
        MANY_PARTS,
    ),
    refused(
        "29-20000-empty-parts",
        mail("--b\n\n" * 20_000, content_type="multipart/mixed; boundary=b"),
        MANY_PARTS,
    ),
    refused(
        "29-parts-behind-a-continued-boundary",
        mail("--bc\n\n" * 500, content_type="multipart/mixed; boundary*0=b; boundary*1=c"),
        HIDDEN,
    ),
    refused(
        "29-parts-behind-a-quoted-boundary",
        mail('--b"c\n\n' * 500, content_type='multipart/mixed; boundary="b\\"c"'),
        MANY_PARTS,
    ),
    refused("30-10000-received", mail("", *["Received: x"] * 10_000), LOOP),
    refused("33-nothing", b"", NO_HEADERS),
    refused("33-50-nuls", b"\0" * 50, NO_HEADERS),
    refused("33-garbage", bytes(range(128, 256)) * 50, NO_HEADERS),
    refused("34-60-mb", b"From: a@b.se\n\n" + b"x" * (60 * 1024 * 1024), LARGE),
    refused("34-headers-of-300-kb", mail("", *["X-A: " + "x" * 1_000] * 300), LONG_HEADERS),
    refused(
        "34-two-million-lines", mail("\n" * 2_000_000), "The mail has more than a million lines."
    ),
]


@pytest.mark.parametrize(("raw", "expected"), READ)
def test_a_bad_mail_is_read(raw, expected):
    began = perf_counter()
    mail = reading.read(raw, our_addresses=frozenset({"help@shop.example"}))

    assert {name: getattr(mail, name) for name in expected} == expected
    assert perf_counter() - began < SECONDS


@pytest.mark.parametrize(("raw", "because"), REFUSED)
def test_a_mail_that_must_not_be_read_is_refused(raw, because):
    began = perf_counter()
    with pytest.raises(Unreadable) as refusal:
        reading.read(raw)

    assert str(refusal.value) == because
    assert perf_counter() - began < SECONDS


def test_a_mail_of_the_largest_size_is_looked_through_quickly():
    raw = mail("A" * 76 + "\n", subject="x")
    raw += (b"A" * 76 + b"\n") * ((MAIL_LIMIT - len(raw)) // 77)
    began = perf_counter()

    assert reading.read(raw).subject == "x"
    assert perf_counter() - began < SECONDS


def test_the_same_id_with_another_body_keeps_the_id():  # row 41: whoever files it compares
    assert reading.read(mail("one")).message_id == reading.read(mail("two")).message_id


def test_a_mail_without_an_id_has_the_same_one_when_it_is_fetched_again():
    raw = mail(message_id=None)

    assert reading.read(raw) == reading.read(raw)
