"""Pages for those who have no log-in: whoever has the link, and everybody."""
