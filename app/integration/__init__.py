"""The life of an integration: consents, switches, a new company id, disabling, and erasing the ATS's data."""
