"""The year ends, on the shop's clock and not on ours."""

from datetime import date, timedelta

from billing.models import Invoice, NumberSeries
from helpdesk import duties
from tests.conftest import boston

HOUR = timedelta(hours=1)
NEW_YEAR = boston(2027, 1, 1)


def issue(logged, close, customer, *, now):
    close(logged(now=now - HOUR, customer=customer).ticket, now=now - HOUR)
    duties.swept(now=now)
    return Invoice.objects.latest("pk")


def test_each_year_has_a_series_of_its_own(logged, close, ingrid):
    for now in (NEW_YEAR - 2 * HOUR, NEW_YEAR - HOUR, NEW_YEAR, NEW_YEAR + HOUR):
        issue(logged, close, ingrid, now=now)

    references = Invoice.objects.order_by("pk").values_list("reference", flat=True)
    assert list(references) == ["2026-0001", "2026-0002", "2027-0001", "2027-0002"]
    series = NumberSeries.objects.order_by("year").values_list("kind", "year", "last")
    assert list(series) == [("invoice", 2026, 2), ("invoice", 2027, 2)]


def test_the_last_evening_of_the_year_is_still_this_year(logged, close, ingrid):
    invoice = issue(logged, close, ingrid, now=NEW_YEAR - HOUR)  # 4 o'clock in the morning in UTC

    assert (invoice.issue_date, invoice.reference) == (date(2026, 12, 31), "2026-0001")


def test_what_was_done_before_and_is_invoiced_after_says_both(logged, close, ingrid):
    invoice = issue(logged, close, ingrid, now=NEW_YEAR + HOUR / 2)

    assert (invoice.supply_date, invoice.issue_date) == (date(2026, 12, 31), date(2027, 1, 1))
    assert invoice.reference == "2027-0001"
