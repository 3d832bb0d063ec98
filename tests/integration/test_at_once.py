"""Two callers at once, on two connections, who both saw the state from before: both are told what was."""

import asyncio
from typing import Any

import pytest

from app.ids import CompanyId
from app.integration.company_id import change_company_id
from app.refused import WriteRefused
from tests.integration.company import (
    COMPANY,
    NEW_PARTNER,
    OTHER,
    PARTNER,
    SLOW_PARTNER,
    THIRD_URN,
    A,
    B,
    begin_in,
)
from tests.integration.conftest import Office


async def at_once(office: Office, *calls: tuple[str, str, dict[str, Any]]) -> list[Any]:
    """The codes of each call's userErrors, in their order; all contexts are made before any of them runs."""
    contexts = [await office.context(who) for who, _, _ in calls]
    answers = await asyncio.gather(
        *(
            office.do(context, mutation, **given)
            for context, (_, mutation, given) in zip(contexts, calls, strict=True)
        )
    )
    for answer in answers:
        assert "errors" not in answer, answer["errors"]
    return [
        [error["code"] for error in answer["data"][mutation]["userErrors"]]
        for answer, (_, mutation, _) in zip(answers, calls, strict=True)
    ]


ENABLE = {"contractIds": [A], "companyWideAccess": False}


@pytest.mark.parametrize(
    ("state", "call", "second"),
    [
        (None, ("ats-admin", "requestIntegration", {"partner": PARTNER}), ["ALREADY_REQUESTED"]),
        ("ERASED", ("ats-admin", "requestIntegration", {"partner": PARTNER}), ["ALREADY_REQUESTED"]),
        ("REQUESTED", ("partner", "approveIntegration", {}), ["ALREADY_APPROVED"]),
        ("PARTNER_READY", ("ada", "enableIntegration", ENABLE), ["ALREADY_ENABLED"]),
        ("SYNCING", ("partner", "finishSync", {}), ["NOTHING_TO_FINISH"]),
        ("LIVE", ("ada", "disableIntegration", {"openPostedJobs": "REFUSE"}), ["ALREADY_DISABLED"]),
        ("LIVE", ("ada", "setCompanyWideAccess", {"enabled": True}), []),
        ("LIVE", ("ada", "activateContract", {"contractId": A}), []),
        ("DISABLED", ("partner", "acknowledgeDisable", {}), []),
    ],
)
async def test_the_same_thing_twice_is_done_once(
    office: Office, state: str | None, call: tuple[str, str, dict[str, Any]], second: list[str]
) -> None:
    await begin_in(office.owner, state)
    assert sorted(await at_once(office, call, call)) == sorted([[], second])
    actions = await office.actions()
    assert len(actions) == len(set(actions))
    living = "select count(*) from integration where company_id = $1 and state <> 'ERASED'"
    assert await office.owner.fetchval(living, COMPANY) == 1


async def test_two_admins_who_ask_for_different_partners_leave_one_request(office: Office) -> None:
    calls = [
        ("ats-admin of any", "requestIntegration", {"partner": partner})
        for partner in (SLOW_PARTNER, NEW_PARTNER)
    ]
    assert await at_once(office, *calls) == [[], []]
    [row] = await office.owner.fetch("select partner_name, state, generation from integration")
    assert tuple(row) in {(SLOW_PARTNER, "REQUESTED", 1), (NEW_PARTNER, "PARTNER_READY", 1)}


async def test_enabling_with_different_contracts_counts_for_the_first_only(office: Office) -> None:
    await begin_in(office.owner, "PARTNER_READY")
    calls = [("ada", "enableIntegration", {**ENABLE, "contractIds": [urn]}) for urn in (A, B)]
    told = await at_once(office, *calls)
    assert sorted(told) == [[], ["ALREADY_ENABLED"]]
    on = await office.owner.fetch("select urn from contract where activated")
    assert [row["urn"] for row in on] == [(A, B)[told.index([])]]
    assert await office.owner.fetchval("select count(*) from sync_run") == 1


async def test_a_switch_and_a_disabling_come_one_after_the_other(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    switch, disable = await at_once(
        office,
        ("ada", "setCompanyWideAccess", {"enabled": True}),
        ("support", "disableIntegration", {"openPostedJobs": "REFUSE"}),
    )
    assert disable == []
    assert switch in ([], ["INTEGRATION_DISABLED"])
    was_on = await office.owner.fetchval("select company_wide_access from integration")
    assert was_on is (switch == [])


async def test_two_companies_that_take_one_id_at_once_do_not_share_it(office: Office) -> None:
    await begin_in(office.owner, "DISABLED")
    await office.owner.execute(
        """
        insert into integration (company_id, id, partner_name, state, requested_at, acknowledged_at)
        select company_id, gen_random_uuid(), $2, 'DISABLED', now(), now() from company where company_id <> $1
        """,
        COMPANY,
        PARTNER,
    )
    await office.owner.execute("update integration set acknowledged_at = now()")
    done = await asyncio.gather(
        *(
            change_company_id(office.pool, CompanyId(company), "idp:support", new_company_id=THIRD_URN)
            for company in (COMPANY, OTHER)
        ),
        return_exceptions=True,
    )
    refused = [one for one in done if isinstance(one, BaseException)]
    assert len(refused) == 1
    assert isinstance(refused[0], WriteRefused)
    assert refused[0].code == "COMPANY_ID_TAKEN"
