"""Random valid operations over the schema, which find something more often than not.

Everything is drawn from one `random.Random`, so that a seed and the order of operations reproduce a run; a
failure shows the operation itself, which is all that is needed to look into it.
"""

import random
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from graphql import (
    GraphQLField,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)

from tests.reference.asked import Composite, Coverage, Member, Scope, cursors
from tests.reference.drawing import Drawing, Variables
from tests.reference.samples import Samples

WithFields = GraphQLObjectType | GraphQLInterfaceType
Abstract = GraphQLInterfaceType | GraphQLUnionType

DEPTH_MAX: Final = 12
WEIGHT_MAX: Final = 900
"""How many values an answer has at most, about: page sizes are chosen to keep it."""
LIST_LENGTH: Final = 3
NAMED_BY: Final = frozenset({"id", "externalId", "publicProfileUrl"})
"""Arguments by which the root names one thing: at least one of a field's must be given."""


@dataclass(frozen=True)
class Fragment:
    """A fragment that may be spread elsewhere too."""

    name: str
    scope: Scope
    weight: int
    depth: int


@dataclass(frozen=True)
class Operation:
    """A generated operation, ready to be sent."""

    query: str
    name: str | None
    root: Scope
    variables: Variables


class Generator:
    """Generates operations one after the other; fields seldom asked for so far are asked for more often."""

    def __init__(self, schema: GraphQLSchema, samples: Samples, seed: int) -> None:
        self.schema = schema
        self.samples = samples
        self.rng = random.Random(seed)
        self.coverage = Coverage(schema)
        self.cursors: dict[str, list[str]] = {}

    def operation(self, company: str) -> Operation:
        """An operation for a viewer of this company (its URN)."""
        return _Writer(self, Drawing(self.rng, self.samples, company)).operation()

    def learn(self, operation: Operation, answer: Mapping[str, Any]) -> None:
        """Keep an answer's cursors for operations to come, and what was not seen often yet."""
        self.coverage.note(operation.root, answer)
        for coordinate, cursor in cursors(operation.root, answer.get("data")):
            kept = self.cursors.setdefault(coordinate, [])
            if len(kept) < 60:
                kept.append(cursor)
            else:
                kept[self.rng.randrange(60)] = cursor


class _Writer:
    """Writes one operation."""

    def __init__(self, generator: Generator, drawing: Drawing) -> None:
        self.generator = generator
        self.schema = generator.schema
        self.rng = generator.rng
        self.drawing = drawing
        self.chance = drawing.chance
        self.definitions: list[str] = []
        self.fragments: list[Fragment] = []
        self.weight = 0
        self.deepest = 0
        self._names = 0

    def operation(self) -> Operation:
        """The whole document: an operation, and its fragments in any order."""
        root = self.schema.query_type
        assert root is not None
        scope = Scope(root)
        body = self.selections(scope, root, 1, 1, count=self.rng.choice((1, 1, 2, 2, 3)))
        declared = ", ".join(f"${name}: {of}" for name, of in self.drawing.variables.declared.items())
        head = f"query Generated({declared})" if declared else self.rng.choice(("query", "query Named", ""))
        documents = [f"{head} {body}".strip(), *self.definitions]
        name = None
        if self.chance(0.05) and "Generated" in head:
            name = "Generated"
            documents.append("query Other { viewer { subject } }")
        self.rng.shuffle(documents)
        return Operation("\n".join(documents), name, scope, self.drawing.variables)

    # Selections

    def selections(
        self, scope: Scope, of: Composite, times: int, depth: int, *, count: int | None = None
    ) -> str:
        """A selection set on the type `of`, at a place where every value is there `times` times."""
        self.deepest = max(self.deepest, depth)
        lines = []
        wanted = count if count is not None else self.rng.choice((1, 2, 3, 3, 4, 5, 7))
        if isinstance(of, Abstract):
            lines += [self.of_a_type(scope, of, times, depth) for _ in range(min(wanted, 3))]
        else:
            for name in self.choose(of, wanted, times, depth):
                lines.append(self.field(scope, of, name, times, depth))
                if self.chance(0.05):
                    lines.append(self.wrapped(scope, of, times, depth))
            if self.chance(0.15):
                lines += self.again(scope, of, times, depth)
        if not lines or self.chance(0.08):
            lines.insert(self.rng.randint(0, len(lines)), self.rng.choice(("__typename", "kind: __typename")))
        return "{\n" + textwrap.indent("\n".join(lines), "  ") + "\n}"

    def choose(self, of: GraphQLObjectType, wanted: int, times: int, depth: int) -> list[str]:
        """Names of fields to ask for; those that were asked for seldom come first more often."""
        need = self.generator.coverage.need
        names = [name for name, definition in of.fields.items() if self._may_ask(definition, times, depth)]
        weights = [0.02 + need((of.name, name)) for name in names]
        if "edges" in of.fields:
            weights = [3.0 if name == "edges" else 1.0 for name in names]
        chosen = self.rng.choices(names, weights, k=wanted) if names else []
        return list(dict.fromkeys(chosen))

    def _may_ask(self, definition: GraphQLField, times: int, depth: int) -> bool:
        if not isinstance(get_named_type(definition.type), Composite):
            return True
        return depth < DEPTH_MAX and self.weight + 3 * times < WEIGHT_MAX

    def of_a_type(self, scope: Scope, of: Abstract, times: int, depth: int) -> str:
        """A part of a selection on an interface or a union: its own fields, or what one of its types has."""
        if isinstance(of, GraphQLInterfaceType) and self.chance(0.3):
            return self.field(scope, of, self.rng.choice(list(of.fields)), times, depth)
        mostly = self.schema.type_map.get(scope.mostly or "")
        is_it = isinstance(mostly, GraphQLObjectType) and self.chance(0.6)
        some = mostly if is_it else self._some_type(of)
        assert isinstance(some, GraphQLObjectType)
        return self._fragment(scope, some, times, depth)

    def _some_type(self, of: Abstract) -> GraphQLObjectType:
        """One of its types; those whose fields were seen seldom come more often."""
        need = self.generator.coverage.need
        types = list(self.schema.get_possible_types(of))
        weights = [0.02 + max(need((one.name, name)) for name in one.fields) for one in types]
        return self.rng.choices(types, weights)[0]

    def wrapped(self, scope: Scope, of: GraphQLObjectType, times: int, depth: int) -> str:
        """A fragment on the type itself, on one of its interfaces, or on none."""
        if of.interfaces and self.chance(0.3):
            interface = of.interfaces[0]
            name = self.rng.choice(list(interface.fields))
            line = self.field(scope, interface, name, times, depth)
            return f"... on {interface.name}{self.directive()} {{ {line} }}"
        if self.chance(0.3):
            return f"...{self.directive()} {self.selections(scope, of, times, depth, count=2)}"
        return self._fragment(scope, of, times, depth)

    def _fragment(self, scope: Scope, of: GraphQLObjectType, times: int, depth: int) -> str:
        body = self.selections(scope, of, times, depth)
        if self.chance(0.6):
            return f"... on {of.name}{self.directive()} {body}"
        name = self._define(of, body)
        spread = f"...{name}{self.directive()}"
        return f"{spread}\n...{name}" if self.chance(0.2) else spread

    def _define(self, of: GraphQLObjectType, body: str) -> str:
        self._names += 1
        name = f"F{self._names}"
        self.definitions.append(f"fragment {name} on {of.name} {body}")
        return name

    def directive(self) -> str:
        """Mostly nothing."""
        if not self.chance(0.08):
            return ""
        words = list(self.rng.sample(("skip", "include"), 2 if self.chance(0.1) else 1))
        return "".join(f" @{word}(if: {self.drawing.condition()})" for word in words)

    def again(self, scope: Scope, of: GraphQLObjectType, times: int, depth: int) -> Iterator[str]:
        """A field that was asked for already, which merges with itself."""
        known = [(key, member) for key, member in scope.members.items() if member.parent == of.name]
        if known:
            key, member = self.rng.choice(known)
            definition = of.fields[member.name]
            if member.scope is None or self._may_ask(definition, times, depth):
                yield self._line(key, member, times * _length(definition), depth)

    # Fields

    def field(self, scope: Scope, of: WithFields, name: str, times: int, depth: int) -> str:
        """One field, under its own name or another."""
        definition = of.fields[name]
        below = get_named_type(definition.type)
        inner = Scope(below) if isinstance(below, Composite) else None
        if inner is not None and isinstance(below, Abstract):
            inner.mostly = self._some_type(below).name
        of_node = inner.mostly if inner is not None else None
        arguments, length = self.arguments(of, name, definition, times, of_node)
        member = Member(of.name, definition, name, arguments, inner)
        key = name
        if self.chance(0.12):
            key = self.rng.choice((f"a{len(scope.members)}", self.rng.choice(list(of.fields)), f"{name}_"))
        while not _fits(scope.members.get(key), member):
            self._names += 1
            key = f"{name}{self._names}"
        member = scope.members.setdefault(key, member)
        return self._line(key, member, max(1, times * length), depth)

    def _line(self, key: str, member: Member, times: int, depth: int) -> str:
        self.weight += times
        alias = "" if key == member.name else f"{key}: "
        line = f"{alias}{member.name}{member.arguments}{self.directive()}"
        if member.scope is None:
            return line
        return f"{line} {self._below(member.scope, times, depth + 1)}"

    def _below(self, scope: Scope, times: int, depth: int) -> str:
        of = scope.of
        if scope.members or isinstance(of, Abstract):
            return self.selections(scope, of, times, depth)
        fitting = [
            one
            for one in self.fragments
            if one.scope.of is of
            and depth + one.depth < DEPTH_MAX
            and self.weight + times * one.weight < WEIGHT_MAX
        ]
        if fitting and self.chance(0.4):
            known = self.rng.choice(fitting)
            scope.members = known.scope.members
            self.weight += times * known.weight
            return f"{{ ...{known.name}{self.directive()} }}"
        if not self.chance(0.12):
            return self.selections(scope, of, times, depth)
        weight, deepest = self.weight, self.deepest
        self.deepest = depth
        name = self._define(of, self.selections(scope, of, times, depth))
        cost = max(1, (self.weight - weight) // times)
        self.fragments.append(Fragment(name, scope, cost, self.deepest - depth))
        self.deepest = max(deepest, self.deepest)
        return f"{{ ...{name} }}"

    def arguments(
        self, of: WithFields, name: str, definition: GraphQLField, times: int, of_node: str | None
    ) -> tuple[str, int]:
        """The field's arguments as the document says them, and how many values it has about.

        Where the field leads to an interface or a union, `of_node` is the type that its ids mostly name.
        """
        length = _length(definition)
        said: dict[str, str] = {}
        owner = of_node or get_named_type(definition.type).name
        naming = [one for one in definition.args if one in NAMED_BY] if of is self.schema.query_type else []
        must = self.rng.choice(naming) if naming else None
        for argument, declared in definition.args.items():
            required = is_non_null_type(declared.type)
            if argument == "first":
                size = self._page_size(times)
                length = 20 if size is None else size
                if size is not None:
                    said[argument] = self._first(declared.type, size, may_be_default=times <= 3)
            elif argument == "after":
                continue
            elif argument == must:
                said[argument] = self._named(declared.type, argument, owner)
            elif required or (must is None and self.chance(0.4)) or self.chance(0.04):
                said[argument] = self.drawing.said(declared.type, argument, owner)
                length = max(length, 6) if argument in ("ids", "representations") else length
        if "after" in definition.args and self.chance(0.35):
            said.update(self._after(of, name, said, definition))
        parts = list(said.items())
        self.rng.shuffle(parts)
        text = ", ".join(f"{argument}: {value}" for argument, value in parts)
        return (f"({text})" if text else ""), length

    def _named(self, of: GraphQLInputType, argument: str, owner: str) -> str:
        """A thing's name as a literal or as a variable that is sent."""
        draw = partial(self.drawing.value, of, argument, owner)
        if self.chance(0.5):
            return self.drawing.literal(of, draw())
        return self.drawing.variables.declare(f"{get_nullable_type(of)}!", draw)

    def _page_size(self, times: int) -> int | None:
        """None: as many as there are without saying."""
        room = max(1, (WEIGHT_MAX - self.weight) // (4 * times))
        if room >= 20 and self.chance(0.2):
            return None
        return self.rng.randint(0, min(room, 7)) if self.chance(0.9) else min(room, 60)

    def _first(self, of: GraphQLInputType, size: int, *, may_be_default: bool) -> str:
        """A page size, or one that is sent and is at most as large."""
        draw = partial(self.rng.randint, 0, size)
        if self.chance(0.75):
            return str(size)
        if may_be_default:
            return self.drawing.variable(of, draw, required=False)
        return self.drawing.variables.declare("Int!", draw)

    def _after(
        self, of: Composite, name: str, said: Mapping[str, str], definition: GraphQLField
    ) -> dict[str, str]:
        if self.chance(0.08):
            return {"after": "null"}
        text = ", ".join(f"{argument}: {value}" for argument, value in said.items())
        coordinate = Member(of.name, definition, name, text, None).coordinate
        known = self.generator.cursors.get(coordinate)
        if not known or "$" in coordinate:
            return {}
        of_after = definition.args["after"].type
        return {"after": self.drawing.said(of_after, "after", of.name, partial(self.rng.choice, known))}


def _fits(known: Member | None, wanted: Member) -> bool:
    """Whether two fields may answer under one response key."""
    return known is None or (
        known.name == wanted.name
        and known.arguments == wanted.arguments
        and str(known.definition.type) == str(wanted.definition.type)
        and (known.parent == wanted.parent or wanted.scope is None)
    )


def _length(definition: GraphQLField) -> int:
    return LIST_LENGTH if is_list_type(get_nullable_type(definition.type)) else 1
