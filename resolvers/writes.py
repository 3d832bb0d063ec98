"""What the runners of mutations share: what must hold before a write, and how a refused one is told."""

from typing import Any
from uuid import UUID

from app.access.guards import Denial
from app.access.viewer import CompanyFacts, IntegrationFacts
from app.engine.mapping import Outcome
from app.errors import CallerError
from app.ids import SeatId, split_own
from app.refused import WriteRefused, not_found
from loaders.context import RequestContext
from resolvers.user_error import user_error


def enabled(context: RequestContext) -> tuple[CompanyFacts, IntegrationFacts]:
    """The viewer's company and its integration, which is enabled.

    Raises: CallerError (INTEGRATION_DISABLED), so that whoever calls for the ATS stops calling.
    """
    denial = context.grants.check_integration()
    if denial is not None:
        raise _denied(denial)
    company, integration = context.viewer.company, context.viewer.integration
    assert company is not None
    assert integration is not None
    return company, integration


def own_key(urn: Any, kind: str, what: str, *path: str) -> UUID:
    """The key in `urn:rsc:<kind>:<key>`. Raises: WriteRefused (NOT_FOUND) for anything else."""
    named = split_own(str(urn))
    if named is None or named[0] != kind:
        raise not_found(what, *path)
    return UUID(named[1])


def seat_of(context: RequestContext) -> SeatId | None:
    """The viewer's seat; None for whoever has none."""
    return context.viewer.seat.id if context.viewer.seat else None


def refused_as(name: str, *refusals: WriteRefused) -> Outcome:
    """The outcome of a write that was not done; `name` is the payload's row."""
    errors = [user_error(one.code, one.message, *one.path) for one in refusals]
    return Outcome(references={name: None}, values={"userErrors": errors})


def done(name: str, key: Any) -> Outcome:
    """The outcome of a write that was done, to the row of this key."""
    return Outcome(references={name: key}, values={"userErrors": []})


def _denied(denial: Denial) -> CallerError:
    return CallerError(denial.code, denial.message, extensions=denial.extensions)
