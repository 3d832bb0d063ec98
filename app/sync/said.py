"""Reading one JSON object of a foreign format: forgiving about null and missing, not about wrong types."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.sync.moments import read_moment
from app.sync.records import RecordRefusedError
from app.sync.validate import Path


class Said:
    """What an object says, and where it stands in its record. What is missing reads like null.

    Every method raises RecordRefusedError, with the path, where a value has the wrong type.
    """

    __slots__ = ("_path", "_values")

    def __init__(self, values: Mapping[str, Any], path: Path = ()) -> None:
        self._values = values
        self._path = path

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def path(self, name: str) -> Path:
        return (*self._path, name)

    def text(self, name: str) -> str | None:
        """Text; a number is taken as its digits, since some exports write ids and postal codes so."""
        value = self._values.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if value is not None and not isinstance(value, str):
            raise RecordRefusedError("must be text", self.path(name))
        return value.strip() or None if value is not None else None

    def required(self, name: str) -> str:
        """Text that must be there, an id say."""
        value = self.text(name)
        if value is None:
            raise RecordRefusedError("is required", self.path(name))
        return value

    def moment(self, name: str) -> datetime | None:
        return read_moment(self._values.get(name), self.path(name))

    def flag(self, name: str) -> bool | None:
        value = self._values.get(name)
        if value is not None and not isinstance(value, bool):
            raise RecordRefusedError("must be true or false", self.path(name))
        return value

    def values(self, name: str) -> Mapping[str, Any]:
        """An object as it is; empty if there is none."""
        value = self._values.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise RecordRefusedError("must be an object", self.path(name))
        return value

    def inner(self, name: str) -> "Said":
        return Said(self.values(name), self.path(name))

    def list(self, name: str) -> list[Any]:
        """A list as it is; empty if there is none."""
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise RecordRefusedError("must be a list", self.path(name))
        return value

    def each(self, name: str) -> "Iterator[Said]":
        """The objects of a list; nulls in it are passed over."""
        for index, value in enumerate(self.list(name)):
            if value is None:
                continue
            if not isinstance(value, dict):
                raise RecordRefusedError("must be an object", (*self.path(name), str(index)))
            yield Said(value, (*self.path(name), str(index)))

    def own_name(self) -> str | None:
        """The name of the person that this object is: `name`, or `first_name` and `last_name`."""
        both = " ".join(part for key in ("first_name", "last_name") if (part := self.text(key)))
        return self.text("name") or both or None
