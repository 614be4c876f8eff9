"""What it costs, and what we give."""
