"""What Kannel is asked, and what it must tell; with no Kannel about."""

from urllib.parse import parse_qsl

import pytest

from tests import gateways
from tickets.channels.contract import Malformed, Outbound
from tickets.channels.kannel import KannelSms


@pytest.fixture
def asked():
    """Return a function that sends a message and gives back what a gateway was asked for it."""
    seen = []

    def respond(handler, request):
        seen.append(request)
        gateways.say(handler, 202, "0: Accepted for delivery")

    def ask(message, **settings):
        channel = KannelSms(url=f"{url}/cgi-bin/sendsms", username="u", password="p", **settings)
        channel.send(message)
        path, _, query = seen[-1].path.partition("?")
        return seen[-1].method, path, dict(parse_qsl(query))

    with gateways.serving(respond) as url:
        yield ask


def parsed(path, *, method="GET", body=b"", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = gateways.Request(method, f"/hooks/kannel/s3cret{path}", headers, body)
    channel = KannelSms(url="", username="", password="", secret="s3cret")
    return list(channel.parse(gateways.hook(request)))


def test_asks_for_a_text_and_for_reports_about_it(asked):
    message = Outbound("åC/d %d", "+14155550142", "Hej åäö €", sender="+16175550100")
    hook_url = "https://shop.example/hooks/kannel/"

    assert asked(message, secret="100% s", hook_url=hook_url) == (
        "GET",
        "/cgi-bin/sendsms",
        {
            "username": "u",
            "password": "p",
            "from": "+16175550100",
            "to": "+14155550142",
            "text": "Hej åäö €",
            "charset": "UTF-8",
            "coding": "0",
            "dlr-mask": "31",
            "dlr-url": (
                "https://shop.example/hooks/kannel/100%%25%%20s/dlr"
                "?ref=%%C3%%A5C%%2Fd%%20%%25d&type=%d&reply=%A"
            ),
        },
    )


@pytest.mark.parametrize(("text", "coding"), [("{Hej}", "0"), ("Hej 🎁", "2"), ("ça", "2")])
def test_asks_for_sixteen_bits_only_where_seven_do_not_do(asked, text, coding):
    _, _, query = asked(Outbound("42", "+14155550142", text), secret="s")

    assert query["coding"] == coding


@pytest.mark.parametrize(
    "given",
    [{"secret": "", "hook_url": "https://shop.example/hooks/kannel"}, {"secret": "s"}],
)
def test_asks_for_no_report_that_it_would_not_take(asked, given):
    _, _, query = asked(Outbound("42", "+14155550142", "Hi"), **given)

    assert set(query) == {"username", "password", "to", "text", "charset", "coding"}


def test_our_own_sender_goes_before_the_messages(asked):
    _, _, query = asked(Outbound("42", "+1", "Hi", sender="+2"), secret="s", sender="Shop")

    assert query["from"] == "Shop"


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("?from=%2B1&id=1", "text"),
        ("?from=%2B1&text=ok", "id"),
        ("", "text"),
        ("/dlr?type=1", "ref"),
        ("/dlr", "ref"),
        ("?" + "a=1&" * 101, "query"),
    ],
)
def test_says_what_is_missing_from_its_configuration(path, field):
    with pytest.raises(Malformed) as malformed:
        parsed(path)

    assert malformed.value.field == field


def test_two_equal_texts_at_two_times_are_two():
    first, again, later = (
        parsed("", method="POST", body=b"ok", X_Kannel_From="+1", X_Kannel_Time=time)
        for time in ("2026-11-22 00:59:13", "2026-11-22 00:59:13", "2026-11-22 00:59:14")
    )

    assert first == again
    assert first[0].provider_id != later[0].provider_id


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("text=%E5&charset=ISO-8859-1", "å"),
        ("text=%80&charset=windows-1252", "€"),
        ("text=%00%E5&coding=2", "å"),
        ("text=%00%E5%00&coding=2", "å\ufffd"),
        ("text=%C3%A5&charset=rot13", "å"),
        ("text=%C3%A5", "å"),
        ("text=a%0D%0Ab", "a\nb"),
    ],
)
def test_reads_the_character_set_that_is_declared(query, text):
    assert parsed(f"?id=1&{query}")[0].text == text
