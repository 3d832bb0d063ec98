"""How long the profile widget takes to be there: `python -m tests.benchmarks.widgets`.

Starts a demo in `bench-data/widgets` and opens a candidate of its pretend ATS in Chromium, each time in a
browser context of its own, so that nothing is cached and no connection is open. Measured, by the
browser's own clocks, is the time from the moment in which the page begins to load the loader's script to
the first frame painted with the person's name in it: the loader, the frame's page, its scripts, the
widget token (by the ATS's server from the gateway), its exchange, and the operation.
`RSC_BENCH_WIDGET_LOADS` (25) loads count, after three that do not. All requests of the load in the middle
are listed. 1 is the exit code if the goal is missed.
"""

import asyncio
import os
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Browser

from tests.cli.program import Demo
from tests.widgets.browser import launched

DATA: Final = Path("bench-data") / "widgets"
LOADS: Final = int(os.environ.get("RSC_BENCH_WIDGET_LOADS", "25"))
UNCOUNTED: Final = 3
VISIBLE_MS_MAX: Final = 300.0
CANDIDATE: Final = "/candidates/cand-0001"

# In every frame: when the name is on the screen, in milliseconds of the clock that all frames share.
_WATCH: Final = """
  if (location.pathname === "/widgets/profile") window.visible = new Promise((resolve) => {
    const look = new MutationObserver(() => {
      if (!document.querySelector("h1") || document.querySelector("main[aria-busy]")) return;
      look.disconnect();
      requestAnimationFrame(() => {
        const painted = new MessageChannel();
        painted.port1.onmessage = () => resolve(performance.timeOrigin + performance.now());
        painted.port2.postMessage(null);
      });
    });
    look.observe(document, { subtree: true, childList: true, attributes: true });
  });
"""
_RESOURCES: Final = """
  () => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind)).map((one) => ({
    url: one.name, kind: one.initiatorType, bytes: one.transferSize,
    begins: performance.timeOrigin + one.startTime, ends: performance.timeOrigin + one.responseEnd,
  }))
"""


@dataclass(frozen=True, slots=True)
class Load:
    """One load: when the name was there, and all requests since the loader's, times in ms since it began."""

    visible_ms: float
    requests: list[dict[str, Any]]


async def load(chromium: Browser, ats: str) -> Load:
    """Open the candidate's page in a context of its own."""
    context = await chromium.new_context(viewport={"width": 1_200, "height": 1_000})
    try:
        await context.add_init_script(_WATCH)
        page = await context.new_page()
        await page.goto(f"{ats}{CANDIDATE}", wait_until="commit")
        await page.wait_for_selector("iframe", state="attached")
        frame = None
        while frame is None:
            frame = next((one for one in page.frames if "/widgets/profile" in one.url), None)
            await asyncio.sleep(0.02)
        visible = await frame.evaluate("window.visible")
        entries = [*await page.evaluate(_RESOURCES), *await frame.evaluate(_RESOURCES)]
    finally:
        await context.close()
    begins = next(one["begins"] for one in entries if one["url"].endswith("/widgets/loader.js"))
    requests = []
    for one in sorted(entries, key=lambda one: one["begins"]):
        # The frame's page is named by its own frame; the one around it sees but a frame.
        is_request = one["kind"] != "iframe" and not one["url"].startswith("data:")
        if is_request and one["begins"] >= begins:
            requests.append({**one, "begins": one["begins"] - begins, "ends": one["ends"] - begins})
    return Load(visible - begins, requests)


async def measure(ats: str) -> list[Load]:
    """All loads, one after another."""
    async with launched() as chromium:
        for _ in range(UNCOUNTED):
            await load(chromium, ats)
        return [await load(chromium, ats) for _ in range(LOADS)]


def report(loads: list[Load]) -> int:
    """Print what was measured; 1 if the goal was missed."""
    times = sorted(one.visible_ms for one in loads)
    middle = statistics.median(times)
    typical = min(loads, key=lambda one: abs(one.visible_ms - middle))
    for request in typical.requests:
        times_of = f"{request['begins']:6.0f} to {request['ends']:4.0f} ms"
        print(f"             {times_of} {request['bytes']:8,} bytes  {urlsplit(request['url']).path}")
    counts = sorted({len(one.requests) for one in loads})
    is_held = middle < VISIBLE_MS_MAX
    print(
        f"widgets      profile visible {middle:.0f} ms after the loader begins to load, median of "
        f"{len(loads)} cold loads (goal below {VISIBLE_MS_MAX:g} ms): {'held' if is_held else 'MISSED'}"
    )
    print(
        f"             fastest {times[0]:.0f} ms, nine of ten below {times[int(len(times) * 0.9)]:.0f} ms, "
        f"slowest {times[-1]:.0f} ms; requests a load: {', '.join(map(str, counts))}",
        flush=True,
    )
    return 0 if is_held else 1


def main() -> int:
    """Start the demo, measure, report."""
    DATA.parent.mkdir(exist_ok=True)
    with Demo(DATA) as demo:
        (line,) = [line for line in demo.printed if line.startswith("ats:")]
        return report(asyncio.run(measure(line.split()[1])))


if __name__ == "__main__":
    sys.exit(main())
