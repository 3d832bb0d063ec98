"""Every state of every widget: for all eyes and hands, showing what it asks for, asking for what it shows.

A recorder (operations.py) notes what the page reads of each answer while all of the widget's states are come
to, and the walks beside them that go where no picture is taken. Each widget has its class, so that they can
run side by side.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from typing import ClassVar, Final

import pytest
from playwright.async_api import Browser, Page

from tests.widgets.browser import Ats, Embedded
from tests.widgets.gateway import Gateway, NewGateway
from tests.widgets.keyboard import unreached
from tests.widgets.operations import RECORDER, WIDGETS, Recorded, operations_of
from tests.widgets.states import STATES, WALKS
from tests.widgets.states.shown import Shown, reached

NARROW: Final = 320


@dataclass
class Notes:
    """What was recorded of a widget so far. To come to all of its states takes a while: once is enough."""

    recorded: Recorded = field(default_factory=Recorded)
    tried: set[str] = field(default_factory=set)

    async def take(self, opened: Embedded) -> None:
        self.recorded.add(await opened.window.evaluate("window.recorder"))


@pytest.fixture(scope="class")
def notes() -> Notes:
    return Notes()


@cache
def _script(widget: str) -> str:
    marks = {one.name: dict(one.marks) for one in operations_of(widget)}
    return f"({RECORDER})({json.dumps(marks)})"


def recording(state: Shown) -> Callable[[Page], Awaitable[None]]:
    """What has a page record from its first script on."""

    async def before(page: Page) -> None:
        await page.add_init_script(_script(state.widget))

    return before


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each class has the states of its own widget."""
    if "state" in metafunc.fixturenames:
        assert metafunc.cls is not None
        states = [state for state in STATES if state.widget == metafunc.cls.WIDGET]
        metafunc.parametrize("state", states, ids=[state.name for state in states])


@pytest.fixture
async def recorded(
    request: pytest.FixtureRequest,
    notes: Notes,
    chromium: Browser,
    gateway: Gateway,
    new_gateway: NewGateway,
    ats: Ats,
) -> Recorded:
    """What the widget's page read and showed in all of its states and walks."""
    for state in (*STATES, *WALKS):
        if state.widget == request.cls.WIDGET and state.name not in notes.tried and not state.is_loading:
            # Whatever cannot be come to fails once, and is not waited for again.
            notes.tried.add(state.name)
            async with reached(state, chromium, gateway, new_gateway, ats, before=recording(state)) as opened:
                await notes.take(opened)
    return notes.recorded


class EveryState:
    """What holds of each widget."""

    WIDGET: ClassVar[str]

    async def test_axe_finds_nothing_serious_and_a_keyboard_reaches_everything(
        self,
        state: Shown,
        notes: Notes,
        chromium: Browser,
        gateway: Gateway,
        new_gateway: NewGateway,
        ats: Ats,
        axe: str,
    ) -> None:
        """In light and in dark, wide and narrow; where the keyboard is shows everywhere."""
        notes.tried.add(state.name)
        before = recording(state)
        async with reached(state, chromium, gateway, new_gateway, ats, axe=axe, before=before) as widget:
            if not state.is_loading:
                await notes.take(widget)
            await widget.assert_accessible()
            assert await unreached(widget) == []
            await widget.page.emulate_media(color_scheme="dark")
            # Nothing but the colours is another.
            await widget.assert_accessible(["color-contrast"])
            await widget.page.set_viewport_size({"width": NARROW, "height": 800})
            await widget.assert_accessible()
            assert await widget.overflow() <= 0

    async def test_every_field_that_an_operation_asks_for_is_read(self, recorded: Recorded) -> None:
        unread = {
            one.name: sorted(set(one.leaves) - recorded.read.get(one.name, set()))
            for one in operations_of(self.WIDGET)
        }
        assert {name: paths for name, paths in unread.items() if paths} == {}

    async def test_nothing_is_read_that_no_operation_asked_for(self, recorded: Recorded) -> None:
        assert recorded.strange == set()
        for one in operations_of(self.WIDGET):
            asked = set(one.leaves)
            for leaf in one.leaves:
                parts = leaf.split(".")
                asked |= {".".join(parts[:depth]) for depth in range(1, len(parts))}
            assert recorded.read.get(one.name, set()) - asked == set()

    async def test_every_text_that_came_was_shown(self, recorded: Recorded) -> None:
        places = {
            mark: f"{one.name}: {path}"
            for one in operations_of(self.WIDGET)
            for path, mark in one.marks.items()
        }
        assert sorted(places[mark] for mark in recorded.sent - recorded.shown) == []
        # What never came was never held against anything: a state is missing.
        assert sorted(place for mark, place in places.items() if mark not in recorded.sent) == []


class TestProfile(EveryState):
    WIDGET = "profile"


class TestOnboarding(EveryState):
    WIDGET = "onboarding"


class TestSearch(EveryState):
    WIDGET = "search"


class TestRecommended(EveryState):
    WIDGET = "recommended"


def test_every_widget_has_its_class() -> None:
    assert {of.WIDGET for of in EveryState.__subclasses__()} == set(WIDGETS)
