"""POST /widgets/token: once, and only for what belongs together; nothing tells whether a candidate exists."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.access.features import Role
from app.auth.issue import WIDGET_AUDIENCE, issue_token
from app.auth.issuers import DEVELOPMENT_ISSUER, OWN_ISSUER
from app.auth.revocation import Revocations
from app.http.body import JSON_NESTING_MAX
from app.widgets.exchange import KEPT
from tests.http.conftest import KEY
from tests.resolvers.world import COMPANY, OTHER_COMPANY, OTHER_URN, PARTNER, URN
from tests.widgets.server.conftest import (
    APP,
    APP_ID,
    ATS,
    COMPANY_ATS,
    FOREIGN,
    HOST,
    NOBODY,
    ORPHAN,
    OTHER_APP,
    OTHER_ATS,
    OWN,
    OWN_PAGE,
    REVOKED,
    UNTIED,
    WHO,
    Desk,
    claims_of,
    partner_token,
)

UNAUTHENTICATED, FORBIDDEN = (401, "UNAUTHENTICATED"), (403, "FORBIDDEN")


def told(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which has one shape."""
    answer = response.json()
    assert set(answer) == {"errors"}
    (error,) = answer["errors"]
    assert set(error) == {"message", "extensions"}
    assert set(error["extensions"]) == {"code"}
    assert error["message"].endswith(".")
    return response.status_code, error["extensions"]["code"]


def forged(lifetime_s: int = 60, issued_at: int | None = None, **changes: Any) -> str:
    """A widget token signed with our key that says something else than ours do."""
    said: dict[str, Any] = {
        "subject": NOBODY,
        "roles": [Role.ATS_USER],
        "company": URN,
        "partner": PARTNER,
        "widget": {"widget": "PROFILE", "candidate": "x-1"},
        "issuer": OWN_ISSUER,
        "audience": WIDGET_AUDIENCE,
    }
    return issue_token(KEY, **said | changes, lifetime_s=lifetime_s, issued_at=issued_at)


async def test_the_page_gets_a_token_of_its_own_for_five_minutes(desk: Desk) -> None:
    response = await desk.exchange(await desk.widget_token())
    assert (response.status_code, response.headers["cache-control"]) == (200, "no-store")
    answer = response.json()
    assert set(answer) == {"token", "expiresAt", "seatConnected"}
    assert answer["seatConnected"] is False
    said = claims_of(answer["token"])
    assert said["exp"] - said["iat"] == 300
    assert datetime.fromisoformat(answer["expiresAt"]).timestamp() == said["exp"]
    del said["iat"], said["exp"], said["jti"]
    assert said == {
        "iss": "rsc-gateway",
        "aud": "rsc-gateway",
        "sub": NOBODY,
        "roles": ["ATS_USER"],
        "company": URN,
        "partner": PARTNER,
        "client": "profile-widget",
        "widget": {"widget": "PROFILE", "candidate": "x-1", "app": APP, "origin": ATS},
    }


async def test_what_is_there_and_what_is_not_are_exchanged_alike(desk: Desk) -> None:
    answers = []
    for candidate in ("x-1", "x-99"):
        response = await desk.exchange(await desk.widget_token(candidateExternalId=candidate))
        answer = response.json()
        said = claims_of(answer.pop("token"))
        answers.append(
            (response.status_code, set(answer), answer["seatConnected"], set(said), set(said["widget"]))
        )
    assert answers[0] == answers[1]


async def test_it_is_exchanged_once(desk: Desk) -> None:
    token = await desk.widget_token()
    assert (await desk.exchange(token)).status_code == 200
    assert told(await desk.exchange(token)) == UNAUTHENTICATED


async def test_of_many_at_once_one_wins(desk: Desk) -> None:
    token = await desk.widget_token()
    answers = await asyncio.gather(*(desk.exchange(token) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200, *[401] * 7]


async def test_what_was_refused_for_something_else_is_not_spent(desk: Desk) -> None:
    token = await desk.widget_token()
    assert told(await desk.exchange(token, widget="SEARCH")) == FORBIDDEN
    assert told(await desk.exchange(token, origin="https://elsewhere.example")) == FORBIDDEN
    assert (await desk.exchange(token)).status_code == 200


@pytest.mark.parametrize("widget", ["ONBOARDING", "SEARCH", "RECOMMENDED"])
async def test_another_widgets_page_does_not_get_it(desk: Desk, widget: str) -> None:
    assert told(await desk.exchange(await desk.widget_token(), widget=widget)) == FORBIDDEN


@pytest.mark.parametrize(
    "app", [OTHER_APP, REVOKED, ORPHAN, FOREIGN, OWN, "nosuchapplication", "x", "\x00", f"urn:li:x:{APP_ID}"]
)
async def test_a_page_of_another_or_of_no_application_does_not_get_it(desk: Desk, app: str) -> None:
    for origin in (ATS, OTHER_ATS):
        assert told(await desk.exchange(await desk.widget_token(), app=app, origin=origin)) == FORBIDDEN


@pytest.mark.parametrize(
    "origin",
    [
        *(
            "https://elsewhere.example",
            "http://ats.example",
            "https://ats.example:444",
            "https://ats.example/",
        ),
        *("https://ats.example.evil.example", "null", HOST, OTHER_ATS, "https://ATS.example", "*"),
    ],
)
async def test_a_page_of_an_unregistered_origin_does_not_get_it(desk: Desk, origin: str) -> None:
    assert told(await desk.exchange(await desk.widget_token(), origin=origin)) == FORBIDDEN


async def test_the_application_is_named_by_client_id_or_urn_and_its_companys_origins_count_too(
    desk: Desk,
) -> None:
    for app in (APP, f"urn:li:developerApplication:{APP_ID}"):
        for origin in (ATS, COMPANY_ATS):
            response = await desk.exchange(await desk.widget_token(), app=app, origin=origin)
            said = claims_of(response.json()["token"])["widget"]
            assert (said["app"], said["origin"]) == (APP, origin)


async def test_an_application_that_is_tied_to_no_company_yet_serves_for_its_own_partner(desk: Desk) -> None:
    token = await desk.widget_token(widget="ONBOARDING")
    assert (await desk.exchange(token, widget="ONBOARDING", app=UNTIED)).status_code == 200
    token = await desk.widget_token(widget="ONBOARDING")
    assert told(await desk.exchange(token, widget="ONBOARDING", app=UNTIED, origin=COMPANY_ATS)) == FORBIDDEN


async def test_another_companys_token_is_not_for_our_page(desk: Desk) -> None:
    token = await desk.widget_token(bearer=partner_token(OTHER_URN))
    assert told(await desk.exchange(token)) == FORBIDDEN
    assert (await desk.exchange(token, app=OTHER_APP, origin=OTHER_ATS)).status_code == 200


REFUSED: Mapping[str, str] = {
    "expired": forged(issued_at=int(time.time()) - 61),
    "of the future": forged(issued_at=int(time.time()) + 3600),
    "for too long": forged(lifetime_s=25 * 3600),
    "for graphql": forged(audience="rsc-gateway"),
    "for nobody": forged(audience="somebody-else"),
    "by the development issuer": forged(issuer=DEVELOPMENT_ISSUER),
    "of no widget": forged(widget=None),
    "of an unknown widget": forged(widget={"widget": "OTHER"}),
    "of a list": forged(widget=["PROFILE"]),
    "with a number": forged(widget={"widget": "PROFILE", "candidate": 7}),
    "with a list": forged(widget={"widget": [], "candidate": "x"}),
    "with an origin already": forged(widget={"widget": "PROFILE", "origin": ATS}),
    "of another company": forged(company="urn:li:organization:404"),
    "of no company": forged(company=None),
    "no token": "nonsense",
    "empty parts": "..",
    "long": "x" * 9_000,
}


@pytest.mark.parametrize("name", REFUSED)
async def test_whatever_is_not_exactly_right_is_refused(desk: Desk, name: str) -> None:
    response = await desk.exchange(REFUSED[name])
    assert told(response) == UNAUTHENTICATED
    assert response.headers["www-authenticate"].startswith("Bearer ")


async def test_a_signature_of_another_key_is_refused(desk: Desk) -> None:
    head, payload, signature = (await desk.widget_token()).split(".")
    other = (await desk.widget_token(candidateExternalId="x-2")).split(".")
    assert told(await desk.exchange(f"{head}.{other[1]}.{signature}")) == UNAUTHENTICATED
    assert told(await desk.exchange(f"{head}.{payload}.{other[2]}")) == UNAUTHENTICATED


async def test_another_partners_token_is_refused(desk: Desk) -> None:
    assert told(await desk.exchange(forged(partner="Old ATS"))) == FORBIDDEN


async def test_roles_that_are_no_users_are_not_handed_on(desk: Desk) -> None:
    response = await desk.exchange(forged(roles=[Role.ATS_USER, Role.PARTNER, Role.STAFF]))
    assert claims_of(response.json()["token"])["roles"] == ["ATS_USER"]


async def test_what_was_revoked_is_refused_token_and_user(own_desk: Desk) -> None:
    revocations = Revocations(own_desk.gateway.services.pool)
    token = await own_desk.widget_token()
    said = claims_of(token)
    await revocations.revoke_token(OWN_ISSUER, said["jti"], said["exp"])
    other = await own_desk.widget_token(atsUserId="u-2")
    await revocations.revoke_subject(OWN_ISSUER, "u-2")
    await asyncio.sleep(1)
    assert told(await own_desk.exchange(token)) == UNAUTHENTICATED
    assert told(await own_desk.exchange(other)) == UNAUTHENTICATED
    assert (await own_desk.exchange(await own_desk.widget_token())).status_code == 200


async def test_it_is_renewed_for_the_same_only(desk: Desk) -> None:
    present = await desk.page_token()
    response = await desk.exchange(await desk.widget_token(), present=present)
    assert response.status_code == 200
    assert (await desk.run(response.json()["token"], WHO)).status_code == 200
    others: list[dict[str, Any]] = [{"atsUserId": "u-2"}, {"candidateExternalId": "x-2"}]
    for other in others:
        assert told(await desk.exchange(await desk.widget_token(**other), present=present)) == FORBIDDEN
    token = await desk.widget_token()
    assert told(await desk.exchange(token, present=present, origin=COMPANY_ATS)) == FORBIDDEN
    assert told(await desk.exchange(token, present=present, app=UNTIED)) == FORBIDDEN
    search = await desk.widget_token(widget="SEARCH")
    assert told(await desk.exchange(search, present=present, widget="SEARCH")) == FORBIDDEN
    assert told(await desk.exchange(token, present=partner_token())) == FORBIDDEN
    assert told(await desk.exchange(token, present="nonsense")) == UNAUTHENTICATED
    assert (await desk.exchange(token, present=present)).status_code == 200


async def test_a_renewal_may_change_whether_the_user_administers_the_ats(desk: Desk) -> None:
    present = await desk.page_token()
    response = await desk.exchange(await desk.widget_token(isAtsAdmin=True), present=present)
    assert claims_of(response.json()["token"])["roles"] == ["ATS_ADMIN", "ATS_USER"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": ATS},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "ftp://localhost"},
        {"Origin": "localhost"},
        {"Origin": HOST, "Sec-Fetch-Site": "cross-site"},
        {"Origin": HOST, "Sec-Fetch-Site": "same-site"},
        {"Origin": HOST, "Sec-Fetch-Site": "none"},
    ],
)
async def test_only_our_own_page_may_exchange(desk: Desk, headers: dict[str, str]) -> None:
    assert told(await desk.exchange(await desk.widget_token(), headers=headers)) == FORBIDDEN


@pytest.mark.parametrize(
    "headers",
    [
        OWN_PAGE,
        {"Origin": HOST},
        {"Origin": "https://localhost"},
        {"Origin": "https://localhost", "Host": "localhost:443"},
        {"Origin": "http://localhost:8001", "Host": "localhost:8001"},
        {"Origin": "https://localhost", "Host": "LocalHost"},
    ],
)
async def test_our_own_page_is_one_of_the_host_that_was_asked(desk: Desk, headers: dict[str, str]) -> None:
    assert (await desk.exchange(await desk.widget_token(), headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"null", b"7", b"[]", b"{", b"\xff\xfe", b'{"token": "\\ud800"}', b'{"a": 1, "a": 1}', b"{}"),
        b'{"token": 7, "widget": "PROFILE", "app": "a", "origin": "b"}',
        b'{"token": "a", "widget": "OTHER", "app": "a", "origin": "b"}',
        b'{"token": "a", "widget": "", "app": "a", "origin": "b"}',
        b'{"token": "a", "widget": "PROFILE", "app": null, "origin": "b"}',
        b'{"a":' * (JSON_NESTING_MAX * 1000) + b"1" + b"}" * (JSON_NESTING_MAX * 1000),
    ],
)
async def test_a_broken_body_is_refused_with_a_sentence(desk: Desk, body: bytes) -> None:
    response = await desk.gateway.client.post(
        "/widgets/token", content=body, headers={**OWN_PAGE, "Content-Type": "application/json"}
    )
    assert response.status_code in (400, 413)
    assert told(response)[1] in ("BAD_REQUEST", "BODY_LIMIT")


async def test_other_methods_and_media_types_are_refused(desk: Desk) -> None:
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        response = await desk.gateway.client.request(method, "/widgets/token", headers=OWN_PAGE)
        assert (response.status_code, response.headers["allow"]) == (405, "POST")
        assert told(response)[1] == "BAD_REQUEST"
    form = await desk.gateway.client.post("/widgets/token", data={"token": "x"}, headers=OWN_PAGE)
    assert told(form) == (415, "BAD_REQUEST")


async def test_a_header_that_is_there_twice_is_none_that_counts(desk: Desk) -> None:
    token, present = await desk.widget_token(), await desk.page_token()
    body = {"token": token, "widget": "PROFILE", "app": APP, "origin": ATS}
    twice = [[("Origin", HOST), ("Origin", HOST)], [("Origin", ATS), ("Origin", HOST)]]
    for headers in twice:
        response = await desk.gateway.client.post("/widgets/token", json=body, headers=headers)
        assert told(response) == FORBIDDEN
    headers = [("Origin", HOST), *(("Authorization", f"Bearer {one}") for one in (present, present))]
    response = await desk.gateway.client.post("/widgets/token", json=body, headers=headers)
    assert told(response) == UNAUTHENTICATED


async def test_no_other_origin_is_let_to_read_the_answer(desk: Desk) -> None:
    response = await desk.exchange(await desk.widget_token(), headers={**OWN_PAGE})
    assert not [name for name in response.headers if name.startswith("access-control-")]


async def test_exchanges_are_remembered_by_company_and_forgotten_in_time(own_desk: Desk) -> None:
    table = "select company_id, token_id from widget_token_exchange order by 1, 2"
    token = await own_desk.widget_token()
    await own_desk.exchange(token)
    others = await own_desk.widget_token(bearer=partner_token(OTHER_URN))
    await own_desk.exchange(others, app=OTHER_APP, origin=OTHER_ATS)
    assert [tuple(row) for row in await own_desk.owner.fetch(table)] == [
        (COMPANY, claims_of(token)["jti"]),
        (OTHER_COMPANY, claims_of(others)["jti"]),
    ]
    long_ago = datetime.now(UTC) - KEPT - timedelta(seconds=5)
    await own_desk.owner.execute("update widget_token_exchange set expires_at = $1", long_ago)
    later = await own_desk.widget_token()
    await own_desk.exchange(later)
    assert [tuple(row) for row in await own_desk.owner.fetch(table)] == [
        (COMPANY, claims_of(later)["jti"]),
        (OTHER_COMPANY, claims_of(others)["jti"]),
    ]


async def test_without_a_database_it_says_so_and_nothing_is_spent(own_desk: Desk) -> None:
    token = await own_desk.widget_token()
    await own_desk.owner.execute("alter table widget_token_exchange rename to away")
    assert (await own_desk.exchange(token)).status_code == 500
    await own_desk.owner.execute("alter table away rename to widget_token_exchange")
    assert (await own_desk.exchange(token)).status_code == 200
