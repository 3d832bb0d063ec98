"""What PostgreSQL makes of a statement as the service runs it: by one plan for everybody's values."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

_SMALL: Final = 50
"""Rows that fit into a page or two."""


@dataclass(frozen=True, slots=True)
class PlanTree:
    """An executed plan."""

    root: dict[str, Any]

    @property
    def cost(self) -> float:
        """The planner's estimate for the whole statement."""
        return float(self.root["Total Cost"])

    @property
    def rows_read(self) -> int:
        """Rows that scans of tables and indexes really met, kept or not, over all their loops."""
        return sum(_met(node) for node in self._nodes() if "Relation Name" in node)

    @property
    def scanned_whole(self) -> set[str]:
        """The tables that were read from one end to the other, but for small ones."""
        return {
            node["Relation Name"]
            for node in self._nodes()
            if node["Node Type"] == "Seq Scan" and _met(node) > _SMALL
        }

    def _nodes(self) -> Iterator[dict[str, Any]]:
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            waiting.extend(node.get("Plans", ()))
            yield node


def _met(node: dict[str, Any]) -> int:
    removed = sum(value for name, value in node.items() if name.startswith("Rows Removed by"))
    return round(float(node["Actual Rows"] + removed) * float(node["Actual Loops"]))


async def executed(connection: asyncpg.Connection, sql: str, arguments: Sequence[Any]) -> PlanTree:
    """Run a statement by its generic plan; the connection is the service's, bound to a company."""
    await connection.execute(f"prepare measured as {sql}")
    try:
        values = ", ".join(_literal(value) for value in arguments)
        call = f"execute measured({values})" if arguments else "execute measured"
        told = await connection.fetchval(f"explain (analyze, timing off, summary off, format json) {call}")
    finally:
        await connection.execute("deallocate measured")
    return PlanTree(json.loads(told)[0]["Plan"])


def _literal(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, list):
        elements = ", ".join(json.dumps(str(one), ensure_ascii=False) for one in value)
        return _literal(f"{{{elements}}}")
    escaped = str(value).replace("'", "''")
    return f"'{escaped}'"
