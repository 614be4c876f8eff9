"""What staff are told on whatever page they are: the clock, mail, and the sample shop."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now

from helpdesk import duties
from helpdesk.models import Heartbeat
from tests.doors.pages import text

PAGES = ["/", "/tickets/", "/customers/", "/stuck/", "/arrivals/"]
NEVER = "The clock does not run: nothing is sent, and nothing due is noticed."
MAIL = "Mail is not set up: none leaves. See docs/mail.md."
SAMPLE = "This is the sample shop: nothing leaves it."


@pytest.fixture
def ticking(shop, settings):
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    duties.beat(now())


def banners(response):
    return [(banner.look, banner.text) for banner in response.context["banners"]]


@pytest.mark.parametrize("page", PAGES)
def test_with_a_clock_and_mail_nothing_is_said(at_desk, ticking, page):
    assert banners(at_desk.get(page)) == []


@pytest.mark.parametrize("page", PAGES)
def test_without_a_clock_every_page_says_so(at_desk, ticking, page):
    Heartbeat.objects.all().delete()

    assert f"{NEVER} See docs/operating.md." in text(at_desk.get(page))


@pytest.mark.parametrize(("ticks", "count"), [(1, 0), (2.9, 0), (3.1, 1), (10_000, 1)])
def test_a_clock_that_stands_still_is_noticed_after_three_ticks(
    at_desk, ticking, settings, ticks, count
):
    Heartbeat.objects.update(beat_at=now() - ticks * timedelta(seconds=settings.TICK_SECONDS))

    found = [words for look, words in banners(at_desk.get("/tickets/")) if look == "error"]

    assert len(found) == count
    assert all(words.startswith("The clock stands still since ") for words in found)


def test_without_mail_the_first_page_says_where_it_is_written(at_desk, ticking, settings):
    settings.EMAIL_URL = ""

    assert MAIL in text(at_desk.get("/"))
    assert MAIL not in text(at_desk.get("/tickets/"))


def test_the_sample_shop_says_that_nothing_leaves(at_desk, ticking, shop, settings):
    settings.EMAIL_URL = ""
    shop.is_sample = True
    shop.save()

    for page in PAGES:
        assert banners(at_desk.get(page)) == [("", SAMPLE)]


def test_the_clock_is_asked_with_the_shop(at_desk, ticking):
    with CaptureQueriesContext(connection) as captured:
        at_desk.get("/customers/new/")

    asked = [query["sql"] for query in captured if "helpdesk_heartbeat" in query["sql"]]
    assert len(asked) == 1
    assert "tickets_shop" in asked[0]
