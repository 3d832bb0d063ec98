"""atsEntityAcls and atsEntityAclAssignees: which recruiters see a job or an application.

An entry is nothing but its key: to put one is to say that it is so. What follows from it is in
`app.sync.acls`.
"""

from dataclasses import fields
from typing import Final

from app.database.pool import Pool
from app.ids import CompanyId
from app.sync.acls import AclAssignee, AclResult, EntityAcl, delete_acls, find_acls, put_acls, read_acls
from app.sync.records import RecordOutcome
from app.wire.answers import BatchAnswer, Handled, PageAnswer
from app.wire.codes import WireRefused
from app.wire.contexts import check_context
from app.wire.keys import CONTEXT, KeyForm
from app.wire.registry import Handler, Resource
from app.wire.request import Method, WireRequest

PAGE_MAX: Final = 1_000


def _whose(request: WireRequest) -> tuple[Pool, CompanyId, str]:
    return request.pool, request.company_id, request.partner


def _resource(path: str, kind: type[EntityAcl] | type[AclAssignee]) -> Resource:
    names = kind.wire_names

    async def put(request: WireRequest) -> Handled:
        return _answer(request, await put_acls(*_whose(request), _entries(request, kind)))

    async def delete(request: WireRequest) -> Handled:
        return _answer(request, await delete_acls(*_whose(request), _entries(request, kind)))

    async def get(request: WireRequest) -> Handled:
        batch = BatchAnswer()
        there = await read_acls(*_whose(request), _entries(request, kind))
        for key, is_there in zip(request.keys, there, strict=True):
            if is_there:
                batch.found(key, dict(key.parts))
        return batch

    async def find(request: WireRequest) -> Handled:
        query = request.query
        context = query.text(CONTEXT)
        if context is not None:
            check_context(request, context)
        start = query.integer("start", 0)
        count = query.integer("count", 100, low=1, high=PAGE_MAX)
        like = dict(zip(_fields(kind), (query.text(name) for name in names), strict=True))
        page = await find_acls(
            request.pool, request.company_id, request.partner, kind, start=start, count=count, **like
        )
        elements = [
            {
                "dataProvider": "ATS",
                CONTEXT: request.company.company_urn,
                **dict(zip(names, (getattr(entry, field) for field in _fields(kind)), strict=True)),
            }
            for entry in page.entries
        ]
        return PageAnswer(elements=elements, start=start, count=count, total=page.total)

    methods: dict[Method, Handler] = {
        Method.BATCH_UPDATE: put,
        Method.BATCH_GET: get,
        Method.BATCH_DELETE: delete,
    }
    form = KeyForm(frozenset({*names, "dataProvider", CONTEXT}))
    return Resource(path=path, key=form, methods=methods, finders={"criteria": find})


def _fields(kind: type[EntityAcl] | type[AclAssignee]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _entries(
    request: WireRequest, kind: type[EntityAcl] | type[AclAssignee]
) -> list[EntityAcl] | list[AclAssignee]:
    fields = _fields(kind)
    return [  # type: ignore[return-value]
        kind(**dict(zip(fields, (key[name] for name in kind.wire_names), strict=True)))
        for key in request.keys
    ]


def _answer(request: WireRequest, results: list[AclResult]) -> BatchAnswer:
    batch = BatchAnswer()
    for key, result in zip(request.keys, results, strict=True):
        if result.outcome is RecordOutcome.REFUSED:
            batch.refuse(key, _refusal(result))
        elif result.outcome is RecordOutcome.WAITING:
            batch.done(key, outcome=result.outcome.value, message=result.message)
        else:
            batch.done(key)
    request.notes["changes_facts"] = True
    return batch


def _refusal(result: AclResult) -> WireRefused:
    more = {"path": list(result.path)} if result.path else None
    return WireRefused("BAD_USER_INPUT", result.message or "This entry cannot be taken.", more=more)


RESOURCES: Final = (
    _resource("atsEntityAcls", EntityAcl),
    _resource("atsEntityAclAssignees", AclAssignee),
)
