"""Logs, metrics and traces. None of them holds personal data, tokens, documents or arguments."""
