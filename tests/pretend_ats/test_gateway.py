"""The vendor's side of the calls: a token that is kept, renewed and had anew, and what goes wrong."""

import asyncio
import json
from collections.abc import Callable

import httpx
import pytest

from app.pretend_ats.gateway import Gateway, GatewayAway, GatewayRefused

Answers = Callable[[httpx.Request], httpx.Response]


def _gateway(answer: Answers, asked: list[str], *, lifetime_s: int = 1_800) -> Gateway:
    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path == "/oauth/v2/accessToken":
            token = f"token-{asked.count(request.url.path)}"
            return httpx.Response(200, json={"access_token": token, "expires_in": lifetime_s})
        return answer(request)

    client = httpx.AsyncClient(transport=httpx.MockTransport(handle))
    return Gateway("http://gateway", "id", "secret", client)


async def test_one_token_serves_many_even_at_once() -> None:
    asked: list[str] = []
    gateway = _gateway(lambda _: httpx.Response(200, json={"data": {}}), asked)
    await asyncio.gather(*(gateway.ask("{ x }") for _ in range(5)))
    assert asked.count("/oauth/v2/accessToken") == 1
    assert asked.count("/graphql") == 5


async def test_a_token_is_renewed_before_it_ends() -> None:
    asked: list[str] = []
    gateway = _gateway(lambda _: httpx.Response(200, json={"data": {}}), asked, lifetime_s=60)
    await gateway.ask("{ x }")
    await gateway.ask("{ x }")
    assert asked.count("/oauth/v2/accessToken") == 2


async def test_a_token_that_was_revoked_is_had_anew_once() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers["Authorization"] == "Bearer token-1":
            return httpx.Response(401, json={"errors": [{"message": "Revoked."}]})
        return httpx.Response(200, json={"data": {"x": 1}})

    assert await _gateway(answer, asked).ask("{ x }") == {"x": 1}
    never = _gateway(lambda _: httpx.Response(401, json={"errors": [{"message": "No."}]}), asked)
    with pytest.raises(GatewayRefused, match="No"):
        await never.ask("{ x }")


@pytest.mark.parametrize(
    ("status", "headers", "retry_after_s"),
    [(503, {"Retry-After": "7"}, 7), (429, {"Retry-After": "soon"}, 1), (500, {}, 1)],
)
async def test_a_gateway_that_cannot_says_when_it_can(
    status: int, headers: dict[str, str], retry_after_s: int
) -> None:
    gateway = _gateway(lambda _: httpx.Response(status, headers=headers), [])
    with pytest.raises(GatewayAway) as away:
        await gateway.ask("{ x }")
    assert away.value.retry_after_s == retry_after_s


async def test_what_is_no_answer_is_none() -> None:
    def broken(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    answers: list[Answers] = [broken, lambda _: httpx.Response(200, text="<html>")]
    for answer in answers:
        with pytest.raises(GatewayAway):
            await _gateway(answer, []).ask("{ x }")
    empty: list[Answers] = [
        lambda _: httpx.Response(200, json={"data": None}),
        lambda _: httpx.Response(200, json=[]),
    ]
    for answer in empty:
        with pytest.raises(GatewayRefused):
            await _gateway(answer, []).ask("{ x }")


async def test_a_widget_token_is_asked_for_with_what_the_ats_knows() -> None:
    said: list[dict[str, object]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        said.append(json.loads(request.content)["variables"]["input"])
        refused = {"token": None, "userErrors": [{"message": "Not for this one."}]}
        given = {"token": "the token", "userErrors": []}
        payload = given if said[-1]["widget"] == "PROFILE" else refused
        return httpx.Response(200, json={"data": {"createWidgetToken": payload}})

    gateway = _gateway(answer, [])
    assert await gateway.widget_token("PROFILE", "somebody", candidate="c-1", is_admin=True) == "the token"
    with pytest.raises(GatewayRefused, match="Not for this one"):
        await gateway.widget_token("SEARCH", "somebody")
    assert said[0] == {
        "widget": "PROFILE",
        "atsUserId": "somebody",
        "candidateExternalId": "c-1",
        "jobExternalId": None,
        "isAtsAdmin": True,
    }
