"""From an authorized HTTP request to a rest.li answer: reads it, finds its resource, checks it, has it
handled.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

from app.access.features import DenialReason, Role
from app.access.guards import Denial, RoleGuard
from app.auth.authenticate import Caller
from app.auth.keys import SigningKey
from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.refused import WriteRefused
from app.settings import Settings
from app.wire.answers import Answer, BatchAnswer, as_refused, response_of
from app.wire.codes import WireRefused
from app.wire.contexts import check_key
from app.wire.entities import Read, read_entities
from app.wire.json_body import read_json
from app.wire.keys import Key, Protocol
from app.wire.query import Query
from app.wire.registry import Handler, Resource
from app.wire.repeats import answer_repeatably
from app.wire.request import BATCH_MAX, HttpCall, Json, Method, WireRequest
from app.wire.routes import RESOURCES
from app.wire.tunnel import untunnelled
from app.wire.tying import tie
from app.wire.usage import count_use

LookAgain: TypeAlias = Callable[[], Awaitable[Caller]]

ROOT: Final = "/v2/"
_PARTNERS_ONLY: Final = RoleGuard(frozenset({Role.PARTNER}))
_BY_PATH: Final[Mapping[tuple[str, ...], Resource]] = {
    tuple(resource.path.split("/")): resource for resource in RESOURCES
}
_HTTP_OF: Final[Mapping[Method, frozenset[str]]] = {
    Method.GET: frozenset({"GET"}),
    Method.BATCH_GET: frozenset({"GET"}),
    Method.GET_ALL: frozenset({"GET"}),
    Method.FINDER: frozenset({"GET"}),
    Method.CREATE: frozenset({"POST"}),
    Method.BATCH_CREATE: frozenset({"POST"}),
    Method.UPDATE: frozenset({"PUT"}),
    Method.BATCH_UPDATE: frozenset({"PUT", "POST"}),
    Method.PARTIAL_UPDATE: frozenset({"POST", "PATCH"}),
    Method.BATCH_PARTIAL_UPDATE: frozenset({"POST", "PATCH", "PUT"}),
    Method.DELETE: frozenset({"DELETE"}),
    Method.ACTION: frozenset({"POST"}),
    Method.BATCH_DELETE: frozenset({"DELETE"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WireFront:
    """Answers calls of /v2/…; one for all requests of a worker."""

    pool: Pool
    settings: Settings
    signing_key: SigningKey | None = None

    async def answer(
        self, call: HttpCall, caller: Caller, told: dict[str, Any], look_again: LookAgain
    ) -> Answer:
        """The response. `told` gets the names of resource and method as soon as they are known, for
        telemetry.

        Raises: WireRefused, CallerError.
        """
        call = untunnelled(call)
        names, keys_in_path = _split(call.path)
        resource = _BY_PATH.get(names)
        if resource is None or keys_in_path.keys() - set(range(len(names))):
            raise WireRefused("NOT_FOUND", "There is no such resource.")
        told["resource"] = resource.path
        query = Query(call.query)
        method = _method(call, query, has_key=len(names) - 1 in keys_in_path)
        told["method"] = method.value
        handler, finder = _handler(resource, method, query)
        self._admit(resource, caller)
        keys = _keys(resource, query, keys_in_path.get(len(names) - 1))
        if resource.ties and method.writes and _is_untied(caller):
            assert caller.application is not None
            await tie(self.pool, caller.application, keys)
            caller = await look_again()
        request = self._request(call, caller, resource, method, query, keys, told)
        if resource.parent is not None:
            parent = resource.parent.read(keys_in_path[0], "the key in the path")
            check_key(request, parent, may_be_contract=resource.contract_context)
            request = replace(request, parent=parent)
        read = read_entities(request, resource)
        _check_size(read)
        request, refused = _checked(replace(request, finder=finder), resource, read)
        told["records"] = len(request.keys) or len(request.entities)
        await count_use(request)

        async def handle(request: WireRequest) -> Answer:
            return response_of(request, await _handled(handler, request, refused))

        key = call.headers.get("idempotency-key")
        if key is None or not method.writes:
            return await handle(request)
        return await answer_repeatably(request, call, key, handle)

    def _admit(self, resource: Resource, caller: Caller) -> None:
        grants = caller.grants
        _refuse(grants.check(_PARTNERS_ONLY))
        if resource.for_partner:
            if caller.application is None or caller.application.parent_id is not None:
                raise CallerError(
                    ErrorCode.FORBIDDEN, "This is for the partner's own application.", status=403
                )
        elif grants.viewer.company is not None and not resource.while_disabled:
            _refuse(grants.check_integration(), reason=DenialReason.INTEGRATION_DISABLED.value)

    def _request(
        self,
        call: HttpCall,
        caller: Caller,
        resource: Resource,
        method: Method,
        query: Query,
        keys: Sequence[Key],
        told: dict[str, Any],
    ) -> WireRequest:
        said = call.headers.get("x-restli-protocol-version")
        if said not in (None, Protocol.V1.value, Protocol.V2.value):
            raise WireRefused("BAD_REQUEST", "X-RestLi-Protocol-Version must be 1.0.0 or 2.0.0.")
        body = read_json(call.body) if call.body else None
        return WireRequest(
            resource=resource.path,
            method=method,
            protocol=Protocol.V2 if said == Protocol.V2.value else Protocol.V1,
            grants=caller.grants,
            application=caller.application,
            pool=self.pool,
            settings=self.settings,
            signing_key=self.signing_key,
            query=query,
            keys=keys,
            body=body,
            notes=told,
        )


async def _handled(handler: Handler, request: WireRequest, refused: Mapping[Key, WireRefused]) -> Any:
    """Have it handled, unless nothing is left to be; a single record's refusal is the call's."""
    try:
        if refused and not request.keys:
            batch: Any = BatchAnswer()
        else:
            batch = await handler(request)
    except WriteRefused as refusal:
        raise as_refused(refusal) from None
    if isinstance(batch, BatchAnswer):
        for key, why in refused.items():
            batch.refuse(key, why)
    return batch


def _keys(resource: Resource, query: Query, in_path: str | None) -> Sequence[Key]:
    if in_path is None:
        return query.keys(resource.key)
    return [resource.key.read(in_path, "the key in the path")]


def _is_untied(caller: Caller) -> bool:
    application = caller.application
    return (
        application is not None and application.parent_id is not None and caller.grants.viewer.company is None
    )


def _split(path: str) -> tuple[tuple[str, ...], dict[int, str]]:
    """The resource's names, and the encoded keys by the number of the name that they stand behind."""
    segments = path.removeprefix(ROOT).rstrip("/").split("/")
    names = tuple(unquote(segment) for segment in segments[0::2])
    return names, dict(enumerate(segments[1::2]))


def _method(call: HttpCall, query: Query, *, has_key: bool) -> Method:
    """What is asked for, by the header or by the rules for those who leave it out."""
    said = call.headers.get("x-restli-method", "").strip().lower()
    if said:
        try:
            method = Method(said)
        except ValueError:
            raise WireRefused("BAD_REQUEST", "x-restli-method names no method of rest.li.") from None
        if call.method not in _HTTP_OF[method]:
            wanted = " or ".join(sorted(_HTTP_OF[method]))
            raise WireRefused("BAD_REQUEST", f"x-restli-method {said} is sent by {wanted}.")
        if method.batch is not method and method is not Method.CREATE and not has_key:
            method = method.batch  # Some libraries say `update` for a batch of one.
        return method
    has_ids = any(query.has(name) for name in ("ids", "ids[0]")) or bool(query.protocol)
    if call.method == "GET":
        if query.has("q"):
            return Method.FINDER
        return Method.GET if has_key else Method.BATCH_GET if has_ids else Method.GET_ALL
    if call.method == "PUT":
        return Method.UPDATE if has_key and not has_ids else Method.BATCH_UPDATE
    if call.method == "DELETE":
        return Method.DELETE if has_key and not has_ids else Method.BATCH_DELETE
    if call.method in ("POST", "PATCH"):
        if query.has("action"):
            return Method.ACTION
        if has_ids:
            return Method.BATCH_PARTIAL_UPDATE
        if has_key:
            return Method.PARTIAL_UPDATE
        return Method.CREATE
    raise WireRefused(
        "METHOD_NOT_ALLOWED", "The wire API has GET, POST, PUT and DELETE.", headers={"Allow": _ALLOWED}
    )


_ALLOWED: Final = "GET, POST, PUT, DELETE"


def _handler(resource: Resource, method: Method, query: Query) -> tuple[Handler, str | None]:
    if method is Method.FINDER:
        name = query.required("q")
        finder = resource.finders.get(name)
        if finder is not None:
            return finder, name
        known = ", ".join(sorted(resource.finders)) or "none"
        raise WireRefused("METHOD_NOT_ALLOWED", f"{resource.path} has no such finder; it has {known}.")
    if method is Method.ACTION:
        action = resource.actions.get(query.required("action"))
        if action is None:
            raise WireRefused("METHOD_NOT_ALLOWED", f"{resource.path} has no such action.")
        return action, None
    handler = resource.methods.get(method.batch) or resource.methods.get(method)
    if handler is None:
        known = ", ".join(sorted(resource.methods)) or "finders only"
        raise WireRefused("METHOD_NOT_ALLOWED", f"{resource.path} has no {method.value}; it has {known}.")
    return handler, None


def _check_size(read: Read) -> None:
    most = max(len(read.keys), len(read.entities))
    if most > BATCH_MAX:
        raise WireRefused("BATCH_LIMIT", f"A call has at most {BATCH_MAX} records, and this one more.")


def _checked(
    request: WireRequest, resource: Resource, read: Read
) -> tuple[WireRequest, dict[Key, WireRefused]]:
    """The request without the keys that are refused, and those."""
    refused = dict(read.refused)
    for key in read.keys:
        try:
            check_key(request, key, may_be_contract=resource.contract_context)
        except WireRefused as refusal:
            refused[key] = refusal
    keys: Sequence[Key] = [key for key in read.keys if key not in refused]
    entities: Sequence[tuple[Key | None, Json]] = [
        (key, entity) for key, entity in read.entities if key is None or key not in refused
    ]
    return replace(request, keys=keys, entities=entities), refused


def _refuse(denial: Denial | None, **more: str) -> None:
    if denial is not None:
        raise CallerError(denial.code, denial.message, status=403, extensions={**denial.extensions, **more})
