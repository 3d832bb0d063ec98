"""Which user of the ATS holds which seat."""
