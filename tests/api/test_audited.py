"""What programs do is written down, in words an owner reads."""

import pytest
from django.db import transaction

from helpdesk.models import AuditEntry
from helpdesk.web.setup.deeds import DEEDS, KINDS
from tests.api.operations import OPERATIONS, filled

pytestmark = pytest.mark.django_db
AUDIT = "/setup/audit/"


def written(api, world, key):
    """Return the entries that asking for it leaves, and take back what came of it."""
    operation = OPERATIONS[key]
    with transaction.atomic():
        api.ask(key[0], filled(operation.path, world), filled(operation.body, world))
        rows = list(AuditEntry.objects.values_list("action", "kind"))
        transaction.set_rollback(True)
    return rows


def test_whatever_a_program_does_has_words(api, world):
    deeds = [key for key in OPERATIONS if key[0] != "GET" and key[1] != "greeting-twiml"]
    left = {key: written(api, world, key) for key in deeds}

    assert {key: len(rows) for key, rows in left.items()} == dict.fromkeys(deeds, 1)
    unsaid = {row for rows in left.values() for row in rows if row[0] not in DEEDS}
    assert unsaid == set()
    assert {kind for rows in left.values() for _action, kind in rows} - set(KINDS) == {""}


def test_to_what_it_was_done_is_called_as_it_is_on_pages(api, world, client, eva):
    api.patch(f"customers/{world['customer']}/", {"note": "Prefers mornings."})
    api.post(f"contact-points/{world['point']}/opt-outs/")
    api.post(f"tickets/{world['number']}/moves/", {"to": "waiting"})
    api.ask("DELETE", f"webhooks/{world['webhook']}/")
    client.force_login(eva)

    lines = client.get(AUDIT).context["lines"]
    assert [(line.deed, line.kind, line.name) for line in reversed(lines)] == [
        ("changed a customer", "Customer", "Ingrid Berg"),
        ("stopped messages to an address", "Number or address", "+16175550142"),
        ("moved it on", "Ticket", str(world["number"])),
        ("deleted a webhook", "Webhook", str(world["webhook"])),
    ]
    assert [
        line.entry.kind for line in client.get(AUDIT, {"kind": "customer"}).context["lines"]
    ] == ["customer"]


def test_what_the_telephone_system_tells_is_kept_elsewhere(api, shop):
    for path, body in (
        ("voicemails/", {"call_id": "1", "from": "+16175550142", "text": "It is Ingrid."}),
        ("greeting.xml", {}),
    ):
        assert api.post(path, body).status_code < 300

    assert not AuditEntry.objects.exists()
