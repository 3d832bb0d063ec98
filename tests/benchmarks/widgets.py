"""How long the profile widget takes to be there: `python -m tests.benchmarks.widgets`.

Starts a demo in `bench-data/widgets` and opens a candidate of its pretend ATS in Chromium, each time in a
browser context of its own, so that nothing is cached and no connection is open, and without a debugger.
Measured, by the browser's own entries, is the time from the moment in which the page begins to load the
loader's script to the moment in which the widget's largest text was painted: the loader, the frame's
page, its scripts, the widget token (by the ATS's server from the gateway), its exchange, and the
operation. `RSC_BENCH_WIDGET_LOADS` (25) loads count, after three that do not. All requests of the load in
the middle are listed. 1 is the exit code if the goal is missed.
"""

import os
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from tests.benchmarks.bare_chromium import BareChromium
from tests.cli.program import Demo

DATA: Final = Path("bench-data") / "widgets"
LOADS: Final = int(os.environ.get("RSC_BENCH_WIDGET_LOADS", "25"))
UNCOUNTED: Final = 3
REST_S: Final = 1.5
VISIBLE_MS_MAX: Final = 300.0
CANDIDATE: Final = "/candidates/cand-0001"

# Times are in milliseconds of the clock that the page and its frame share.
_MEASURED: Final = """
  async () => {
    const since = performance.timeOrigin;
    const entries = ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind));
    const largest = await new Promise((resolve) => {
      new PerformanceObserver((list) => resolve(list.getEntries().at(-1).renderTime))
        .observe({ type: "largest-contentful-paint", buffered: true });
    });
    return {
      painted: since + largest,
      requests: entries.map((one) => ({
        url: one.name, kind: one.initiatorType, bytes: one.transferSize,
        begins: since + one.startTime, ends: since + one.responseEnd,
      })),
    };
  }
"""


@dataclass(frozen=True, slots=True)
class Load:
    """One load: when the profile was there, and all requests since the loader's, in ms since that began."""

    visible_ms: float
    requests: list[dict[str, Any]]


def load(chromium: BareChromium, ats: str, gateway: str) -> Load:
    """Open the candidate's page in a context of its own."""
    page, frame = chromium.load(f"{ats}{CANDIDATE}", gateway, _MEASURED, rest_s=REST_S)
    (loader,) = [one for one in page["requests"] if one["url"].endswith("/widgets/loader.js")]
    # The page's own files have nothing to do with it; the widget token is fetched for the frame.
    fetched = [one for one in page["requests"] if one["kind"] == "fetch"]
    begins = loader["begins"]
    requests = [
        {**one, "begins": one["begins"] - begins, "ends": one["ends"] - begins}
        for one in sorted([loader, *fetched, *frame["requests"]], key=lambda one: one["begins"])
        if not one["url"].startswith("data:")
    ]
    return Load(frame["painted"] - begins, requests)


def measure(ats: str, gateway: str) -> list[Load]:
    """All loads, one after another."""
    with BareChromium.launched() as chromium:
        for _ in range(UNCOUNTED):
            load(chromium, ats, gateway)
        return [load(chromium, ats, gateway) for _ in range(LOADS)]


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
        return report(measure(line.split()[1], demo.url))


if __name__ == "__main__":
    sys.exit(main())
