"""People's door: one module per page family."""
