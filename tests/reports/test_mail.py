"""Reports by mail: asked for on the page, sent once when the period is over, stopped again."""

from datetime import date, timedelta

import pytest
from django.core import mail

from helpdesk import duties
from helpdesk.models import Lease, ReportSchedule
from helpdesk.reporting import mailing
from tests.conftest import boston
from tickets.models import User

pytestmark = pytest.mark.django_db

PAGE = "/reports/gifts/"
ASKED = boston(2026, 3, 14, 10)  # a Saturday, when the owner asks
OPENING = boston(2026, 4, 1, 9)  # of the first day after March


@pytest.fixture(autouse=True)
def eva_has_mail(eva, settings):
    settings.EMAIL_URL = "smtp://mail.example"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    eva.email = "eva@shop.example"
    eva.save()


def ask(owner, **given):
    usual = {"every": "month", "format": "pdf", "query": "cut=customer"}
    return owner.post(f"{PAGE}mail/", usual | given)


def sent():
    return [
        (each.to, each.subject, [name for name, _content, _type in each.attachments])
        for each in mail.outbox
    ]


def test_it_is_mailed_when_the_month_is_over(owner, ingrid, gift):
    gift(ingrid)
    ask(owner)
    schedule = ReportSchedule.objects.get()

    assert schedule.next_at == OPENING
    duties.swept(now=OPENING - timedelta(minutes=1))
    assert sent() == []
    duties.swept(now=OPENING)
    assert sent() == [
        (
            ["eva@shop.example"],
            "What we gave, 1 March 2026 – 31 March 2026",
            ["gifts-2026-03-01-2026-03-31.pdf"],
        )
    ]
    assert mail.outbox[0].attachments[0][1][:5] == b"%PDF-"
    schedule.refresh_from_db()
    assert schedule.next_at == boston(2026, 5, 1, 9)


def test_swept_again_it_is_mailed_once(owner):
    ask(owner, every="week", format="csv")

    for minutes in (0, 1, 60):
        duties.swept(now=boston(2026, 3, 16, 9) + timedelta(minutes=minutes))

    assert [names for _to, _subject, names in sent()] == [["gifts-2026-03-09-2026-03-15.csv"]]
    assert ReportSchedule.objects.get().next_at == boston(2026, 3, 23, 9)


def test_what_may_have_left_is_not_mailed_twice(owner):
    ask(owner)

    mailing.came_due(ReportSchedule.objects.get(), now=OPENING, may_have_left=True)

    assert sent() == []
    assert ReportSchedule.objects.get().next_at == boston(2026, 5, 1, 9)


def test_of_two_workers_one_moves_it_on(owner):
    ask(owner)
    one, other = ReportSchedule.objects.get(), ReportSchedule.objects.get()

    mailing.came_due(one, now=OPENING)
    ReportSchedule.objects.update(next_at=boston(2027, 1, 1))
    mailing.came_due(other, now=OPENING, may_have_left=True)

    assert ReportSchedule.objects.get().next_at == boston(2027, 1, 1)


@pytest.mark.parametrize(
    ("change", "because"),
    [
        pytest.param({"email": ""}, "has no mail address", id="no address"),
        pytest.param({"is_active": False}, "does not work here any more", id="gone"),
        pytest.param({"role": User.Role.TECHNICIAN}, "is not an owner any more", id="no owner"),
    ],
)
def test_who_is_not_mailed_is_said_on_the_page(owner, client, eva, per, change, because):
    ask(owner)
    User.objects.filter(pk=per.pk).update(role=User.Role.OWNER, email="per@shop.example")
    User.objects.filter(pk=eva.pk).update(**change)

    duties.swept(now=OPENING)
    client.force_login(per)

    assert sent() == []
    assert because in client.get(PAGE).content.decode()
    assert ReportSchedule.objects.get().next_at == boston(2026, 5, 1, 9)


def test_who_has_no_address_is_not_told_that_it_comes(owner, eva):
    User.objects.filter(pk=eva.pk).update(email="")

    said = owner.get(ask(owner)["Location"]).content.decode()

    assert "Noted, but nothing is mailed yet: Eva Dahl has no mail address." in said
    assert "You get it by mail" not in said


def test_nothing_leaves_a_sample_shop(owner, shop):
    ask(owner)
    shop.is_sample = True
    shop.save()

    duties.swept(now=OPENING)

    assert sent() == []


def test_without_mail_it_waits_and_is_given_up_in_sight(owner, settings):
    ask(owner)
    settings.EMAIL_URL = ""

    duties.swept(now=OPENING)

    lease = Lease.objects.get(duty="reports")
    assert lease.because == "NotSent: Mail is not set up: none leaves."
    assert ReportSchedule.objects.get().next_at == OPENING


def test_asked_for_twice_it_comes_once(owner):
    ask(owner)
    ask(owner)

    assert ReportSchedule.objects.count() == 1


def test_ones_own_can_be_stopped(owner):
    ask(owner)

    owner.post(f"/reports/mail/{ReportSchedule.objects.get().pk}/stop/")

    assert not ReportSchedule.objects.exists()


def test_anothers_stays(owner, client, per):
    ask(owner)
    User.objects.filter(pk=per.pk).update(role=User.Role.OWNER)
    client.force_login(User.objects.get(pk=per.pk))

    client.post(f"/reports/mail/{ReportSchedule.objects.get().pk}/stop/")

    assert ReportSchedule.objects.count() == 1


@pytest.mark.parametrize(
    "given",
    [
        {"every": "hour"},
        {"format": "exe"},
        {"query": "cut=customer&of=99999"},
        {"query": "x" * 201},
    ],
)
def test_what_cannot_be_mailed_is_not_promised(owner, given):
    ask(owner, **given)

    assert not ReportSchedule.objects.exists()


@pytest.mark.parametrize(
    ("every", "today", "first", "last"),
    [
        ("week", date(2026, 3, 16), date(2026, 3, 9), date(2026, 3, 15)),
        ("week", date(2026, 3, 22), date(2026, 3, 9), date(2026, 3, 15)),
        ("month", date(2026, 3, 1), date(2026, 2, 1), date(2026, 2, 28)),
        ("month", date(2027, 1, 31), date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_a_mail_is_of_the_period_that_is_over(every, today, first, last):
    period = mailing.ended(every, today)

    assert (period.first, period.last) == (first, last)
