"""A whole shop in one file, and back: rows as lines of JSON, the same for both databases."""

from helpdesk.backups.archive import Damaged, Manifest, TooNew, verified
from helpdesk.backups.restoring import DoesNotFit, Occupied, holdings, restore
from helpdesk.backups.taking import AlreadyThere, write

__all__ = [
    "AlreadyThere",
    "Damaged",
    "DoesNotFit",
    "Manifest",
    "Occupied",
    "TooNew",
    "holdings",
    "restore",
    "verified",
    "write",
]
