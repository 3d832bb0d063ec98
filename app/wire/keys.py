"""Keys of rest.li's resources, in all the spellings that clients send.

A *complex* key has named parts: `atsCandidateId=17&dataProvider=ATS&integrationContext=urn:li:organization:1`
in protocol 1.0, `(atsCandidateId:17,dataProvider:ATS,…)` in 2.0.0. A *simple* key is one text. Parts come in
any order. Libraries percent-encode values, or whole keys, or both, or nothing; since a resource knows the
names of its parts, the first way of reading that finds them all is the right one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import quote, unquote, unquote_plus

from app.errors import CallerError, ErrorCode

DECODINGS_MAX: Final = 3
"""A key is decoded as a whole at most this often before its parts are looked for."""
VALUE_LENGTH_MAX: Final = 2_000
CONTEXT: Final = "integrationContext"


class Protocol(StrEnum):
    """rest.li's protocol, as in `X-RestLi-Protocol-Version`."""

    V1 = "1.0.0"
    V2 = "2.0.0"


@dataclass(frozen=True, slots=True)
class Key:
    """A key: its parts' values by name, in the order of the names. A simple key has one part, named "".

    `spelled` is how the client wrote it where it wrote it as one text; two keys with the same parts are equal
    whatever their spelling.
    """

    parts: tuple[tuple[str, str], ...]
    spelled: str | None = field(default=None, compare=False)

    def __getitem__(self, name: str) -> str:
        """The value of a part. Raises: KeyError for a name that the form of the key does not have."""
        for part, value in self.parts:
            if part == name:
                return value
        raise KeyError(name)

    def get(self, name: str) -> str | None:
        """The value of a part, None if the key has no such part."""
        return next((value for part, value in self.parts if part == name), None)

    @property
    def value(self) -> str:
        """A simple key's text."""
        return self[""]

    def text(self, protocol: Protocol) -> str:
        """The key as one text: as the client spelled it, or else canonically, its parts by name."""
        if self.spelled is not None:
            return self.spelled
        if len(self.parts) == 1 and self.parts[0][0] == "":
            return self.parts[0][1]
        return spell(self.parts, protocol)


def spell(parts: Iterable[tuple[str, str]], protocol: Protocol) -> str:
    """A complex key as one text, its parts in this order.

    In protocol 1.0 only what would be misread is encoded, since clients look results up by the plain text
    that LinkedIn's documentation shows; in 2.0.0 everything that may be is.
    """
    if protocol is Protocol.V2:
        return "(" + ",".join(f"{name}:{quoted(value)}" for name, value in parts) + ")"
    return "&".join(f"{name}={value.translate(_MISREAD)}" for name, value in parts)


_MISREAD: Final = str.maketrans({"%": "%25", "&": "%26", "=": "%3D"})


def decoded(text: str) -> str:
    """Percent-decoded once; what is no UTF-8 becomes lone surrogates, which no key may have."""
    return unquote(text, errors="surrogateescape")


def decoded_form(text: str) -> str:
    """The same where a plus sign is a space."""
    return unquote_plus(text, errors="surrogateescape")


def quoted(text: str) -> str:
    """Percent-encoded for a key or a header, lone surrogates included."""
    return quote(text, safe="", errors="surrogatepass")


def simple_key(value: str) -> Key:
    """The key that is this text."""
    return Key((("", value),))


@dataclass(frozen=True, slots=True)
class KeyForm:
    """What a resource's keys look like.

    `parts`: the names of a complex key's parts; none for a simple key. `named`: the name that clients may
    give to a simple key's only part (`ids[0].atsNoteId=7` for `ids=7`).
    """

    parts: frozenset[str] = frozenset()
    named: str | None = None

    @property
    def is_simple(self) -> bool:
        return not self.parts

    def of_parts(self, given: Mapping[str, str], where: str) -> Key:
        """The key of these parts. Raises: CallerError (BAD_REQUEST) naming what is missing or unknown."""
        if self.is_simple:
            if set(given) != {self.named}:
                raise _bad(f"{where} must be one value, without parts.")
            return simple_key(_checked(given[self.named or ""], where))
        missing = sorted(self.parts - given.keys())
        unknown = sorted(given.keys() - self.parts)
        if missing:
            raise _bad(f"{where} lacks the part {missing[0]}.")
        if unknown:
            raise _bad(f"{where} has a part that the resource does not know: {unknown[0][:60]!r}.")
        parts = {name: _checked(_urn(value), where) for name, value in given.items()}
        return Key(tuple(sorted(parts.items())), spell(parts.items(), Protocol.V1))

    def read(self, text: str, where: str) -> Key:
        """A key that stands as one text, still encoded: in a path or in `ids=`.

        It is spelled as it stands there, but for the encoding. Raises: CallerError (BAD_REQUEST).
        """
        key = self.readings(text, where)[0]
        if self.is_simple:
            return Key(key.parts)
        order = sorted(key.parts, key=lambda part: decoded(decoded(text)).find(part[0]))
        return Key(key.parts, spell(order, Protocol.V2 if "(" in decoded(decoded(text)) else Protocol.V1))

    def readings(self, text: str, where: str) -> Sequence[Key]:
        """Every key that a name in `entities` can mean, the likeliest first; each is spelled as that name.

        Raises: CallerError (BAD_REQUEST) if it can be none.
        """
        if self.is_simple:
            bare = text
            if self.named and (found := _parts_of(text, {self.named})):
                bare = quoted(found[0][self.named])
            values = dict.fromkeys((decoded(bare), decoded_form(bare), bare))
            return [Key((("", _checked(value, where)),), text) for value in values]
        encoded = text
        for _ in range(DECODINGS_MAX):
            found = _parts_of(encoded, self.parts)
            if found:
                return [
                    Key(
                        tuple((name, _checked(_urn(value), where)) for name, value in sorted(one.items())),
                        text,
                    )
                    for one in found
                ]
            encoded = decoded(encoded)
        names = ", ".join(sorted(self.parts))
        raise _bad(f"{where} is not a key with the parts {names}.")


def _parts_of(text: str, names: frozenset[str] | set[str]) -> list[dict[str, str]]:
    """The parts by name, values decoded in each of the ways that may be meant; empty if it is no such key."""
    if text.startswith("(") and text.endswith(")"):
        text, separator, binder = text[1:-1], ",", ":"
    else:
        separator, binder = "&", "="
    raw: dict[str, str] = {}
    last: str | None = None
    for piece in text.split(separator):
        name, bound, value = piece.partition(binder)
        name = name.strip()
        if bound and name in names and name not in raw:
            raw[name], last = value, name
        elif last is not None:
            # A separator within a value that was not encoded.
            raw[last] += separator + piece
        else:
            return []
    if set(raw) != set(names):
        return []
    ways = ({name: decode(value) for name, value in raw.items()} for decode in (decoded, decoded_form, str))
    distinct: list[dict[str, str]] = []
    for way in ways:
        if way not in distinct:
            distinct.append(way)
    return distinct


def split_list(text: str) -> Iterator[str]:
    """The entries of protocol 2.0.0's `List(…)`, still encoded; the brackets are those around the text."""
    depth = start = 0
    for place, character in enumerate(text):
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif character == "," and depth == 0:
            yield text[start:place]
            start = place + 1
    if text[start:]:
        yield text[start:]


def _urn(value: str) -> str:
    """A URN that was encoded once more than the rest: an id may hold a percent sign, a URN never does."""
    for _ in range(DECODINGS_MAX):
        if not value.lower().startswith("urn%"):
            break
        value = decoded(value)
    return value


def _checked(value: str, where: str) -> str:
    if not value:
        raise _bad(f"{where} has an empty part.")
    if len(value) > VALUE_LENGTH_MAX:
        raise _bad(f"{where} has a part of more than {VALUE_LENGTH_MAX} characters.")
    return value


def _bad(message: str) -> CallerError:
    return CallerError(ErrorCode.BAD_REQUEST, message)
