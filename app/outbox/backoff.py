"""How long an event waits for its next attempt."""

import random
from typing import Final

FIRST_S: Final = 5.0
FACTOR: Final = 3.0
LONGEST_S: Final = 3 * 3600.0
JITTER: Final = 0.2
"""Each wait is longer or shorter by up to this part, so that what failed together is not tried together."""
ASKED_FOR_MAX_S: Final = 3600.0
"""A receiver may ask to be left alone (Retry-After), but not for longer than this."""


def wait_s(attempts: int, *, asked_for_s: float | None = None, chance: random.Random | None = None) -> float:
    """Seconds after the `attempts`-th attempt (1 is the first) failed: 5 s, 15 s, 45 s … 3 h, 3 h."""
    spread = (chance or random).uniform(1 - JITTER, 1 + JITTER)
    own = min(LONGEST_S, FIRST_S * FACTOR ** min(attempts - 1, 20)) * spread
    return max(own, min(asked_for_s or 0.0, ASKED_FOR_MAX_S))
