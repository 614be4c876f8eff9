"""The shop that the docs talk to: the sample's, with one repair in it and nothing else."""

import pytest
from django.core.management import call_command
from django.utils.timezone import now

from helpdesk import journey, opening
from helpdesk.sample import cast
from tests.conftest import boston
from tickets import intake
from tickets.models import Customer, User
from tickets.models.work import Kind


@pytest.fixture
def live_shop(live_server, transactional_db):
    """A server whose shop knows Ingrid Dahlberg, +16175550142, whose laptop is ticket 1001."""
    call_command("flush", interactive=False, verbosity=0)  # numbers begin where they begin
    shop = opening.open_shop(cast.PLAN, now=boston(2026, 1, 1))
    for username, name, role, extension in cast.STAFF:
        opening.hire(username, name, role, "x", extension=extension)
    said = intake.Particulars("Ingrid Dahlberg", Customer.Kind.PERSON, "en", "")
    reach = intake.reachable("+16175550142", shop.region)
    ingrid = journey.customer_entered(said, reached_by=reach, now=now())
    contact = journey.Contact(
        kind=Kind.WALK_IN,
        direction=journey.Direction.IN,
        said="Will not start since the weekend.",
        heard_at=now(),
    )
    journey.contact_logged(
        contact,
        by=User.objects.get(username="sara"),
        customer=ingrid,
        point=ingrid.contact_points.get(),
        subject="Laptop will not start",
        now=now(),
    )
    return live_server.url
