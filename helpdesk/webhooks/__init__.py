"""Telling other programs what happens here: signed, retried for days, and never into our network.

Follows the Standard Webhooks specification, https://www.standardwebhooks.com/.
"""

from helpdesk.webhooks.addresses import BadAddress, check_url
from helpdesk.webhooks.deliveries import came_due, due, gave_up, pinged, replayed
from helpdesk.webhooks.endpoints import (
    ALL,
    KINDS,
    BadEvents,
    allowed,
    disabled,
    enabled,
    opened,
    rotated,
    secret,
)
from helpdesk.webhooks.spreading import spread

__all__ = [
    "ALL",
    "KINDS",
    "BadAddress",
    "BadEvents",
    "allowed",
    "came_due",
    "check_url",
    "disabled",
    "due",
    "enabled",
    "gave_up",
    "opened",
    "pinged",
    "replayed",
    "rotated",
    "secret",
    "spread",
]
