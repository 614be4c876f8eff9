"""The gift report: its sums are those of the ledger, however it is looked at."""

import random
from collections import defaultdict
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing import gifts
from billing.models import Settlement
from helpdesk import journey
from helpdesk.reports import REPORTS
from tests.conftest import boston
from tickets import intake
from tickets.models import Service
from tickets.models.work import Kind
from tickets.reports import NoSuchRow, Slice

pytestmark = pytest.mark.django_db

REPORT = REPORTS["gifts"]
YEAR = (boston(2026, 1, 1), boston(2027, 1, 1))


@pytest.fixture
def ended(shop, sara):
    """End a ticket and have it invoiced."""

    def ended(customer, *, at, by=None, charge="free", minutes=0, service=None, channel="call"):
        ticket = intake.open_ticket(
            subject="Quick help", channel=channel, customer=customer, service=service, now=at
        )
        if minutes:
            journey.note_added(ticket, "Worked on it", by=by or sara, now=at, minutes=minutes)
        journey.ticket_closed(ticket, charge=charge, by=by or sara, now=at)
        invoice = gifts.bill(ticket, now=ticket.bill_at)
        if charge == "charged" and minutes:
            journey.invoice_paid(
                invoice, kind="card", amount=invoice.total, by=sara, now=invoice.issued_at
            )
        return invoice

    return ended


@pytest.fixture
def a_year(shop, sara, per, eva, customer, ended):
    """Let the shop live for a year and a month, with all that can differ differing."""

    def a_year(seed, endings):
        chance = random.Random(seed)  # noqa: S311 - a story, not a secret
        people = [customer(name, f"+1617555{n:04}") for n, name in enumerate("ABCDEFGA")]
        for _ in range(endings):
            ended(
                chance.choice(people),
                at=boston(2026, 1, 1) + timedelta(minutes=chance.randrange(400 * 24 * 60)),
                by=chance.choice([sara, per, eva]),
                charge=chance.choice(["free", "free", "charged"]),
                minutes=chance.choice([0, 0, 5, 45, 61, 200]),
                service=chance.choice([None, *Service.objects.all()]),
                channel=chance.choice(["call", "email", "walk_in"]),
            )

    return a_year


def keys(settlement):
    """What each cut files a gift under, read from the rows themselves."""
    invoice = settlement.invoice
    return {
        "month": f"{invoice.issue_date:%Y-%m}",
        "customer": str(invoice.customer_id),
        "technician": str(invoice.technician_id),
        "service": str(invoice.service_id) if invoice.service_id else "none",
        "channel": invoice.channel,
        "reason": settlement.reason,
        "week": f"{invoice.issue_date - timedelta(days=invoice.issue_date.weekday())}",
        "day": f"{invoice.issue_date}",
    }


def ledger(since, until):
    """Every gift of the period, by going through all there are."""
    everything = Settlement.objects.select_related("invoice")
    return [
        row for row in everything if row.kind == "gift" and since <= row.invoice.issued_at < until
    ]


def paid(since, until, customer):
    """What one customer has paid of the invoices of the period."""
    return sum(
        row.amount
        for row in Settlement.objects.select_related("invoice")
        if row.kind != "gift"
        and since <= row.invoice.issued_at < until
        and str(row.invoice.customer_id) == customer
    )


def first_each(gifts_then):
    """One gift of each customer."""
    return {gift.invoice.customer_id: gift for gift in gifts_then}.values()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_sums_are_those_of_the_ledger(a_year, seed):
    a_year(seed, endings=120)
    chance = random.Random(seed + 100)  # noqa: S311 - a story, not a secret
    periods = [YEAR, (boston(2026, 3, 1), boston(2026, 4, 1)), (boston(2000, 1, 1), YEAR[1])]
    edges = [gift.invoice.issued_at for gift in ledger(*YEAR)]  # half-open: the last is not in
    periods += [tuple(sorted(chance.sample(edges, 2))) for _ in range(3)]

    for since, until in periods:
        gifts_then = ledger(since, until)
        figures = REPORT.figures(Slice(since, until))

        assert figures == {
            "given": sum(gift.amount for gift in gifts_then),
            "invoices": len({gift.invoice_id for gift in gifts_then}),
            "customers": len({gift.invoice.customer_id for gift in gifts_then}),
            "paid": sum(
                paid(since, until, keys(gift)["customer"]) for gift in first_each(gifts_then)
            ),
        }
        for cut in REPORT.cuts:
            expected = defaultdict(list)
            for gift in gifts_then:
                expected[keys(gift)[cut]].append(gift)
            shares = {share.key: share for share in REPORT.by(cut, Slice(since, until))}
            assert {key: share.figures for key, share in shares.items()} == {
                key: {
                    "given": sum(row.amount for row in rows),
                    "invoices": len(rows),
                    "customers": len({row.invoice.customer_id for row in rows}),
                    "paid": paid(since, until, key) if cut == "customer" else None,
                }
                for key, rows in expected.items()
            }


def test_what_is_behind_a_row_adds_up_to_it(a_year):
    a_year(seed=4, endings=60)

    for cut in REPORT.cuts:
        for share in REPORT.by(cut, Slice(*YEAR)):
            part = Slice(*YEAR, cut=cut, key=share.key)
            figures, rows = REPORT.figures(part), list(REPORT.detail(part).rows)
            assert figures == share.figures
            assert sum(row.cells[-2] for row in rows) == share.figures["given"]
            assert len(rows) == share.figures["invoices"]
            assert REPORT.name(cut, share.key) == share.what


def test_the_list_goes_on_where_it_was_left(a_year):
    a_year(seed=5, endings=40)
    whole = [row.cells for row in REPORT.detail(Slice(*YEAR)).rows]

    pages, after = [], ""
    while page := list(REPORT.detail(Slice(*YEAR), after=after, most=7).rows):
        pages += [row.cells for row in page]
        after = page[-1].key

    assert pages == whole
    assert [cells[1] for cells in whole] == sorted((cells[1] for cells in whole), reverse=True)


@pytest.mark.parametrize("endings", [1, 3, 30])
def test_the_number_of_queries_does_not_depend_on_the_rows(a_year, endings):
    a_year(seed=6, endings=endings)

    with CaptureQueriesContext(connection) as captured:
        REPORT.figures(Slice(*YEAR))
        list(REPORT.detail(Slice(*YEAR)).rows)
        for cut in REPORT.cuts:
            REPORT.by(cut, Slice(*YEAR))

    # On PostgreSQL the list is read through a cursor, which is declared.
    selects = [query for query in captured if "SELECT" in query["sql"]]
    # What customers have paid is asked for once for all of them, and once for the rows of a cut.
    assert len(selects) == 2 * (2 + len(REPORT.cuts)) + 2


def test_two_customers_of_one_name_are_two_rows(customer, ended):
    one, other = customer("Bo Berg", "+16175550001"), customer("Bo Berg", "+16175550002")
    for somebody in (one, other, other):
        ended(somebody, at=boston(2026, 3, 2, 9))

    shares = REPORT.by("customer", Slice(*YEAR))

    assert [(share.what, share.key, share.figures["invoices"]) for share in shares] == [
        ("Bo Berg", str(other.pk), 2),
        ("Bo Berg", str(one.pk), 1),
    ]


def test_technicians_go_by_their_full_names(ingrid, sara, ended):
    ended(ingrid, at=boston(2026, 3, 2, 9), by=sara)
    sara.first_name = sara.last_name = ""
    sara.save()

    assert REPORT.by("technician", Slice(*YEAR))[0].what == "sara"
    sara.first_name, sara.last_name = "Sara", "Lind"
    sara.save()
    assert REPORT.by("technician", Slice(*YEAR))[0].what == "Sara Lind"
    assert next(iter(REPORT.detail(Slice(*YEAR)).rows)).cells[4] == "Sara Lind"


def test_what_was_paid_is_no_gift(ingrid, sara, ended):
    invoice = ended(ingrid, at=boston(2026, 3, 2, 9), charge="charged")
    journey.invoice_paid(
        invoice, kind="cash", amount=invoice.total, by=sara, now=boston(2026, 3, 3)
    )

    figures = REPORT.figures(Slice(*YEAR))

    assert figures == {"given": 0, "invoices": 0, "customers": 0, "paid": 0}


def test_the_last_evening_of_a_year_is_in_it(ingrid, ended):
    ended(ingrid, at=boston(2026, 12, 31, 22, 59))  # invoiced at 23:59, in the shop's zone
    ended(ingrid, at=boston(2026, 12, 31, 23))

    assert REPORT.figures(Slice(*YEAR))["invoices"] == 1
    assert [share.what for share in REPORT.by("month", Slice(*YEAR))] == [date(2026, 12, 1)]


def test_the_biggest_come_first_and_the_rest_can_be_left_out(a_year):
    a_year(seed=7, endings=40)

    everybody = REPORT.by("customer", Slice(*YEAR))

    given = [share.figures["given"] for share in everybody]
    assert given == sorted(given, reverse=True)
    assert REPORT.by("customer", Slice(*YEAR), most=2) == everybody[:2]


@pytest.mark.parametrize(
    ("cut", "key", "name"),
    [
        pytest.param("month", "2026-03", date(2026, 3, 1), id="a month"),
        pytest.param("channel", "walk_in", Kind.WALK_IN.value, id="a channel"),
        pytest.param("service", "none", "", id="no service"),
    ],
)
def test_a_row_has_a_name(shop, cut, key, name):
    assert REPORT.name(cut, key) == name


@pytest.mark.parametrize(
    ("cut", "key"),
    [
        pytest.param("month", "2026-13", id="a thirteenth month"),
        pytest.param("month", "March", id="a month in words"),
        pytest.param("customer", "0", id="nobody"),
        pytest.param("customer", "one", id="a number in words"),
        pytest.param("customer", "9" * 30, id="a number no database has"),
        pytest.param("technician", "9" * 5000, id="a number Python refuses"),
        pytest.param("customer", "none", id="invoices have a customer"),
        pytest.param("service", "-1", id="a negative key"),
        pytest.param("channel", "pigeon", id="an unknown channel"),
        pytest.param("reason", "because", id="a reason nobody gave"),
        pytest.param("colour", "1", id="an unknown cut"),
    ],
)
def test_what_is_no_row_has_none(shop, cut, key):
    with pytest.raises(NoSuchRow):
        REPORT.name(cut, key)


def test_the_list_cannot_go_on_after_nothing(shop):
    with pytest.raises(NoSuchRow):
        REPORT.detail(Slice(*YEAR), after="nothing")
