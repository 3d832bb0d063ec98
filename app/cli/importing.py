"""`rsc import`."""

import asyncio
from collections import defaultdict
from pathlib import Path

import click

from app.cli.progress import progress_bars
from app.database.connect import make_pool, open_database
from app.database.migrate import migrate
from app.ids import CompanyUrn
from app.settings import Settings
from app.sync.importing import ImportReport, ReportedRecord, import_files


@click.command(name="import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--company", required=True, metavar="URN", help="Whose records these are.")
@click.option("--partner", required=True, metavar="NAME", help="The ATS that they come from.")
@click.option("--candidate", metavar="ID", help="The ATS's id of the person whose activity feeds these are.")
@click.option("--dry-run", is_flag=True, help="Report what would happen, and change nothing.")
def import_command(
    files: tuple[Path, ...], company: str, partner: str, candidate: str | None, dry_run: bool
) -> None:
    """Load files of ATS records: JSON Lines of the wire format, CSV, or Greenhouse's own JSON.

    Goes beside a running `rsc demo` or `rsc serve`, and may be run again: what is there already stays
    unchanged. Exit codes: 0 everything was taken, 1 some records were refused (each is reported with its
    reason), 2 nothing was done.
    """
    report = asyncio.run(_import(Settings.from_environ(), files, company, partner, candidate, dry_run))
    _show(report)
    if report.refused:
        raise SystemExit(1)


async def _import(
    settings: Settings,
    files: tuple[Path, ...],
    company: str,
    partner: str,
    candidate: str | None,
    dry_run: bool,
) -> ImportReport:
    async with open_database(settings, share=True) as database:
        if database.embedded is not None:
            await migrate(database.dsn)
        with progress_bars() as report:
            async with make_pool(database.dsn, settings) as pool:
                return await import_files(
                    pool,
                    files,
                    CompanyUrn(company),
                    partner,
                    candidate=candidate,
                    progress=lambda done, total: report("Importing records", done, total),
                    dry_run=dry_run,
                )


def _show(report: ImportReport) -> None:
    by_entity: dict[str, list[str]] = defaultdict(list)
    for (entity, outcome), count in sorted(report.outcomes.items()):
        by_entity[entity.value].append(f"{count} {outcome.value.lower()}")
    for name, counts in by_entity.items():
        click.echo(f"{name:<20} {', '.join(counts)}")
    if report.merged:
        click.echo(f"{'merged':<20} {report.merged} that another record of the same key replaced")
    for remark, count in sorted(report.remarks.items()):
        click.echo(f"remark               {remark} ({count} times)")
    _list("waiting", report.waiting)
    _list("refused", report.refused)
    if report.partner_registered:
        click.echo("The partner was not known and was registered, with no optional feature.")
    if report.dry_run:
        click.echo("A dry run: nothing was changed.")
    elif not report.changed:
        click.echo("Nothing changed.")


def _list(heading: str, records: list[ReportedRecord]) -> None:
    for one in records:
        entity = one.entity.value if one.entity is not None else "record"
        where = f"{one.file} {one.position}".strip()
        click.echo(f"{heading:<20} {entity} {one.external_id} ({where}): {one.message}")
