"""One state of a widget, and how a person comes to it.

All states are in one list a widget. Accessibility is held against each, the screenshots are of them, and what
pages read of their operations' answers is what they read in all of them together.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.async_api import Browser, Locator, Page, Route, expect

from app.auth.personas import CONTOSO, NORTHWIND
from tests.widgets.browser import Ats, Embedded, embedded
from tests.widgets.gateway import Gateway, NewGateway

Reach = Callable[[Embedded], Awaitable[object]]
Prepare = Callable[[Gateway], Awaitable[object]]

REFUSED: Final = r"status of (401|403)"
"""What Chromium itself writes on the console where a token is refused."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A state by its name (`profile-matched`), which begins with its widget's.

    `parameters` are those of `embedded`. `prepare` changes the data of a gateway of its own first; `changes`
    says that clicking does. `settings` are the gateway's. `reach` clicks, and then waits until it is there.
    """

    name: str
    reach: Reach
    parameters: Mapping[str, Any] = field(default_factory=dict)
    prepare: Prepare | None = None
    changes: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    before: Callable[[Page], Awaitable[object]] | None = None
    is_loading: bool = False

    @property
    def widget(self) -> str:
        """Which page it is a state of."""
        return self.name.partition("-")[0]

    @property
    def needs_own_gateway(self) -> bool:
        """Whether the shared gateway would be changed by it, or is not what it needs."""
        return self.prepare is not None or self.changes or bool(self.settings)


@asynccontextmanager
async def reached(
    state: Shown,
    chromium: Browser,
    gateway: Gateway,
    new_gateway: NewGateway,
    ats: Ats,
    *,
    before: Callable[[Page], Awaitable[object]] | None = None,
    **parameters: Any,
) -> AsyncIterator[Embedded]:
    """The widget in this state, on the shared gateway where that will do. `parameters` are of `embedded`."""

    async def first(page: Page) -> None:
        for prepare in (before, state.before):
            if prepare is not None:
                await prepare(page)

    async with AsyncExitStack() as stack:
        if state.needs_own_gateway:
            gateway = await stack.enter_async_context(new_gateway(**state.settings))
        if state.prepare is not None:
            await state.prepare(gateway)
        given = {**state.parameters, **parameters}
        widget = await stack.enter_async_context(
            embedded(chromium, gateway, ats, state.widget, before=first, **given)
        )
        try:
            await state.reach(widget)
        except Exception as error:
            error.add_note(f"on the way to {state.name}")
            raise
        if not state.is_loading:
            await expect(widget.frame.locator("main")).not_to_have_attribute("aria-busy", "true")
        yield widget


def told(*, code: str | None = None, reason: str | None = None, state: str | None = None) -> Reach:
    """Wait for the notice with this code, reason or state."""
    said = {"code": code, "reason": reason, "state": state}
    selector = "".join(f'[data-{name}="{value}"]' for name, value in said.items() if value is not None)

    async def reach(widget: Embedded) -> None:
        await expect(widget.frame.locator(selector).first).to_be_visible()

    return reach


def seen(text: str) -> Reach:
    """Wait for this text."""

    async def reach(widget: Embedded) -> None:
        await expect(widget.frame.get_by_text(text).first).to_be_visible()

    return reach


def after(*steps: Reach) -> Reach:
    """One step after the other."""

    async def reach(widget: Embedded) -> None:
        for step in steps:
            await step(widget)

    return reach


def clicked(find: Callable[[Embedded], Locator]) -> Reach:
    """Click what is found."""

    async def reach(widget: Embedded) -> None:
        await find(widget).click()

    return reach


def key(name: str) -> Callable[[Embedded], Locator]:
    """The first element with this `data-key`."""
    return lambda widget: widget.frame.locator(f'[data-key="{name}"]').first


def button(name: str) -> Callable[[Embedded], Locator]:
    """The first button of this name."""
    return lambda widget: widget.frame.get_by_role("button", name=name).first


def tab(name: str) -> Callable[[Embedded], Locator]:
    """The tab of this name."""
    return lambda widget: widget.frame.get_by_role("tab", name=name)


def answering(status: int, code: str, **headers: str) -> Callable[[Page], Awaitable[object]]:
    """Let /graphql answer this and nothing else."""

    async def answer(route: Route) -> None:
        body = {"errors": [{"message": "Not now.", "extensions": {"code": code}}]}
        await route.fulfill(status=status, json=body, headers=headers)

    return lambda page: page.route("**/graphql", answer)


def never_answering(page: Page) -> Awaitable[object]:
    """Let /graphql take for ever."""
    return page.add_init_script(
        """
        const fetchIt = window.fetch;
        window.fetch = (url, options) =>
          String(url).endsWith("/graphql") ? new Promise(() => {}) : fetchIt(url, options);
        """
    )


def cut_off(page: Page) -> Awaitable[object]:
    """Let nothing come through to /graphql."""
    return page.route("**/graphql", lambda route: route.abort("internetdisconnected"))


async def no_token(_: str) -> None:
    """An ATS that has no token for its user."""


def company_of(urn: str = NORTHWIND) -> str:
    """SQL for the company's key."""
    assert urn in {NORTHWIND, CONTOSO}
    return f"(select company_id from company where urn = '{urn}')"
