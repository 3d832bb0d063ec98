"""`rsc import`."""

import asyncio
import signal
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars
from rich.text import Text

from app.database.connect import make_pool, open_database
from app.database.migrate import migrate
from app.ids import CompanyUrn
from app.settings import Settings
from app.sync.import_report import ImportReport, ReportedRecord
from app.sync.importing import ImportBrokenOff, ImportOptions, Progress, import_files
from app.sync.mapping import Mappings, read_mappings

LISTED_MAX: Final = 50
"""Records of each kind that are printed one by one; the file of refused records has them all."""
BROKEN_OFF: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    files: tuple[Path, ...]
    company: CompanyUrn
    partner: str
    options: ImportOptions


class _BrokenOff(click.ClickException):
    """A load that had begun, told in one line."""

    exit_code = BROKEN_OFF


@click.command(name="import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path))
@click.option("--company", required=True, metavar="URN", help="Whose records these are.")
@click.option("--partner", required=True, metavar="NAME", help="The ATS that they come from.")
@click.option(
    "--mapping", metavar="FILE", type=click.Path(path_type=Path), help="What CSV columns mean (TOML)."
)
@click.option("--candidate", metavar="ID", help="The ATS's id of the person whose activity feeds these are.")
@click.option(
    "--refused",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where refused records are written, to be mended and imported.  [NAME.refused.jsonl, here]",
)
@click.option("--dry-run", is_flag=True, help="Report what would happen, and change nothing.")
def import_command(
    files: tuple[Path, ...],
    company: str,
    partner: str,
    mapping: Path | None,
    candidate: str | None,
    refused: Path | None,
    dry_run: bool,
) -> None:
    """Load files of ATS records: JSON Lines of the wire format, CSV, or Greenhouse's own JSON.

    Goes beside a running `rsc demo` or `rsc serve`. If it is broken off, however hard, the same command goes
    on where it was; if it has ended, it may be run again: what is there already stays unchanged.

    Exit codes: 0 everything was taken; 1 some records were refused, and are in a file with their reasons; 2
    nothing was done; 3 it was broken off.
    """
    options = ImportOptions(
        candidate=candidate,
        mappings=read_mappings(mapping) if mapping is not None else Mappings(),
        refused=refused,
        dry_run=dry_run,
    )
    asked = _Asked(files=files, company=CompanyUrn(company), partner=partner, options=options)
    again = "" if dry_run else " What was taken stays; the same command goes on from there."
    try:
        report = asyncio.run(_import(Settings.from_environ(), asked))
    except ImportBrokenOff as error:
        raise _BrokenOff(f"Broken off: {error.message}{again}") from None
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise _BrokenOff(f"Broken off.{again}") from None
    _show(report)
    if report.refused_count:
        raise SystemExit(1)


async def _import(settings: Settings, asked: _Asked) -> ImportReport:
    task = asyncio.current_task()
    assert task is not None
    # An order to stop undoes the batch that is being taken, as Ctrl-C does.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with open_database(settings, share=True) as database:
        if database.embedded is not None:
            await migrate(database.dsn)
        with _bar() as tell:
            async with make_pool(database.dsn, settings) as pool:
                return await import_files(
                    pool, asked.files, asked.company, asked.partner, asked.options, tell=tell
                )


class _Records(ProgressColumn):
    """How many records were read, and how many a second."""

    def render(self, task: Task) -> Text:
        records = int(task.fields["records"])
        seconds = task.elapsed or 0.0
        rate = f", {records / seconds:,.0f}/s" if seconds > 0 else ""
        return Text(f"{records:,} records{rate}")


@contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    """A bar on stderr; where that is no terminal, only how it ended is written."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        DownloadColumn(),
        _Records(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        task = None

        def tell(progress: Progress) -> None:
            nonlocal task
            if task is None:
                task = bars.add_task("Importing records", total=progress.bytes_total, records=0)
            bars.update(task, completed=progress.bytes_done, records=progress.records)
            if progress.matched:
                # The rate is that of the records, which are all in by now.
                bars.stop_task(task)
                bars.update(task, description=f"Matching candidates: {progress.matched:,}")

        yield tell


def _show(report: ImportReport) -> None:
    for one in report.resumed:
        began = f"{one.began:%Y-%m-%d %H:%M} UTC"
        if one.was_done:
            click.echo(f"{'resumed':<20} {one.file}: done already by the import that began {began}")
        else:
            share = f"{one.bytes_before:,} of {one.size_bytes:,} bytes"
            click.echo(
                f"{'resumed':<20} {one.file}: went on behind {share}, of the import that began {began}"
            )
    by_entity: dict[str, list[str]] = defaultdict(list)
    for (entity, outcome), count in sorted(report.outcomes.items()):
        by_entity[entity.value].append(f"{count} {outcome.value.lower()}")
    for name, counts in by_entity.items():
        click.echo(f"{name:<20} {', '.join(counts)}")
    if report.joined:
        click.echo(f"{'joined':<20} {report.joined} of those waiting, as what they waited for arrived later")
    for remark, count in sorted(report.remarks.items())[:LISTED_MAX]:
        click.echo(f"{'remark':<20} {remark} ({count} times)")
    _list("waiting", report.waiting, report.waiting_count)
    _list("refused", report.refused, report.refused_count)
    if report.refused_file is not None:
        click.echo(f"{'to be mended':<20} {report.refused_file} (the refused records; import it once mended)")
    if report.partner_registered:
        click.echo("The partner was not known and was registered, with no optional feature.")
    if report.dry_run:
        click.echo("A dry run: nothing was changed.")
    elif not report.changed:
        click.echo("Nothing changed.")


def _list(heading: str, records: list[ReportedRecord], count: int) -> None:
    for one in records[:LISTED_MAX]:
        entity = one.entity.value if one.entity is not None else "record"
        where = f"{one.file} {one.position}".strip()
        click.echo(f"{heading:<20} {entity} {one.external_id} ({where}): {one.message}")
    if count > LISTED_MAX:
        click.echo(f"{heading:<20} and {count - LISTED_MAX:,} more")
