"""Which roles hold: a token says who, the data say what."""

import pytest

from app.access.features import IntegrationState, Role, SeatState
from app.access.viewer import SeatFacts, effective_roles, roles_with_partner
from tests.access.companies import integration, seat

ADMIN_SEAT = seat(is_admin=True)


@pytest.mark.parametrize(
    ("claimed", "on", "held"),
    [
        ({Role.RECRUITER}, ADMIN_SEAT, {Role.RECRUITER, Role.RECRUITER_ADMIN}),
        ({Role.RECRUITER_ADMIN}, ADMIN_SEAT, {Role.RECRUITER_ADMIN}),
        ({Role.RECRUITER, Role.RECRUITER_ADMIN}, seat(), {Role.RECRUITER}),
        ({Role.RECRUITER, Role.RECRUITER_ADMIN}, None, {Role.RECRUITER}),
        ({Role.RECRUITER_ADMIN}, None, set()),
        ({Role.RECRUITER}, seat(state=SeatState.PARKED, is_admin=True), {Role.RECRUITER}),
        ({Role.RECRUITER}, seat(state=SeatState.INVITED, is_admin=True), {Role.RECRUITER}),
        ({Role.RECRUITER}, seat(state=SeatState.INACTIVE, is_admin=True), {Role.RECRUITER}),
        # A widget that acts for an admin's seat is no admin.
        ({Role.ATS_USER}, ADMIN_SEAT, {Role.ATS_USER}),
        ({Role.SUPPORT, Role.STAFF}, None, {Role.SUPPORT, Role.STAFF}),
    ],
)
def test_admin_is_a_fact_of_the_active_seat_and_never_of_the_token(
    claimed: set[Role], on: SeatFacts | None, held: set[Role]
) -> None:
    assert effective_roles(frozenset(claimed), on) == held


BOTH = {Role.ATS_ADMIN, Role.PARTNER, Role.RECRUITER}


@pytest.mark.parametrize(
    ("partner", "state", "held"),
    [
        ("Demo ATS", IntegrationState.LIVE, BOTH),
        ("Former ATS", IntegrationState.LIVE, {Role.RECRUITER}),
        ("Former ATS", IntegrationState.SYNCING, {Role.RECRUITER}),
        ("Next ATS", IntegrationState.DISABLED, {Role.ATS_ADMIN, Role.RECRUITER}),
        ("Next ATS", IntegrationState.REQUESTED, {Role.ATS_ADMIN, Role.RECRUITER}),
        (None, IntegrationState.LIVE, {Role.ATS_ADMIN, Role.RECRUITER}),
    ],
)
def test_another_partner_than_the_companys_has_no_role_there(
    partner: str | None, state: IntegrationState, held: set[Role]
) -> None:
    assert roles_with_partner(frozenset(BOTH), partner, integration(state=state)) == held


def test_before_there_is_an_integration_any_registered_partner_may_ask() -> None:
    assert roles_with_partner(frozenset(BOTH), "Next ATS", None) == BOTH
