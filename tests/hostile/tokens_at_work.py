"""Forged tokens brought to every door of a gateway that runs, after the genuine ones were let in."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final, Protocol

import asyncpg
import httpx

from app.auth.keys import SigningKey
from tests.auth.forgeries import FORGERIES
from tests.hostile.tokens import forged

_ORIGIN: Final = "https://ats.northwind.example"
_NO_PARTNER: Final = "The token's partner is not the one that serves this company"
"""What is said, with 403, to a backend that proved who it is and has no business with this company."""
_CREATE: Final = "mutation($i:CreateWidgetTokenInput!){createWidgetToken(input:$i){token}}"
_WIDGET: Final = {"widget": "PROFILE", "atsUserId": "ats-recruiter", "candidateExternalId": "cand-0001"}


class Doors(Protocol):
    """A gateway that runs: where, its key, tokens of its personas, and its database's owner."""

    @property
    def port(self) -> int: ...
    @property
    def dsn(self) -> str: ...
    @property
    def key(self) -> SigningKey: ...
    @property
    def tokens(self) -> Mapping[str, str]: ...


async def accepted_forgeries(doors: Doors, *, with_old: bool = True) -> tuple[int, list[str]]:
    """How many different forgeries were brought to the doors, and by name those that one of them let in.

    `with_old`: those of `tests.auth.forgeries` too, whose time is another.
    Raises: AssertionError if a genuine token is refused, for then a refusal would prove nothing.
    """
    async with httpx.AsyncClient(base_url=f"http://localhost:{doors.port}", timeout=30) as client:
        app = await _application(doors.dsn)
        genuine = await _genuine(client, doors.tokens, app)
        made = forged(genuine, doors.key)
        if with_old:
            made |= {
                f"old: {forgery.what}": forgery.text for forgery in FORGERIES if _can_be_sent(forgery.text)
            }
        assert len(set(made.values())) == len(made)
        at_once = asyncio.Semaphore(8)

        async def is_let_in(token: str) -> bool:
            async with at_once:
                return await _is_let_in(client, token, app)

        answers = await asyncio.gather(*map(is_let_in, made.values()))
        let_in = [name for name, let in zip(made, answers, strict=True) if let]
    return len(made), let_in


async def _application(dsn: str) -> str:
    owner = await asyncpg.connect(dsn)
    try:
        await owner.execute("update provisioned_application set js_sdk_domains = array[$1]", _ORIGIN)
        found: str = await owner.fetchval(
            "select client_id from provisioned_application where parent_id is not null and revoked_at is null"
        )
    finally:
        await owner.close()
    return found


async def _genuine(client: httpx.AsyncClient, tokens: Mapping[str, str], app: str) -> dict[str, str]:
    """A token of each kind that the gateway signs, each of which was let in."""
    widgets = []
    for _ in range(2):
        answer = await _ask(client, tokens["partner"], _CREATE, {"i": _WIDGET})
        widgets.append(answer.json()["data"]["createWidgetToken"]["token"])
    exchanged = await _exchange(client, widgets[0], app)
    assert exchanged.status_code == 200, exchanged.text
    page = exchanged.json()["token"]
    assert (await _ask(client, tokens["recruiter"])).json()["data"]["viewer"]["subject"]
    # A page may run its widget's own documents only: that is said to those who were let in.
    assert (await _ask(client, page)).status_code == 403
    assert (await _exchange(client, widgets[0], app)).status_code == 401, "a token was exchanged twice"
    return {"access": tokens["recruiter"], "partner": tokens["partner"], "widget": widgets[1], "page": page}


async def _is_let_in(client: httpx.AsyncClient, token: str, app: str) -> bool:
    """Whether any door answers anything but that this is nobody."""
    bearer = {"Authorization": f"Bearer {token}"}
    answers = [
        await _ask(client, token),
        await _exchange(client, token, app),
        await client.get("/v2/atsCandidates", params={"q": "criteria"}, headers=bearer),
        await client.get("/graphiql/guards.json", headers=bearer),
    ]
    return not all(answer.status_code == 401 or _NO_PARTNER in answer.text for answer in answers)


async def _ask(
    client: httpx.AsyncClient, token: str, query: str = "{viewer{subject}}", variables: Any = None
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)


async def _exchange(client: httpx.AsyncClient, token: str, app: str) -> httpx.Response:
    """As the gateway's own page does it."""
    said = {"token": token, "widget": "PROFILE", "app": app, "origin": _ORIGIN}
    headers = {"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    return await client.post("/widgets/token", json=said, headers=headers)


def _can_be_sent(token: str) -> bool:
    """Whether it can stand in a header and in a body that the doors read to its end."""
    return 0 < len(token) < 9_000 and token.isascii() and token.isprintable() and token == token.strip()
