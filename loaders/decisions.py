"""Decisions on features as data: of the viewer, and of another seat for whoever may ask that."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from app.access.decide import Decision
from app.access.features import MATRIX, Feature, Role, SeatState
from app.access.guards import Grants, grants_of
from app.access.viewer import CompanyFacts, SeatFacts, Viewer, effective_roles
from app.ids import ContractId, SeatId, uuid7
from loaders.context import RequestContext

AUDIT_ACTION: Final = "access.read"

_FIND_SEAT: Final = """
select id, urn, contract_id, state, is_admin
from seat
where company_id = $1 and urn = $2
"""
_WRITE_DOWN: Final = """
insert into audit_entry (company_id, id, at, actor, action, subject)
values ($1, $2, $3, $4, $5, $6)
"""


async def decisions(
    inputs: Sequence[Sequence[Any]],
    arguments: Mapping[str, Any],  # noqa: ARG001
    context: RequestContext,
) -> list[list[dict[str, Any]]]:
    """All eight of the viewer, in the order of the enum."""
    return [_all_of(context.grants)] * len(inputs)


async def decision_on(
    inputs: Sequence[Sequence[Any]], arguments: Mapping[str, Any], context: RequestContext
) -> list[dict[str, Any]]:
    """The viewer's on the feature that is asked for."""
    decision = context.grants.decisions[Feature(arguments["feature"])]
    return [_as_data(decision)] * len(inputs)


async def feature_chart(
    inputs: Sequence[Sequence[Any]],
    arguments: Mapping[str, Any],  # noqa: ARG001
    context: RequestContext,  # noqa: ARG001
) -> list[list[dict[str, Any]]]:
    """The matrix, in the order of the enum; the same for everybody."""
    chart = [
        {
            "feature": feature.value,
            "contractAccess": MATRIX[feature].contract,
            "companyWideAccess": MATRIX[feature].company_wide,
            "companyWideSetting": MATRIX[feature].company_wide_setting,
            "needsSeat": MATRIX[feature].needs_seat,
            "needsPartnerSupport": MATRIX[feature].needs_partner_support,
        }
        for feature in Feature
    ]
    return [chart] * len(inputs)


async def decisions_of_seat(
    inputs: Sequence[Sequence[Any]], arguments: Mapping[str, Any], context: RequestContext
) -> list[list[dict[str, Any]] | None]:
    """All eight of a seat of the viewer's company; None for any other id.

    Who asked about which seat is written to the audit trail before anything is answered.
    """
    company, urn = context.viewer.company, arguments["seat"]
    seat = await _find_seat(context, company, urn) if company else None
    if company is None or seat is None:
        return [None] * len(inputs)
    holder = Viewer(
        subject=seat.urn,
        roles=effective_roles(frozenset({Role.RECRUITER}), seat),
        company=company,
        seat=seat,
        partner=None,
        client=None,
    )
    return [_all_of(grants_of(holder))] * len(inputs)


async def _find_seat(context: RequestContext, company: CompanyFacts, urn: str) -> SeatFacts | None:
    async with context.pool.transaction(company.company_id) as connection:
        row = await connection.fetchrow(_FIND_SEAT, company.company_id, urn)
        if row is None:
            return None
        at = datetime.now(UTC)
        await connection.execute(
            _WRITE_DOWN, company.company_id, uuid7(), at, context.viewer.subject, AUDIT_ACTION, row["urn"]
        )
    return SeatFacts(
        id=SeatId(row["id"]),
        urn=row["urn"],
        contract_id=ContractId(row["contract_id"]),
        state=SeatState(row["state"]),
        is_admin=row["is_admin"],
    )


def _all_of(grants: Grants) -> list[dict[str, Any]]:
    return [_as_data(grants.decisions[feature]) for feature in Feature]


def _as_data(decision: Decision) -> dict[str, Any]:
    return {
        "feature": decision.feature.value,
        "granted": decision.granted,
        "through": decision.through.value if decision.through else None,
        "reason": decision.reason.value if decision.reason else None,
        "howToFix": decision.how_to_fix,
    }
