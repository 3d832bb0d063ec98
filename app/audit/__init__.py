"""The audit trail: who switched what and who erased what; append-only, chained, and without personal data."""

from app.audit.trail import BrokenEntry, record, verify

__all__ = ["BrokenEntry", "record", "verify"]
