"""Who is told of what, and the secret it is signed with."""

import base64
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from helpdesk.models import ApiToken, Scope, WebhookEndpoint
from helpdesk.webhooks import addresses
from tickets.text import one_line

logger = logging.getLogger(__name__)

ALL = "*"  # whatever the token may read, also what will be added one day
OVERLAP = timedelta(hours=24)  # so long the secret before signs as well

# What a token must be allowed to read, to be told of it.
NEEDS: Mapping[str, Scope] = {
    "ticket": Scope.TICKETS_READ,
    "interaction": Scope.TICKETS_READ,
    "promise": Scope.TICKETS_READ,
    "invoice": Scope.MONEY_READ,
}
KINDS = (
    *("ticket.created", "ticket.updated", "ticket.closed", "ticket.reopened"),
    *("interaction.created", "interaction.updated"),
    *("promise.made", "promise.told", "promise.ended"),
    *("invoice.issued", "invoice.settled"),
)


class BadEvents(Exception):
    """These events cannot be asked for; the text says why."""


def opened(
    token: ApiToken, url: str, events: Iterable[str], description: str = "", *, now: datetime
) -> WebhookEndpoint:
    """Have `token`'s program told of `events` at `url`. Raises BadAddress or BadEvents."""
    asked = sorted(set(events))
    check_events(token, asked)
    return WebhookEndpoint.objects.create(
        token=token,
        url=addresses.read(url).url,
        events=asked,
        description=one_line(description, 120),
        made_at=now,
    )


def check_events(token: ApiToken, events: Iterable[str]) -> None:
    """Raise BadEvents unless `token` may be told of all of them."""
    asked, may = set(events), allowed(token)
    if Scope.WEBHOOKS.value not in token.scopes:
        raise BadEvents(_("The token lacks the scope “%s”.") % Scope.WEBHOOKS.value)
    if not asked or (asked == {ALL} and not may):
        raise BadEvents(_("There is nothing to tell: name events that the token may read."))
    for kind in sorted(asked - may - {ALL}):
        if kind not in KINDS:
            raise BadEvents(_("There is no event “%s”.") % kind)
        raise BadEvents(
            _("To be told of “%(event)s” the token needs the scope “%(scope)s”.")
            % {"event": kind, "scope": NEEDS[noun(kind)].value}
        )


def allowed(token: ApiToken) -> frozenset[str]:
    """Return the kinds of events that `token` may be told of."""
    return frozenset(kind for kind in KINDS if NEEDS[noun(kind)].value in token.scopes)


def wanted(endpoint: WebhookEndpoint) -> frozenset[str]:
    may = allowed(endpoint.token)
    return may if ALL in endpoint.events else may & frozenset(endpoint.events)


def noun(kind: str) -> str:
    return kind.partition(".")[0]


def live(now: datetime, prefix: str = "") -> Q:
    """Return the condition that an endpoint is told at all: as long as its token opens a door."""
    token = f"{prefix}token__"
    return Q(
        Q(**{f"{token}expiry": None}) | Q(**{f"{token}expiry__gt": now}),
        **{f"{prefix}disabled_at": None, f"{token}user__is_active": True},
    )


# -- on and off ----------------------------------------------------------------------------------


def disabled(endpoint: WebhookEndpoint, because: str, *, now: datetime) -> None:
    """Send it nothing any more; what waits keeps waiting. Harmless when it is off."""
    because = one_line(because, 200) or "?"
    found = WebhookEndpoint.objects.filter(pk=endpoint.pk, disabled_at=None)
    if found.update(disabled_at=now, disabled_because=because):
        logger.warning("webhook %s is switched off: %s", endpoint.pk, because)
        endpoint.disabled_at, endpoint.disabled_because = now, because


def enabled(endpoint: WebhookEndpoint) -> None:
    """Send to it again: what happens from now on, and what had been waiting."""
    endpoint.disabled_at, endpoint.disabled_because, endpoint.failing_since = None, "", None
    endpoint.save(update_fields=["disabled_at", "disabled_because", "failing_since"])


# -- its secret ----------------------------------------------------------------------------------


def secret(endpoint: WebhookEndpoint) -> str:
    return _secret(endpoint.pk, endpoint.secret_version)


def secrets_at(endpoint: WebhookEndpoint, now: datetime) -> list[str]:
    """Return all that hold: for a day after a change the one before does too."""
    versions = [endpoint.secret_version]
    if endpoint.rotated_at is not None and now < endpoint.rotated_at + OVERLAP:
        versions.append(endpoint.secret_version - 1)
    return [_secret(endpoint.pk, version) for version in versions]


def rotated(endpoint: WebhookEndpoint, *, now: datetime) -> None:
    """Give it a new secret. One changed twice within a day: only the last two hold."""
    endpoint.secret_version += 1
    endpoint.rotated_at = now
    endpoint.save(update_fields=["secret_version", "rotated_at"])


def _secret(pk: int, version: int) -> str:
    """Make it from our own key, so that no copy of the database holds it."""
    key = salted_hmac("helpdesk.webhooks", f"{pk}.{version}", algorithm="sha256").digest()
    return f"whsec_{base64.b64encode(key).decode()}"
