"""Addresses of the pages; each family lists its own."""

from helpdesk.web import (
    calls,
    customers,
    invoices,
    promise_actions,
    reports,
    ticket_actions,
    tickets,
    today,
)

urlpatterns = [
    *today.urlpatterns,
    *calls.urlpatterns,
    *tickets.urlpatterns,
    *ticket_actions.urlpatterns,
    *promise_actions.urlpatterns,
    *customers.urlpatterns,
    *invoices.urlpatterns,
    *reports.urlpatterns,
]
