"""createWidgetToken: what a partner may ask for, and what the token says."""

from datetime import datetime
from typing import Any

import pytest

from app.access.features import Role
from app.auth.issue import issue_token
from tests.http.conftest import KEY
from tests.resolvers.world import OTHER_URN, PARTNER, URN
from tests.widgets.server.conftest import NOBODY, Desk, claims_of, partner_token


async def rows(desk: Desk) -> dict[str, int]:
    tables = await desk.owner.fetch(
        "select table_name from information_schema.tables where table_schema = 'public' "
        "and table_type = 'BASE TABLE'"
    )
    return {name: await desk.owner.fetchval(f'select count(*) from "{name}"') for (name,) in tables}


async def test_the_token_is_ours_for_a_minute_and_names_user_widget_and_subject_and_no_seat(
    desk: Desk,
) -> None:
    payload = await desk.create(atsUserId="u-rosa")
    said = claims_of(payload["token"])
    assert said["exp"] - said["iat"] == 60
    assert datetime.fromisoformat(payload["expiresAt"]).timestamp() == said["exp"]
    del said["iat"], said["exp"], said["jti"]
    assert said == {
        "iss": "rsc-gateway",
        "aud": "rsc-gateway/widgets",
        "sub": "u-rosa",
        "roles": ["ATS_USER"],
        "company": URN,
        "partner": PARTNER,
        "widget": {"widget": "PROFILE", "candidate": "x-1"},
    }


async def test_asking_writes_nothing_and_asks_nothing_about_the_subject(own_desk: Desk) -> None:
    before = await rows(own_desk)
    one = await own_desk.create(candidateExternalId="x-1")
    none = await own_desk.create(candidateExternalId="x-99")
    assert await rows(own_desk) == before
    assert (one["userErrors"], none["userErrors"]) == ([], [])
    differing = {"iat", "exp", "jti", "widget"}
    first, second = claims_of(one["token"]), claims_of(none["token"])
    assert {k: v for k, v in first.items() if k not in differing} == {
        k: v for k, v in second.items() if k not in differing
    }


async def test_the_partner_says_who_administers_the_ats(desk: Desk) -> None:
    assert claims_of(await desk.widget_token(isAtsAdmin=True))["roles"] == ["ATS_ADMIN", "ATS_USER"]
    for nothing in ({"isAtsAdmin": False}, {"isAtsAdmin": None}, {}):
        assert claims_of(await desk.widget_token(**nothing))["roles"] == ["ATS_USER"]


FITTING: list[dict[str, Any]] = [
    {"widget": "PROFILE", "candidateExternalId": "x-1"},
    {"widget": "PROFILE", "candidateExternalId": "x-1", "jobExternalId": None},
    {"widget": "ONBOARDING"},
    {"widget": "SEARCH"},
    {"widget": "SEARCH", "jobExternalId": "j-1"},
    {"widget": "RECOMMENDED", "jobExternalId": "j-1"},
]
NOT_FITTING: list[tuple[dict[str, Any], str]] = [
    ({"widget": "PROFILE", "candidateExternalId": None}, "candidateExternalId"),
    ({"widget": "PROFILE", "candidateExternalId": "x-1", "jobExternalId": "j-1"}, "jobExternalId"),
    ({"widget": "ONBOARDING", "candidateExternalId": "x-1"}, "candidateExternalId"),
    ({"widget": "ONBOARDING", "jobExternalId": "j-1"}, "jobExternalId"),
    ({"widget": "SEARCH", "candidateExternalId": "x-1"}, "candidateExternalId"),
    ({"widget": "RECOMMENDED"}, "jobExternalId"),
    ({"widget": "RECOMMENDED", "jobExternalId": "j-1", "candidateExternalId": "x-1"}, "candidateExternalId"),
]


@pytest.mark.parametrize("given", FITTING)
async def test_a_widget_has_the_subject_that_it_is_about(desk: Desk, given: dict[str, Any]) -> None:
    said = claims_of(await desk.widget_token(**given))["widget"]
    assert said == {
        name: value
        for name, value in {
            "widget": given["widget"],
            "candidate": given.get("candidateExternalId"),
            "job": given.get("jobExternalId"),
        }.items()
        if value is not None
    }


@pytest.mark.parametrize(("given", "where"), NOT_FITTING)
async def test_what_does_not_fit_the_widget_is_told_with_its_place(
    desk: Desk, given: dict[str, Any], where: str
) -> None:
    payload = await desk.create(**given)
    (error,) = payload["userErrors"]
    assert (payload["token"], payload["expiresAt"]) == (None, None)
    assert (error["code"], error["path"]) == ("INVALID", ["input", where])


async def test_ids_of_the_ats_may_be_long_and_in_any_script(desk: Desk) -> None:
    for odd in ("ü" * 300, "😀" * 300, "a b", "7", "</script>", "application:ourapplication01"):
        said = claims_of(await desk.widget_token(atsUserId=odd, candidateExternalId=odd))
        assert (said["sub"], said["widget"]["candidate"]) == (odd, odd)


@pytest.mark.parametrize("odd", ["", " ", " u", "u ", "u\n", "u\u0007", "u\u007f", "u\u200b", "u" * 301])
async def test_an_id_that_is_none_is_told_with_its_place(desk: Desk, odd: str) -> None:
    (error,) = (await desk.create(atsUserId=odd))["userErrors"]
    assert (error["code"], error["path"]) == ("INVALID", ["input", "atsUserId"])


@pytest.mark.parametrize("odd", ["u\\u0000", "\\ud800", "u\\udfff1"])
@pytest.mark.parametrize("place", ["atsUserId", "candidateExternalId"])
async def test_text_that_cannot_be_stored_is_refused_before_anything(
    desk: Desk, odd: str, place: str
) -> None:
    given = {"atsUserId": "u", "candidateExternalId": "x-1"} | {place: "@"}
    members = ", ".join(f'"{name}": "{value}"' for name, value in given.items()).replace("@", odd)
    body = (
        '{"query": "mutation($input: CreateWidgetTokenInput!) { createWidgetToken(input: $input) '
        '{ token userErrors { code path } } }", "variables": {"input": {"widget": "PROFILE", '
        + members
        + "}}}"
    )
    response = await desk.gateway.client.post(
        "/graphql",
        content=body,
        headers={"Authorization": f"Bearer {partner_token()}", "Content-Type": "application/json"},
    )
    assert response.status_code < 500
    answer = response.json()
    if "errors" in answer:
        assert {error["extensions"]["code"] for error in answer["errors"]} <= {
            "BAD_USER_INPUT",
            "BAD_REQUEST",
        }
    else:
        payload = answer["data"]["createWidgetToken"]
        assert payload["token"] is None
        assert [(one["code"], one["path"]) for one in payload["userErrors"]] == [
            ("INVALID", ["input", place])
        ]


async def test_before_there_is_an_integration_only_onboarding_has_a_token(own_desk: Desk) -> None:
    await own_desk.owner.execute("update integration set state = 'ERASED'")
    await own_desk.changed()
    for given in FITTING:
        payload = await own_desk.create(**given)
        if given["widget"] == "ONBOARDING":
            assert claims_of(payload["token"])["partner"] == PARTNER
        else:
            (error,) = payload["userErrors"]
            assert (error["code"], error["path"]) == ("NO_INTEGRATION", ["input", "widget"])


async def test_the_integration_may_be_in_any_state_because_the_widget_says_what_to_do(own_desk: Desk) -> None:
    for state in ("REQUESTED", "PARTNER_READY", "SYNCING", "DISABLED"):
        await own_desk.owner.execute(
            "update integration set state = $1 where company_id = $2 and state <> 'ERASED'",
            *(state, (await own_desk.owner.fetchval("select company_id from company where urn = $1", URN))),
        )
        await own_desk.changed()
        assert await own_desk.widget_token()


async def test_only_the_partner_that_serves_the_company_is_given_any(desk: Desk) -> None:
    query = 'mutation { createWidgetToken(input: {widget: ONBOARDING, atsUserId: "u"}) { token } }'
    for role in sorted(set(Role) - {Role.PARTNER}):
        bearer = issue_token(KEY, subject="x", roles=[role], company=URN, partner=PARTNER, lifetime_s=600)
        answer = (await desk.gateway.ask(query, {"Authorization": f"Bearer {bearer}"})).json()
        assert answer["data"] == {"createWidgetToken": None}
        assert answer["errors"][0]["extensions"]["code"] == "ROLE_REQUIRED"
    bearer = partner_token(partner="Old ATS")
    response = await desk.gateway.ask(query, {"Authorization": f"Bearer {bearer}"})
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (403, "FORBIDDEN")


async def test_tokens_are_for_the_company_of_whoever_asks(desk: Desk) -> None:
    token = await desk.widget_token(bearer=partner_token(OTHER_URN))
    assert claims_of(token)["company"] == OTHER_URN


async def test_the_widget_token_opens_neither_graphql_nor_the_wire_api(desk: Desk) -> None:
    token = await desk.widget_token()
    headers = {"Authorization": f"Bearer {token}"}
    for path, body in (("/graphql", {"query": "{ viewer { subject } }"}), ("/v2/seats", {})):
        response = await desk.gateway.client.post(path, json=body, headers=headers)
        assert response.status_code == 401
    by_page = await desk.run(token, "query Who { viewer { subject roles seat { urn: id } } }")
    assert by_page.status_code == 401
    assert NOBODY not in by_page.text
