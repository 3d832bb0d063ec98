"""The variables of a page's operations that the page may not choose: whom its token is about.

An operation that declares one of them gets it from the token, where the token has a subject of that kind. So
a page's token reads and changes nothing but its own subject, whatever script holds it.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from graphql import OperationDefinitionNode, parse

from app.access.viewer import Viewer
from app.access.widget import WidgetClaim
from app.database.pool import Pool
from app.engine.request import GraphQLRequest
from app.errors import CallerError, ErrorCode
from app.ids import own_urn

EXTERNAL: Final[Mapping[str, str]] = {"candidateExternalId": "candidate", "jobExternalId": "job"}
"""Variables that are the ATS's own ids, and of what."""
OURS: Final[Mapping[str, str]] = {"candidateId": "candidate", "jobId": "job"}
"""Variables that are our ids of the same; what is not there has the id that nothing has."""

_REMEMBERED_MAX: Final = 500
_NOTHING: Final = UUID(int=0)
_ID_OF: Final[Mapping[str, str]] = {
    kind: f"select id from {kind} where company_id = $1 and partner_name = $2 and external_id = $3"
    for kind in ("candidate", "job")
}


class BoundVariables:
    """Sets them. Which of them a document declares is read from it once."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._declared: OrderedDict[str, frozenset[str]] = OrderedDict()

    async def bind(self, request: GraphQLRequest, viewer: Viewer, widget: WidgetClaim) -> GraphQLRequest:
        """The request with the variables as the token has them.

        Raises: CallerError (FORBIDDEN, 403) if the page said another value.
        """
        declared = self._declared_by(request.query)
        bound: dict[str, str] = {}
        for name in declared:
            kind = EXTERNAL.get(name) or OURS[name]
            external_id = widget.candidate if kind == "candidate" else widget.job
            if external_id is None:
                continue
            bound[name] = external_id if name in EXTERNAL else await self._id(viewer, kind, external_id)
        if not bound:
            return request
        said = request.variables or {}
        for name, value in bound.items():
            if said.get(name, value) != value:
                raise CallerError(
                    ErrorCode.FORBIDDEN,
                    f"The page's token is for another subject than the variable ${name} names.",
                    status=403,
                )
        return GraphQLRequest(request.query, request.operation_name, {**said, **bound})

    async def _id(self, viewer: Viewer, kind: str, external_id: str) -> str:
        found: Any = None
        if viewer.company is not None and viewer.partner is not None:
            company_id = viewer.company.company_id
            rows = await self._pool.fetch(company_id, _ID_OF[kind], [company_id, viewer.partner, external_id])
            found = rows[0]["id"] if rows else None
        return own_urn(kind, UUID(int=found.int) if found is not None else _NOTHING)

    def _declared_by(self, document: str) -> frozenset[str]:
        found = self._declared.get(document)
        if found is None:
            found = declared_variables(document) & (EXTERNAL.keys() | OURS.keys())
            self._declared[document] = found
            if len(self._declared) > _REMEMBERED_MAX:
                self._declared.popitem(last=False)
        return found


def declared_variables(document: str) -> frozenset[str]:
    """The names of all variables that a document's operations declare; the document is valid."""
    return frozenset(
        one.variable.name.value
        for operation in parse(document).definitions
        if isinstance(operation, OperationDefinitionNode)
        for one in operation.variable_definitions or ()
    )
