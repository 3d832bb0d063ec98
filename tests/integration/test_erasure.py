"""Erasing a company's ATS data: at once for everybody, whole, with a receipt, and without a way back in."""

import asyncio
from datetime import datetime

import orjson
import pytest
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jws import JWSRegistry

from app.audit import verify
from app.auth.keys import new_signing_key
from app.ids import CompanyId, own_urn
from app.integration import erasure
from app.integration.erased_tables import ERASED
from app.integration.erasure import erase_ats_data, finish_erasures
from tests.integration.canaries import CANARY, release, sightings, unfilled
from tests.integration.company import COMPANY, NAME, PARTNER, URN, A, begin_in
from tests.integration.conftest import Office

OURS = CompanyId(COMPANY)
# What can hold nothing that an ATS says: the service's own words, checked by the database.
OWN_WORDS = {
    *("record_result.entity", "record_result.outcome", "outbox.type", "outbox.state", "outbox.partner_name"),
    *("export.state", "recommended_match_decision.decision", "candidate.match_state"),
    *("candidate.partner_name", "application.partner_name", "application.status", "job.partner_name"),
    *("job.state", "job.availability", "seat_connection.partner_name"),
    *("waiting_record.partner_name", "waiting_record.parent_entity", "waiting_record.entity"),
    *("job_posting_task.partner_name", "job_posting_task.status", "import_position.step"),
    *("entity_acl.partner_name", "entity_acl.entity_type"),
    *("entity_acl_assignee.partner_name", "entity_acl_assignee.entity_type"),
}


async def live_with_data(office: Office, *, families: int = 1) -> list[str]:
    """Make the integration LIVE and fill everything; answers the candidates' public ids."""
    await begin_in(office.owner, "LIVE")
    await office.owner.execute("update contract set activated = true where urn = $1", A)
    return [own_urn("candidate", key) for key in await release(office.owner, office.pool, families=families)]


async def test_a_canary_in_every_column_can_nowhere_be_read_afterwards(office: Office) -> None:
    [candidate] = await live_with_data(office)
    assert await unfilled(office.owner, [table.table for table in ERASED]) == OWN_WORDS
    await office("ada", "setCompanyWideAccess", enabled=True)
    seen = "query ($id: ID!) { node(id: $id) { __typename } candidates { totalCount } jobs { totalCount } }"
    before = (await office.query("ats-admin", seen, id=candidate))["data"]
    assert before == {
        "node": {"__typename": "Candidate"},
        "candidates": {"totalCount": 1},
        "jobs": {"totalCount": 1},
    }
    payload = await office("ada", "eraseAtsData", confirmCompanyName=NAME)
    assert payload["userErrors"] == []
    needles = (CANARY, candidate.rsplit(":", 1)[1])
    assert [one async for one in sightings(office.owner, *needles)] == []
    for who in ("ats-admin", "partner", "ada", "rolf", "support", "staff"):
        answer = await office.query(who, seen, id=candidate)
        assert answer["data"] == {"node": None, "candidates": None, "jobs": None}, who
    # Nor after a new consent: the generation is a new one, and empty.
    await office("ats-admin", "requestIntegration", partner=PARTNER)
    await office("ada", "enableIntegration", contractIds=[A], companyWideAccess=True)
    after = (await office.query("ats-admin", seen, id=candidate))["data"]
    assert after == {"node": None, "candidates": {"totalCount": 0}, "jobs": {"totalCount": 0}}


async def test_the_receipt_says_what_was_removed_and_can_be_checked_by_anybody(office: Office) -> None:
    await live_with_data(office, families=2)
    payload = await office("support", "eraseAtsData", confirmCompanyName=NAME)
    receipt = payload["receipt"]
    counts = {one["entity"]: one["erased"] for one in receipt["counts"]}
    assert counts == {
        "recordResult": 14,
        "waitingRecord": 1,
        "importPosition": 1,
        "jobPostingTask": 1,
        "rememberedAnswer": 1,
        "event": 1,
        "export": 1,
        "matchDecision": 2,
        "recommendedMatch": 2,
        "refusedMatch": 2,
        "matchAlternative": 2,
        "tagging": 2,
        "tag": 2,
        "note": 4,
        "interviewFeedback": 2,
        "stage": 2,
        "application": 2,
        "candidate": 2,
        "job": 2,
        "acl": 1,
        "aclAssignee": 1,
        "seatConnection": 1,
    }
    assert datetime.fromisoformat(receipt["finishedAt"]) >= datetime.fromisoformat(receipt["requestedAt"])
    assert "Backups" in receipt["remark"]
    key = office.signing_key
    assert key is not None
    registry = JWSRegistry(algorithms=["Ed25519"])
    checked = jws.deserialize_compact(receipt["signature"], key.public, registry=registry)
    assert checked.protected == {"alg": "Ed25519", "kid": key.kid, "typ": "rsc-erasure-receipt+json"}
    statement = orjson.loads(checked.payload)
    head = await office.owner.fetchrow("select sequence, hash from audit_head where company_id = $1", COMPANY)
    assert head is not None
    for moment in ("requestedAt", "finishedAt"):
        signed = datetime.fromisoformat(statement.pop(moment))
        assert signed == datetime.fromisoformat(receipt[moment])
    assert statement == {
        "receipt": receipt["id"],
        "company": URN,
        "generation": 1,
        "counts": counts,
        "remark": receipt["remark"],
        "auditTrail": {"length": head["sequence"], "hash": head["hash"].hex()},
    }
    forged = receipt["signature"][:-4] + ("AAAA" if receipt["signature"][-4:] != "AAAA" else "BBBB")
    with pytest.raises(BadSignatureError):
        jws.deserialize_compact(forged, key.public, registry=registry)
    with pytest.raises(BadSignatureError):
        jws.deserialize_compact(receipt["signature"], new_signing_key().public, registry=registry)


async def test_the_receipt_can_be_read_again_by_its_id_by_admins_and_support(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    receipt = (await office("ada", "eraseAtsData", confirmCompanyName=NAME))["receipt"]
    assert receipt["counts"] == []
    again = "query ($id: ID!) { node(id: $id) { ... on ErasureReceipt { id signature } } }"
    expected = {"id": receipt["id"], "signature": receipt["signature"]}
    for who in ("ada", "support", "staff"):
        assert (await office.query(who, again, id=receipt["id"]))["data"]["node"] == expected
    for who in ("fay", "rolf", "ats-admin", "partner"):
        assert (await office.query(who, again, id=receipt["id"]))["data"]["node"] is None


async def test_without_a_signing_key_the_receipt_bears_a_keyed_hash(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    office.signing_key = None
    receipt = (await office("ada", "eraseAtsData", confirmCompanyName=NAME))["receipt"]
    assert receipt["signature"].startswith("keyed-hash:")


async def test_a_finished_receipt_is_never_changed(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    await office("ada", "eraseAtsData", confirmCompanyName=NAME)
    for change in ("counts = '[]'", "finished_at = now()", "signature = 'x'"):
        with pytest.raises(Exception, match="a finished receipt is not changed"):
            await office.owner.execute(f"update erasure_receipt set {change}")


@pytest.mark.parametrize("state", ["REQUESTED", "PARTNER_READY", "SYNCING", "LIVE", "DISABLED"])
async def test_it_is_possible_at_any_time_even_with_open_posted_jobs(office: Office, state: str) -> None:
    await live_with_data(office)
    await office.owner.execute("update integration set state = $1", state)
    await office("ada", "eraseAtsData", confirmCompanyName=NAME)
    assert await office.state() == "ERASED"
    left = "select count(*) from candidate"
    assert await office.owner.fetchval(left) == 0
    assert (await office.query("ada", "{ integration { id } }"))["data"] == {"integration": None}


async def test_the_trail_tells_of_it_and_still_verifies(office: Office) -> None:
    await live_with_data(office)
    receipt = (await office("ada", "eraseAtsData", confirmCompanyName=NAME))["receipt"]
    (first, off, last) = await office.trail()
    assert first == ("idp:ada", "atsData.eraseRequested", receipt["id"], None)
    assert off == ("idp:ada", "contract.deactivated", A, "the ATS's data are erased")
    assert last[:3] == ("rsc-gateway", "atsData.erased", receipt["id"])
    assert "candidate 1" in str(last[3])
    assert await verify(office.pool, COMPANY) is None


@pytest.mark.parametrize("name", ["", "ours, inc.", "Ours, Inc", "Theirs", " Ours, Inc."])
async def test_the_companys_name_must_be_said_exactly(office: Office, name: str) -> None:
    await live_with_data(office)
    payload = await office("ada", "eraseAtsData", confirmCompanyName=name)
    assert payload["receipt"] is None
    assert [(one["code"], one["path"]) for one in payload["userErrors"]] == [
        ("NAME_MISMATCH", ["input", "confirmCompanyName"])
    ]
    assert await office.state() == "LIVE"
    assert await office.owner.fetchval("select count(*) from candidate") == 1
    assert await office.trail() == []


async def test_said_again_it_answers_the_same_receipt(office: Office) -> None:
    assert await office.codes("ada", "eraseAtsData", confirmCompanyName=NAME) == ["NOTHING_TO_ERASE"]
    await live_with_data(office)
    first = await office("ada", "eraseAtsData", confirmCompanyName=NAME)
    again = await office("support", "eraseAtsData", confirmCompanyName=NAME)
    assert again["receipt"] == first["receipt"]
    assert [one["code"] for one in again["userErrors"]] == ["ALREADY_ERASED"]


async def test_two_at_once_make_one_receipt(office: Office) -> None:
    await live_with_data(office, families=3)
    contexts = [await office.context(who) for who in ("ada", "support")]
    answers = await asyncio.gather(
        *(office.do(one, "eraseAtsData", confirmCompanyName=NAME) for one in contexts)
    )
    receipts = {answer["data"]["eraseAtsData"]["receipt"]["id"] for answer in answers}
    assert len(receipts) == 1
    counts = await office.owner.fetchval("select counts from erasure_receipt")
    assert {"entity": "candidate", "erased": 3} in orjson.loads(counts)
    assert (await office.actions()).count("atsData.erased") == 1


async def test_an_erasure_that_was_cut_off_is_finished_by_whoever_comes_next(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live_with_data(office, families=2)
    monkeypatch.setattr(erasure, "BATCH", 5)
    receipt = await erase_ats_data(
        office.pool, OURS, "idp:ada", confirm_company_name=NAME, key=office.signing_key, wait_s=0
    )
    row = await office.owner.fetchrow("select finished_at, counts from erasure_receipt")
    assert row is not None
    assert row["finished_at"] is None
    assert sum(one["erased"] for one in orjson.loads(row["counts"])) == 5
    # Access is over all the same, and no new generation begins before the old one is gone.
    assert await office.codes("ats-admin", "requestIntegration", partner=PARTNER) == ["ERASURE_UNFINISHED"]
    refused = await office.query("ats-admin", "{ candidates { totalCount } }")
    assert refused["data"] == {"candidates": None}
    assert await office.owner.fetchval("select count(*) from candidate") == 2
    assert await finish_erasures(office.pool, office.signing_key) == 1
    assert await office.owner.fetchval("select finished_at is not null from erasure_receipt")
    assert [one async for one in sightings(office.owner, CANARY)] == []
    assert await finish_erasures(office.pool, office.signing_key) == 0
    again = await office("ada", "eraseAtsData", confirmCompanyName=NAME)
    assert again["receipt"]["id"] == own_urn("erasure-receipt", receipt)
    assert (await office("ats-admin", "requestIntegration", partner=PARTNER))["userErrors"] == []


async def test_a_note_written_by_a_request_from_before_goes_too(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    [candidate] = await live_with_data(office)
    stale = await office.context("ats-admin")
    monkeypatch.setattr(erasure, "BATCH", 40)
    await erase_ats_data(office.pool, OURS, "idp:ada", confirm_company_name=NAME, key=None, wait_s=0)
    tagging = (
        f'mutation {{ addTag(input: {{candidateId: "{candidate}", name: "{CANARY}"}}) '
        "{ userErrors { code } } }"
    )
    await office.query_as(stale, tagging)
    await finish_erasures(office.pool, None)
    assert [one async for one in sightings(office.owner, CANARY)] == []


async def test_a_seat_is_not_connected_by_a_request_from_before(office: Office) -> None:
    await begin_in(office.owner, "LIVE")
    stale = await office.context("rolf")
    await office("ada", "eraseAtsData", confirmCompanyName=NAME)
    given = f'(input: {{atsUserId: "{CANARY}"}})'
    connecting = f"mutation {{ connectSeat{given} {{ seat {{ id }} userErrors {{ code }} }} }}"
    answer = await office.query_as(stale, connecting)
    assert answer["data"]["connectSeat"] == {"seat": None, "userErrors": [{"code": "NO_INTEGRATION"}]}
    assert [one async for one in sightings(office.owner, CANARY)] == []


async def test_linkedins_own_records_and_another_companys_stay(office: Office) -> None:
    await live_with_data(office)
    await office.owner.execute(
        """
        insert into inmail
          (company_id, id, contract_id, member_urn, conversation_id, sent_at, direction, state)
        select company_id, gen_random_uuid(), id, 'urn:li:person:x', 'c', now(), 'SENT', 'SENT' from contract;
        insert into tag
        select company_id, gen_random_uuid(), 'theirs', false from company where name = 'Theirs';
        """
    )
    await office("ada", "eraseAtsData", confirmCompanyName=NAME)
    assert await office.owner.fetchval("select count(*) from inmail") == 4
    assert await office.owner.fetchval("select array_agg(name) from tag") == ["theirs"]


async def test_a_new_consent_opens_a_new_generation(office: Office) -> None:
    await live_with_data(office)
    await office("ada", "eraseAtsData", confirmCompanyName=NAME)
    requested = await office("ats-admin", "requestIntegration", partner=PARTNER)
    assert requested["integration"]["state"] == "PARTNER_READY"
    rows = await office.owner.fetch("select generation, state from integration order by generation")
    assert [tuple(row) for row in rows] == [(1, "ERASED"), (2, "PARTNER_READY")]
    assert await office.owner.fetchval("select count(*) from contract where activated") == 0
    # And can be erased in its turn.
    await office("ada", "enableIntegration", contractIds=[A], companyWideAccess=False)
    await office("ada", "eraseAtsData", confirmCompanyName=NAME)
    assert await office.owner.fetchval(
        "select array_agg(generation order by generation) from erasure_receipt"
    ) == [
        1,
        2,
    ]
