"""The operations of the widgets' own pages: one named operation a file, trusted for the widget's client."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import structlog
from graphql import OperationDefinitionNode, parse

from app.access.widget import Widget
from app.database.pool import Pool
from app.documents.register import CheckDocument, document_id, register_operations
from app.errors import CallerError, Fault

_FOLDER: Final = Path(__file__).parent / "operations"
_TRIED_AGAIN_AFTER_S: Final = 1.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WidgetOperation:
    """One operation: its name, its document and the id by which the page runs it."""

    name: str
    document: str
    document_id: str


@cache
def read_operations(folder: Path = _FOLDER) -> Mapping[Widget, tuple[WidgetOperation, ...]]:
    """Each widget's operations in the order of their files, read once.

    Raises: Fault for a file that is not one named operation, or two of one name.
    """
    return {widget: _read(folder / widget.page) for widget in Widget}


def own_documents(operations: Mapping[Widget, tuple[WidgetOperation, ...]]) -> dict[tuple[str, str], str]:
    """Their documents by client and id, as they are known before the database is asked."""
    return {
        (widget.client, one.document_id): one.document for widget, ones in operations.items() for one in ones
    }


async def keep_registered(pool: Pool, check: CheckDocument) -> None:
    """Register all of them once the database answers, and then rest; run it as a task of the server.

    Pages work without that: it is for those who ask which clients there are and what they may run.
    Raises: DocumentsRefused for what the schema does not have.
    """
    for widget, operations in read_operations().items():
        documents = [one.document for one in operations]
        while documents:
            try:
                await register_operations(pool, check, widget.client, documents)
                break
            except CallerError as error:
                _log.warning("widget_operations_wait", client=widget.client, code=error.code.value)
                await asyncio.sleep(_TRIED_AGAIN_AFTER_S)
    await asyncio.Event().wait()


def _read(folder: Path) -> tuple[WidgetOperation, ...]:
    found: dict[str, WidgetOperation] = {}
    for file in sorted(folder.glob("*.graphql")):
        text = file.read_bytes().decode("utf-8")
        names = [one.name for one in parse(text).definitions if isinstance(one, OperationDefinitionNode)]
        name = names[0].value if len(names) == 1 and names[0] is not None else None
        if name is None or name in found:
            raise Fault(f"{folder.name}/{file.name} is not one operation with a name of its own")
        found[name] = WidgetOperation(name, text, document_id(text))
    return tuple(found.values())
