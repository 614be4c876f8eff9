"""Mail: reading what came in without trusting it, and naming what goes out. No database."""
