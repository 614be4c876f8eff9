"""Reports as they are read: the period, what stands on a page, and the same as a file or mail."""
