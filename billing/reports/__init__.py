"""Every report. To add one: read contract.py, write one file, list it here."""

from billing.reports.contract import Report
from billing.reports.gifts import Gifts

REPORTS: dict[str, Report] = {report.slug: report for report in [Gifts()]}
