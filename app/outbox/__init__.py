"""What the ATS is told: written with what happened, delivered at least once, signed."""
