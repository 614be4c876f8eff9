"""All reports at a glance."""

import pytest

from tests.conftest import boston

pytestmark = pytest.mark.django_db


def headlines(response):
    return {
        entry.report.slug: [(it.measure.key, it.value, it.before) for it in entry.headlines]
        for entry in response.context["entries"]
    }


def test_this_month_stands_beside_the_last(owner, ingrid, gift):
    gift(ingrid)
    gift(ingrid, at=boston(2026, 2, 2, 9))
    gift(ingrid, at=boston(2026, 2, 28, 9))
    gift(ingrid, at=boston(2026, 1, 31, 9))

    found = headlines(owner.get("/reports/"))

    assert found["gifts"] == [("given", 4500, 9000), ("invoices", 1, 2)]
    assert found["promises"] == [("rate", None, None), ("kept", 0, 0), ("broken", 0, 0)]
    assert found["callbacks"] == [("promised", 0, 0), ("in_time", 0, 0), ("never", 0, 0)]
    assert found["free-contacts"] == [("contacts", 0, 0), ("off_channel", 0, 0)]


def test_a_missed_call_is_on_it(owner, missed):
    missed(now=boston(2026, 3, 9, 9))

    found = headlines(owner.get("/reports/"))

    assert found["callbacks"] == [("promised", 1, 0), ("in_time", 0, 0), ("never", 0, 0)]


def test_each_leads_on(owner):
    page = owner.get("/reports/")

    ways = [entry.url for entry in page.context["entries"]]
    assert [owner.get(url).status_code for url in ways] == [200] * 4


def test_the_budget_is_said_beside_it(owner, shop, ingrid, gift):
    shop.gift_budget = 50_000
    shop.save()
    gift(ingrid)

    assert "of $500.00 a month" in owner.get("/reports/").content.decode()
    report = owner.get("/reports/gifts/").content.decode()
    assert "No month came to more than the budget of $500.00." in " ".join(report.split())


def test_a_part_is_not_held_against_the_whole_budget(owner, shop, ingrid, gift):
    shop.gift_budget = 50_000
    shop.save()
    gift(ingrid)

    narrowed = owner.get("/reports/gifts/", {"cut": "customer", "of": ingrid.pk})

    assert narrowed.context["chart"].plan is None
    assert owner.get("/reports/gifts/").context["chart"].plan[2] == "$500.00"
