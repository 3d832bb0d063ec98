"""An export brings the member's profile to the ATS: to its backend, of that member, and by no other way."""

import pytest

from tests.exports.conftest import EXPORT_MEMBER, JOB, MEMBERS, Company

PROFILE = """
query($export: ID!) {
  node(id: $export) { ... on Export {
    id
    profile {
      memberId firstName lastName publicProfileUrl positions { title companyName } skills { name }
    }
  } }
}
"""
MEMBER = "query($export: ID!) { node(id: $export) { ... on Export { member { firstName } } } }"
SAID = {
    "memberId": MEMBERS[0],
    "firstName": "Canary",
    "lastName": "Canary-1",
    "publicProfileUrl": "https://www.linkedin.com/in/canary-1",
    "positions": [{"title": "Canary breeder", "companyName": "Canary Ltd"}],
    "skills": [],
}


async def exported(company: Company) -> str:
    export = await company.done("rosa", EXPORT_MEMBER, member=MEMBERS[0], job=JOB)
    result: str = export["id"]
    return result


async def test_the_partner_reads_whom_it_was_sent(company: Company) -> None:
    export = await exported(company)
    for who in ("partner", "rosa"):
        assert (await company.data(who, PROFILE, export=export))["node"]["profile"] == SAID


@pytest.mark.parametrize(("who", "reason"), [("ats-admin", "NO_SEAT"), ("support", "NO_SEAT")])
async def test_whoever_else_may_list_exports_does_not(company: Company, who: str, reason: str) -> None:
    export = await exported(company)
    answer = await company(who, PROFILE, {"export": export})
    assert answer["data"]["node"] == {"id": export, "profile": None}
    (error,) = answer["errors"]
    assert error["extensions"]["reason"] == reason


async def test_the_partner_gets_no_member_by_it(company: Company) -> None:
    export = await exported(company)
    answer = await company("partner", MEMBER, {"export": export})
    assert answer["data"]["node"] == {"member": None}
    by_id = await company("partner", "query($id: ID!) { member(id: $id) { firstName } }", {"id": MEMBERS[0]})
    assert by_id["data"] == {"member": None}
    node = await company("partner", "query($id: ID!) { node(id: $id) { id } }", {"id": MEMBERS[0]})
    assert node["data"] == {"node": None}


async def test_nothing_is_left_of_a_member_who_closed_the_account(company: Company) -> None:
    export = await exported(company)
    await company.owner.execute("update member set is_closed = true where urn = $1", MEMBERS[0])
    assert (await company.data("partner", PROFILE, export=export))["node"]["profile"] is None


async def test_another_companys_partner_finds_no_such_export(company: Company) -> None:
    export = await exported(company)
    assert (await company.data("other-partner", PROFILE, export=export))["node"] is None
