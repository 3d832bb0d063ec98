"""Neither logs nor traces nor metrics say anything of any person, whatever is asked, sent, refused or broken.

The served program runs with every request traced. Every field of the records, every variable, literal,
header, path, body and token of the requests has a canary; faults on our side and refusals by PostgreSQL, too.
"""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.keys import SigningKey, ensure_signing_key
from app.database.pool import Pool
from tests.conftest import TestServer
from tests.integration.canaries import CANARY, MEMBER, release
from tests.integration.company import COMPANY, PARTNER, SEATS, URN, begin_in, fill
from tests.telemetry.collector import Collector, Program, collecting, said_of, serving

TRACE = "0af7651916cd43dd8448eb211c80319c"

_MEMBER = """
insert into member (urn, first_name, last_name, headline, location, industry, summary, picture_url,
    public_profile_url, positions, education, skills)
  values ($1, $2, $2, $2, $2, $2, $2, 'https://media.licdn.com/' || $2, 'https://www.linkedin.com/in/' || $2,
    jsonb_build_array(jsonb_build_object('title', $2, 'companyName', $2)),
    jsonb_build_array(jsonb_build_object('schoolName', $2)),
    jsonb_build_array(jsonb_build_object('name', $2, 'endorsementCount', 3)))
"""
_ACTIVITY = f"""
update seat set first_name = '{CANARY}', last_name = '{CANARY}' where company_id = '{COMPANY}';
update contract set activated = true where company_id = '{COMPANY}';
insert into inmail (company_id, id, contract_id, seat_id, member_urn, conversation_id, sent_at, direction,
    state, subject, body)
  select company_id, gen_random_uuid(), contract_id, id, '{MEMBER}', '{CANARY}', now(), 'SENT', 'SENT',
    '{CANARY}', '{CANARY}' from seat where urn = '{SEATS["ada"]}';
insert into recruiter_note (company_id, id, contract_id, seat_id, member_urn, body, visibility, created_at,
    last_modified_at)
  select company_id, gen_random_uuid(), contract_id, id, '{MEMBER}', '{CANARY}', 'SHARED', now(), now()
  from seat where urn = '{SEATS["ada"]}';
create function refuse() returns trigger language plpgsql as $$
begin raise exception 'the tag {CANARY} is %', new.name; end $$;
create trigger refused before insert on tag for each row execute function refuse();
"""

_READS_ALL = """query Everything($id: String!) {
  candidate(externalId: $id) {
    firstName lastName emailAddresses tags { name }
    member { firstName headline summary positions { title companyName } }
    inMails(first: 5) { edges { node { subject body } } }
    recruiterNotes(first: 5) { edges { node { body } } }
  }
}"""
_ADDS_TAG = """mutation ($id: ID!, $name: String!) {
  addTag(input: {candidateId: $id, name: $name}) { candidate { firstName } userErrors { message } }
}"""


@dataclass
class Site:
    """The program on a database full of canaries."""

    program: Program
    collector: Collector
    key: SigningKey
    client: httpx.AsyncClient
    candidate: str

    def token(self, *roles: Role, seat: str | None = None, partner: str | None = None) -> str:
        return issue_token(self.key, subject=CANARY, roles=roles, company=URN, seat=seat, partner=partner)

    async def ask(self, token: str, query: str, variables: object = None, **more: Any) -> httpx.Response:
        headers = {
            "authorization": f"Bearer {token}".strip(),
            "user-agent": CANARY,
            "x-forwarded-for": CANARY,
            "referer": f"https://ats.example/{CANARY}",
            "tracestate": f"vendor={CANARY}",
            **more.pop("headers", {}),
        }
        if not token:
            del headers["authorization"]
        body = {"query": query, "variables": variables, **more}
        return await self.client.post("/graphql", json=body, headers=headers)


@pytest.fixture
async def site(server: TestServer, migrated: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with server.copy_of(migrated) as dsn:
        await fill(dsn)
        owner = await asyncpg.connect(dsn)
        await begin_in(owner, "LIVE")
        async with Pool(dsn, size=2) as pool:
            (candidate,) = await release(owner, pool)
        await owner.execute(_MEMBER, MEMBER, CANARY)
        await owner.execute(_ACTIVITY)
        key_file = tmp_path / "key"
        key = ensure_signing_key(key_file)
        with collecting() as collector, serving(dsn, str(key_file), tmp_path, collector) as program:
            async with httpx.AsyncClient(base_url=program.url, timeout=60) as client:
                yield Site(program, collector, key, client, f"urn:rsc:candidate:{candidate}")
        await owner.close()


async def _everything(site: Site) -> None:
    """Reads that succeed, writes, refusals of all kinds, and faults, on every way in."""
    recruiter = site.token(Role.RECRUITER, seat=SEATS["ada"])
    user = site.token(Role.ATS_USER, partner=PARTNER)
    partner = site.token(Role.PARTNER, partner=PARTNER)
    external = f"{CANARY}-cand1"
    followed = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
    read = await site.ask(recruiter, _READS_ALL, {"id": external}, headers=followed)
    assert read.status_code == 200
    assert CANARY in read.text
    assert read.headers["x-trace-id"] == TRACE
    failed = await site.ask(user, _ADDS_TAG, {"id": site.candidate, "name": CANARY})
    assert "INTERNAL_ERROR" in failed.text
    added = 'mutation { addNote(input: {candidateId: "%s", body: "%s"}) { userErrors { code } } }'
    noted = await site.ask(user, added % (site.candidate, CANARY), headers={"idempotency-key": CANARY})
    assert noted.json() == {"data": {"addNote": {"userErrors": []}}}
    for query, more in (
        (f'{{ candidate(externalId: "{external}") {{ {CANARY}: firstName }} }} # {CANARY}', {}),
        (f"{{ {CANARY} }}", {}),
        (f'{{ candidate(externalId: "{CANARY}) {{ id', {}),
        ("{ viewer { roles } }", {"operationName": CANARY}),
        (_READS_ALL, {"variables": {"id": [CANARY]}}),
        (_READS_ALL, {"variables": {"id": {CANARY: 1}}}),
        ("{ viewer { roles } }", {"extensions": {CANARY: CANARY}, "documentId": CANARY}),
        ("{ viewer { roles } }", {"headers": {"traceparent": CANARY, "content-type": CANARY}}),
        ("{ viewer { roles } }", {"headers": {"origin": f"https://{CANARY}.example"}}),
        ("{ viewer { roles } }", {"headers": {"host": f"{CANARY}.example"}}),
    ):
        variables = more.pop("variables", None) if isinstance(more, dict) else None
        await site.ask(recruiter, query, variables, **more)
    said = base64.urlsafe_b64encode(CANARY.encode()).decode().rstrip("=")
    for token in (
        CANARY,
        f"{said}.{said}.{said}",
        site.token(Role.RECRUITER, seat=f"urn:li:seat:{CANARY}"),
        "",
    ):
        assert (await site.ask(token, "{ viewer { roles } }")).status_code == 401
    await site.client.get("/graphql", params={"query": f'{{ node(id: "{CANARY}") {{ id }} }}'})
    await site.client.get(f"/{CANARY}", headers={"authorization": f"Bearer {CANARY}"})
    await _by_wire(site, partner)


async def _by_wire(site: Site, partner: str) -> None:
    headers = {
        "authorization": f"Bearer {partner}",
        "x-restli-protocol-version": "2.0.0",
        "user-agent": CANARY,
    }
    ids = f"ids[0].atsCandidateId={CANARY}&ids[0].dataProvider=ATS&ids[0].integrationContext={URN}"
    entity = {"atsCandidateId": CANARY, "firstName": CANARY, "lastName": CANARY, "emailAddresses": [CANARY]}
    body = {"entities": {ids: entity}}
    await site.client.post(f"/v2/atsCandidates?{ids}", json=body, headers=headers)
    await site.client.get(f"/v2/atsCandidates?{ids}", headers=headers)
    await site.client.get(f"/v2/{CANARY}/{CANARY}", headers=headers)
    await site.client.post("/v2/atsCandidates", content=f"{{{CANARY}".encode(), headers=headers)
    form = {"grant_type": "client_credentials", "client_id": CANARY, "client_secret": CANARY}
    await site.client.post("/oauth/v2/accessToken", data=form)


async def test_logs_traces_and_metrics_say_nothing_of_any_person(site: Site) -> None:
    await _everything(site)
    metrics = (await site.client.get("/metrics")).text
    await asyncio.to_thread(site.program.stop)
    log = site.program.log.read_text()
    traces = b"".join(site.collector.bodies)
    for needle in (CANARY, base64.urlsafe_b64encode(CANARY.encode()).decode().rstrip("="), "eyJ"):
        assert needle not in log
        assert needle.encode() not in traces
        assert needle not in metrics
    _expect_spans(site)
    _expect_lines(site)
    for line in (
        'rsc_graphql_operations_total{client="none",operation="query",code="OK"}',
        'rsc_graphql_operations_total{client="none",operation="mutation",code="OK"}',
        'rsc_graphql_operations_total{client="none",operation="none",code="UNAUTHENTICATED"}',
        'rsc_tokens_refused_total{because="invalid"}',
        'rsc_tokens_refused_total{because="missing"}',
        'rsc_plans_total{from="compiled"}',
        "rsc_outbox_pending 1",
    ):
        assert line in metrics, metrics


def _expect_spans(site: Site) -> None:
    """A span for each request by the conventions, and below it one for each statement."""
    assert site.collector.services() == {"our-gateway"}
    spans = site.collector.spans()
    (reading,) = [
        span for span in spans if span.trace_id.hex() == TRACE and span.kind == Span.SPAN_KIND_SERVER
    ]
    assert reading.name == "query Everything"
    assert reading.parent_span_id.hex() == "b7ad6b7169203331"
    said = said_of(reading)
    assert said["http.request.method"] == "POST"
    assert said["http.response.status_code"] == 200
    assert (said["graphql.operation.type"], said["graphql.operation.name"]) == ("query", "Everything")
    statements = [span for span in spans if span.parent_span_id == reading.span_id]
    assert {span.kind for span in statements} == {Span.SPAN_KIND_CLIENT}
    assert {said_of(span)["db.system.name"] for span in statements} == {"postgresql"}
    assert any(span.name in ("SELECT", "WITH") for span in statements)
    assert {"BEGIN", "INSERT", "COMMIT"} <= {span.name for span in spans}
    broken = [span for span in spans if "db.response.status_code" in said_of(span)]
    assert "P0001" in {said_of(span)["db.response.status_code"] for span in broken}
    assert any(said_of(span).get("http.route") == "/v2/atsCandidates" for span in spans)


def _expect_lines(site: Site) -> None:
    """What is logged for a request says which; the fault on our side is there."""
    failed = [line for line in site.program.lines() if line["event"] == "request_failed"]
    assert failed
    of_spans = {span.trace_id.hex() for span in site.collector.spans()}
    assert {line["trace_id"] for line in failed} <= of_spans
