"""`python -m tests.queries [NAME…]`: write the snapshots anew, all or those of these folders."""

import asyncio
import sys
import tempfile
from pathlib import Path

from app.database.embedded import EmbeddedPostgres
from app.database.migrate import migrate
from tests.conftest import TestServer
from tests.queries.asking import demo_desk
from tests.queries.case import all_cases
from tests.reference.world import demo_template


async def _write(dsn: str, names: list[str]) -> None:
    server = TestServer(dsn)
    migrated = await server.fill_template("migrated", migrate)
    template = await demo_template(server, migrated)
    async with server.copy_of(template) as database, demo_desk(database) as desk:
        for case in all_cases():
            if not names or case.folder.name in names:
                recording = await desk.ask(case)
                case.answer_file.write_text(recording.answer, "utf-8")
                case.statement_file.write_text(recording.statement, "utf-8")
                print(case.name)


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory(prefix="rsc-queries-") as folder,
        EmbeddedPostgres(Path(folder) / "postgres", durable=False) as server,
    ):
        asyncio.run(_write(server.dsn, sys.argv[1:]))
