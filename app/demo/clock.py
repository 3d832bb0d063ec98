"""The demo's fixed present, and how its times and keys are drawn."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from app.ids import uuid7

NOW: Final = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
"""Everything in the demo happened before this moment, so that it is the same whenever it is loaded."""

SEED: Final = 20261101

_MORNING_HOUR, _EVENING_HOUR = 7, 18


def stream(name: str, number: int = 0) -> Random:
    """Random numbers of their own for one purpose, so that a change to one leaves the others alone."""
    return Random(f"{SEED}/{name}/{number}")


def key_at(moment: datetime, rng: Random) -> UUID:
    """A version 7 UUID of that moment, the same each time for the same `rng`."""
    return uuid7(at_ms=int(moment.timestamp() * 1000), random=rng.randbytes(10))


def working_time(day: datetime, rng: Random) -> datetime:
    """A time of `day` when people work; a weekend's day becomes the Friday before, `NOW` is never passed."""
    friday = day - timedelta(days=max(0, day.weekday() - 4))
    moment = friday.replace(
        hour=rng.randrange(_MORNING_HOUR, _EVENING_HOUR),
        minute=rng.randrange(60),
        second=rng.randrange(60),
        microsecond=0,
    )
    return moment if moment < NOW else moment - timedelta(days=7)


def after(moment: datetime, rng: Random, days_min: int, days_max: int) -> datetime | None:
    """A working time that many days later, or None if it lies beyond `NOW`."""
    later = working_time(moment + timedelta(days=rng.randint(days_min, days_max)), rng)
    if later <= moment:
        # A weekend moved it back before `moment`.
        later = moment + timedelta(hours=rng.randint(2, 20), minutes=rng.randrange(60))
    return later if later < NOW else None
