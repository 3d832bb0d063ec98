"""Every state of every widget, and walks to where no picture is taken."""

from typing import Final

from tests.widgets.states import onboarding, people, people_walks, profile
from tests.widgets.states.shown import Shown

STATES: Final[tuple[Shown, ...]] = (
    *profile.STATES,
    *onboarding.STATES,
    *people.SEARCH,
    *people.RECOMMENDED,
)
WALKS: Final[tuple[Shown, ...]] = (*profile.WALKS, *onboarding.WALKS, *people_walks.WALKS)
