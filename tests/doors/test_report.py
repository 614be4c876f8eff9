"""What the owner reads: the page about gifts, its periods, its bars and its export."""

import csv
import io
import itertools
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing import gifts
from billing.models import Invoice
from helpdesk import journey
from helpdesk.web import charts, export, periods, reports
from helpdesk.web.periods import BadPeriod
from tests.conftest import boston
from tickets import intake

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 14)
PAGE = "/reports/gifts/"
FILE = "/reports/gifts/export.csv"


@pytest.fixture
def owner(client, eva, monkeypatch):
    """Eva at her desk, on 14 March."""
    monkeypatch.setattr(reports, "now", lambda: boston(2026, 3, 14, 10))
    client.force_login(eva)
    return client


@pytest.fixture
def gift(sara):
    """Give quick help to somebody."""

    def gift(customer, *, at=None, reason="", subject="Quick help"):
        at = at or boston(2026, 3, 2, 9)
        ticket = intake.open_ticket(subject=subject, channel="call", customer=customer, now=at)
        journey.ticket_closed(ticket, charge="free", gift_reason=reason, by=sara, now=at)
        return gifts.bill(ticket, now=ticket.bill_at)

    return gift


def rows(response):
    text = b"".join(response.streaming_content).decode("utf-8")
    assert text[0] == "\ufeff"
    return list(csv.DictReader(io.StringIO(text[1:])))


# -- the page ------------------------------------------------------------------------------------


def test_it_says_what_was_given_this_year(owner, ingrid, gift):
    gift(ingrid)
    gift(ingrid, at=boston(2026, 2, 2, 9))

    response = owner.get(PAGE)

    assert response.context["figures"].amount == 9000
    assert [(what, share.amount) for what, _url, _width, share in response.context["shares"]] == [
        ("February 2026", 4500),
        ("March 2026", 4500),
    ]
    assert "$90.00" in response.content.decode()
    assert "invoices, $0.00 due" in " ".join(response.content.decode().split())


def test_nothing_was_given_yet(owner):
    response = owner.get(PAGE)

    assert response.status_code == 200
    assert "Nothing was given in this period" in response.content.decode()


@pytest.mark.parametrize("cut", ["month", "customer", "technician", "service", "channel"])
def test_every_row_leads_to_the_invoices_behind_it(owner, ingrid, gift, cut):
    invoice = gift(ingrid)

    (_what, url, _width, share), *others = owner.get(PAGE, {"cut": cut}).context["shares"]
    behind = owner.get(url)

    assert others == []
    assert behind.context["figures"].amount == share.amount == 4500
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
    assert context["beyond"] == {"count": 3, "amount": 13500}


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


# -- the export ----------------------------------------------------------------------------------


def test_the_export_has_a_row_for_each_gift(owner, customer, gift):
    invoice = gift(customer("Ingrid Berg"), reason="Loyalty")

    response = owner.get(FILE)

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == (
        'attachment; filename="gifts-2026-01-01-2026-12-31.csv"'
    )
    assert rows(response) == [
        {
            "Invoice": invoice.reference,
            "Issued": "2026-03-02",
            "Ticket": str(invoice.ticket_id),
            "Customer": "Ingrid Berg",
            "Technician": "Sara Lind",
            "Service": "",
            "Channel": "Call",
            "Reason": "Loyalty",
            "Given by": "Sara Lind",
            "Given": "45.00",
            "Currency": "USD",
        }
    ]


@pytest.mark.parametrize(
    "name",
    [
        '=HYPERLINK("http://evil.example","Ingrid")',
        "+1 617 555 0142",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "＝1+1",
        "＋1",
        "－1",
        "＠A1",
    ],
)
def test_no_name_is_a_formula(owner, customer, gift, name):
    gift(customer(name), reason=name)

    (row,) = rows(owner.get(FILE))

    assert (row["Customer"], row["Reason"]) == (f"'{name}", f"'{name}")


def test_the_export_is_of_what_the_page_shows(owner, customer, gift):
    bo, my = customer("Bo", "+16175550001"), customer("My", "+16175550002")
    gift(bo)
    gift(my, at=boston(2026, 2, 2, 9))

    page = owner.get(PAGE, {"cut": "customer", "of": bo.pk, "period": "month"})

    assert [row["Customer"] for row in rows(owner.get(page.context["export_url"]))] == ["Bo"]


def test_bad_dates_make_no_file(owner):
    response = owner.get(FILE, {"from": "yesterday"})

    assert response.status_code == 302
    assert response["Location"] == PAGE


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param("Ingrid", "Ingrid", id="a name"),
        pytest.param("", "", id="nothing"),
        pytest.param("a=b", "a=b", id="further in it calculates nothing"),
        pytest.param("=1+1", "'=1+1", id="equals"),
        pytest.param("  =1+1", "'  =1+1", id="after spaces"),
        pytest.param("\u200b\ufeff=1", "'\u200b\ufeff=1", id="after what cannot be seen"),
        pytest.param("\xa0@A1", "'\xa0@A1", id="after a hard space"),
        pytest.param("\tIngrid", "'\tIngrid", id="tab"),
        pytest.param("\rIngrid", "'\rIngrid", id="carriage return"),
        pytest.param("\nIngrid", "'\nIngrid", id="line feed"),
        pytest.param("In\0grid", "Ingrid", id="NUL"),
        pytest.param("\0=1", "'=1", id="NUL before a formula"),
        pytest.param("−1", "−1", id="a true minus is text"),
        pytest.param("'=1", "'=1", id="quoted before"),
    ],
)
def test_a_cell_is_text(text, cell):
    assert export.neutral(text) == cell


# -- periods -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        pytest.param({}, date(2026, 1, 1), date(2026, 12, 31), id="this year"),
        pytest.param({"period": "month"}, date(2026, 3, 1), date(2026, 3, 31), id="this month"),
        pytest.param(
            {"period": "last-month"}, date(2026, 2, 1), date(2026, 2, 28), id="last month"
        ),
        pytest.param({"period": "12-months"}, date(2025, 4, 1), date(2026, 3, 31), id="12 months"),
        pytest.param(
            {"from": "2025-12-24", "until": "2026-01-06"},
            date(2025, 12, 24),
            date(2026, 1, 6),
            id="dates",
        ),
        pytest.param({"from": " 2026-03-01 "}, date(2026, 3, 1), TODAY, id="until today"),
    ],
)
def test_a_period_is_whole_days(query, first, last):
    period = periods.read(query, TODAY)

    assert (period.first, period.last) == (first, last)
    assert periods.read(dict(pair.split("=") for pair in period.query.split("&")), TODAY) == period


def test_a_period_ends_with_its_last_day():
    boston_time = ZoneInfo("America/New_York")
    period = periods.read({"from": "2026-03-08", "until": "2026-03-08"}, TODAY)

    since, until = period.instants(boston_time)

    assert (since, until) == (boston(2026, 3, 8), boston(2026, 3, 9))
    assert until - since == timedelta(hours=23)  # the clocks went forward


def test_a_leap_day_is_a_day():
    assert periods.read({"period": "12-months"}, date(2028, 2, 29)).first == date(2027, 3, 1)
    assert periods.read({"period": "month"}, date(2028, 2, 29)).last == date(2028, 2, 29)


def test_a_bad_period_says_what_to_write():
    with pytest.raises(BadPeriod, match="Write it like 2026-03-31"):
        periods.read({"from": "24/12/2025"}, TODAY)


# -- bars ----------------------------------------------------------------------------------------


def draw(amounts, first=date(2026, 1, 1), last=date(2026, 12, 31), **more):
    return charts.by_month(amounts, first, last, **({"currency": "USD", "language": "en"} | more))


def test_there_is_a_bar_for_each_month():
    chart = draw({date(2026, 2, 1): 40_000, date(2026, 3, 1): 20_000, date(2026, 4, 1): 1})

    assert [bar.height for bar in chart.bars] == [0, 130, 65, 2] + [0] * 8
    assert chart.bars[1].said == "February 2026: $400.00"
    assert [label for _y, _label_y, label in chart.scale] == ["200", "400"]


@pytest.mark.parametrize("months", [1, 12, 13, 36, 37, 120])
def test_bars_and_labels_do_not_overlap(months):
    first = date(2020, 1, 1)
    shown = [date(2020 + n // 12, n % 12 + 1, 1) for n in range(months)]
    chart = draw(dict.fromkeys(shown, 100), first, shown[-1])

    lefts = [float(bar.x.rstrip("%")) for bar in chart.bars]
    width = float(chart.bars[0].width.rstrip("%"))
    assert all(b - a >= width for a, b in itertools.pairwise(lefts))
    assert lefts[0] >= 0
    assert lefts[-1] + width <= charts.WIDTH
    assert sum(bool(bar.label) for bar in chart.bars) <= charts.LABELS


def test_a_long_period_shows_the_months_that_have_something():
    chart = draw({date(2026, 2, 1): 5, date(2026, 4, 1): 5}, date(2000, 1, 1), date(2026, 4, 30))

    assert [bar.label for bar in chart.bars] == ["Feb", "Mar", "Apr"]


@pytest.mark.parametrize(
    ("amount", "currency", "language", "scale"),
    [
        pytest.param(0, "USD", "en", ["1", "2"], id="nothing"),
        pytest.param(1_234_500, "USD", "en", ["10K", "20K"], id="thousands"),
        pytest.param(1_234_500, "SEK", "sv", ["10\xa0tn", "20\xa0tn"], id="in Swedish"),
        pytest.param(700, "JPY", "en", ["400", "800"], id="a currency without decimals"),
    ],
)
def test_the_scale_reads_well(amount, currency, language, scale):
    chart = draw({date(2026, 1, 1): amount}, currency=currency, language=language)

    assert [label for _y, _label_y, label in chart.scale] == scale
