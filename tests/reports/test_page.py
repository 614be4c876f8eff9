"""What the owner reads: the page about gifts."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.models import Invoice
from helpdesk.web import reports
from tests.conftest import boston

pytestmark = pytest.mark.django_db

PAGE = "/reports/gifts/"
FILE = "/reports/gifts/export.csv"


def numbers(figures):
    return {measure.key: value for measure, value in figures}


# -- the page ------------------------------------------------------------------------------------


def test_it_says_what_was_given_this_year(owner, ingrid, gift):
    gift(ingrid)
    gift(ingrid, at=boston(2026, 2, 2, 9))

    response = owner.get(PAGE)

    assert numbers(response.context["figures"]) == {"given": 9000, "invoices": 2, "customers": 1}
    shares = response.context["shares"]
    assert [(what, numbers(row)["given"]) for what, _url, _width, row in shares] == [
        ("February 2026", 4500),
        ("March 2026", 4500),
    ]
    assert "$90.00" in response.content.decode()
    assert "at list price, in the month they were issued" in response.content.decode()


def test_this_month_is_read_by_day(owner, ingrid, gift):
    gift(ingrid)

    context = owner.get(PAGE, {"period": "month"}).context

    assert [bar.said for bar in context["chart"].bars if bar.height] == ["Mon 2 Mar 2026: $45.00"]
    assert [(what, numbers(row)["given"]) for what, _url, _bar, row in context["shares"]] == [
        ("Mon 2 Mar 2026", 4500)
    ]
    assert [str(title) for title, _url, _is_here in context["tabs"]][:2] == ["Day", "Customer"]
    assert [owner.get(url).context["part"].cut for _label, url, _is_here in context["periods"]] == [
        *("day", "day", "month", "month"),
    ]


@pytest.mark.parametrize(
    ("budget", "query", "said"),
    [
        (0, {}, ""),
        (4000, {"period": "month"}, "$5.00 more than the $40.00 a month may come to."),
        (5000, {"period": "month"}, "$5.00 of the $50.00 a month may come to are left."),
        (4000, {"period": "year"}, "1 month came to more than the budget of $40.00."),
        (5000, {"period": "year"}, "No month came to more than the budget of $50.00."),
        (4000, {"from": "2026-03-01", "until": "2026-03-07"}, ""),
    ],
)
def test_it_says_first_what_it_comes_to(owner, shop, ingrid, gift, budget, query, said):
    shop.gift_budget = budget
    shop.save()
    gift(ingrid)

    context = owner.get(PAGE, query).context

    assert context["sentence"] == "1 job was given away, worth $45.00."
    assert (context["plan_said"], numbers(context["headline"])) == (
        said,
        {"given": 4500, "invoices": 1},
    )


def test_what_was_free_stands_beside_what_was_paid_by_customer(owner, ingrid, gift):
    gift(ingrid)

    context = owner.get(PAGE, {"cut": "customer"}).context

    assert [str(part.key) for part in context["parts"]] == ["given", "paid"]
    assert context["shares"][0][2] == [("0.0%", "100.0%", "gift")]


def test_nothing_was_given_yet(owner):
    response = owner.get(PAGE)

    assert response.status_code == 200
    assert "Nothing was given in this period" in response.content.decode()


@pytest.mark.parametrize(
    "cut", ["month", "week", "day", "customer", "technician", "service", "channel", "reason"]
)
def test_every_row_leads_to_the_invoices_behind_it(owner, ingrid, gift, cut):
    invoice = gift(ingrid)

    (_what, url, _width, row), *others = owner.get(PAGE, {"cut": cut}).context["shares"]
    behind = owner.get(url)

    assert others == []
    assert numbers(behind.context["figures"]) == numbers(row)
    assert numbers(row)["given"] == 4500
    assert reverse("invoice", args=[invoice.reference]) in behind.content.decode()


def test_rows_without_a_service_say_so(owner, ingrid, gift):
    gift(ingrid)

    assert owner.get(PAGE, {"cut": "service"}).context["shares"][0][0] == "Without a service"


def test_the_list_has_pages(owner, ingrid, gift, monkeypatch):
    monkeypatch.setattr(reports, "PAGE", 2)
    for day in range(1, 6):
        gift(ingrid, at=boston(2026, 3, day, 9))

    seen, url = [], f"{PAGE}?cut=all"
    while url:
        context = owner.get(url).context
        seen += [row[0][1] for row in context["rows"]]
        url = context["next_url"]

    assert seen == list(Invoice.objects.order_by("-pk").values_list("reference", flat=True))


def test_rows_beyond_a_page_are_summed_up(owner, customer, gift, monkeypatch):
    monkeypatch.setattr(reports, "MOST", 2)
    for n in range(5):
        gift(customer(f"Customer {n}", f"+1617555000{n}"))

    context = owner.get(PAGE, {"cut": "customer"}).context

    assert len(context["shares"]) == 2
    assert numbers(context["beyond"]) == {
        "given": 13500,
        "invoices": 3,
        "paid": 0,
    }


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({"from": "yesterday", "until": "2026-03-01"}, id="a word"),
        pytest.param({"from": "2026-02-30", "until": "2026-03-01"}, id="no such day"),
        pytest.param({"from": "2026-03-01", "until": "2026-02-01"}, id="the wrong way round"),
        pytest.param({"from": "0001-01-01", "until": "9999-12-31"}, id="too far away"),
        pytest.param({"period": "custom"}, id="nothing"),
        pytest.param({"period": "century"}, id="no such period"),
        pytest.param({"from": "\0", "until": "\0"}, id="NUL"),
    ],
)
def test_bad_dates_get_a_sentence_and_this_year(owner, query):
    response = owner.get(PAGE, query)

    assert response.status_code == 200
    assert len(response.context["messages"]) == 1
    assert response.context["period"].slug == "year"


@pytest.mark.parametrize(
    ("address", "query"),
    [
        (PAGE, {"cut": "customer", "of": "nobody"}),
        (FILE, {"cut": "customer", "of": "nobody"}),
        (PAGE, {"cut": "customer", "of": "9" * 20}),
        (FILE, {"cut": "customer", "of": "9" * 20}),
        (PAGE, {"cut": "month", "of": "2026-99"}),
        (PAGE, {"cut": "month", "of": "9999-12"}),
        (PAGE, {"cut": "week", "of": "2026-03-03"}),
        (PAGE, {"cut": "week", "of": "9999-12-27"}),
        (PAGE, {"cut": "day", "of": "9999-12-31"}),
        (PAGE, {"cut": "channel", "of": "\0"}),
        (PAGE, {"cut": "all", "after": "nothing"}),
        (PAGE, {"cut": "all", "after": "\0"}),
    ],
)
def test_what_is_not_there_is_not_found(owner, ingrid, gift, address, query):
    gift(ingrid)

    assert owner.get(address, query).status_code == 404


@pytest.mark.parametrize("slug", ["gift", "GIFTS", "payroll"])
def test_there_is_no_such_report(owner, slug):
    assert owner.get(f"/reports/{slug}/").status_code == 404
    assert owner.get(f"/reports/{slug}/export.csv").status_code == 404


@pytest.mark.parametrize("who", ["sara", "per"])
@pytest.mark.parametrize("address", [PAGE, FILE])
def test_only_owners_read_it(client, request, who, address):
    client.force_login(request.getfixturevalue(who))

    assert client.get(address).status_code == 403


@pytest.mark.parametrize(("cut", "rows"), [("month", 30), ("customer", 300), ("all", 60)])
def test_the_number_of_queries_does_not_depend_on_the_rows(owner, customer, gift, cut, rows):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert owner.get(PAGE, {"cut": cut}).status_code == 200
        return len(captured)

    gift(customer("Customer", "+16175559999"))
    one = queries()
    for n in range(2):
        gift(customer(f"Customer {n}", f"+1617555000{n}"))
    three = queries()
    for n in range(2, rows - 1):
        gift(customer(f"Customer {n}", f"+1617555{n:04}"))

    assert one == three == queries()
