"""What the simulated LinkedIn was asked, counted for those who test against it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Calls:
    """Since it began, or since the counts were set to nothing.

    `by_path` counts every call that arrived, answered or not; `people` the keys of batch gets;
    `at_once_max` the calls that were under way at the same time at most.
    """

    by_path: Counter[str] = field(default_factory=Counter)
    by_status: Counter[int] = field(default_factory=Counter)
    people: int = 0
    under_way: int = 0
    at_once_max: int = 0

    def begin(self, path: str) -> int:
        """Count a call that arrived; answers its number, from 0."""
        number = self.by_path.total()
        self.by_path[path] += 1
        self.under_way += 1
        self.at_once_max = max(self.at_once_max, self.under_way)
        return number

    def forget(self) -> None:
        """Count from nothing again; what is under way still is."""
        self.by_path.clear()
        self.by_status.clear()
        self.people = 0
        self.at_once_max = self.under_way

    def as_json(self) -> dict[str, Any]:
        """The counts by name; statuses as text. Status 0: the connection was reset."""
        return {
            "total": self.by_path.total(),
            "byPath": dict(self.by_path),
            "byStatus": {str(status): count for status, count in self.by_status.items()},
            "people": self.people,
            "underWay": self.under_way,
            "atOnceMax": self.at_once_max,
        }
