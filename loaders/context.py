"""What one request knows: who asks, what is granted, and by which values SQL says it."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Final
from uuid import UUID

from app.access.features import Feature, Role
from app.access.guards import Denial, Grants, Guard
from app.access.viewer import Viewer
from app.auth.keys import SigningKey
from app.database.pool import Pool
from app.database.replica import Reads
from app.documents.register import CheckDocument
from app.engine.mapping import ContextValue
from app.ids import ContractId
from loaders.access import READS_ATS_RECORDS, READS_EXPORTS, READS_NOTIFICATIONS

_WHOLE_COMPANY: Final = frozenset({Role.ATS_USER, Role.ATS_ADMIN, Role.PARTNER, Role.SUPPORT, Role.STAFF})


class RequestContext:
    """One request's viewer, grants and pool. Nothing is decided before it is asked for."""

    __slots__ = ("__weakref__", "_granted_on", "check_document", "grants", "pool", "reads", "signing_key")

    def __init__(
        self,
        grants: Grants,
        pool: Pool,
        check_document: CheckDocument | None = None,
        signing_key: SigningKey | None = None,
        reads: Reads | None = None,
    ) -> None:
        self.grants = grants
        self.pool = pool
        self.reads = pool if reads is None else reads
        """Where compiled statements read: `pool`, or a replica that has what the company wrote."""
        self.check_document = check_document
        """Reads a document as the engine would, for registerOperations; see `Engine.check_document`."""
        self.signing_key = signing_key
        """The service's own key, for what it signs (receipts, tokens); None where it has none."""
        self._granted_on: dict[Guard, list[UUID]] | None = None

    @property
    def viewer(self) -> Viewer:
        """Who asks."""
        return self.grants.viewer

    @property
    def company_id(self) -> UUID | None:
        """The tenant; None sees no tenant's row at all."""
        company = self.grants.viewer.company
        return company.company_id if company else None

    @property
    def memory(self) -> dict[Any, Any]:
        """Lives as long as these grants, over many requests."""
        return self.grants.memory

    @property
    def key(self) -> Hashable:
        """What a plan may depend on."""
        return self.grants.key

    def check(self, guard: Guard) -> Denial | None:
        """None if the guard lets this viewer pass, else what to tell."""
        return self.grants.check(guard)

    def check_on(self, guard: Guard, contract_id: UUID) -> Denial | None:
        """The same, decided on one contract of the company."""
        return self.grants.check_on_contract(guard, ContractId(contract_id))

    def granted_on(self, guard: Guard) -> list[UUID]:
        """The contracts of the company on which the guard lets this viewer pass."""
        if self._granted_on is None:
            self._granted_on = {}
        found = self._granted_on.get(guard)
        if found is None:
            found = [
                contract.id
                for contract in self.viewer.contracts
                if self.grants.check_on_contract(guard, contract.id) is None
            ]
            self._granted_on[guard] = found
        return found

    def holds(self, *roles: Role) -> bool:
        """Whether the viewer holds one of these roles."""
        return not self.grants.roles.isdisjoint(roles)

    @property
    def for_whole_company(self) -> bool:
        """Acts for the company as a whole: without a seat, for the ATS or for LinkedIn."""
        return self.viewer.seat is None and not self.grants.roles.isdisjoint(_WHOLE_COMPANY)


def _value(sql_type: str, read: Callable[[RequestContext], Any]) -> ContextValue:
    return ContextValue(type=sql_type, read=read)


def _contracts(feature: Feature) -> ContextValue:
    """The contracts whose rows the viewer may read through a feature; whoever has a seat, its own at most."""
    return ContextValue(
        type="uuid[]",
        read=lambda context: list(context.grants.contracts(feature)),
        has_one=lambda context: context.viewer.seat is not None,
    )


def _seat(read: Callable[[Any], UUID]) -> ContextValue:
    return _value("uuid", lambda context: read(context.viewer.seat) if context.viewer.seat else None)


def _member_urn(context: RequestContext) -> str | None:
    """The person on the viewer's seat."""
    return context.viewer.seat.member_urn if context.viewer.seat else None


def _partner_name(context: RequestContext) -> str | None:
    return context.viewer.integration.partner_name if context.viewer.integration else None


CONTEXT: Final[Mapping[str, ContextValue]] = {
    "company": _value("uuid", lambda context: context.company_id),
    "seat_id": _seat(lambda seat: seat.id),
    "contract_id": _seat(lambda seat: seat.contract_id),
    "member_urn": _value("text", _member_urn),
    "sight_of_applications": _value("text", lambda context: context.grants.sights.applications.value),
    "partner_name": _value("text", _partner_name),
    "own_partner": _value("text", lambda context: context.viewer.partner),
    "subject": _value("text", lambda context: context.viewer.subject),
    "roles": _value("text[]", lambda context: [role.value for role in Role if role in context.grants.roles]),
    "inmail_contracts": _contracts(Feature.INMAIL_HISTORY),
    "note_contracts": _contracts(Feature.NOTES_HISTORY),
    "stub_contracts": _contracts(Feature.INMAIL_STUB_PROFILE),
    # The history API is there for the partner's backend; everybody else reads the text of their own only.
    "reads_inmail_text": _value("boolean", lambda context: context.holds(Role.PARTNER)),
    "acts_for_ats": _value("boolean", lambda context: context.viewer.acts_for_ats),
    "for_whole_company": _value("boolean", lambda context: context.for_whole_company),
    "lists_all_contracts": _value(
        "boolean", lambda context: context.for_whole_company or context.holds(Role.RECRUITER_ADMIN)
    ),
    "reads_ats_records": _value("boolean", lambda context: context.check(READS_ATS_RECORDS.guard) is None),
    "reads_record_results": _value(
        "boolean",
        lambda context: (
            context.holds(Role.RECRUITER_ADMIN, Role.SUPPORT, Role.STAFF)
            or context.check(READS_ATS_RECORDS.guard) is None
        ),
    ),
    "reads_notifications": _value(
        "boolean", lambda context: context.check(READS_NOTIFICATIONS.guard) is None
    ),
    "reads_exports": _value("boolean", lambda context: context.check(READS_EXPORTS.guard) is None),
}
"""Every value that SQL may name as `{name}`, with its SQL type; read once for each statement that uses it."""
