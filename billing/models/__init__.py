"""What it costs, and what we give."""

from billing.models.invoices import (
    Invoice,
    InvoiceDocument,
    InvoiceLine,
    InvoiceMailing,
    InvoiceQuerySet,
    Settlement,
)
from billing.models.terms import NoRate, NumberSeries, Rate

__all__ = [
    "Invoice",
    "InvoiceDocument",
    "InvoiceLine",
    "InvoiceMailing",
    "InvoiceQuerySet",
    "NoRate",
    "NumberSeries",
    "Rate",
    "Settlement",
]
