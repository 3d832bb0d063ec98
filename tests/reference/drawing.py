"""Values for arguments, drawn from what the database holds and from what callers get wrong."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import UUID

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)

from tests.reference.samples import Samples

LINKEDIN_TYPES: Final = ("Member", "Company", "Contract", "Seat")
ODD_IDS: Final = (
    "", "urn:rsc:candidate:", "urn:rsc:candidate:00000000-0000-7000-8000-000000000000", "urn:rsc:nothing:1",
    "urn:li:person:nobody-at-all", "urn:li:seat:' or 1=1 --", "candidate", "urn:rsc:job:XYZ", "1", "Ω≈ç√",
    "urn:li:organization:1", "urn:li:contract:9999999", "URN:RSC:JOB:0",
)  # fmt: skip
ODD_TEXTS: Final = (
    "",
    "%",
    "_",
    "%a%",
    "a_",
    "'; select 1",
    "no such text",
    "\\",
    "Ünïcödé 😀",
    '"quoted"',
    "a",
    "É",
)
PATTERNS: Final = frozenset({"nameContains", "titleContains", "location", "jobTitle"})
ID_TYPES: Final = {"jobId": "Job", "seat": "Seat"}
"""Arguments that take the id of one type."""


ODD_TYPES: Final = ("Note", "Node", "Nobody", "_Entity", "Query", "", "candidate")
FORGED: Final = ("forged", 1, None, True, ["forged"], {"id": "forged"})
"""What else a representation may say, of which nothing may come back."""

OMITTED: Final = object()
"""What is drawn for a variable that is not sent at all."""


@dataclass
class Variables:
    """The variables that an operation declares, and how values for them are drawn."""

    declared: dict[str, str] = field(default_factory=dict)
    draws: dict[str, Callable[[], Any]] = field(default_factory=dict)

    def declare(self, of: str, draw: Callable[[], Any]) -> str:
        """A new variable, `of` being its type with or without a default; `draw` may answer OMITTED."""
        name = f"v{len(self.declared) + 1}"
        self.declared[name] = of
        self.draws[name] = draw
        return f"${name}"

    def drawn(self) -> dict[str, Any]:
        """Values to send, new ones each time."""
        drawn = {name: draw() for name, draw in self.draws.items()}
        return {name: value for name, value in drawn.items() if value is not OMITTED}


class Drawing:
    """Draws the arguments of one operation for a viewer of one company."""

    def __init__(self, rng: random.Random, samples: Samples, company: str) -> None:
        self.rng = rng
        self.samples = samples
        self.company = company
        self.variables = Variables()
        self._conditions: list[str] = []

    def chance(self, part: float) -> bool:
        """True in that part of all cases."""
        return self.rng.random() < part

    # Values

    def value(self, of: GraphQLInputType, name: str, owner: str) -> Any:
        """A JSON value of the type, never null; `name` is the argument's and `owner` what it belongs to."""
        nullable = get_nullable_type(of)
        if is_list_type(nullable):
            inner = nullable.of_type
            return [self.value(inner, name, owner) for _ in range(self.rng.choice((0, 1, 1, 2, 2, 3, 5)))]
        if isinstance(nullable, GraphQLEnumType):
            return self.rng.choice(list(nullable.values))
        if isinstance(nullable, GraphQLInputObjectType):
            raise AssertionError("Objects are drawn field by field.")
        match str(nullable):
            case "Boolean":
                return self.chance(0.5)
            case "DateTime":
                return self._moment(name)
            case "Int":
                return self.rng.randint(0, 9)
            case "ID":
                return self.id_of(ID_TYPES.get(name) or (owner if name in ("id", "ids") else None))
            case "_Any":
                return self.representation(owner)
            case _:
                return self._text(name, owner)

    def id_of(self, type_name: str | None) -> str:
        """An id, mostly of something that the viewer's company has."""
        roll = self.rng.random()
        if roll < 0.08:
            return self.rng.choice(ODD_IDS)
        if roll < 0.11:
            return f"urn:rsc:candidate:{UUID(int=self.rng.getrandbits(128))}"
        companies = self.samples.companies
        company = self.company if roll < 0.9 else self.rng.choice(sorted(companies))
        known = companies[company].ids if company in companies else {}
        wanted = type_name if type_name is not None and roll < 0.85 else None
        if wanted == "Member" or (wanted is None and self.chance(0.12)):
            return self.rng.choice(self.samples.members)
        name = wanted if wanted and wanted in known else self.rng.choice(sorted(known) or ["none"])
        return self.rng.choice(known.get(name) or ODD_IDS)

    def representation(self, type_name: str) -> dict[str, Any]:
        """An object as another subgraph names it, mostly by a key that it has; more may stand beside it."""
        named: dict[str, Any] = {"__typename": type_name}
        if self.chance(0.1):
            named["__typename"] = self.rng.choice(ODD_TYPES)
        if self.chance(0.75):
            named["id"] = self.id_of(type_name)
        if self.chance(0.3):
            named["externalId"] = self._text("externalId", type_name)
        if self.chance(0.2):
            named[self.rng.choice(("firstName", "headline", "company_id"))] = self.rng.choice(FORGED)
        return named

    def _text(self, name: str, owner: str) -> str:
        # Patterns are drawn often, since every wildcard in one must stand for itself.
        if self.chance(0.3 if name in PATTERNS else 0.08):
            return self.rng.choice(ODD_TEXTS)
        own = self.samples.companies.get(self.company)
        if self.chance(0.05):
            own = self.samples.companies[self.rng.choice(sorted(self.samples.companies))]
        texts = dict(self.samples.texts) | (dict(own.texts) if own else {})
        return self.rng.choice(texts.get(f"{owner}.{name}") or texts.get(name) or ODD_TEXTS)

    def _moment(self, name: str) -> str:
        moments = self.samples.moments
        # A window that begins late is mostly empty, one that ends early too.
        middle = len(moments) // 2
        candidates = moments[middle:] if name == "until" else moments[: middle + 1]
        text = self.rng.choice(candidates)
        return text.replace("+00:00", self.rng.choice(("+00:00", "Z", "+05:30", "-08:00")))

    # Text

    def literal(self, of: GraphQLInputType, value: Any) -> str:
        """The value as the document says it."""
        nullable = get_nullable_type(of)
        if value is None:
            return "null"
        if is_list_type(nullable):
            if len(value) == 1 and self.chance(0.3):
                return self.literal(nullable.of_type, value[0])
            return f"[{', '.join(self.literal(nullable.of_type, one) for one in value)}]"
        if isinstance(nullable, GraphQLEnumType):
            return str(value)
        return untyped(value)

    def said(self, of: GraphQLInputType, name: str, owner: str, draw: Callable[[], Any] | None = None) -> str:
        """An argument's value as the document says it: a literal, or a variable that is sent or not."""
        nullable = get_nullable_type(of)
        required = is_non_null_type(of)
        make = draw if draw is not None else partial(self.value, of, name, owner)
        if isinstance(nullable, GraphQLInputObjectType):
            if self.chance(0.7):
                return self._object(nullable, owner)
            return self.variables.declare(str(of), partial(self._sent_object, nullable, owner))
        if self.chance(0.55):
            if is_list_type(nullable) and self.chance(0.25):
                inner = nullable.of_type
                draw_one = partial(self.value, inner, name, owner)
                one = self._one_sent(inner, draw_one)
                return f"[{one}]" if self.chance(0.6) else f"[{self.literal(inner, draw_one())}, {one}]"
            return self.literal(of, make())
        if not required and self.chance(0.12):
            return "null"
        return self.variable(of, make, required=required)

    def _one_sent(self, of: GraphQLInputType, draw: Callable[[], Any]) -> str:
        """An element of a list that is sent, or of which a part is."""
        if str(get_nullable_type(of)) != "_Any" or self.chance(0.5):
            return self.variables.declare(f"{get_nullable_type(of)}!", draw)
        named = draw()
        parts = [f"{name}: {untyped(value)}" for name, value in named.items() if name != "id"]
        key = self.variables.declare("ID!", partial(self.id_of, named["__typename"]))
        return f"{{{', '.join([*parts, f'id: {key}'])}}}"

    def variable(self, of: GraphQLInputType, make: Callable[[], Any], *, required: bool) -> str:
        """A variable of the type or of a stricter one, with or without a default."""
        nullable = get_nullable_type(of)
        default = self.literal(of, make())
        roll = self.rng.random()
        if roll < 0.5:
            return self.variables.declare(
                f"{nullable}!", partial(self._one_or_list, make, is_list_type(nullable))
            )
        if roll < 0.65:
            return self.variables.declare(f"{nullable} = {default}", partial(self._either, make, OMITTED))
        if required:
            return self.variables.declare(f"{nullable}! = {default}", partial(self._either, make, OMITTED))
        with_default = f" = {default}" if self.chance(0.3) else ""
        return self.variables.declare(f"{nullable}{with_default}", partial(self._either, make, OMITTED, None))

    def _either(self, make: Callable[[], Any], *instead: Any) -> Any:
        return make() if self.chance(0.5) else self.rng.choice(instead)

    def _one_or_list(self, make: Callable[[], Any], is_list: bool) -> Any:
        """A list of one may be sent as that one."""
        value = make()
        return value[0] if is_list and len(value) == 1 and self.chance(0.3) else value

    def _sent_object(self, of: GraphQLInputObjectType, owner: str) -> dict[str, Any]:
        sent: dict[str, Any] = {}
        for name, declared in of.fields.items():
            if is_non_null_type(declared.type) or self.chance(1.3 / len(of.fields)):
                sent[name] = self.value(declared.type, name, owner)
            elif self.chance(0.1):
                sent[name] = None
        return sent

    def _object(self, of: GraphQLInputObjectType, owner: str) -> str:
        parts = []
        names = list(of.fields)
        self.rng.shuffle(names)
        share = 1.3 / len(names)
        for name in names:
            inner = of.fields[name].type
            if is_non_null_type(inner) or self.chance(share):
                parts.append(f"{name}: {self.said(inner, name, owner)}")
        return f"{{{', '.join(parts)}}}"

    def condition(self) -> str:
        """What @skip or @include ask: a literal or a variable with or without a default."""
        if self.chance(0.35):
            return json.dumps(self.chance(0.5))
        if self._conditions and self.chance(0.4):
            return self.rng.choice(self._conditions)
        toss = partial(self.chance, 0.5)
        if self.chance(0.5):
            name = self.variables.declare("Boolean!", toss)
        else:
            of = f"Boolean{self.rng.choice(('', '!'))} = {json.dumps(toss())}"
            name = self.variables.declare(of, partial(self._either, toss, OMITTED))
        self._conditions.append(name)
        return name


def untyped(value: Any) -> str:
    """A JSON value as a document says it where no type tells how."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {untyped(inside)}' for name, inside in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(untyped, value))}]"
    return json.dumps(value, ensure_ascii=False)
