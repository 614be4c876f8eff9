"""Addresses of the pages; each family lists its own."""

from helpdesk.web import (
    arrivals,
    calls,
    customers,
    downloads,
    invoices,
    links,
    message_actions,
    promise_actions,
    reports,
    stuck,
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
    *message_actions.urlpatterns,
    *arrivals.urlpatterns,
    *downloads.urlpatterns,
    *stuck.urlpatterns,
    *customers.urlpatterns,
    *invoices.urlpatterns,
    *reports.urlpatterns,
    *links.urlpatterns,
]
