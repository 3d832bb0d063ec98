"""Provisioned applications, how they come to act for a company, integrations, and their configurations."""

from urllib.parse import quote

import asyncpg
import pytest

from app.auth.personas import CONTOSO, DEMO_PARTNER, NORTHWIND
from app.integration.consents import request_integration
from app.integration.switches import set_company_wide_access
from app.outbox.events import enqueue
from tests.wire.conftest import Wire, partner_of
from tests.wire.credentials import (
    Credentials,
    ask_token,
    calling_with,
    ids_of,
    name_part,
    own_credentials,
    part,
    provision,
)

EXPORT = part("ONE_CLICK_EXPORT")
CONTRACT = "urn:li:contract:Northwind"
CONFIGURATIONS = f"/v2/atsIntegrations/{quote(EXPORT, safe='')}/configurations"


@pytest.fixture
async def partner(wire: Wire, owner: asyncpg.Connection) -> Wire:
    """The partner's own application, calling."""
    return await calling_with(wire, await own_credentials(owner))


async def change(partner: Wire, urn: str, **fields: object) -> int:
    """The status of setting these fields."""
    answer = await partner.call("POST", f"/v2/provisionedApplications/{urn}", {"patch": {"$set": fields}})
    return answer.status_code


async def find(partner: Wire, foreign_id: str) -> list[dict[str, object]]:
    """What the finder for credentials finds."""
    answer = await partner.call(
        "GET", f"/v2/provisionedApplications?q=credentialsByUniqueForeignId&uniqueForeignId={foreign_id}"
    )
    assert answer.status_code == 200
    elements: list[dict[str, object]] = answer.json()["elements"]
    return elements


async def test_an_application_is_made_changed_and_found_with_its_credentials(partner: Wire) -> None:
    urn, credentials = await provision(
        partner,
        oauth2AuthorizedCallbackUrls=["https://ats.example/callback"],
        validJsSdkDomains=["https://ATS.example/", "ats.example:8443"],
    )
    assert await change(partner, urn, name="Other", validJsSdkDomains=["https://b.example"]) == 204
    (found,) = await find(partner, "customer-1")
    assert found["key"] == urn
    assert found["name"] == "Other"
    assert found["credentials"] == {"clientId": credentials.client_id, "clientSecret": credentials.secret}
    assert found["validJsSdkDomains"] == ["https://b.example"]
    alone = await partner.call("GET", f"/v2/provisionedApplications/{quote(urn, safe='')}")
    assert "clientSecret" not in alone.text
    assert alone.json()["oauth2AuthorizedCallbackUrls"] == ["https://ats.example/callback"]


async def test_a_customer_has_one_application(partner: Wire) -> None:
    await provision(partner)
    body = {"name": "Again", "uniqueForeignId": "customer-1"}
    again = await partner.call("POST", "/v2/provisionedApplications", body)
    assert (again.status_code, again.json()["code"]) == (409, "CONFLICT")
    assert await find(partner, "customer-2") == []


async def test_a_revoked_application_makes_room_for_another(partner: Wire) -> None:
    urn, credentials = await provision(partner)
    assert (await partner.call("DELETE", f"/v2/provisionedApplications/{urn}")).status_code == 204
    assert (await ask_token(partner, credentials)).status_code == 401
    _, others = await provision(partner)
    assert others.client_id != credentials.client_id


async def test_a_secret_can_be_changed(partner: Wire) -> None:
    urn, credentials = await provision(partner)
    answer = await partner.call("POST", f"/v2/provisionedApplications/{urn}?action=rotateSecret")
    said = answer.json()["value"]["credentials"]
    assert said["clientId"] == credentials.client_id
    assert said["clientSecret"] != credentials.secret
    assert (await ask_token(partner, credentials)).status_code == 401
    assert (await ask_token(partner, Credentials(said["clientId"], said["clientSecret"]))).status_code == 200


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"uniqueForeignId": None}, "uniqueForeignId"),
        ({"uniqueForeignId": 7}, "uniqueForeignId"),
        ({"uniqueForeignId": "a\0"}, "uniqueForeignId"),
        ({"name": " "}, "name"),
        ({"name": "x" * 301}, "name"),
        ({"description": ["x"]}, "description"),
        ({"oauth2AuthorizedCallbackUrls": "https://a.example"}, "oauth2AuthorizedCallbackUrls"),
        ({"oauth2AuthorizedCallbackUrls": ["ftp://a"]}, "oauth2AuthorizedCallbackUrls[0]"),
        ({"validJsSdkDomains": ["https://a.example", "https://a.example/x"]}, "validJsSdkDomains[1]"),
        ({"validJsSdkDomains": ["https://["]}, "validJsSdkDomains[0]"),
        ({"validJsSdkDomains": ["https://a:999999"]}, "validJsSdkDomains[0]"),
    ],
)
async def test_what_an_application_cannot_be_is_told_with_its_place(
    partner: Wire, fields: dict[str, object], path: str
) -> None:
    body = {"name": "Customer", "uniqueForeignId": "c", **fields}
    answer = await partner.call("POST", "/v2/provisionedApplications", body)
    assert (answer.status_code, answer.json()["path"]) == (400, [path])


async def test_only_a_partners_own_application_provisions_and_only_its_own(
    wire: Wire, owner: asyncpg.Connection, partner: Wire
) -> None:
    urn, credentials = await provision(partner)
    child = await calling_with(wire, credentials)
    body = {"name": "X", "uniqueForeignId": "x"}
    for caller in (child, wire):
        assert (await caller.call("POST", "/v2/provisionedApplications", body)).status_code == 403
    await owner.execute("insert into partner values ('Other ATS', '{}', '{}', false)")
    other = await calling_with(wire, await own_credentials(owner, "Other ATS"))
    assert await change(other, urn, name="Mine") == 404
    assert await find(other, "customer-1") == []
    await other.call("DELETE", f"/v2/provisionedApplications/{urn}")
    assert (await ask_token(wire, credentials)).status_code == 200


async def test_naming_the_integration_ties_the_application_to_the_company_for_good(
    wire: Wire, owner: asyncpg.Connection, partner: Wire
) -> None:
    _, credentials = await provision(partner)
    child = await calling_with(wire, credentials)
    candidates = "/v2/atsCandidates?" + ids_of(
        f"atsCandidateId=1&dataProvider=ATS&integrationContext={NORTHWIND}"
    )
    assert (await child.call("GET", candidates)).status_code == 403
    assert (await name_part(child, EXPORT)).json()["results"] == {EXPORT: {"status": 204}}
    assert (await child.call("GET", candidates)).status_code == 200
    refused = await name_part(child, part("ONE_CLICK_EXPORT", CONTOSO))
    assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")
    said = await owner.fetch("select actor, action from audit_entry where action = 'application.tied'")
    assert [(row["actor"], row["action"]) for row in said] == [
        (f"application:{credentials.client_id}", "application.tied")
    ]


async def test_a_contract_names_its_company_too(wire: Wire, partner: Wire) -> None:
    _, credentials = await provision(partner)
    child = await calling_with(wire, credentials)
    key = part("CSA_API", CONTRACT)
    assert (await name_part(child, key)).json()["results"] == {key: {"status": 204}}


async def test_who_has_not_asked_for_the_partner_cannot_be_acted_for(
    wire: Wire, owner: asyncpg.Connection, partner: Wire
) -> None:
    await owner.execute("insert into partner values ('Other ATS', '{}', '{}', false)")
    await owner.execute("update integration set partner_name = 'Other ATS'")
    _, credentials = await provision(partner)
    child = await calling_with(wire, credentials)
    told = [
        await name_part(child, part("ONE_CLICK_EXPORT", context))
        for context in (NORTHWIND, "urn:li:organization:31337", "nonsense")
    ]
    assert {answer.status_code for answer in told} == {403}
    assert len({answer.json()["message"] for answer in told}) == 1
    assert (
        await owner.fetchval("select count(*) from provisioned_application where for_company is not null")
        == 0
    )


async def test_naming_is_the_partners_word_that_it_is_ready(wire: Wire, owner: asyncpg.Connection) -> None:
    await owner.execute("delete from integration")
    await owner.execute("update partner set must_be_asked_first = true")
    company = await owner.fetchval("select company_of($1)", NORTHWIND)
    await request_integration(
        wire.services.pool, company, "admin", partner=DEMO_PARTNER, own_partner=DEMO_PARTNER
    )
    await wire.services.authenticator.refresh()
    read = await wire.call("GET", f"/v2/atsIntegrations?{ids_of(EXPORT)}")
    assert read.json()["results"][EXPORT]["integrationState"] == "REQUESTED"
    assert read.json()["results"][EXPORT]["reason"] == "INTEGRATION_DISABLED"
    await name_part(wire, EXPORT)
    read = await wire.call("GET", f"/v2/atsIntegrations?{ids_of(EXPORT)}")
    assert read.json()["results"][EXPORT]["integrationState"] == "PARTNER_READY"
    assert read.json()["results"][EXPORT]["integrationName"] == "Our ATS"


async def test_the_matrix_says_whether_a_part_is_on(wire: Wire, owner: asyncpg.Connection) -> None:
    keys = [part("ONE_CLICK_EXPORT"), part("PROFILE_PLUGIN"), part("CSA_API", CONTRACT)]
    company = await owner.fetchval("select company_of($1)", NORTHWIND)

    async def statuses() -> list[str]:
        await wire.services.authenticator.refresh()
        results = (await wire.call("GET", f"/v2/atsIntegrations?{ids_of(*keys)}")).json()["results"]
        return [results[key].get("reason", "ENABLED") for key in keys]

    assert await statuses() == ["ENABLED", "ENABLED", "ENABLED"]
    await owner.execute("update contract set activated = false")
    assert await statuses() == ["CONTRACT_NOT_ENABLED"] * 3
    await set_company_wide_access(wire.services.pool, company, "admin", enabled=True)
    assert await statuses() == ["CONTRACT_ACCESS_REQUIRED", "ENABLED", "CONTRACT_ACCESS_REQUIRED"]


@pytest.mark.parametrize(
    "key",
    [
        part("NO_SUCH_TYPE"),
        part("CSA_API"),
        part("ONE_CLICK_EXPORT", CONTRACT),
        EXPORT.replace("RECRUITER", "JOBS"),
        EXPORT.replace("=ATS", "=CRM"),
    ],
)
async def test_a_part_that_there_is_not_is_refused_alone(wire: Wire, key: str) -> None:
    answer = await wire.call("GET", f"/v2/atsIntegrations?{ids_of(key, EXPORT)}")
    assert list(answer.json()["results"]) == [EXPORT]
    assert answer.json()["errors"][key]["code"] == "CONTEXT_MISMATCH"


async def test_a_notification_is_read_by_its_request_id(wire: Wire, owner: asyncpg.Connection) -> None:
    company = await owner.fetchval("select company_of($1)", NORTHWIND)
    async with wire.services.pool.transaction(company) as connection:
        event = await enqueue(connection, company, "INTEGRATION_STATUS_CHANGE", {"state": "LIVE"})
        export = await enqueue(connection, company, "EXPORT_CANDIDATE_PROFILE")
    target = "/v2/atsIntegrations?q=request&requestId="
    answer = await wire.call("GET", f"{target}{event}")
    elements = answer.json()["elements"]
    assert {one["integrationType"] for one in elements} >= {"ONE_CLICK_EXPORT", "CSA_API"}
    assert {one["integrationState"] for one in elements} == {"LIVE"}
    assert answer.json()["paging"]["total"] == len(elements)
    for unknown in (export, "x", "%00", "00000000-0000-0000-0000-000000000000"):
        assert (await wire.call("GET", f"{target}{unknown}")).status_code == 404
    foreign = await wire.as_(partner_of(CONTOSO)).call("GET", f"{target}{event}")
    assert foreign.status_code == 404


@pytest.mark.parametrize(
    "entity",
    [
        {"value": "https://ats.example/callback"},
        {"value": "<https://ats.example/callback>"},
        {"value": {"string": "https://ats.example/callback"}},
        {"key": "CALLBACK_URL", "configurationValue": {"string": "https://ats.example/callback"}},
        "https://ats.example/callback",
    ],
)
async def test_the_callback_is_set_read_and_removed(wire: Wire, entity: object) -> None:
    target = f"{CONFIGURATIONS}?ids=CALLBACK_URL"
    put = await wire.call("PUT", target, {"entities": {"CALLBACK_URL": entity}})
    assert put.json() == {"results": {"CALLBACK_URL": {"status": 204}}, "errors": {}}
    read = (await wire.call("GET", target)).json()["results"]["CALLBACK_URL"]
    assert read["value"] == "https://ats.example/callback"
    assert read["signingSecret"].startswith("whsec_")
    for _ in range(2):
        assert (await wire.call("DELETE", target)).json()["results"]["CALLBACK_URL"]["status"] == 204
    assert (await wire.call("GET", target)).json()["errors"]["CALLBACK_URL"]["status"] == 404


async def test_a_bad_configuration_is_refused_and_its_neighbour_is_set(
    wire: Wire, owner: asyncpg.Connection
) -> None:
    answer = await wire.call(
        "PUT",
        f"{CONFIGURATIONS}?ids=CALLBACK_URL&ids=JOB_POSTING_VIEWERS&ids=APPLICATION_VIEWERS&ids=OTHER",
        {
            "entities": {
                "CALLBACK_URL": {"value": "http://10.0.0.1/x"},
                "JOB_POSTING_VIEWERS": {"value": "ALL_PRODUCT_USERS"},
                "APPLICATION_VIEWERS": {"value": "NOBODY"},
                "OTHER": {"value": "x"},
            }
        },
    )
    assert answer.json()["results"] == {"JOB_POSTING_VIEWERS": {"status": 204}}
    assert set(answer.json()["errors"]) == {"CALLBACK_URL", "APPLICATION_VIEWERS", "OTHER"}
    row = await owner.fetchrow(
        "select job_posting_viewers, application_viewers from integration where company_id = company_of($1)",
        NORTHWIND,
    )
    assert row is not None
    assert tuple(row) == ("ALL_PRODUCT_USERS", None)
    entries = await owner.fetch("select action, detail from audit_entry")
    assert [tuple(entry) for entry in entries] == [
        ("settings.changed", "JOB_POSTING_VIEWERS = ALL_PRODUCT_USERS")
    ]


async def test_configurations_are_set_up_before_the_integration_is_enabled(
    wire: Wire, owner: asyncpg.Connection
) -> None:
    await owner.execute("update integration set state = 'PARTNER_READY'")
    await wire.services.authenticator.refresh()
    put = await wire.call(
        "PUT",
        f"{CONFIGURATIONS}?ids=CALLBACK_URL",
        {"entities": {"CALLBACK_URL": {"value": "https://ats.example/"}}},
    )
    assert put.json()["errors"] == {}
