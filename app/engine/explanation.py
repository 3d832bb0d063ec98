"""What the engine would do with an operation, and that as a text for people."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.engine.sql_layout import laid_out


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What the engine would do with an operation. Nothing was run for it: it holds no row of anybody.

    Paths have `*` for every element of a list.
    """

    sql: str
    arguments: list[Any]
    """What is bound: what the caller gave, and what is known of the caller alone."""
    denied: list[dict[str, Any]]
    """Each: `path`, `code`, `message`, and the refusal's extensions."""
    decided_by_row: list[tuple[str, int]]
    """The paths that some objects refuse and others do not, each with the number of those that do not."""
    holes: list[str]
    """The paths that Python fills."""

    @property
    def values(self) -> list[str]:
        """What is bound, as Python writes it; the first is `$1`."""
        return [repr(value) for value in self.arguments]

    @property
    def text(self) -> str:
        """All of it under headings, without a line end at the end: what `rsc explain` prints."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield "# Denied" if self.denied else "# Denied: nothing"
        for denial in self.denied:
            reason = denial.get("reason")
            because = f", {reason}" if reason else ""
            yield f"{denial['path']}: {denial['code']}{because}. {denial['message']}"
            if denial.get("howToFix"):
                yield f"    {denial['howToFix']}"
        if self.decided_by_row:
            yield "\n# Decided object by object"
        for path, passed in self.decided_by_row:
            yield f"{path}: granted on {passed}"
        yield "\n# Filled by loaders" if self.holes else "\n# Filled by loaders: nothing"
        yield from self.holes
        yield "\n# SQL"
        yield laid_out(self.sql)
        yield "\n# Bound values"
        for number, value in enumerate(self.values, start=1):
            yield f"${number} = {value}"
