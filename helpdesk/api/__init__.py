"""Programs' door."""
