"""What a stolen, spent or misplaced token gets, and a page that is none of ours: nothing, and a sentence.

All of it in Chromium, with pages on two origins; what the server alone refuses stands in test_exchange.py.
"""

import base64
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest
from joserfc import jws
from joserfc.jws import JWSRegistry
from playwright.async_api import expect

from app.auth.keys import ALGORITHM, SigningKey
from tests.widgets.browser import Ats, Embed, Embedded
from tests.widgets.gateway import MATCHED, MATCHED_OF_SOMEONE_ELSE, Gateway
from tests.widgets.operations import WIDGETS

NOBODY = "cand-that-is-not"
OF_CONTOSO = "cand-9001"
REFUSED_ON_THE_CONSOLE = "status of 40[13]"


def once_more(token: str, key: SigningKey, *, seconds_later: int) -> str:
    """The token as our key would have signed it so many seconds later, with an id of its own."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims |= {name: claims[name] + seconds_later for name in ("iat", "exp")}
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": "JWT"}
    registry = JWSRegistry(algorithms=[ALGORITHM])
    return jws.serialize_compact(
        header, orjson.dumps(claims | {"jti": str(uuid4())}), key.jwk, registry=registry
    )


def giving(token: str) -> Callable[[str], Awaitable[str]]:
    """A source that has this token whenever it is asked."""

    async def give(_: str) -> str:
        return token

    return give


async def told(widget: Embedded, code: str) -> str:
    """All that the page shows once it shows this trouble."""
    await expect(widget.frame.locator(f"[data-code={code}]")).to_be_visible()
    return await widget.frame.locator("main").inner_text()


async def expired(gateway: Gateway, candidate: str) -> str:
    token = await gateway.widget_token("profile", candidate=candidate)
    return once_more(token, gateway.key, seconds_later=-300)


async def spent(gateway: Gateway, candidate: str, app: str | None = None) -> str:
    token = await gateway.widget_token("profile", candidate=candidate)
    answer = await exchange(gateway, token)
    assert answer.status_code == 200, answer.text
    return token


async def of_another_widget(gateway: Gateway, candidate: str) -> str:
    return await gateway.widget_token("search")


async def of_a_made_up_key(gateway: Gateway, candidate: str) -> str:
    head, payload, signature = (await gateway.widget_token("profile", candidate=candidate)).split(".")
    return ".".join((head, payload, signature[::-1]))


async def exchange(gateway: Gateway, token: str, **said: str) -> httpx.Response:
    """POST /widgets/token as the gateway's own page does it, for the ATS's registered origin."""
    origins = await gateway.state.sql(
        "select js_sdk_domains from provisioned_application where client_id = $1", gateway.app_key
    )
    body = {
        "token": token,
        "widget": "PROFILE",
        "app": gateway.app_key,
        "origin": origins[0]["js_sdk_domains"][0],
    }
    headers = {"Origin": gateway.url, "Sec-Fetch-Site": "same-origin"}
    return await gateway.client.post(f"{gateway.url}/widgets/token", json=body | said, headers=headers)


BAD_TOKENS = {
    "expired": (expired, "UNAUTHENTICATED"),
    "exchanged before": (spent, "UNAUTHENTICATED"),
    "of another widget": (of_another_widget, "FORBIDDEN"),
    "with a wrong signature": (of_a_made_up_key, "UNAUTHENTICATED"),
}


@pytest.mark.parametrize("kind", BAD_TOKENS)
async def test_a_bad_token_gets_one_and_the_same_sentence_whether_the_candidate_exists_or_not(
    gateway: Gateway, embed: Embed, kind: str
) -> None:
    make, code = BAD_TOKENS[kind]
    said = []
    for candidate in (MATCHED, NOBODY, OF_CONTOSO):
        token = await make(gateway, candidate)
        async with embed("profile", give=giving(token), expecting=REFUSED_ON_THE_CONSOLE) as widget:
            said.append(await told(widget, code))
            assert (await widget.wait_for_message("failed"))["code"] == code
            assert not any(url.endswith("/graphql") for url in widget.visit.requests)
    assert said[0]
    assert said == [said[0]] * 3
    assert "cand-" not in said[0]
    assert "Zoë" not in said[0]


@pytest.mark.parametrize("other", [MATCHED_OF_SOMEONE_ELSE, NOBODY])
async def test_a_page_keeps_to_its_candidate_when_it_is_given_a_token_for_another(
    gateway: Gateway, embed: Embed, other: str
) -> None:
    async with embed("profile", candidate=MATCHED, expecting=REFUSED_ON_THE_CONSOLE) as widget:
        await expect(widget.frame.get_by_text("Marchetti").first).to_be_visible()
        token = await gateway.widget_token("profile", candidate=other)
        await widget.tell({"type": "token", "token": token})
        said = await told(widget, "FORBIDDEN")
        assert "Marchetti" not in said
        heard = await widget.wait_for_message("failed")
        assert heard == {"rsc": 1, "type": "failed", "code": "FORBIDDEN", "from": gateway.url}
        assert sum(url.endswith("/graphql") for url in widget.visit.requests) == 1
        # It was refused before it was taken: the page that it is for can have it.
        assert (await exchange(gateway, token)).status_code == 200


async def test_a_pages_own_token_reads_no_other_candidate(gateway: Gateway) -> None:
    answer = await exchange(gateway, await gateway.widget_token("profile", candidate=MATCHED))
    token = answer.json()["token"]
    page = await gateway.client.get(f"{gateway.url}/widgets/profile", params={"app": gateway.app_key})
    data = orjson.loads(page.text.partition('id="widget">')[2].partition("</script>")[0])

    async def ask(origin: str | None, **variables: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} | ({"Origin": origin} if origin else {})
        body = {"documentId": data["operations"]["Profile"], "variables": variables}
        return await gateway.client.post(f"{gateway.url}/graphql", json=body, headers=headers)

    own = await ask(gateway.url)
    assert own.status_code == 200
    assert "Marchetti" in own.text
    for other in (MATCHED_OF_SOMEONE_ELSE, NOBODY, OF_CONTOSO):
        refused = await ask(gateway.url, candidateExternalId=other)
        assert refused.status_code == 403
        assert refused.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    # Taken elsewhere, it is good for nothing: neither from another page nor from no page at all.
    for origin in ("https://evil.example", None):
        assert (await ask(origin)).status_code == 403
    free = await gateway.client.post(
        f"{gateway.url}/graphql",
        json={"query": "{ viewer { subject } }"},
        headers={"Authorization": f"Bearer {token}", "Origin": gateway.url},
    )
    assert free.json().get("data") is None


async def test_a_token_that_a_page_took_is_of_no_use_to_a_script_of_another_origin(
    gateway: Gateway, embed: Embed
) -> None:
    """The page of the ATS itself has the widget token in hand, and gets nothing for it but the widget."""
    async with embed(
        "profile", candidate=MATCHED, expecting="CORS|policy|ERR_FAILED|Connecting to"
    ) as widget:
        await expect(widget.frame.get_by_text("Marchetti").first).to_be_visible()
        token = await gateway.widget_token("profile", candidate=MATCHED)
        # A page with no policy of its own, so that nothing but the gateway stands in the way.
        thief = await widget.page.context.new_page()
        await thief.goto(f"{widget.page.url.partition('/page/')[0]}/ats.css")
        got = await thief.evaluate(
            """async ([url, body]) => {
                 try { return (await fetch(url, { method: "POST", body,
                   headers: { "Content-Type": "application/json" } })).status; }
                 catch (error) { return String(error); }
            }""",
            [
                f"{gateway.url}/widgets/token",
                orjson.dumps(
                    {"token": token, "widget": "PROFILE", "app": gateway.app_key, "origin": gateway.url}
                ).decode(),
            ],
        )
        assert got == "TypeError: Failed to fetch"
        # It was not even exchanged: the widget itself can still have it.
        assert (await exchange(gateway, token)).status_code == 200


async def test_an_origin_that_nobody_registered_gets_no_frame(gateway: Gateway, embed: Embed) -> None:
    refusal = "frame-ancestors|frame because an ancestor|ERR_BLOCKED_BY_RESPONSE"
    async with embed("profile", candidate=MATCHED, host="127.0.0.1", expecting=refusal) as widget:
        await expect(widget.page.locator("iframe")).to_be_visible()
        await widget.page.wait_for_timeout(500)
        assert any("frame" in text for text in widget.visit.complaints)
        assert await widget.heard() == []
        assert not any(frame.url.startswith(gateway.url) for frame in widget.page.frames)
        assert not any("/widgets/assets/" in url for url in widget.visit.requests)


@pytest.mark.parametrize("app", ["", "abcdefghijklmnop", "'none' *"])
async def test_a_page_for_no_application_is_framed_by_nobody(embed: Embed, app: str) -> None:
    refusal = "frame-ancestors|frame because an ancestor|ERR_BLOCKED_BY_RESPONSE"
    async with embed("search", app=app or " ", expecting=refusal) as widget:
        await widget.page.wait_for_timeout(300)
        assert await widget.heard() == []
        assert not any("/widgets/assets/" in url for url in widget.visit.requests)


async def test_an_origin_that_is_taken_back_gets_no_further_frame_and_no_further_token(
    own_gateway: Gateway, own_embed: Embed, ats: Ats
) -> None:
    async with own_embed("profile", candidate=MATCHED) as widget:
        await expect(widget.frame.get_by_text("Marchetti").first).to_be_visible()
    token = await own_gateway.widget_token("profile", candidate=MATCHED)
    await own_gateway.state.register_origin("https://elsewhere.example")
    await own_gateway.client.get(f"{own_gateway.url}/readyz")
    refused = await exchange(own_gateway, token, origin=ats.origin)
    for _ in range(30):
        if refused.status_code != 200:
            break
        token = await own_gateway.widget_token("profile", candidate=MATCHED)
        refused = await exchange(own_gateway, token, origin=ats.origin)
    assert refused.status_code == 403


async def test_messages_of_other_windows_are_not_heard(gateway: Gateway, embed: Embed) -> None:
    """A frame beside the widget may send it anything; it is of the right origin even, and not the parent."""
    async with embed("profile", candidate=MATCHED) as widget:
        await expect(widget.frame.get_by_text("Marchetti").first).to_be_visible()
        before = await widget.window.evaluate("document.querySelector('main').innerText")
        await widget.page.evaluate(
            """() => new Promise((loaded) => {
                 const other = document.createElement("iframe");
                 other.src = "/blank";
                 other.onload = loaded;
                 document.body.append(other);
            })"""
        )
        beside = next(frame for frame in widget.page.frames if frame.url.endswith("/blank"))
        token = await gateway.widget_token("profile", candidate=MATCHED_OF_SOMEONE_ELSE)
        for message in (
            {"rsc": 1, "type": "token", "token": token},
            {"rsc": 1, "type": "no-token", "message": "You are signed out."},
            {"type": "token"},
            "token",
            None,
        ):
            await beside.evaluate("message => parent.frames[0].postMessage(message, '*')", message)
        await widget.page.wait_for_timeout(300)
        assert await widget.window.evaluate("document.querySelector('main').innerText") == before
        # Nobody exchanged it.
        assert (await exchange(gateway, token)).status_code == 200


async def test_what_the_page_itself_says_in_a_wrong_way_is_not_heard_either(embed: Embed) -> None:
    async with embed("profile", candidate=MATCHED) as widget:
        await expect(widget.frame.get_by_text("Marchetti").first).to_be_visible()
        before = await widget.window.evaluate("document.querySelector('main').innerText")
        for message in (
            {"rsc": 2, "type": "token", "token": "x"},
            {"type": "token", "token": 7},
            {"type": "height"},
        ):
            await widget.tell(message)
        await widget.page.evaluate("frame.contentWindow.postMessage(null, '*')")
        await widget.page.evaluate("frame.contentWindow.postMessage([1, 2], '*')")
        await widget.page.wait_for_timeout(300)
        assert await widget.window.evaluate("document.querySelector('main').innerText") == before


@pytest.mark.parametrize("widget", WIDGETS)
async def test_a_widget_opened_by_itself_says_where_it_belongs_and_asks_for_nothing(
    gateway: Gateway, embed: Embed, widget: str
) -> None:
    async with embed("search") as opened:
        page = await opened.page.context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.method))
        await page.goto(f"{gateway.url}/widgets/{widget}?app={gateway.app_key}")
        await expect(page.locator("[data-code=NOT_EMBEDDED]")).to_be_visible()
        assert set(asked) == {"GET"}


@pytest.mark.parametrize("widget", WIDGETS)
async def test_tokens_are_in_memory_and_nowhere_else(
    own_gateway: Gateway, own_embed: Embed, ats: Ats, widget: str
) -> None:
    """Neither in an address, the document, a cookie nor any storage; and nothing is asked of anybody else.

    The ATS's page is of the gateway's own site here: frames of another site are refused storage anyway.
    """
    await own_gateway.state.register_origin(ats.origin, f"http://127.0.0.1:{ats.port}")
    job = await own_gateway.state.sql(
        "select external_id from job where state = 'LISTED' order by id limit 1"
    )
    subject = {"profile": {"candidate": MATCHED}, "recommended": {"job": job[0]["external_id"]}}
    async with own_embed(widget, host="127.0.0.1", **subject.get(widget, {})) as opened:
        await expect(opened.frame.locator("main")).not_to_have_attribute("aria-busy", "true")
        await expect(opened.frame.locator("h1, h2").first).to_be_visible()
        document = await opened.window.evaluate("document.documentElement.outerHTML")
        assert not any("eyJ" in text for text in (document, *opened.visit.requests))
        kept = "Promise.all([indexedDB.databases(), caches.keys(), {...localStorage}, {...sessionStorage}])"
        assert await opened.window.evaluate(kept) == [[], [], {}, {}]
        assert await opened.visit.stored() == []
        assert opened.visit.foreign == []
