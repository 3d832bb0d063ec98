"""The table of an integration's life: nothing is left open, and nothing happens that is not in it."""

from itertools import product

import pytest

from app.access.features import IntegrationState
from app.integration.life import REFUSALS, TRANSITIONS, WHO, Step, after
from app.refused import WriteRefused

BEFORE = (None, *IntegrationState)


@pytest.mark.parametrize(("step", "before"), list(product(Step, BEFORE)))
def test_every_step_in_every_state_leads_somewhere_or_is_refused(
    step: Step, before: IntegrationState | None
) -> None:
    possible = [one for one in TRANSITIONS if (one.step, one.before) == (step, before)]
    assert len(possible) + ((step, before) in REFUSALS) == 1
    if possible:
        assert after(step, before) is possible[0].after
    else:
        with pytest.raises(WriteRefused) as refused:
            after(step, before)
        assert refused.value.code.isupper()
        assert refused.value.message.endswith(".")


def test_the_life_is_the_one_that_the_domain_describes() -> None:
    """REQUESTED → PARTNER_READY → SYNCING → LIVE → DISABLED → (REQUESTED again, or ERASED → REQUESTED)."""
    ways = {(one.before, one.after) for one in TRANSITIONS if one.before is not one.after}
    none, s = None, IntegrationState
    assert ways == {
        (none, s.REQUESTED),
        (none, s.PARTNER_READY),
        (s.REQUESTED, s.PARTNER_READY),
        (s.PARTNER_READY, s.REQUESTED),
        (s.PARTNER_READY, s.SYNCING),
        (s.SYNCING, s.LIVE),
        (s.SYNCING, s.DISABLED),
        (s.LIVE, s.DISABLED),
        (s.DISABLED, s.REQUESTED),
        (s.DISABLED, s.PARTNER_READY),
        (s.ERASED, s.REQUESTED),
        (s.ERASED, s.PARTNER_READY),
        *((one, s.ERASED) for one in s if one is not s.ERASED),
    }


def test_every_step_says_who_may_do_it() -> None:
    named = {name for step in Step for name in step.value.split(", ") if " " not in name}
    assert named | {"deactivateContract", "setViewers"} == WHO.keys()
