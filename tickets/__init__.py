"""What happened: people, tickets, and every touch between them."""
