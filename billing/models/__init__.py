"""What it costs, and what we give."""

from billing.models.invoices import (
    Invoice,
    InvoiceDocument,
    InvoiceLine,
    InvoiceQuerySet,
    Settlement,
)
from billing.models.terms import NoRate, NumberSeries, Rate

__all__ = [
    "Invoice",
    "InvoiceDocument",
    "InvoiceLine",
    "InvoiceQuerySet",
    "NoRate",
    "NumberSeries",
    "Rate",
    "Settlement",
]
