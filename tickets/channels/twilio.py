"""SMS through Twilio, or what speaks its API. https://www.twilio.com/docs/messaging"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import parse_qs, quote, urlsplit

import requests

from tickets.channels import wire
from tickets.channels.contract import (
    Answer,
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
from tickets.keywords import Keyword
from tickets.text import clean, one_line

_WORDS_LIMIT = 200
_MEDIA_LIMIT = 20  # Twilio sends ten at most
_OPTED_OUT = "21610"
_NO_SUCH_ADDRESS = frozenset({"21211", "21614"})  # no number at all; one that takes no SMS
_STATES = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), DeliveryState.SENT),
    **dict.fromkeys(("delivered", "read"), DeliveryState.DELIVERED),
    **dict.fromkeys(("undelivered", "failed", "canceled"), DeliveryState.FAILED),
}
# A status callback brings the number only. https://www.twilio.com/docs/api/errors
_ERRORS = {
    _OPTED_OUT: "the number has opted out",
    "30003": "the telephone is off or out of reach",
    "30004": "the message was blocked",
    "30005": "the number is unknown or no longer in use",
    "30006": "a landline, or a carrier that cannot be reached",
    "30007": "filtered by the carrier",
    "30034": "the sending number is not registered (A10 DLC)",
}
_OPT_OUT_TYPES = {keyword.name: keyword for keyword in Keyword}
# Written out, since a parser and the reader's browser may disagree about \, @ and #.
_MEDIA = re.compile(r"https://(?:[a-z0-9-]+\.)*twilio(?:cdn)?\.com/[!-~]*", re.IGNORECASE)
_ADDRESS = re.compile(r"(?P<host>\w+://[^/?#]*?)(?P<port>:\d+)?(?P<rest>[/?#].*)?", re.DOTALL)


class TwilioSms(Hooked):
    """Twilio does not deduplicate: a message handed over twice is sent twice."""

    slug = "twilio"

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        sender: str = "",
        messaging_service: str = "",
        hook_url: str = "",
        api_url: str = "https://api.twilio.com",
    ) -> None:
        self._account_sid = account_sid
        self._auth_token = auth_token
        self._sender = sender
        self._messaging_service = messaging_service
        self._hook_url = hook_url.rstrip("/")
        self._api_url = api_url.rstrip("/")

    @property
    def is_set_up(self) -> bool:
        has_sender = self._sender or self._messaging_service
        return bool(self._account_sid and self._auth_token and has_sender)

    def verify(self, hook: Hook) -> None:
        given = hook.headers.get("X-Twilio-Signature", "").encode("utf-8", "surrogatepass")
        # By form the fields are signed, otherwise only the address is, with a hash in it.
        is_covered = bool(hook.form) or _is_body_hashed(hook)
        is_signed = any(
            hmac.compare_digest(self._sign(url, hook.form), given) for url in _ports(hook.url)
        )
        # Without a token anybody could sign, so without a token nobody may.
        if not (self._auth_token and is_covered and is_signed):
            raise Forged(self.slug)

    def parse(self, hook: Hook) -> Iterator[Happening]:
        fields = _fields(hook)
        if _is_status(fields):
            yield from self._deliveries(fields, one_line(_first(hook.query, "ref")))
        elif "Body" in fields or "NumMedia" in fields:
            yield self._inbound(fields)

    def reply(self, hook: Hook) -> Answer:
        if _is_status(_fields(hook)):
            return Answer(status=204)
        return Answer("<Response/>", content_type="text/xml; charset=utf-8")

    def send(self, message: Outbound) -> Sent:
        account = quote(self._account_sid, safe="")
        response = wire.hand_over(
            "Twilio",
            "POST",
            f"{self._api_url}/2010-04-01/Accounts/{account}/Messages.json",
            data=self._form(message),
            auth=(self._account_sid, self._auth_token),
        )
        answer = _answer(response)
        if not wire.is_taken(response):
            code = answer.get("code", "")
            raise wire.refusal(
                "Twilio",
                response,
                f"{answer.get('message', '')} (error {code})" if code else "",
                opted_out=code == _OPTED_OUT,
                no_such_address=code in _NO_SUCH_ADDRESS,
            )
        return Sent(provider_id=answer.get("sid", ""))

    def _inbound(self, fields: Mapping[str, str]) -> Inbound:
        sid = _sid(fields)
        if not sid:
            raise Malformed("MessageSid", "Send MessageSid, one for each message.")
        return Inbound(
            via=self.slug,
            provider_id=sid,
            sender=one_line(fields.get("From", ""), _WORDS_LIMIT),
            recipient=one_line(fields.get("To", ""), _WORDS_LIMIT),
            text=clean(fields.get("Body", "")),
            media=tuple(_media(fields)),
            answered=_OPT_OUT_TYPES.get(fields.get("OptOutType", "").upper()),
        )

    def _deliveries(self, fields: Mapping[str, str], reference: str) -> Iterator[Delivery]:
        state = _STATES.get(fields["MessageStatus"].lower())
        if state is None:
            return
        sid = _sid(fields)
        if not sid and not reference:
            raise Malformed("MessageSid", "Send MessageSid, as in the answer to the message.")
        failed = state == DeliveryState.FAILED
        yield Delivery(
            via=self.slug,
            state=state,
            reference=reference,
            provider_id=sid,
            because=_because(fields) if failed else "",
            opted_out=failed and fields.get("ErrorCode") == _OPTED_OUT,
        )

    def _form(self, message: Outbound) -> dict[str, str]:
        form = {"To": message.recipient, "Body": message.text}
        if self._messaging_service:
            form["MessagingServiceSid"] = self._messaging_service
        else:
            form["From"] = self._sender or message.sender
        if self._hook_url:
            form["StatusCallback"] = f"{self._hook_url}?ref={quote(message.reference, safe='')}"
        return form

    def _sign(self, url: str, form: Mapping[str, Sequence[str]]) -> bytes:
        fields = [name + value for name in sorted(form) for value in sorted(set(form[name]))]
        signed = "".join([url, *fields]).encode("utf-8", "surrogatepass")
        return base64.b64encode(hmac.digest(self._auth_token.encode(), signed, hashlib.sha1))


def _ports(url: str) -> list[str]:
    """Return `url` with and without its port: Twilio's servers do not agree on which to sign."""
    parts = _ADDRESS.fullmatch(url)
    if parts is None:
        return [url]
    host, port, rest = parts["host"], parts["port"], parts["rest"] or ""
    default = ":443" if host.startswith("https:") else ":80"
    return [host + rest, host + (port or default) + rest]


def _is_body_hashed(hook: Hook) -> bool:
    expected = parse_qs(urlsplit(hook.url).query).get("bodySHA256")
    if expected is None:
        return not hook.body
    actual = hashlib.sha256(hook.body).hexdigest()
    return hmac.compare_digest(actual.encode(), expected[0].encode("utf-8", "surrogatepass"))


def _fields(hook: Hook) -> dict[str, str]:
    """Return what is signed: the form or, where Twilio is told to use GET, the query."""
    given = hook.query if hook.method == "GET" else hook.form
    return {name: _first(given, name) for name in given}


def _first(fields: Mapping[str, Sequence[str]], name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def _is_status(fields: Mapping[str, str]) -> bool:
    return "MessageStatus" in fields


def _sid(fields: Mapping[str, str]) -> str:
    return one_line(fields.get("MessageSid") or fields.get("SmsSid", ""), _WORDS_LIMIT)


def _media(fields: Mapping[str, str]) -> Iterator[str]:
    for number in range(_MEDIA_LIMIT):
        address = fields.get(f"MediaUrl{number}", "")
        if _MEDIA.fullmatch(address):
            yield address


def _because(fields: Mapping[str, str]) -> str:
    code = one_line(fields.get("ErrorCode", ""), _WORDS_LIMIT)
    words = one_line(fields.get("ErrorMessage", ""), _WORDS_LIMIT) or _ERRORS.get(code, "")
    said = words or one_line(fields["MessageStatus"], _WORDS_LIMIT)
    return f"{said} (error {code})" if code else said


def _answer(response: requests.Response) -> dict[str, str]:
    try:
        answer = response.json()
    except requests.JSONDecodeError:
        return {}
    if not isinstance(answer, dict):
        return {}
    return {name: str(value) for name, value in answer.items() if value is not None}
