"""`rsc operations`: the trusted documents of clients."""

import asyncio
from pathlib import Path

import click

from app.database.connect import make_pool, open_database
from app.database.migrate import migrate
from app.documents.register import DocumentsRefused, TrustedOperation, register_operations
from app.errors import CallerError, ErrorCode
from app.refused import WriteRefused
from app.services import make_engine
from app.settings import Settings


@click.group()
def operations() -> None:
    """Trusted documents: what a client registered, its tokens run by id, and nothing else."""


@operations.command()
@click.argument("client")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
def register(client: str, files: tuple[Path, ...]) -> None:
    """Register each FILE, a GraphQL document with one named operation, for CLIENT.

    Prints the id of each, the SHA-256 of the file. All are registered or none; earlier ones stay valid.
    """
    documents = [_read(file) for file in files]
    try:
        registered = asyncio.run(_register(Settings.from_environ(), client, documents))
    except DocumentsRefused as refused:
        raise CallerError(
            ErrorCode.BAD_USER_INPUT, "\n".join(_told(one, files) for one in refused.refusals)
        ) from None
    for one in registered:
        click.echo(f"{one.document_id}  {one.name}{'' if one.is_new else '  (was registered before)'}")


async def _register(settings: Settings, client: str, documents: list[str]) -> list[TrustedOperation]:
    check = make_engine(settings).check_document
    async with open_database(settings, share=True) as database:
        if database.embedded is not None:
            await migrate(database.dsn)
        async with make_pool(database.dsn, settings) as pool:
            return await register_operations(pool, check, client, documents)


def _read(file: Path) -> str:
    try:
        # Bytes, so that no line end is changed on the way and the id is the file's own hash.
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise CallerError(ErrorCode.BAD_USER_INPUT, f"{file} is not UTF-8.") from None


def _told(refusal: WriteRefused, files: tuple[Path, ...]) -> str:
    is_document = len(refusal.path) > 2
    return f"{files[int(refusal.path[2])]}: {refusal.message}" if is_document else refusal.message
