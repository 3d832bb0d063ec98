"""Mutations: each field runs its command, in order, and then what was selected of its payload is read.

Everything is compiled before anything runs, so that an operation that is refused has done nothing. A
command commits by itself; what its payload shows is read after that, under the same access rules as any
query.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from graphql import GraphQLObjectType, OperationDefinitionNode

from app.engine.binds import Variables
from app.engine.compiler import OUTCOME, Compiler, Nodes, locations_of, object_type
from app.engine.json_sql import Sql, Text, inner, is_late, outer
from app.engine.mapping import Command, Outcome, Runner, Table
from app.engine.plan import Denied, Location, Plan
from app.engine.rows import Place, Row, Rows

_PAYLOAD: Final = Table(name="payload", source="(select 1 as one) {t}", tenant=False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CommandPlan:
    """One field of a mutation. `denied` is set where the viewer may not run it: then nothing is run.

    `run` is None for `__typename`, whose answer is in `plan` already.
    """

    key: str
    run: Runner | None
    arguments: Callable[[Variables], dict[str, Any]]
    locations: tuple[Location, ...]
    denied: Denied | None
    plan: Plan | None

    @property
    def bytes(self) -> int:
        """What it takes of memory, nearly."""
        return 0 if self.plan is None else self.plan.bytes


def command_fields(compiler: Compiler, operation: OperationDefinitionNode) -> dict[str, Nodes]:
    """The mutation's fields by response key, in the order in which they run."""
    return compiler.collector.fields(_root(compiler), [operation.selection_set])


def compile_command(compiler: Compiler, key: str, nodes: Nodes) -> CommandPlan:
    """The plan of one field; the compiler is used for this field alone.

    Raises: CallerError (BAD_USER_INPUT, PAGE_LIMIT) for an argument that no plan can be made for.
    """
    root, name = _root(compiler), nodes[0].name.value
    locations = locations_of(nodes)
    if name == "__typename":
        text = inner((Text(f'{{"data":{{{orjson.dumps(key).decode()}:"{root.name}"}}}}'),))
        plan = Plan(sql=f"select convert_to({text}, 'UTF8')", parameters=compiler.binds.parameters)
        return CommandPlan(
            key=key, run=None, arguments=_no_arguments, locations=locations, denied=None, plan=plan
        )
    facts, definition = compiler.facts(root, nodes)
    assert isinstance(facts.source, Command)
    place = Place().at(key, may_be_null=True)
    arguments = compiler.arguments(definition, nodes, place)
    denied = None
    if compiler.denies(compiler.catalogue.guards[(root.name, name)], nodes, place):
        denied = compiler.denied[-1]
    return CommandPlan(
        key=key,
        run=facts.source.run,
        arguments=arguments.values,
        locations=locations,
        denied=denied,
        plan=None if denied else _payload(compiler, object_type(definition.type), key, nodes, place),
    )


def _payload(compiler: Compiler, of: GraphQLObjectType, key: str, nodes: Nodes, place: Place) -> Plan:
    alias, name = compiler.new_name("t"), compiler.new_name("b")
    rows = Rows(name, many=False, source=_PAYLOAD.source.replace("{t}", alias))
    compiler.ctes.reserve(name)
    value = compiler.object(of, nodes, Row(rows, alias), place)
    start = Text(f'{{"data":{{{orjson.dumps(key).decode()}:')
    if is_late(value):
        text = outer(value, rows.expose)
        compiler.ctes.fill(name, f"select {', '.join(rows.columns) or '1 as one'} {rows.from_where()}")
        json = Sql(f"(select {text} {rows.behind()})")
    else:
        json = Sql(f"(select {inner(value)} {rows.from_where()})")
    statement = f"{compiler.ctes.render()}select convert_to({inner((start, json, Text('}}')))}, 'UTF8')"
    return Plan(
        sql=statement,
        parameters=compiler.binds.parameters,
        denied=tuple(compiler.denied),
        holes=tuple(compiler.holes),
    )


def with_outcome(variables: Variables, outcome: Outcome) -> Mapping[str, Any]:
    """The variables by which a payload's statement is bound."""
    return {**variables, OUTCOME: outcome}


def _root(compiler: Compiler) -> GraphQLObjectType:
    root = compiler.schema.mutation_type
    assert root is not None
    return root


def _no_arguments(_variables: Variables) -> dict[str, Any]:
    return {}
