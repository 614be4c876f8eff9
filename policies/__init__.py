"""What we promise: working time, terms by version, quotes and the promise ledger."""
