"""SMS through Kannel, a gateway of one's own. https://www.kannel.org/download/1.4.5/userguide-1.4.5/

Kannel signs nothing: whoever knows the secret in the address is Kannel.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

from tickets import segments
from tickets.channels import wire
from tickets.channels.contract import (
    Delivery,
    DeliveryState,
    Forged,
    Happening,
    Hook,
    Hooked,
    Inbound,
    Malformed,
    Outbound,
    Sent,
)
from tickets.text import clean, one_line

_FIELDS_LIMIT = 100
_WORDS_LIMIT = 200
_ALL_REPORTS = "31"  # the sum of the states below
_STATES = {
    "1": DeliveryState.DELIVERED,
    "2": DeliveryState.FAILED,  # by the network
    "4": DeliveryState.SENT,  # waits in the operator's queue
    "8": DeliveryState.SENT,
    "16": DeliveryState.FAILED,  # by the operator
}
_CODINGS = {segments.Encoding.GSM_7: "0", segments.Encoding.UCS_2: "2"}
# What Kannel declares. Anything else is read as UTF-8, which it is by default.
_CHARSETS = {
    "utf-16be": "utf-16-be",
    "ucs-2": "utf-16-be",
    "iso-8859-1": "cp1252",
    "windows-1252": "cp1252",
}


class KannelSms(Hooked):
    slug = "kannel"

    def __init__(
        self,
        url: str,
        username: str,
        password: str,
        secret: str,
        sender: str = "",
        hook_url: str = "",
    ) -> None:
        """`url` is that of sendsms: http://127.0.0.1:13013/cgi-bin/sendsms."""
        self._url = url
        self._username = username
        self._password = password
        self._secret = secret
        self._sender = sender
        self._hook_url = hook_url.rstrip("/")

    @property
    def is_set_up(self) -> bool:
        return bool(self._url and self._username and self._password)

    def verify(self, hook: Hook) -> None:
        # In bytes: of strings, compare_digest takes only ASCII.
        is_ours = hmac.compare_digest(_bytes(hook.secret), _bytes(self._secret))
        if not self._secret or not is_ours:
            raise Forged(self.slug)

    def parse(self, hook: Hook) -> Iterator[Happening]:
        fields = _fields(hook)
        if hook.event == "dlr":
            yield from self._deliveries(fields)
        else:
            yield self._inbound(hook, fields)

    def send(self, message: Outbound) -> Sent:
        response = wire.hand_over("Kannel", "GET", self._url, params=self._query(message))
        if not wire.is_taken(response):
            raise wire.refusal("Kannel", response, self._words(response.text))
        return Sent()  # "0: Accepted" or "3: Queued for later delivery", and never an id

    def _inbound(self, hook: Hook, fields: Mapping[str, bytes]) -> Inbound:
        charset = _text(fields, "charset")
        if hook.method == "POST":  # post-url, with or without fields in its address
            raw = hook.body
            if declared := re.search(r'charset="?([\w-]+)', hook.headers.get("Content-Type", "")):
                charset = declared[1]
        elif "text" in fields:
            raw = fields["text"]
        else:
            raise Malformed("text", "Put text=%b into get-url.")
        if not charset and _given(hook, fields, "coding", "X-Kannel-Coding") == "2":
            charset = "utf-16be"
        sender = _given(hook, fields, "from", "X-Kannel-From")
        recipient = _given(hook, fields, "to", "X-Kannel-To")
        return Inbound(
            via=self.slug,
            provider_id=_id(hook, fields, sender, recipient, raw),
            sender=sender,
            recipient=recipient,
            text=clean(raw.decode(_CHARSETS.get(charset.lower(), "utf-8"), "replace")),
        )

    def _deliveries(self, fields: Mapping[str, bytes]) -> Iterator[Delivery]:
        reference = _text(fields, "ref")
        if not reference:
            raise Malformed("ref", "Let the address of delivery reports be set by the message.")
        state = _STATES.get(_text(fields, "type"))
        if state is None:
            return
        because = _text(fields, "reply") if state == DeliveryState.FAILED else ""
        yield Delivery(via=self.slug, state=state, reference=reference, because=because)

    def _query(self, message: Outbound) -> dict[str, str]:
        query = {
            "username": self._username,
            "password": self._password,
            "to": message.recipient,
            "text": message.text,
            "charset": "UTF-8",
            # Asked for GSM-7, Kannel sends a "?" for what is not in it.
            "coding": _CODINGS[segments.count(message.text).encoding],
        }
        if sender := self._sender or message.sender:
            query["from"] = sender
        if self._hook_url and self._secret:
            query |= {"dlr-mask": _ALL_REPORTS, "dlr-url": self._report_url(message.reference)}
        return query

    def _report_url(self, reference: str) -> str:
        """Return the address to report to, in which Kannel fills in what follows a `%`."""
        path = f"{quote(self._secret, safe='')}/dlr?ref={quote(reference, safe='')}"
        # A % of our own is doubled, or the C of an å's %C3 would become the character set.
        return f"{self._hook_url}/{path}".replace("%", "%%") + "&type=%d&reply=%A"

    def _words(self, answer: str) -> str:
        """Return the answer's one line, unless it is a proxy's page or repeats our query."""
        spellings = (self._password, quote(self._password, safe=""), quote_plus(self._password))
        is_echo = any(spelling in answer for spelling in spellings)
        return "" if is_echo or answer.lstrip().startswith("<") else answer


def _fields(hook: Hook) -> dict[str, bytes]:
    """Return the query as bytes: only its own `charset` says what they mean.

    By the time it is in `hook.query` the UTF-16 of every message with an emoji is lost.
    """
    try:
        pairs = parse_qsl(
            urlsplit(hook.url).query,
            keep_blank_values=True,
            encoding="latin-1",
            max_num_fields=_FIELDS_LIMIT,
        )
    except ValueError:
        raise Malformed("query", f"Send at most {_FIELDS_LIMIT} fields.") from None
    return {name: value.encode("latin-1", "replace") for name, value in pairs}


def _text(fields: Mapping[str, bytes], name: str) -> str:
    return one_line(fields.get(name, b"").decode(errors="replace"), _WORDS_LIMIT)


def _given(hook: Hook, fields: Mapping[str, bytes], name: str, header: str) -> str:
    return _text(fields, name) or one_line(hook.headers.get(header, ""), _WORDS_LIMIT)


def _id(hook: Hook, fields: Mapping[str, bytes], sender: str, recipient: str, raw: bytes) -> str:
    """Return Kannel's id or, since post-url sends none by itself, one made of what is repeated."""
    given = _given(hook, fields, "id", "X-Kannel-ID")
    if given:
        return given
    time = _given(hook, fields, "ts", "X-Kannel-Time")
    if not time:  # then today's "ok" would be taken for last week's
        raise Malformed("id", "Put id=%I into get-url or post-url.")
    return hashlib.sha256(b"\n".join([*map(_bytes, (time, sender, recipient)), raw])).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
