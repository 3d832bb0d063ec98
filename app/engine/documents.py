"""Documents that were seen before: parsed, held against the limits and validated once ever."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from functools import partial
from itertools import count
from sys import getsizeof
from typing import Any, Final, TypeAlias

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLInputType,
    GraphQLSchema,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    OperationType,
    Undefined,
    VariableDefinitionNode,
    VariableNode,
    assert_valid_schema,
    coerce_input_value,
    get_variable_values,
    is_input_type,
    is_non_null_type,
    type_from_ast,
)

from app.engine.arguments import shape_of
from app.engine.by_key import shape_of_keys
from app.engine.cost import DocumentLimits
from app.engine.federation import Representations
from app.engine.limits import CostPlan, check_limits, parse_document
from app.engine.mapping import AnyById, Catalogue, ManyById
from app.engine.request import RequestRefused
from app.engine.validation import validate_document
from app.errors import CallerError, ErrorCode

INT_MAX: Final = 2**31 - 1

BYTES_KEPT_MAX: Final = 16_000_000
"""What all documents that are kept may take: at times the garbage collector looks at all of it while
everybody waits, some 50 ms. Documents of people take some 60,000."""

_BYTES_A_TOKEN: Final = 400

_MESSAGE_LENGTH_MAX: Final = 1_000

VARIABLE_VALUES_MAX: Final = 12_000
"""Values in the lists and objects of a request's variables, those included: each has to be looked at."""

Shaper: TypeAlias = Callable[[Any], Hashable]


class Operation:
    """One operation of a document, with what is known of its variables."""

    def __init__(
        self, schema: GraphQLSchema, catalogue: Catalogue, document: "Document", node: OperationDefinitionNode
    ) -> None:
        self.node = node
        self.document = document
        self.is_query = node.operation is OperationType.QUERY
        self._schema = schema
        self._definitions = node.variable_definitions or ()
        self._names = [definition.variable.name.value for definition in self._definitions]
        self._plain = [_plain_variable(definition) for definition in self._definitions]
        self._typed = [
            (name, _input_type(schema, definition), definition.default_value)
            for name, definition in zip(self._names, self._definitions, strict=True)
        ]
        self._shapers = _shapers(catalogue, node, document.fragments)
        self.texts: tuple[str, ...] | None = None
        """The variables' names, if all are text or ids whose kind does not matter: whatever text they are
        given, plan and cost are the same."""
        if not self._shapers and all(plain is not None and plain[1] is str for plain in self._plain):
            self.texts = tuple(plain[0] for plain in self._plain if plain is not None)

    def coerce(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The variables' values by graphql-core's rules.

        Raises: RequestRefused (BAD_USER_INPUT), naming each variable that is wrong.
        """
        coerced: dict[str, Any] = {}
        for plain in self._plain:
            if plain is None or type(value := given.get(plain[0])) is not plain[1]:
                return self._coerce_by_the_rules(given)
            if isinstance(value, int) and abs(value) > INT_MAX:
                return self._coerce_by_the_rules(given)
            coerced[plain[0]] = value
        return coerced

    def shape(self, variables: Mapping[str, Any]) -> Hashable:
        """What of the variables a plan may depend on."""
        shape: list[Hashable] = []
        for name, value in variables.items():
            shaper = self._shapers.get(name)
            if shaper is not None:
                shape.append((name, shaper(value)))
            elif type(value) is str:
                shape.append(name)  # given, and nothing else of it matters
            else:
                shape.append((name, shape_of(value)))
        return tuple(shape)

    def _coerce_by_the_rules(self, given: Mapping[str, Any]) -> dict[str, Any]:
        _check_number_of_values([given[name] for name in self._names if name in given])
        coerced = self._coerce_what_is_right(given)
        if coerced is not None:
            return coerced
        values = get_variable_values(
            self._schema, self._definitions, dict(given), max_errors=20, hide_suggestions=True
        )
        if isinstance(values, list):
            raise RequestRefused([entry(error, ErrorCode.BAD_USER_INPUT) for error in values])
        return values.coerced

    def _coerce_what_is_right(self, given: Mapping[str, Any]) -> dict[str, Any] | None:
        """The values, if all are given or may be left out, and right; None if the library must say more.

        It looks for what nests too deep first, which no body does, and takes a third of its time for that.
        """
        coerced: dict[str, Any] = {}
        for name, of, default in self._typed:
            if name in given:
                value = Undefined if of is None else coerce_input_value(given[name], of)
                if value is Undefined:
                    return None
                coerced[name] = value
            elif default is not None or is_non_null_type(of):
                return None
        return coerced


class Document:
    """A valid document that keeps the limits.

    `number` is another for each, also of one text that was read twice. `bytes` is what it takes, nearly.
    `is_kept` as long as the next request with its text finds it.
    """

    _numbers = count()

    def __init__(
        self, schema: GraphQLSchema, catalogue: Catalogue, text: str, ast: DocumentNode, cost: CostPlan
    ) -> None:
        self.number = next(self._numbers)
        self.is_kept = True
        self.bytes = _BYTES_A_TOKEN * (ast.token_count or 0) + getsizeof(text)
        self.cost = cost
        self.fragments = {
            definition.name.value: definition
            for definition in ast.definitions
            if isinstance(definition, FragmentDefinitionNode)
        }
        self.operations = {
            definition.name.value if definition.name else None: Operation(schema, catalogue, self, definition)
            for definition in ast.definitions
            if isinstance(definition, OperationDefinitionNode)
        }

    def let_go(self) -> None:
        """Keep it no longer. Without the way to its operations, which know the way back, it is gone with the
        last request that runs one of them; else all of it would wait for the garbage collector."""
        self.is_kept = False
        self.operations = {}

    def operation(self, name: str | None) -> Operation:
        """The operation of this name; without a name the only one.

        Raises: CallerError (OPERATION_NOT_FOUND).
        """
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        found = self.operations.get(name) if name is not None else None
        if found is None:
            names = ", ".join(sorted(one for one in self.operations if one)) or "none has a name"
            message = f"Set operationName to one of the document's operations ({names})."
            raise CallerError(ErrorCode.OPERATION_NOT_FOUND, message)
        return found


class Documents:
    """The latest documents, by their text; `on_gone` is told of each that is kept no longer."""

    def __init__(
        self,
        schema: GraphQLSchema,
        catalogue: Catalogue,
        limits: DocumentLimits,
        *,
        size: int,
        on_gone: Callable[[Document], None] = lambda _: None,
    ) -> None:
        assert_valid_schema(schema)
        self._schema = schema
        self._catalogue = catalogue
        self._limits = limits
        self._size = size
        self._on_gone = on_gone
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self.bytes = 0
        """What the documents take."""
        self.found = 0
        """Times that a document was there."""
        self.read = 0
        """Times that one had to be read, refused ones included."""

    def __len__(self) -> int:
        return len(self._kept)

    def known(self, text: str) -> Document | None:
        """The document if it is there, which is the last to go from now on."""
        kept = self._kept.get(text)
        if kept is not None:
            self._kept.move_to_end(text)
        return kept

    def get(self, text: str) -> Document:
        """The document, parsed, within the limits and valid.

        Raises: CallerError for syntax and limits; RequestRefused (GRAPHQL_VALIDATION_FAILED).
        """
        kept = self.known(text)
        if kept is not None:
            self.found += 1
            return kept
        self.read += 1
        ast = parse_document(text, self._limits)
        cost = check_limits(ast, self._schema, self._limits)
        errors = validate_document(self._schema, ast)
        if errors:
            raise RequestRefused([entry(error, ErrorCode.GRAPHQL_VALIDATION_FAILED) for error in errors])
        document = self._kept[text] = Document(self._schema, self._catalogue, text, ast, cost)
        self.bytes += document.bytes
        while len(self._kept) > self._size or (self.bytes > BYTES_KEPT_MAX and len(self._kept) > 1):
            _, gone = self._kept.popitem(last=False)
            self.bytes -= gone.bytes
            gone.let_go()
            self._on_gone(gone)
        return document


def entry(error: GraphQLError, code: ErrorCode) -> dict[str, Any]:
    """A graphql-core error as an entry of a response, with its code."""
    # What graphql-core says repeats names and values of the document, of any length.
    told: dict[str, Any] = {"message": error.message[:_MESSAGE_LENGTH_MAX]}
    if error.locations:
        told["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    if error.path:
        told["path"] = list(error.path)
    told["extensions"] = {"code": code.value}
    return told


def _check_number_of_values(values: list[Any]) -> None:
    """Raises: CallerError (BAD_USER_INPUT) if there are more values in them than may be."""
    number = 0
    waiting: list[Any] = values
    while waiting:
        value = waiting.pop()
        inside = value if isinstance(value, list) else value.values() if isinstance(value, dict) else ()
        number += len(inside)
        if number > VARIABLE_VALUES_MAX:
            message = f"The variables hold more than {VARIABLE_VALUES_MAX} values in lists and objects."
            raise CallerError(ErrorCode.BAD_USER_INPUT, message)
        waiting.extend(one for one in inside if isinstance(one, list | dict))


def _input_type(schema: GraphQLSchema, definition: VariableDefinitionNode) -> GraphQLInputType | None:
    found = type_from_ast(schema, definition.type)
    return found if is_input_type(found) else None


def _plain_variable(definition: VariableDefinitionNode) -> tuple[str, type] | None:
    """A variable whose coercion is the value itself, if the value has just this Python type."""
    of = definition.type.type if isinstance(definition.type, NonNullTypeNode) else definition.type
    if not isinstance(of, NamedTypeNode):
        return None
    known = {"String": str, "ID": str, "Boolean": bool, "Int": int}.get(of.name.value)
    return None if known is None else (definition.variable.name.value, known)


def _shapers(
    catalogue: Catalogue, operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> dict[str, Shaper]:
    """For variables that hold keys of `node`, `nodes` and `_entities`: what they name is of the shape."""
    by_id = {
        name: facts.source
        for (of, name), facts in catalogue.fields.items()
        if of == "Query" and isinstance(facts.source, AnyById | ManyById | Representations)
    }
    shapers: dict[str, Shaper] = {}
    waiting, seen = [operation.selection_set], set()
    while waiting:
        for selection in waiting.pop().selections:
            if selection.kind == "fragment_spread":
                name = selection.name.value  # type: ignore[attr-defined]
                if name not in seen:
                    seen.add(name)
                    waiting.append(fragments[name].selection_set)
            elif selection.kind == "inline_fragment":
                waiting.append(selection.selection_set)  # type: ignore[attr-defined]
            elif selection.name.value in by_id:  # type: ignore[attr-defined]
                for argument in selection.arguments:  # type: ignore[attr-defined]
                    for name in _variables_in(argument.value):
                        shapers[name] = partial(shape_of_keys, catalogue)
    return shapers


def _variables_in(node: Any) -> list[str]:
    if isinstance(node, VariableNode):
        return [node.name.value]
    inside = [*(getattr(node, "values", None) or ()), *(getattr(node, "fields", None) or ())]
    return [name for one in inside for name in _variables_in(getattr(one, "value", one))]
