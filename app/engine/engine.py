"""The engine's door: an operation comes in, the response's bytes go out.

A request whose operation, grants and shape of variables were seen before costs a few look-ups, one bind
and one statement. Everything else is made once and kept, bounded.
"""

from collections.abc import Awaitable, Hashable, Mapping
from functools import partial
from typing import Any, Final, Protocol, TypeVar
from weakref import ref

import orjson
from graphql import GraphQLSchema

from app.engine.binds import check_text, remember
from app.engine.border import MARK, cross
from app.engine.commands import CommandPlan, command_fields, compile_command, with_outcome
from app.engine.compiler import Access
from app.engine.connections import OperationCompiler
from app.engine.cost import DocumentLimits
from app.engine.documents import Document, Documents, Operation
from app.engine.explanation import Explanation
from app.engine.finish import Unanswered, error_entry, finish, unanswered
from app.engine.introspection import introspected
from app.engine.json_sql import MISSING
from app.engine.mapping import Catalogue, Outcome
from app.engine.plan import GuardHole, Plan, StaleHole
from app.engine.plans import Kept, Plans
from app.engine.request import GraphQLRequest
from app.engine.roots import compile_operation
from app.errors import CallerError, ErrorCode, Fault

_NULL: Final = "A value is null in the database that the schema calls non-null."

_NO_VARIABLES: Final[Mapping[str, Any]] = {}

C = TypeVar("C", bound=Access, contravariant=True)
P = TypeVar("P", bound=Kept)


class Fetch(Protocol[C]):
    """Runs a statement for the request and answers its one value."""

    def __call__(self, context: C, sql: str, arguments: list[Any]) -> Awaitable[bytes | None]: ...


class _Known:
    """An operation that this viewer has run, whose plan and cost hold whatever text its variables are.

    `plan` is None once it is not kept any more: thousands of viewers remember it, and it is bounded once.
    """

    __slots__ = ("_names", "plan")

    def __init__(self, names: tuple[str, ...], plan: Plan) -> None:
        self._names = names
        self.plan = ref(plan)

    def texts_of(self, given: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """The variables, if all are given and text; None if they must be looked at by the rules."""
        if given is None:
            given = _NO_VARIABLES
        for name in self._names:
            if type(given.get(name)) is not str:
                return None
        return given


class Engine:
    """Executes queries over one schema and its catalogue."""

    def __init__(
        self,
        schema: GraphQLSchema,
        catalogue: Catalogue,
        fetch: Fetch[Any],
        limits: DocumentLimits,
        *,
        documents: int = 1_000,
        plans: int = 2_000,
    ) -> None:
        self.schema = schema
        self.catalogue = catalogue
        self._fetch = fetch
        self.plans = Plans(size=plans)
        self.documents = Documents(schema, catalogue, limits, size=documents, on_gone=self.plans.forget)
        self.remembered_runs = 0
        """Operations whose plan was remembered with the viewer's grants."""
        self.kept_runs = 0
        """Operations whose plan was among those that are kept."""
        self.compiled_runs = 0
        """Operations whose plan had to be made."""
        self.remote_answers = 0
        """Answers of which a part belongs to a source outside of the database."""

    async def execute(
        self, request: GraphQLRequest, context: Access, *, introspection: bool = False
    ) -> bytes:
        """Run the operation; the answer is a whole response, `{"data":…}` or `{"errors":…,"data":…}`.

        `introspection` says whether this viewer may read the schema.
        Raises: RequestRefused or CallerError if it never ran; CallerError if the database cannot be had.
        """
        read = self.documents.known(request.query)
        if read is not None:
            known: _Known | None = context.memory.get((read.number, request.operation_name))
            if (
                known is not None
                and (kept := known.plan()) is not None
                and (texts := known.texts_of(request.variables)) is not None
            ):
                self.remembered_runs += 1
                if kept.holes or kept.denied:
                    return await self._run(kept, texts, context)
                body = await self._fetch(context, kept.sql, kept.parameters.values(texts, context))
                return _whole(body)
        document, operation, variables = self._read(request)
        if not operation.is_query:
            return await self._run_commands(document, operation, variables, context)
        plan = self._plan(document, operation, variables, context)
        if operation.texts is not None and not plan.tells_schema:
            known = _Known(operation.texts, plan)
            if known.texts_of(request.variables) is not None:
                remember(context.memory, (document.number, request.operation_name), known)
        if plan.tells_schema and not introspection:
            message = "The schema may be read by staff only; ask for the SDL, or use a staff token."
            raise CallerError(ErrorCode.INTROSPECTION_DISABLED, message)
        if plan.introspects:
            answer = orjson.loads(await self._run(plan, variables, context))
            return self._with_introspection(operation, request.variables or {}, answer)
        return await self._run(plan, variables, context)

    def explain(self, request: GraphQLRequest, context: Access) -> Explanation:
        """What `execute` would do, without doing it. Raises what `execute` raises before it runs."""
        document, operation, variables = self._read(request)
        if not operation.is_query:
            raise CallerError(ErrorCode.BAD_REQUEST, "Only a query can be explained without running it.")
        plan = self._plan(document, operation, variables, context)
        refused = [(one.place.path, one.guard) for one in plan.denied]
        by_row = []
        for hole in plan.holes:
            if isinstance(hole, GuardHole):
                nowhere = [guard for guard in hole.guards if context.check(guard) is not None]
                refused += [(hole.place.path, guard) for guard in nowhere]
                if not nowhere:
                    granted = set.intersection(*(set(context.granted_on(guard)) for guard in hole.guards))
                    by_row.append((".".join(hole.place.path), len(granted)))
        return Explanation(
            sql=plan.sql,
            arguments=plan.parameters.values(variables, context),
            denied=[_denial(".".join(path), context.check(guard)) for path, guard in refused],
            decided_by_row=by_row,
            holes=[
                ".".join(hole.place.path)
                for hole in plan.holes
                if not isinstance(hole, StaleHole | GuardHole)
            ],
        )

    def check_document(self, text: str) -> list[str | None]:
        """The names of the document's operations, in its order; None for one without a name.

        Raises: RequestRefused or CallerError if no request could run it, whatever its variables.
        """
        document = self.documents.get(text)
        for name in document.operations:
            document.cost.check({}, name)
        return list(document.operations)

    def is_query(self, request: GraphQLRequest) -> bool:
        """Whether the operation is a query: what a GET may run. Raises what `execute` raises."""
        return self.documents.get(request.query).operation(request.operation_name).is_query

    def _read(self, request: GraphQLRequest) -> tuple[Document, Operation, Mapping[str, Any]]:
        document = self.documents.get(request.query)
        given = request.variables or {}
        document.cost.check(given, request.operation_name)
        operation = document.operation(request.operation_name)
        return document, operation, operation.coerce(given)

    def _plan(
        self, document: Document, operation: Operation, variables: Mapping[str, Any], context: Access
    ) -> Plan:
        key = (operation, context.key, operation.shape(variables))
        kept = self.plans.get(key)
        if isinstance(kept, Plan):
            self.kept_runs += 1
            return kept
        compiler = self._compiler(document, variables, context)
        return self._keep(document, key, compile_operation(compiler, operation.node))

    def _compiler(
        self, document: Document, variables: Mapping[str, Any], context: Access
    ) -> OperationCompiler:
        return OperationCompiler(self.schema, self.catalogue, document.fragments, context, variables)

    def _keep(self, document: Document, key: Hashable, plan: P) -> P:
        self.plans.keep(document, key, plan)
        self.compiled_runs += 1
        return plan

    async def _run_commands(
        self, document: Document, operation: Operation, variables: Mapping[str, Any], context: Access
    ) -> bytes:
        """Run a mutation's fields one after the other; what one could not do keeps no other from running."""
        data: dict[str, Any] = {}
        errors: list[dict[str, Any]] = []
        for command in self._commands(document, operation, variables, context):
            answer = await self._run_command(command, variables, context)
            data.update(answer["data"])
            errors += answer.get("errors", ())
        return orjson.dumps({"errors": errors, "data": data} if errors else {"data": data})

    def _commands(
        self, document: Document, operation: Operation, variables: Mapping[str, Any], context: Access
    ) -> tuple[CommandPlan, ...]:
        key = (operation, context.key, operation.shape(variables))
        kept = self.plans.get(key)
        if isinstance(kept, tuple):
            self.kept_runs += 1
            return kept
        fields = command_fields(self._compiler(document, variables, context), operation.node)
        made = [
            compile_command(self._compiler(document, variables, context), key, nodes)
            for key, nodes in fields.items()
        ]
        return self._keep(document, key, tuple(made))

    async def _run_command(
        self, command: CommandPlan, variables: Mapping[str, Any], context: Access
    ) -> dict[str, Any]:
        outcome = Outcome()
        try:
            if command.denied is not None:
                raise unanswered(context.check(command.denied.guard))
            if command.run is not None:
                arguments = command.arguments(variables)
                check_text(arguments, [command.key])
                outcome = await command.run(context, arguments)
        except (CallerError, Unanswered) as error:
            refusal = error if isinstance(error, Unanswered) else Unanswered.of(error)
            return {
                "errors": [error_entry(refusal, command.locations, [command.key])],
                "data": {command.key: None},
            }
        assert command.plan is not None
        body = await self._run(command.plan, with_outcome(variables, outcome), context)
        answer: dict[str, Any] = orjson.loads(body)
        return answer

    async def _run(self, plan: Plan, variables: Mapping[str, Any], context: Access) -> bytes:
        arguments = plan.parameters.values(variables, context)
        body = _whole(await self._fetch(context, plan.sql, arguments))
        if not plan.holes and not plan.denied:
            return body
        self.remote_answers += plan.crosses
        if not plan.crosses or MARK not in body:
            return await finish(plan, body, variables, context)
        body, faults = await cross(plan, body, context, partial(self._answer, plan, arguments, context))
        return await finish(plan, body, variables, context, faults)

    async def _answer(self, plan: Plan, arguments: list[Any], context: Access) -> bytes:
        return _whole(await self._fetch(context, plan.sql, arguments))

    def _with_introspection(
        self, operation: Operation, given: Mapping[str, Any], answer: dict[str, Any]
    ) -> bytes:
        """The answer, with what graphql-core says to `__schema` and `__type`; it coerces `given` itself."""
        told = introspected(self.schema, operation, given)
        if answer["data"] is not None:
            answer["data"].update(told)
        return orjson.dumps(answer)


def _denial(path: str, refusal: Any) -> dict[str, Any]:
    return {"path": path, "code": refusal.code.value, "message": refusal.message, **refusal.extensions}


def _whole(body: bytes | None) -> bytes:
    """The body, in which nothing is missing that may not be null."""
    if body is None or MISSING in body:
        raise Fault(_NULL)
    return body
