"""Numbers without gaps: taken and used in one transaction, or not at all."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from billing.models import NumberSeries


@dataclass(frozen=True)
class Taken:
    series: NumberSeries
    number: int

    @property
    def reference(self) -> str:
        return f"{self.series.year}-{self.number:04}"


def take(kind: str, year: int) -> Taken:
    """Take the next number; call it inside the transaction that uses it.

    The UPDATE locks the row until that transaction ends, so nobody takes the next one before
    this one is used or given back.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("numbering.take needs a transaction")
    series, _created = NumberSeries.objects.get_or_create(kind=kind, year=year)
    NumberSeries.objects.filter(pk=series.pk).update(last=F("last") + 1)
    series.refresh_from_db(fields=["last"])
    return Taken(series, series.last)
