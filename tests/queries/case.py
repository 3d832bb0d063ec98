"""The folders beside this file, read."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.auth.personas import PERSONAS

FOLDER: Final = Path(__file__).parent
_HEADER: Final = re.compile(r"# As (?P<personas>[a-z, -]+): \S")


@dataclass(frozen=True, slots=True)
class Case:
    """One operation, asked by one persona."""

    folder: Path
    query: str
    variables: Mapping[str, Any]
    persona: str
    is_alone: bool
    """Whether nobody else asks the same."""

    @property
    def name(self) -> str:
        """As tests and reports call it."""
        return self.folder.name if self.is_alone else f"{self.folder.name}/{self.persona}"

    @property
    def answer_file(self) -> Path:
        return self.folder / ("answer.json" if self.is_alone else f"{self.persona}.answer.json")

    @property
    def statement_file(self) -> Path:
        return self.folder / ("statement.sql" if self.is_alone else f"{self.persona}.statement.sql")


def all_cases() -> list[Case]:
    """Every case, by name."""
    return [case for path in sorted(FOLDER.glob("*/operation.graphql")) for case in _cases(path.parent)]


def _cases(folder: Path) -> list[Case]:
    query = (folder / "operation.graphql").read_text("utf-8")
    header = _HEADER.match(query)
    if header is None:
        raise ValueError(f"{folder.name}/operation.graphql must begin with `# As PERSONA, …: what it shows`")
    personas = [name.strip() for name in header["personas"].split(",")]
    if unknown := [name for name in personas if name not in PERSONAS]:
        raise ValueError(f"{folder.name} names personas that the demo does not have: {', '.join(unknown)}")
    variables = folder / "variables.json"
    values = json.loads(variables.read_text("utf-8")) if variables.exists() else {}
    return [Case(folder, query, values, name, len(personas) == 1) for name in personas]
