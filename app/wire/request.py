"""A wire request as its handler gets it: who calls, what is asked of which keys, and what was sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeAlias

from app.access.guards import Grants
from app.access.viewer import CompanyFacts
from app.auth.applications import Application
from app.auth.keys import SigningKey
from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.ids import CompanyId
from app.settings import Settings
from app.wire.keys import Key, Protocol
from app.wire.query import Query

BATCH_MAX: Final = 100
"""Records of one call."""

Json: TypeAlias = Any
"""Whatever `json` reads: checked by whoever takes it, since lone surrogates, NUL and any nesting are in
there.
"""


class Method(StrEnum):
    """rest.li's methods, as in `x-restli-method`.

    A handler is written for the batch form; the single form (`PUT /v2/atsCandidates/{key}`) is turned into a
    batch of one, and its answer back.
    """

    GET = "get"
    BATCH_GET = "batch_get"
    GET_ALL = "get_all"
    FINDER = "finder"
    CREATE = "create"
    BATCH_CREATE = "batch_create"
    UPDATE = "update"
    BATCH_UPDATE = "batch_update"
    PARTIAL_UPDATE = "partial_update"
    BATCH_PARTIAL_UPDATE = "batch_partial_update"
    DELETE = "delete"
    BATCH_DELETE = "batch_delete"
    ACTION = "action"

    @property
    def batch(self) -> "Method":
        """The batch form of a method on one record; of any other, itself."""
        return _BATCH_OF.get(self, self)

    @property
    def writes(self) -> bool:
        return self not in (Method.GET, Method.BATCH_GET, Method.GET_ALL, Method.FINDER)


_BATCH_OF: Final = {
    Method.GET: Method.BATCH_GET,
    Method.CREATE: Method.BATCH_CREATE,
    Method.UPDATE: Method.BATCH_UPDATE,
    Method.PARTIAL_UPDATE: Method.BATCH_PARTIAL_UPDATE,
    Method.DELETE: Method.BATCH_DELETE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCall:
    """What came over HTTP. `path` and `query` are as they came, still encoded; header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """One call, read and authorized as far as its resource says; a handler gets nothing else.

    `entities` are what a batch update, partial update or create carries, in order: of an update the key and
    the object for it; of a create the key is None. A key whose text PostgreSQL could not hold, or that has no
    object, was refused by the front already and is in neither `keys` nor `entities`. `parent` is the key in
    the path of a resource below another (`/v2/atsCandidates/{key}/notes`). `query` is for finders.
    """

    resource: str
    method: Method
    protocol: Protocol
    grants: Grants
    application: Application | None
    pool: Pool
    settings: Settings
    signing_key: SigningKey | None = None
    query: Query
    finder: str | None = None
    parent: Key | None = None
    keys: Sequence[Key] = ()
    entities: Sequence[tuple[Key | None, Json]] = ()
    body: Json = None
    notes: dict[str, Any] = field(default_factory=dict)
    """What the handler tells telemetry: numbers and names of kinds, nothing of anybody."""

    @property
    def company(self) -> CompanyFacts:
        """The company that the caller acts for.

        Raises: CallerError (FORBIDDEN, 403) for an application that is tied to none, a partner's own for one.
        """
        company = self.grants.viewer.company
        if company is None:
            raise CallerError(
                ErrorCode.FORBIDDEN,
                "This application acts for no company: use the credentials of the customer's own.",
                status=403,
            )
        return company

    @property
    def company_id(self) -> CompanyId:
        return self.company.company_id

    @property
    def partner(self) -> str:
        """The partner that the caller belongs to. Raises: CallerError (FORBIDDEN) for one of none."""
        partner = self.grants.viewer.partner
        if partner is None:
            raise CallerError(ErrorCode.FORBIDDEN, "This token belongs to no ATS partner.", status=403)
        return partner

    @property
    def actor(self) -> str:
        """Who calls, for the audit trail."""
        return self.grants.viewer.subject

    def patch_of(self, entity: Json) -> Mapping[str, Any]:
        """The fields that a partial update sets: `{"patch": {"$set": {…}}}`; with `$delete` those are null.

        Raises: CallerError (BAD_USER_INPUT) saying what the object must be.
        """
        patch = entity.get("patch", entity) if isinstance(entity, dict) else None
        given = patch.get("$set", {}) if isinstance(patch, dict) else None
        removed = patch.get("$delete", []) if isinstance(patch, dict) else None
        if (
            not isinstance(given, dict)
            or not isinstance(removed, list)
            or not all(isinstance(name, str) for name in removed)
            or not (given or removed)
        ):
            raise CallerError(
                ErrorCode.BAD_USER_INPUT, 'A partial update is {"patch": {"$set": {field: value}}}.'
            )
        return {**dict.fromkeys(removed), **given}
