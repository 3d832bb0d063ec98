"""Who may show a page is known within a second of its change."""

import asyncio
from dataclasses import replace
from uuid import UUID

import httpx

from app.http.server import build_app
from app.widgets.apps import WidgetApps
from tests.resolvers.world import COMPANY
from tests.widgets.server.conftest import APP, ATS, COMPANY_ATS, HOST, OWN_PAGE, Desk, partner_token
from tests.widgets.server.test_pages import page_of, policy_of

NEW = "https://new.example"


async def framing(desk: Desk) -> str:
    await asyncio.sleep(1)
    return policy_of(await page_of(desk))["frame-ancestors"]


async def test_a_change_of_the_applications_or_the_companys_origins_holds_soon(
    own_desk: Desk,
) -> None:
    assert await framing(own_desk) == f"{ATS} {COMPANY_ATS}"
    await own_desk.owner.execute("update provisioned_application set js_sdk_domains = $1", [NEW])
    assert await framing(own_desk) == f"{NEW} {COMPANY_ATS}"
    await own_desk.owner.execute("delete from registered_origin")
    assert await framing(own_desk) == NEW
    token = await own_desk.widget_token()
    assert (await own_desk.exchange(token, origin=COMPANY_ATS)).status_code == 403
    assert (await own_desk.exchange(token, origin=NEW)).status_code == 200
    await own_desk.owner.execute(
        "update provisioned_application set revoked_at = now() where client_id = $1", APP
    )
    assert await framing(own_desk) == "'none'"
    assert (await own_desk.exchange(await own_desk.widget_token(), origin=NEW)).status_code == 403


async def test_an_application_is_read_once_in_half_a_second(own_desk: Desk) -> None:
    now = [100.0]
    apps = WidgetApps(own_desk.gateway.services.pool, clock=lambda: now[0])
    first = await apps.find(APP)
    assert first is not None
    assert (first.company_id, first.origins) == (UUID(int=COMPANY.int), frozenset({ATS}))
    await own_desk.owner.execute("update provisioned_application set js_sdk_domains = $1", [NEW])
    now[0] += 0.4
    assert await apps.find(APP) is first
    now[0] += 0.2
    later = await apps.find(APP)
    assert later is not None
    assert later.origins == frozenset({NEW})


async def test_without_a_signing_key_no_tokens_are_given(own_desk: Desk) -> None:
    token = await own_desk.widget_token()
    services = replace(own_desk.gateway.services, signing_key=None)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(build_app(services)), base_url=HOST, headers=OWN_PAGE
    ) as client:
        body = {"token": token, "widget": "PROFILE", "app": APP, "origin": ATS}
        response = await client.post("/widgets/token", json=body)
        assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (
            403,
            "FORBIDDEN",
        )
        query = 'mutation { createWidgetToken(input: {widget: ONBOARDING, atsUserId: "u"}) { token } }'
        headers = {"Authorization": f"Bearer {partner_token()}", "Origin": HOST}
        answer = (await client.post("/graphql", json={"query": query}, headers=headers)).json()
    assert answer["data"] == {"createWidgetToken": None}
    assert "RSC_SIGNING_KEY" in answer["errors"][0]["message"]
