"""The parameters of a wire request's URL, in both of rest.li's protocols and in every usual encoding."""

import re
from collections.abc import Iterator
from typing import Final

from app.errors import CallerError, ErrorCode
from app.wire.keys import DECODINGS_MAX, Key, KeyForm, Protocol, decoded, decoded_form, split_list

PARAMETERS_MAX: Final = 2_000
IDS_READ_MAX: Final = 1_000
"""Keys that are read before a batch is told to be too large: the answer shall say how many there were."""

_INDEXED: Final = re.compile(r"(.+?)\[(\d{1,6})\](?:\.(.+))?")


class Query:
    """A URL's parameters.

    `text`, `texts` and `integer` answer decoded values, whether they came as `a=1&a=2`, `a[0]=1&a[1]=2`,
    `a=List(1,2)`, `a.b=1` or `a=(b:1)`; asked for a field of a structure, name it with a dot:
    `timeRange.start`.
    """

    def __init__(self, raw: str) -> None:
        """`raw` is the query as it came, without the question mark. Raises: CallerError if it is endless."""
        if raw.count("&") >= PARAMETERS_MAX:
            raise CallerError(ErrorCode.BAD_REQUEST, f"The URL has more than {PARAMETERS_MAX} parameters.")
        self._raw = raw
        self._pairs: list[tuple[str, str]] = []
        for piece in raw.split("&"):
            name, _, value = piece.partition("=")
            if name:
                self._pairs.append((decoded_form(name), value))

    def page(self, start: int, count: int) -> str:
        """The query as it came, but for another page."""
        kept = [piece for piece in self._raw.split("&") if piece.partition("=")[0] not in ("start", "count")]
        return "&".join([*kept, f"start={start}", f"count={count}"])

    def has(self, name: str) -> bool:
        """Whether the parameter is there in any spelling."""
        return any(True for _ in self._raw_values(name))

    def text(self, name: str) -> str | None:
        """The parameter's only value, None if it is left out or empty.

        Raises: CallerError (BAD_REQUEST) if it is there twice.
        """
        values = self.texts(name)
        if len(values) > 1:
            raise CallerError(ErrorCode.BAD_REQUEST, f"The parameter {name} may be there once only.")
        return values[0] if values else None

    def texts(self, name: str) -> list[str]:
        """All values of the parameter, without empty ones, in the order in which they were sent."""
        found: list[str] = []
        for raw in self._raw_values(name):
            entries = _list_entries(raw, complex_entries=False)
            found += [decoded_form(raw)] if entries is None else [decoded(entry) for entry in entries]
        return [value for value in found if value]

    def required(self, name: str) -> str:
        """The parameter's value. Raises: CallerError (BAD_REQUEST) if it is left out."""
        value = self.text(name)
        if value is None:
            raise CallerError(ErrorCode.BAD_REQUEST, f"The parameter {name} is required.")
        return value

    def integer(self, name: str, default: int | None = None, *, low: int = 0, high: int = 2**53) -> int:
        """A whole number within the limits; `default` if it is left out.

        Raises: CallerError (BAD_REQUEST) for anything else, and if there is neither value nor default.
        """
        text = self.text(name) if default is not None else self.required(name)
        if text is None:
            assert default is not None
            return default
        if not re.fullmatch(r"-?[0-9]{1,16}", text) or not low <= int(text) <= high:
            raise CallerError(
                ErrorCode.BAD_REQUEST, f"The parameter {name} must be a whole number from {low} to {high}."
            )
        return int(text)

    def flag(self, name: str) -> bool | None:
        """True or false; None if it is left out. Raises: CallerError (BAD_REQUEST) for anything else."""
        text = self.text(name)
        if text is None:
            return None
        if text.lower() not in ("true", "false"):
            raise CallerError(ErrorCode.BAD_REQUEST, f"The parameter {name} must be true or false.")
        return text.lower() == "true"

    def keys(self, form: KeyForm) -> list[Key]:
        """The keys in `ids`, each once, in the order of their indexes.

        Raises: CallerError (BAD_REQUEST) naming the one that cannot be read.
        """
        found: dict[Key, None] = {}
        for key in self._keys(form):
            found.setdefault(key)
            if len(found) > IDS_READ_MAX:
                break
        return list(found)

    @property
    def protocol(self) -> Protocol | None:
        """The protocol that the keys are written in, where that shows; None where it does not."""
        for name, raw in self._pairs:
            if name == "ids" or name.startswith("ids["):
                return Protocol.V2 if decoded(decoded(raw)).startswith(("List(", "(")) else Protocol.V1
        return None

    def _keys(self, form: KeyForm) -> Iterator[Key]:
        indexed: dict[int, dict[str, str]] = {}
        for name, raw in self._pairs:
            if name == "ids":
                yield from _keys_of_list(raw, form)
            elif (found := _INDEXED.fullmatch(name)) and found[1] == "ids":
                part = indexed.setdefault(int(found[2]), {})
                if (found[3] or "") in part:
                    raise CallerError(ErrorCode.BAD_REQUEST, f"The parameter {name[:100]} is there twice.")
                part[found[3] or ""] = raw
        for index in sorted(indexed):
            parts, where = indexed[index], f"ids[{index}]"
            if set(parts) == {""}:
                yield form.read(parts[""], where)
            else:
                yield form.of_parts({name: decoded_form(raw) for name, raw in parts.items()}, where)

    def _raw_values(self, name: str) -> Iterator[str]:
        base, _, member = name.partition(".")
        for given, raw in self._pairs:
            found = _INDEXED.fullmatch(given)
            if given == name or (found and found[1] == name and found[3] is None):
                yield raw
            elif member and given == base:
                yield from (value for field, value in _record(raw) if field == member)


def _keys_of_list(raw: str, form: KeyForm) -> Iterator[Key]:
    entries = _list_entries(raw, complex_entries=not form.is_simple)
    if entries is None:
        # Plus signs are spaces in a query, though not elsewhere.
        yield form.read(raw.replace("+", "%20") if form.is_simple else raw, "ids")
        return
    for entry in entries:
        yield form.read(entry, "ids")


def _list_entries(raw: str, *, complex_entries: bool) -> list[str] | None:
    """The entries of `List(…)`, still encoded, however often the whole was encoded; None if it is no list."""
    text = raw
    for _ in range(DECODINGS_MAX):
        if text.startswith("List(") and text.endswith(")"):
            inner = text[len("List(") : -1]
            for _ in range(DECODINGS_MAX):
                if not complex_entries or not inner or "(" in inner:
                    break
                inner = decoded(inner)
            return list(split_list(inner))
        plainer = decoded(text)
        if plainer == text:
            break
        text = plainer
    return None


def _record(raw: str) -> Iterator[tuple[str, str]]:
    """The fields of `(start:1,end:2)`, values still encoded; nothing if it is no such structure."""
    text = raw
    for _ in range(DECODINGS_MAX):
        if text.startswith("(") and text.endswith(")") and ":" in text:
            for piece in split_list(text[1:-1]):
                name, _, value = piece.partition(":")
                yield decoded(name).strip(), value
            return
        text = decoded(text)
