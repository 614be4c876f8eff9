"""What a channel hands us: plain shapes that know neither a provider nor a database."""

from dataclasses import dataclass
from enum import StrEnum


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


class Malformed(ValueError):
    """What the provider sent cannot be read. `field` is what to look at, the text what to send."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
