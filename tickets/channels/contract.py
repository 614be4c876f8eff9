"""What a channel must be able to do. Read this before adding one.

A channel translates between one provider and the plain shapes below. It never touches the
database and never sees Django's request, so a payload file is all it takes to test one.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, TypeAlias

from tickets.keywords import Keyword

# -- a call --------------------------------------------------------------------------------------


class CallEventKind(StrEnum):
    NEW_CALL = "new_call"
    ANSWER = "answer"
    HANGUP = "hangup"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Outcome(StrEnum):
    """How a call ended, whatever the provider calls it."""

    COMPLETED = "completed"
    BUSY = "busy"
    MISSED = "missed"  # the caller gave up
    NO_ANSWER = "no_answer"  # the called side did not want to, or let it ring out
    FAILED = "failed"
    FORWARDED = "forwarded"
    VOICEMAIL = "voicemail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class CallEvent:
    """Something that happened to a call.

    Numbers are as the provider wrote them, empty when withheld. `users` are the names of those
    whom an inbound call rings or who answer it, or who dial an outbound one. `outcome` is set for
    a hangup, and for any event that says the call is with voicemail.
    """

    via: str
    call_id: str  # the provider's, one for all events of a call
    event: CallEventKind
    direction: Direction
    from_number: str = ""
    to_number: str = ""
    users: tuple[str, ...] = ()
    queue: str = ""
    answering_number: str = ""
    cause: str = ""  # in the provider's words
    outcome: Outcome | None = None
    # For a hangup whose cause is that somebody answered: some dialplans send no answer event.
    says_answered: bool = False

    @property
    def was_answered(self) -> bool:
        """Whether this event is proof that a person, and not voicemail, took the call."""
        is_answer = self.event == CallEventKind.ANSWER and self.outcome != Outcome.VOICEMAIL
        return is_answer or self.says_answered


@dataclass(frozen=True)
class Journal:
    """A whole call, told when it is over: how it ended, when it began and how long it took."""

    hangup: CallEvent
    lasted: timedelta
    began_at: datetime | None = None  # None: they do not say


@dataclass(frozen=True)
class Overheard:
    """What the telephone on a desk tells of a call. It knows itself and the other end, no more."""

    via: str
    event: CallEventKind
    remote: str
    local: str
    call_id: str = ""  # empty: a telephone that tells none
    direction: Direction | None = None  # None: as in the call's other events
    outcome: Outcome | None = None


@dataclass(frozen=True)
class Voicemail:
    """What somebody said to a machine of ours."""

    via: str
    from_number: str
    call_id: str = ""  # of the call it was left in, as its events have it
    text: str = ""  # a transcript
    recording_url: str = ""  # shown as text, never fetched
    duration: str = ""  # seconds, in the phone system's words
    left_at: datetime | None = None


# -- a message -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Inbound:
    """A text message that reached us. A mail has a shape of its own: tickets.mail.contract."""

    via: str  # the channel's slug
    provider_id: str  # one and the same when the provider sends it again
    sender: str  # as the provider wrote it
    text: str
    recipient: str = ""
    media: tuple[str, ...] = ()  # addresses of pictures; shown as text, never fetched
    answered: Keyword | None = None  # what the provider took the text for, and answered itself


class DeliveryState(StrEnum):
    SENT = "sent"  # on its way: the provider, or the network, has taken it
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class Delivery:
    """What became of a message of ours, as the provider reports it.

    It is found by `reference`, ours, where the provider hands it back, else by `provider_id`.
    """

    via: str
    state: DeliveryState
    reference: str = ""
    provider_id: str = ""
    because: str = ""  # in the provider's words
    opted_out: bool = False


Happening: TypeAlias = CallEvent | Inbound | Delivery


@dataclass(frozen=True)
class Enclosure:
    """A file that goes with a mail of ours."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Outbound:
    """A message we want delivered.

    `reference` is ours, and the same each time it is tried. What follows `text` is for mail only;
    ids carry their angle brackets.
    """

    reference: str
    recipient: str  # E.164, or a mail address
    text: str
    sender: str = ""  # our number or address; the channel's own where it has one
    sender_name: str = ""
    subject: str = ""
    message_id: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    reply_to: str = ""
    auto_submitted: str = ""  # RFC 3834: auto-replied, auto-generated, or empty for a person's
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True)
class Sent:
    """The provider has taken it, and calls it by `provider_id` from now on, if by anything."""

    provider_id: str = ""


class DeliveryFailed(Exception):
    """The provider did not take the message. The text says why, for staff to read."""

    def __init__(
        self,
        because: str,
        *,
        is_final: bool,
        retry_after: timedelta | None = None,
        opted_out: bool = False,
        no_such_address: bool = False,
    ) -> None:
        super().__init__(because)
        self.is_final = is_final  # trying again will not help
        self.retry_after = retry_after  # when the provider says how long to wait
        self.opted_out = opted_out
        self.no_such_address = no_such_address


class DeliveryUnknown(Exception):
    """The line broke after the message was handed over: it may have left, or not."""


# -- what the provider calls ---------------------------------------------------------------------


class Forged(Exception):
    """The hook did not come from the provider it claims to come from."""


class Malformed(ValueError):
    """What the provider sent cannot be read. `field` is what to look at, the text what to send."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Hook:
    """An HTTP request as the provider made it."""

    method: str
    url: str  # by our public address, which is what the provider signed, not by the Host header
    headers: Mapping[str, str]  # looked up without regard to case
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)  # repeated keys are signed too
    body: bytes = b""
    secret: str = ""  # from the path: /hooks/<slug>/<secret>/<event>
    event: str = ""


@dataclass(frozen=True)
class Answer:
    """What this provider expects to hear."""

    content: str = ""
    content_type: str = "text/plain; charset=utf-8"
    status: int = 200


# -- the contract --------------------------------------------------------------------------------


class Channel(ABC):
    slug: ClassVar[str]
    # Whether the provider takes a message once only, however often it is handed over under the
    # same reference. Where it does not, one that may have left is not sent again by itself.
    deduplicates: ClassVar[bool] = False

    @property
    @abstractmethod
    def is_set_up(self) -> bool:
        """Whether the environment says enough to send through it."""

    @abstractmethod
    def send(self, message: Outbound) -> Sent:
        """Hand the message to the provider, or raise DeliveryFailed or DeliveryUnknown."""


class Hooked(Channel):
    """The provider calls us, at /hooks/<slug>/."""

    @abstractmethod
    def verify(self, hook: Hook) -> None:
        """Raise Forged unless the provider signed this hook; always, when we hold no secret."""

    @abstractmethod
    def parse(self, hook: Hook) -> Iterable[Happening]:
        """Yield what the hook carries, nothing for events we do not care about; or Malformed."""

    def reply(self, hook: Hook) -> Answer:
        return Answer()
