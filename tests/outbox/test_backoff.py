"""The waits between attempts: growing, spread, bounded, and many enough in a day."""

import random
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from app.outbox.backoff import ASKED_FOR_MAX_S, FIRST_S, JITTER, LONGEST_S, wait_s
from app.outbox.events import GIVE_UP_AFTER

attempts = st.integers(1, 10_000)
seeds = st.randoms(use_true_random=False)


@given(attempts, seeds)
def test_a_wait_is_within_its_bounds(number: int, chance: random.Random) -> None:
    wait = wait_s(number, chance=chance)
    assert FIRST_S * (1 - JITTER) <= wait <= LONGEST_S * (1 + JITTER)


@given(attempts, attempts, seeds)
def test_waits_grow_beyond_their_spread(one: int, other: int, chance: random.Random) -> None:
    first, second = sorted((one, other))
    if second > first and second < 7:
        assert wait_s(first, chance=chance) < wait_s(second, chance=chance)


@given(attempts, st.floats(0, 10**9), seeds)
def test_a_receiver_may_ask_for_a_longer_wait_up_to_an_hour(
    number: int, asked: float, chance: random.Random
) -> None:
    wait = wait_s(number, asked_for_s=asked, chance=chance)
    assert wait >= min(asked, ASKED_FOR_MAX_S)
    assert wait <= max(ASKED_FOR_MAX_S, LONGEST_S * (1 + JITTER))


@given(seeds)
def test_a_day_has_room_for_a_dozen_attempts_most_of_them_early(chance: random.Random) -> None:
    passed, made = 0.0, []
    for number in count(1):
        if passed > GIVE_UP_AFTER.total_seconds():
            break
        made.append(passed)
        passed += wait_s(number, chance=chance)
    assert 12 <= len(made) <= 20
    assert sum(at < 3600 for at in made) >= 6
