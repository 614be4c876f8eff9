"""Several clocks come to a report that is to be mailed at the same moment."""

from datetime import timedelta

import pytest
from django.core import mail

from helpdesk import duties
from helpdesk.models import Lease, ReportSchedule
from helpdesk.reporting import mailing
from tests.conftest import boston
from tests.races.together import Gate, times

pytestmark = pytest.mark.django_db(transaction=True)
OPENING = boston(2026, 4, 1, 9)


@pytest.fixture
def asked(shop, eva, settings):
    """Eva is to have two reports when March is over."""
    settings.EMAIL_URL = "smtp://127.0.0.1"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    eva.email = "eva@shop.example"
    eva.save()
    for slug in ("gifts", "callbacks"):
        ReportSchedule.objects.create(
            user=eva, report=slug, query="", every="month", format="csv", next_at=OPENING
        )


def names():
    return sorted(name for each in mail.outbox for name, _content, _type in each.attachments)


@pytest.mark.usefixtures("asked")
def test_each_is_mailed_once(monkeypatch):
    monkeypatch.setattr(mailing, "_send", Gate(2).before(mailing._send))

    done = times(4, lambda: duties.swept(now=OPENING))

    assert [it for it in done if isinstance(it, Exception)] == []
    assert names() == [
        *("callbacks-2026-03-01-2026-03-31.csv", "gifts-2026-03-01-2026-03-31.csv"),
    ]
    assert {it.next_at for it in ReportSchedule.objects.all()} == {boston(2026, 5, 1, 9)}
    assert not Lease.objects.exists()


@pytest.mark.usefixtures("asked")
def test_nor_is_it_when_they_come_again_while_one_is_at_it():
    times(2, lambda: duties.swept(now=OPENING))
    times(2, lambda: duties.swept(now=OPENING + timedelta(minutes=1)))

    assert len(names()) == 2
