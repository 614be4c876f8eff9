"""Every way a customer can reach us. To add one, see contract.py, then list it here."""
