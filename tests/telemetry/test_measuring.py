"""What is done shows in /metrics, under the labels that it should."""

import re
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.personas import PERSONAS
from app.database.pool import Pool
from app.http.measuring import measure_backlog
from app.ids import CompanyId
from app.sync.ingest import ingest
from app.sync.records import JobRecord
from tests.conftest import TestServer
from tests.http.conftest import KEY, Gateway, gateway_on
from tests.reference.world import demo_template

NORTHWIND = "urn:li:organization:1001"


@pytest.fixture
async def dsn(server: TestServer, migrated: str) -> AsyncIterator[str]:
    async with server.copy_of(await demo_template(server, migrated)) as dsn:
        yield dsn


@pytest.fixture
async def gateway(dsn: str) -> AsyncIterator[Gateway]:
    async with gateway_on(dsn) as gateway:
        yield gateway


def as_persona(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {PERSONAS[name].token(KEY)}"}


async def counted(gateway: Gateway, name: str) -> dict[str, float]:
    """The values of one metric by their labels."""
    text = (await gateway.client.get("/metrics")).text
    found = re.findall(rf"^{name}(?:\{{(.*)\}})? (\S+)$", text, re.MULTILINE)
    return {labels: float(value) for labels, value in found}


async def more(gateway: Gateway, name: str, before: dict[str, float]) -> dict[str, float]:
    """What has grown since then, and by how much."""
    after = await counted(gateway, name)
    grown = {labels: value - before.get(labels, 0) for labels, value in after.items()}
    return {labels: growth for labels, growth in grown.items() if growth}


async def test_denials_are_counted_by_feature_and_reason_and_by_place(gateway: Gateway) -> None:
    query = """{ candidate(externalId: "cand-0001") { inMails(first: 1) { edges { cursor } } }
      again: candidate(externalId: "cand-0001") { inMails(first: 1) { edges { cursor } } } }"""
    before = await counted(gateway, "rsc_field_errors_total")
    answer = await gateway.ask(query, as_persona("recruiter-company-wide"))
    assert len(answer.json()["errors"]) == 2
    labels = 'code="FEATURE_NOT_GRANTED",feature="INMAIL_HISTORY",reason="CONTRACT_ACCESS_REQUIRED"'
    assert await more(gateway, "rsc_field_errors_total", before) == {labels: 2}
    role = as_persona("support")
    before = await counted(gateway, "rsc_field_errors_total")
    await gateway.ask(
        'mutation { addNote(input: {candidateId: "x", body: "y"}) { userErrors { code } } }', role
    )
    labels = 'code="ROLE_REQUIRED",feature="none",reason="none"'
    assert await more(gateway, "rsc_field_errors_total", before) == {labels: 1}


async def test_refused_tokens_are_counted_by_what_is_wrong_with_them(gateway: Gateway) -> None:
    expired = issue_token(
        KEY, subject="a", roles=[Role.STAFF], company=NORTHWIND, issued_at=1_700_000_000, lifetime_s=60
    )
    for authorization in (None, "Bearer nonsense", "Basic YTpi", f"Bearer {expired}"):
        headers = {} if authorization is None else {"Authorization": authorization}
        assert (await gateway.ask("{ viewer { roles } }", headers)).status_code == 401
    alien = issue_token(
        KEY, subject="a", roles=[Role.PARTNER], company=NORTHWIND, partner="Another ATS", lifetime_s=60
    )
    refused = await gateway.ask("{ viewer { roles } }", {"Authorization": f"Bearer {alien}"})
    assert refused.status_code == 403
    assert await counted(gateway, "rsc_tokens_refused_total") == {
        'because="missing"': 1,
        'because="invalid"': 2,
        'because="expired"': 1,
        'because="partner"': 1,
    }


async def test_operations_are_counted_by_where_their_plan_came_from(gateway: Gateway) -> None:
    name = "rsc_plans_total"
    query = '{ candidate(externalId: "cand-0003") { lastName stub: firstName } }'
    steps = [
        (as_persona("recruiter"), "compiled"),
        # The same grants in another token: the plan is there, but not with this one.
        (as_persona("recruiter"), "kept"),
    ]
    for headers, expected in steps:
        before = await counted(gateway, name)
        await gateway.ask(query, headers)
        assert await more(gateway, name, before) == {f'from="{expected}"': 1}
        before = await counted(gateway, name)
        await gateway.ask(query, headers)
        assert await more(gateway, name, before) == {'from="remembered"': 1}


async def test_records_are_counted_by_kind_and_outcome(gateway: Gateway, dsn: str) -> None:
    before = await counted(gateway, "rsc_sync_records_total")
    records = [
        JobRecord(external_id="new", title="Ship's cook"),
        JobRecord(external_id="new", title="Ship's cook"),
        JobRecord(external_id="", title="Of nothing"),
    ]
    async with Pool(dsn, size=1) as pool:
        company = (await pool.fetch(None, "select company_of($1) as id", [NORTHWIND]))[0]["id"]
        await ingest(pool, CompanyId(company), "Demo ATS", records)
    assert await more(gateway, "rsc_sync_records_total", before) == {
        'entity="job",outcome="CREATED"': 1,
        'entity="job",outcome="UNCHANGED"': 1,
        'entity="job",outcome="REFUSED"': 1,
    }


async def test_the_backlog_of_all_companies_is_told_in_numbers_and_ages(gateway: Gateway, dsn: str) -> None:
    owner = await asyncpg.connect(dsn)
    await owner.execute("delete from candidate_to_match; delete from member_to_match; delete from outbox")
    await owner.execute(
        """
        insert into outbox (company_id, id, partner_name, type, payload, state, created_at, next_attempt_at,
          give_up_at)
        select company_id, gen_random_uuid(), 'Demo ATS', 'INTEGRATION_STATUS_CHANGE', '{}', said.state,
          now() - interval '1 hour', now() + interval '1 hour', now() + interval '1 day'
        from company, (values ('PENDING'), ('DEAD')) as said (state);
        insert into candidate_to_match (company_id, candidate_id, queued_at)
        select company_id, id, now() - interval '10 minutes' from candidate limit 7
        """
    )
    await owner.close()
    await measure_backlog(gateway.services)
    companies = 2
    assert await counted(gateway, "rsc_outbox_pending") == {"": companies}
    assert await counted(gateway, "rsc_outbox_dead") == {"": companies}
    assert await counted(gateway, "rsc_matching_queue") == {"": 7}
    assert 3_600 <= (await counted(gateway, "rsc_outbox_oldest_seconds"))[""] < 3_700
    assert 600 <= (await counted(gateway, "rsc_matching_oldest_seconds"))[""] < 700


async def test_the_clients_of_trusted_documents_are_told_apart(gateway: Gateway) -> None:
    """A name that a token claims is a label only once that client's document was found."""
    claimed = issue_token(
        KEY, subject="a", roles=[Role.STAFF], company=NORTHWIND, client="ada-lovelace", lifetime_s=60
    )
    answer: httpx.Response = await gateway.ask("{ viewer { roles } }", {"Authorization": f"Bearer {claimed}"})
    assert answer.status_code == 403
    text = (await gateway.client.get("/metrics")).text
    assert "ada-lovelace" not in text
    assert 'rsc_graphql_operations_total{client="none",operation="none",code="FORBIDDEN"} 1\n' in text
