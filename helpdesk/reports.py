"""Every report there is. To add one: read tickets/reports.py, write its class, list it here."""

from billing.reports import Gifts
from policies.callback_reports import Callbacks
from policies.reports import Promises
from tickets.contact_reports import FreeContacts
from tickets.reports import Report

REPORTS: dict[str, Report] = {
    report.slug: report for report in [Gifts(), Promises(), Callbacks(), FreeContacts()]
}
