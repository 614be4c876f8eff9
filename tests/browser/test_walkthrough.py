"""The straight line in a real browser: the script the docs offer, run as a reader runs it."""

import subprocess
import sys
from pathlib import Path

from pypdf import PdfReader

ROOT = Path(__file__).resolve().parents[2]


def test_a_call_becomes_a_zero_paid_invoice_on_the_report(tmp_path):
    done = subprocess.run(
        [sys.executable, "docs/walkthrough.py", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(path.name for path in tmp_path.glob("*.p*")) == [
        *("1-today.png", "2-log-a-call.png", "3-ticket.png", "4-invoice.png", "5-report.png"),
        *("6-promised.png", "invoice.pdf"),
    ]
    words = PdfReader(tmp_path / "invoice.pdf").pages[0].extract_text()
    assert "Amount due" in words
    assert "$0.00" in words
    assert "PAID" in words
    assert "Quick help, on the house (Eva)" in words
