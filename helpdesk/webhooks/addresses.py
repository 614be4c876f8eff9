"""Where a webhook may go: nowhere inside the network that this program runs in."""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.utils.translation import gettext as _
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

LONGEST = 500
PORTS = frozenset({443, 8443})
DEFAULT_PORTS = {"https": 443, "http": 80}
# Carries an IPv4 address in its last 32 bits. https://www.rfc-editor.org/rfc/rfc6052
NAT64 = IPv6Network("64:ff9b::/96")

Address = IPv4Address | IPv6Address


class BadAddress(Exception):
    """Nothing is sent to this address; the text says why."""


@dataclass(frozen=True)
class Place:
    """An address, taken apart by the same library that connects to it."""

    url: str
    scheme: str
    host: str
    port: int
    host_and_port: str  # as the Host header says it
    target: str
    is_inside: bool  # listed in WEBHOOK_INSIDE: the operator vouches for it


def check_url(url: str) -> None:
    """Raise BadAddress for what is plainly refused; names are looked up when something is sent."""
    read(url)


def read(url: str) -> Place:
    """Take an address apart. Raises BadAddress."""
    try:
        parts = parse_url(url)
    except LocationParseError:
        raise BadAddress(_("This is not the address of anything on the web.")) from None
    if len(url) > LONGEST:
        raise BadAddress(_("The address is too long: %d characters at most.") % LONGEST)
    if parts.scheme not in DEFAULT_PORTS or not parts.host:
        raise BadAddress(_("The address has to begin with https://."))
    if parts.auth is not None:
        raise BadAddress(_("The address must not have a name or password in it."))
    place = _place(parts)
    if not place.is_inside:
        _refuse(place)
    return place


def resolved(place: Place) -> list[str]:
    """Look the name up, once: what is connected to is what was looked at. Raises BadAddress."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise BadAddress(_("There is no “%s” to be found.") % place.host) from None
    addresses = list(dict.fromkeys(str(address[0]) for *_kind, address in found))
    # One that is public does not make up for one that is not: it would be the other's turn next.
    if not (place.is_inside or all(is_public(ip_address(each)) for each in addresses)):
        raise BadAddress(_inside(place.host))
    return addresses


def is_public(address: Address) -> bool:
    """Tell whether it is an address of somebody out there, whatever it is wrapped in."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
        # Ways to IPv4 addresses that nobody uses any more, but for getting past such checks.
        if address.sixtofour is not None or address.teredo is not None or address.is_site_local:
            return False
    # 100.64.0.1 is not private, and 224.0.0.1 is global.
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _place(parts: Url) -> Place:
    host, scheme = (parts.host or "").strip("[]"), parts.scheme or ""
    port = DEFAULT_PORTS[scheme] if parts.port is None else parts.port
    return Place(
        url=parts._replace(fragment=None).url,
        scheme=scheme,
        host=host,
        port=port,
        host_and_port=parts.netloc or host,
        target=parts.request_uri,
        is_inside=bool({host, f"{host}:{port}", parts.netloc} & set(settings.WEBHOOK_INSIDE)),
    )


def _refuse(place: Place) -> None:
    if place.scheme != "https":
        raise BadAddress(_("The address has to begin with https://."))
    if place.port not in PORTS:
        raise BadAddress(_("Nothing is sent to port %d, only to 443 and 8443.") % place.port)
    name = place.host.rstrip(".")
    literal = _literal(name)
    is_local = name == "localhost" or name.endswith(".localhost")
    if is_local or (literal is not None and not is_public(literal)):
        raise BadAddress(_inside(place.host))


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:  # 127.1 and 2130706433, which a connection reads in the same way
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _inside(host: str) -> str:
    return _("“%s” is inside a network, and nothing is sent there.") % host
