"""Progress bars on stderr, so that what a command prints stays its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

Report = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is (0: not known yet)."""


@contextmanager
def progress_bars() -> Iterator[Report]:
    """A bar for each thing that is reported, while the `with` lasts.

    Where stderr is no terminal, only how it ended is written.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<28}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    bars: dict[str, TaskID] = {}
    with Progress(*columns, console=console) as progress:

        def report(label: str, done: int, total: int) -> None:
            if label not in bars:
                bars[label] = progress.add_task(label)
            progress.update(bars[label], completed=done, total=total or None)

        yield report
