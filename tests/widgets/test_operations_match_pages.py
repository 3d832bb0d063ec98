"""A widget asks for what it shows and shows what it asks for, held against every state of it.

The recorder (operations.py) notes what the page reads of each answer while all of the widget's states are
come to, and the walks beside them that go where no picture is taken.
"""

import json

import pytest
from playwright.async_api import Browser, Page

from tests.widgets.browser import Ats
from tests.widgets.gateway import Gateway, NewGateway
from tests.widgets.operations import RECORDER, WIDGETS, Recorded, operations_of
from tests.widgets.states import STATES, WALKS
from tests.widgets.states.shown import reached


@pytest.fixture(scope="module")
def records() -> dict[str, Recorded]:
    """What was recorded of each widget so far: to come to all of its states takes a while."""
    return {}


@pytest.fixture(params=WIDGETS)
async def widget(request: pytest.FixtureRequest) -> str:
    """Each widget in turn."""
    name: str = request.param
    return name


@pytest.fixture
async def recorded(
    records: dict[str, Recorded],
    widget: str,
    chromium: Browser,
    gateway: Gateway,
    new_gateway: NewGateway,
    ats: Ats,
) -> Recorded:
    """What the widget's page read and showed in all of its states and walks."""
    if widget not in records:
        # Whatever cannot be come to fails once, and is not waited for again.
        records[widget] = recorded = Recorded()
        marks = {one.name: dict(one.marks) for one in operations_of(widget)}
        script = f"({RECORDER})({json.dumps(marks)})"

        async def before(page: Page) -> None:
            await page.add_init_script(script)

        for state in (*STATES, *WALKS):
            if state.widget == widget and not state.is_loading:
                async with reached(state, chromium, gateway, new_gateway, ats, before=before) as opened:
                    recorded.add(await opened.window.evaluate("window.recorder"))
    return records[widget]


async def test_every_field_that_an_operation_asks_for_is_read(widget: str, recorded: Recorded) -> None:
    unread = {
        one.name: sorted(set(one.leaves) - recorded.read.get(one.name, set()))
        for one in operations_of(widget)
    }
    assert {name: paths for name, paths in unread.items() if paths} == {}


async def test_nothing_is_read_that_no_operation_asked_for(widget: str, recorded: Recorded) -> None:
    assert recorded.strange == set()
    for one in operations_of(widget):
        asked = set(one.leaves)
        for leaf in one.leaves:
            parts = leaf.split(".")
            asked |= {".".join(parts[:depth]) for depth in range(1, len(parts))}
        assert recorded.read.get(one.name, set()) - asked == set()


async def test_every_text_that_came_was_shown(widget: str, recorded: Recorded) -> None:
    places = {
        mark: f"{one.name}: {path}" for one in operations_of(widget) for path, mark in one.marks.items()
    }
    assert sorted(places[mark] for mark in recorded.sent - recorded.shown) == []
    # What never came was never held against anything: a state is missing.
    assert sorted(place for mark, place in places.items() if mark not in recorded.sent) == []
