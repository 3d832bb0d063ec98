"""Who may do what: everybody else is refused by the guard, and nothing has happened."""

import pytest

from app.access.features import Role
from app.integration.life import WHO
from tests.integration.company import PARTNER, THIRD_URN, A, begin_in
from tests.integration.conftest import Office

GIVEN: dict[str, dict[str, object]] = {
    "requestIntegration": {"partner": PARTNER},
    "enableIntegration": {"contractIds": [A], "companyWideAccess": True},
    "disableIntegration": {"openPostedJobs": "LEAVE_OPEN"},
    "setCompanyWideAccess": {"enabled": True},
    "setIntegrationSettings": {"oneClickExportCompanyWide": True},
    "setViewers": {"jobPostingViewers": "LISTED_USERS"},
    "activateContract": {"contractId": A},
    "deactivateContract": {"contractId": A},
    "changeCompanyId": {"newCompanyId": THIRD_URN},
    "eraseAtsData": {"confirmCompanyName": "Ours, Inc."},
}
MAY = {
    "requestIntegration": {"ats-admin"},
    "approveIntegration": {"partner"},
    "enableIntegration": {"ada"},
    "finishSync": {"partner"},
    "disableIntegration": {"ada", "support"},
    "acknowledgeDisable": {"partner", "ats-admin"},
    "setCompanyWideAccess": {"ada"},
    "setIntegrationSettings": {"ada"},
    "setViewers": {"partner", "ats-admin"},
    "activateContract": {"ada"},
    "deactivateContract": {"support"},
    "changeCompanyId": {"support"},
    "eraseAtsData": {"ada", "support"},
}
"""Written by hand from the promised schema."""
EVERYBODY = ("ats-admin", "ats-user", "partner", "ada", "rolf", "support", "staff")
TABLES = ("integration", "contract", "company", "consent", "sync_run", "audit_entry", "erasure_receipt")


def test_every_mutation_of_an_integrations_life_is_here() -> None:
    assert MAY.keys() == WHO.keys()


@pytest.mark.parametrize("mutation", MAY)
async def test_whoever_lacks_the_role_is_refused_and_nothing_happens(office: Office, mutation: str) -> None:
    await begin_in(office.owner, "DISABLED")
    before = [await office.owner.fetch(f"select * from {table}") for table in TABLES]
    for who in EVERYBODY:
        if who in MAY[mutation]:
            continue
        answer = await office.do(await office.context(who), mutation, **GIVEN.get(mutation, {}))
        assert answer["data"] == {mutation: None}, who
        [error] = answer["errors"]
        assert error["path"] == [mutation]
        assert error["extensions"]["code"] == "ROLE_REQUIRED"
        roles = [role.value for role in Role if role in WHO[mutation]]
        assert error["extensions"]["roles"] == roles
        assert error["extensions"]["howToFix"]
    assert [await office.owner.fetch(f"select * from {table}") for table in TABLES] == before


@pytest.mark.parametrize("mutation", MAY)
async def test_whoever_has_the_role_passes_the_guard(office: Office, mutation: str) -> None:
    await begin_in(office.owner, "DISABLED")
    for who in MAY[mutation]:
        answer = await office.do(await office.context(who), mutation, **GIVEN.get(mutation, {}))
        assert "errors" not in answer
        assert answer["data"][mutation] is not None


async def test_another_companys_people_reach_their_own_only(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    await office("other ats-admin", "requestIntegration", partner=PARTNER)
    assert await office.codes("fay", "enableIntegration", contractIds=[A], companyWideAccess=True) == [
        "NOT_FOUND"
    ]
    assert await office.codes("fay", "disableIntegration", openPostedJobs="LEAVE_OPEN") == ["NOT_ENABLED"]
    assert await office.codes("fay", "eraseAtsData", confirmCompanyName="Ours, Inc.") == ["NAME_MISMATCH"]
    assert await office.state() == "LIVE"
    assert await office.trail() == []
