"""What we promise: working time, terms by version, quotes, and the promise ledger."""

from policies.models.canned import CannedReply
from policies.models.follow_ups import (
    FollowUp,
    FollowUpQuerySet,
    FollowUpRule,
    ReplyTemplate,
    Satisfaction,
)
from policies.models.ledger import CallbackClaim, Promise, PromiseQuerySet, Quote
from policies.models.terms import (
    Calendar,
    CallbackWindow,
    Closure,
    NoTerms,
    OpeningHours,
    SpecialHours,
    Turnaround,
)

__all__ = [
    "Calendar",
    "CallbackClaim",
    "CallbackWindow",
    "CannedReply",
    "Closure",
    "FollowUp",
    "FollowUpQuerySet",
    "FollowUpRule",
    "NoTerms",
    "OpeningHours",
    "Promise",
    "PromiseQuerySet",
    "Quote",
    "ReplyTemplate",
    "Satisfaction",
    "SpecialHours",
    "Turnaround",
]
