"""How far a viewer sees among jobs and applications, by every combination of what decides it."""

from dataclasses import replace

import pytest

from app.access.features import IntegrationState, Role
from app.access.guards import grants_of
from app.access.sight import SecurableEntity, Sight, Sights, sights_of
from app.access.viewer import Viewer
from tests.access import companies

JOBS, APPLICATIONS = SecurableEntity.JOB_POSTING, SecurableEntity.APPLICATION
ALL, UNLISTED, LISTED = Sight.ALL, Sight.UNLISTED, Sight.LISTED


def _recruiter(open_to_all: set[SecurableEntity], on_lists: set[SecurableEntity]) -> Viewer:
    integration = replace(
        companies.integration(), unlisted_open_to_all=frozenset(open_to_all), on_lists=frozenset(on_lists)
    )
    return companies.viewer(companies.company(integration), Role.RECRUITER, on=companies.seat())


@pytest.mark.parametrize(
    ("open_to_all", "on_lists", "sights"),
    [
        (set(), set(), Sights(LISTED, LISTED)),
        (set(), {JOBS, APPLICATIONS}, Sights(LISTED, LISTED)),
        ({JOBS}, set(), Sights(ALL, LISTED)),
        ({JOBS}, {JOBS}, Sights(UNLISTED, LISTED)),
        ({JOBS}, {APPLICATIONS}, Sights(ALL, LISTED)),
        ({APPLICATIONS}, set(), Sights(LISTED, ALL)),
        ({APPLICATIONS}, {APPLICATIONS}, Sights(LISTED, UNLISTED)),
        ({JOBS, APPLICATIONS}, set(), Sights(ALL, ALL)),
        ({JOBS, APPLICATIONS}, {APPLICATIONS}, Sights(ALL, UNLISTED)),
        # A job's list holds for its applications too.
        ({JOBS, APPLICATIONS}, {JOBS}, Sights(UNLISTED, UNLISTED)),
        ({APPLICATIONS}, {JOBS}, Sights(LISTED, UNLISTED)),
    ],
)
def test_a_recruiters_sight_is_what_settings_and_lists_leave(
    open_to_all: set[SecurableEntity], on_lists: set[SecurableEntity], sights: Sights
) -> None:
    assert sights_of(_recruiter(open_to_all, on_lists)) == sights


@pytest.mark.parametrize("role", [Role.ATS_USER, Role.ATS_ADMIN, Role.PARTNER])
def test_the_ats_and_its_partner_see_everything_unless_they_act_for_a_seat(role: Role) -> None:
    company = _recruiter(set(), {JOBS, APPLICATIONS}).company
    assert sights_of(companies.viewer(company, role)) == Sights(ALL, ALL)
    for_seat = companies.viewer(company, role, on=companies.seat())
    assert sights_of(for_seat) == Sights(LISTED, LISTED)


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.STAFF, Role.RECRUITER])
def test_whoever_has_neither_a_seat_nor_a_part_in_the_ats_is_on_no_list(role: Role) -> None:
    company = _recruiter(set(), set()).company
    assert sights_of(companies.viewer(company, role)) == Sights(LISTED, LISTED)


def test_without_an_integration_nothing_is_seen() -> None:
    viewer = companies.viewer(companies.company(None), Role.RECRUITER, on=companies.seat())
    assert sights_of(viewer) == Sights(LISTED, LISTED)


def test_a_plan_for_one_sight_is_not_used_for_another() -> None:
    free, behind_lists = (
        grants_of(_recruiter({JOBS, APPLICATIONS}, on_lists)) for on_lists in (set(), {JOBS})
    )
    assert free.granted == behind_lists.granted
    assert free.key != behind_lists.key


def test_whose_lists_they_are_makes_no_difference_to_the_plan() -> None:
    viewer = _recruiter(set(), {JOBS})
    assert viewer.seat is not None
    other = replace(viewer, seat=replace(viewer.seat, member_urn="urn:li:person:other"))
    assert grants_of(viewer).key == grants_of(other).key


def test_a_disabled_integration_shows_no_more_than_an_enabled_one() -> None:
    viewer = _recruiter({JOBS}, {JOBS})
    assert viewer.company is not None
    assert viewer.company.integration is not None
    off = replace(viewer.company.integration, state=IntegrationState.DISABLED)
    disabled = replace(viewer, company=replace(viewer.company, integration=off))
    assert sights_of(disabled) == sights_of(viewer)
    assert not grants_of(disabled).granted
