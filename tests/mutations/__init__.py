"""Every mutation of the schema against what may happen to any of them, as one table."""
