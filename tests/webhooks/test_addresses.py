"""Where nothing is sent: the rows about forged requests of the list of bad inputs, and more."""

import pytest

from helpdesk.webhooks import addresses
from helpdesk.webhooks.addresses import BadAddress, check_url

PUBLIC, PRIVATE = "93.184.215.14", "10.0.0.5"

LOOPBACK = [
    *("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "0x7f000001", "0177.0.0.1"),
    *(
        "127.1",
        "①②⑦.⓪.⓪.①",
        "LOCALHOST",
        "localhost.",
        "hooks.localhost",
        "[::]",
        "[::ffff:127.0.0.1]",
    ),
    *("%6c%6f%63%61%6c%68%6f%73%74", "127.0.0.1."),
]
PRIVATELY = [
    *("169.254.169.254", "10.0.0.1", "172.16.0.1", "192.168.1.1", "[fc00::1]", "[fd12::1]"),
    *("[fe80::1]", "[fe80::1%25eth0]", "[fec0::1]", "[::ffff:10.0.0.1]", "[::ffff:a9fe:a9fe]"),
]
TRICKY = [
    *("100.64.0.1", "224.0.0.1", "[ff0e::1]", "240.0.0.1", "255.255.255.255", "198.18.0.1"),
    *("[64:ff9b::7f00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[::7f00:1]", "[2002:5db8:d70e::]"),
    *("[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "192.0.2.1", "[2001:db8::1]", "[5f00::1]"),
]


@pytest.mark.parametrize("host", [*LOOPBACK, *PRIVATELY, *TRICKY])
def test_an_address_inside_is_refused_at_once(host):
    with pytest.raises(BadAddress):
        check_url(f"https://{host}/told")


@pytest.mark.parametrize("host", [*PRIVATELY, *TRICKY, "127.0.0.1", "[::1]"])
def test_and_when_a_name_leads_to_it(resolver, host):
    address = host.strip("[]").replace("%25eth0", "")
    resolver["hooks.example"] = [[address]]

    with pytest.raises(BadAddress, match=r"“hooks[.]example” is inside a network"):
        addresses.resolved(addresses.read("https://hooks.example/"))


@pytest.mark.parametrize("found", [[PUBLIC, PRIVATE], [PRIVATE, PUBLIC], [PUBLIC, "::1"]])
def test_one_public_address_does_not_make_up_for_a_private_one(resolver, found):
    resolver["hooks.example"] = [found]

    with pytest.raises(BadAddress, match="inside"):
        addresses.resolved(addresses.read("https://hooks.example/"))


@pytest.mark.parametrize(
    ("found", "is_so"),
    [
        ([PUBLIC], [PUBLIC]),
        ([PUBLIC, "2606:4700::1111"], [PUBLIC, "2606:4700::1111"]),
        (["64:ff9b::5db8:d70e"], ["64:ff9b::5db8:d70e"]),  # where there is nothing but IPv6
    ],
)
def test_what_is_out_there_is_sent_to(resolver, found, is_so):
    resolver["hooks.example"] = [found]

    assert addresses.resolved(addresses.read("https://hooks.example/")) == is_so


def test_a_name_that_nobody_has(resolver):
    resolver["hooks.example"] = [[]]

    with pytest.raises(BadAddress, match=r"There is no “hooks[.]example” to be found"):
        addresses.resolved(addresses.read("https://hooks.example/"))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://ok@evil", "name or password"),
        ("https://u:p@ok.test/", "name or password"),
        ("https://ok.test:p@ss@evil/", "not the address|name or password"),
        ("http://ok.test/", "https://"),
        ("ftp://ok.test/", "https://"),
        ("file:///etc/passwd", "https://"),
        ("javascript:alert(1)", "https://"),
        ("//ok.test/", "https://"),
        ("ok.test", "https://"),
        ("", "https://"),
        ("https:///told", "https://"),
        ("https://ok.test:22/", "port 22"),
        ("https://ok.test:0/", "port 0"),
        ("https://ok.test:80/", "port 80"),
        ("https://ok.test:99999/", "not the address"),
        ("https://ok.test:443abc/", "not the address"),
        ("https://o k.test/", "not the address"),
        ("https://ok.test\r\nHost: evil/", "not the address"),
        ("https://ok.test/" + "x" * 500, "too long"),
    ],
)
def test_what_is_no_address_of_a_webhook(url, says):
    with pytest.raises(BadAddress, match=says):
        check_url(url)


@pytest.mark.parametrize(
    ("url", "host", "target", "written"),
    [
        ("https://ok.test\\@evil", "ok.test", "/%5C@evil", "https://ok.test/%5C@evil"),
        ("https://ok.test#@evil", "ok.test", "/", "https://ok.test"),
        ("https://ok.test/@evil", "ok.test", "/@evil", "https://ok.test/@evil"),
        ("https://ok.test?@evil", "ok.test", "/?@evil", "https://ok.test?@evil"),
        ("HTTPS://Ok.Test:8443/a?b=c", "ok.test", "/a?b=c", "https://ok.test:8443/a?b=c"),
        ("https://bücher.example/", "xn--bcher-kva.example", "/", "https://xn--bcher-kva.example/"),
        (f"https://{PUBLIC}/", PUBLIC, "/", f"https://{PUBLIC}/"),
        ("https://[2606:4700::1111]/", "2606:4700::1111", "/", "https://[2606:4700::1111]/"),
    ],
)
def test_what_is_connected_to_is_what_was_read(url, host, target, written):
    place = addresses.read(url)

    assert (place.host, place.target, place.url) == (host, target, written)


@pytest.mark.parametrize(
    ("listed", "url"),
    [
        ("127.0.0.1:8099", "http://127.0.0.1:8099/"),
        ("127.0.0.1", "http://127.0.0.1:8099/"),
        ("10.0.0.5", "https://10.0.0.5:9443/"),
        ("books.lan:80", "http://books.lan/"),
        ("[::1]:8099", "http://[::1]:8099/"),
    ],
)
def test_what_the_operator_vouches_for_is_taken(settings, listed, url):
    settings.WEBHOOK_INSIDE = [listed]

    check_url(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8098/", "http://127.0.0.2:8099/"])
def test_and_nothing_beside_it(settings, url):
    settings.WEBHOOK_INSIDE = ["127.0.0.1:8099"]

    with pytest.raises(BadAddress):
        check_url(url)
