"""What a report's page asks of the database: as much for many rows as for one, and not much."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from policies.models import Promise
from tests.conftest import boston
from tests.crowd import crowd
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

AT = boston(2026, 3, 9, 9)
MOST = 10
PAGES = [
    "/reports/",
    *(f"/reports/promises/?cut={cut}" for cut in ("month", "kind", "person", "day", "all")),
    *(f"/reports/callbacks/?cut={cut}" for cut in ("month", "channel", "customer", "all")),
    *(f"/reports/free-contacts/?cut={cut}" for cut in ("month", "customer", "reason", "all")),
    *(f"/reports/gifts/?cut={cut}" for cut in ("month", "customer", "all")),
    "/reports/gifts/?cut=customer&of={customer}",
    "/reports/gifts/?cut=customer&of={customer}&after={gift}",
    "/reports/free-contacts/?cut=customer&of={customer}",
]


def asked(client, address):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_no_page_asks_more_for_many_rows(owner, eva, per, missed, ingrid, gift):
    missed(now=AT)
    settlement = gift(ingrid).settlements.get()
    pages = [page.format(customer=ingrid.pk, gift=settlement.pk) for page in PAGES]
    assert connection.features.supports_json_field  # which Django asks SQLite once
    counts = {}
    for added in (1, 2, 297):
        crowd(added, eva, per, at=AT)
        early = F("due_at") - timedelta(hours=1)
        Promise.objects.open().update(status="kept", ended_at=early, ended_because="Called")
        Ticket.objects.update(charge="free", gift_reason="Loyalty")
        for page in pages:
            counts.setdefault(page, []).append(asked(owner, page))

    assert {page: n for page, n in counts.items() if len(set(n)) > 1} == {}
    assert {page: n for page, n in counts.items() if max(n) > MOST} == {}
