"""The examples of docs/wire.md: read off it, sent to a gateway, and held against what it answers.

An example is a block of `http` followed by one of `json`, whose first line is the status. What differs from
one run to the next stands in braces: an answer's `{task}` is kept under that name for later requests.
`python -m tests.wire.documentation` writes the answers anew.
"""

import asyncio
import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx

from app.auth.personas import DEMO_PARTNER
from app.database.embedded import EmbeddedPostgres
from app.database.migrate import migrate
from app.outbox.events import EventType, enqueue
from tests.conftest import TestServer
from tests.wire.conftest import Wire, wire_on
from tests.wire.credentials import own_credentials
from tests.wire.records.recruiting import COMPANY, fill

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "wire.md"
STATUS_CHANGE: Final = UUID(int=0xC0)

_EXAMPLE: Final = re.compile(
    r"```http\n(?P<request>.*?)\n```\n\n```json\n(?P<status>\d{3})\n?(?P<answer>.*?)```", re.DOTALL
)
_BRACES: Final = re.compile(r"\{([a-z_]+)\}")
_LIVES_SHORTLY: Final[dict[str, Callable[[Any], bool]]] = {
    "access_token": lambda value: isinstance(value, str),
    "clientId": lambda value: isinstance(value, str),
    "clientSecret": lambda value: isinstance(value, str),
    "signingSecret": lambda value: isinstance(value, str),
    "key": lambda value: isinstance(value, str) and ":developerApplication:" in value,
    "id": lambda value: isinstance(value, str) and ":simpleJobPostingTask:" in value,
    "jobPosting": lambda value: isinstance(value, str),
    "createdAt": lambda value: isinstance(value, int) and value > 1_780_000_000_000,
    "lastModifiedAt": lambda value: isinstance(value, int) and value > 1_780_000_000_000,
}
"""Members of answers that differ from run to run, and how such a value is told from others of the name."""


@dataclass
class Reader:
    """Someone who tries the examples from the first to the last, keeping what later ones need."""

    wire: Wire
    known: dict[str, str] = field(default_factory=dict)

    async def try_out(self, request: str) -> tuple[int, str]:
        """The answer to a request as it is written: its status, and its JSON with names for what differs."""
        head, _, body = request.partition("\n\n")
        first, *lines = [line.strip() for line in head.splitlines()]
        method, _, target = first.partition(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        token = self.known.get("access_token")
        if token is not None and target.startswith("/v2/"):
            headers.setdefault("Authorization", f"Bearer {token}")
        content = self._filled(body).encode() if body else None
        if content is not None:
            headers.setdefault("Content-Type", "application/json")
        answer = await self.wire.client.request(
            method,
            self.wire.client.base_url.copy_with(raw_path=self._filled(target).encode("ascii")),
            content=content,
            headers=headers,
        )
        return answer.status_code, self._shown(answer)

    def _filled(self, text: str) -> str:
        return _BRACES.sub(lambda found: self.known.get(found[1], found[0]), text)

    def _shown(self, answer: httpx.Response) -> str:
        if not answer.content:
            return ""
        body = json.dumps(self._named(answer.json()), indent=2, ensure_ascii=False)
        for value, name in self._names().items():
            body = body.replace(value, f"{{{name}}}")
        return body + "\n"

    def _names(self) -> dict[str, str]:
        return {value: name for name, value in self.known.items() if name in ("task", "application")}

    def _named(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._named(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {name: self._name(name, self._named(inner)) for name, inner in value.items()}

    def _name(self, member: str, value: Any) -> Any:
        differs = _LIVES_SHORTLY.get(member)
        if differs is None or not differs(value):
            return value
        name = {"key": "application", "id": "task", "clientId": "client_id", "clientSecret": "client_secret"}
        kept = name.get(member, member)
        self.known[kept] = str(value)
        return f"{{{kept}}}"


@dataclass(frozen=True)
class Example:
    """One example as it stands, from `start` to `end` of the document."""

    request: str
    status: int
    answer: str
    start: int
    end: int

    @property
    def line(self) -> str:
        """The request's first line, for whoever looks for it."""
        return self.request.splitlines()[0]

    def written(self, status: int, answer: str) -> str:
        """The example with another answer."""
        return f"```http\n{self.request}\n```\n\n```json\n{status}\n{answer}```"


def examples() -> list[Example]:
    """All of them, in the document's order."""
    return [
        Example(found["request"], int(found["status"]), found["answer"], found.start(), found.end())
        for found in _EXAMPLE.finditer(DOCUMENT.read_text("utf-8"))
    ]


async def prepare(wire: Wire) -> Reader:
    """A reader with the partner's own credentials, of a gateway where a notification has been sent."""
    owner = await asyncpg.connect(wire.dsn)
    try:
        own = await own_credentials(owner)
        await enqueue(
            owner,
            COMPANY,
            EventType.INTEGRATION_STATUS_CHANGE,
            {"state": "LIVE"},
            event_id=STATUS_CHANGE,
            partner_name=DEMO_PARTNER,
        )
    finally:
        await owner.close()
    return Reader(wire, {"partner_id": own.client_id, "partner_secret": own.secret})


async def _write(dsn: str) -> None:
    server = TestServer(dsn)
    migrated = await server.fill_template("migrated", migrate)
    await server.fill_template("wire_recruiting", fill, basis=migrated)
    text, written = DOCUMENT.read_text("utf-8"), ""
    behind = 0
    async with server.copy_of("wire_recruiting") as database, wire_on(database) as wire:
        reader = await prepare(wire)
        for example in examples():
            status, answer = await reader.try_out(example.request)
            print(status, example.line)
            written += text[behind : example.start] + example.written(status, answer)
            behind = example.end
    DOCUMENT.write_text(written + text[behind:], "utf-8")


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory(prefix="rsc-wire-") as folder,
        EmbeddedPostgres(Path(folder) / "postgres", durable=False) as server,
    ):
        asyncio.run(_write(server.dsn))
