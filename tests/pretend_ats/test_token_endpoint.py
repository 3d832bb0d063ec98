"""Where the ATS's pages get widget tokens: for the user of the session, and for its own pages only."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.cli.program import Demo

PROFILE = {"widget": "PROFILE", "candidateExternalId": "cand-0001"}


@pytest.fixture
def ats(demo: Demo) -> Iterator[httpx.Client]:
    """A visitor of the ATS, as its pages send requests."""
    origin = {"Origin": demo.ats_url, "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=demo.ats_url, headers=origin, timeout=20) as client:
        client.get("/")
        yield client


def _switch(ats: httpx.Client, user: str) -> None:
    assert ats.post("/session", data={"user": user, "back": "/settings"}).headers["Location"] == "/settings"


def _claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


@pytest.mark.parametrize(
    ("user", "subject", "roles"),
    [
        ("recruiter", "demo:ats-user", ["ATS_USER"]),
        ("colleague", "demo:ats-colleague", ["ATS_USER"]),
        ("admin", "demo:ats-admin", ["ATS_ADMIN", "ATS_USER"]),
        ("owner", "demo:ats-owner", ["ATS_ADMIN", "ATS_USER"]),
    ],
)
def test_the_token_is_of_the_sessions_user_whatever_the_page_says(
    ats: httpx.Client, user: str, subject: str, roles: list[str]
) -> None:
    _switch(ats, user)
    said = {**PROFILE, "atsUserId": "demo:ats-owner", "isAtsAdmin": True, "jobExternalId": "job-001"}
    answer = ats.post("/widget-token", json=said)
    claims = _claims(answer.json()["token"])
    assert (claims["sub"], sorted(claims["roles"])) == (subject, roles)
    assert claims["widget"] == {"widget": "PROFILE", "candidate": "cand-0001"}
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "said",
    [
        {"widget": "RECOMMENDED", "jobExternalId": "job-001"},
        {"widget": "SEARCH"},
        {"widget": "SEARCH", "jobExternalId": "job-001"},
        {"widget": "ONBOARDING", "candidateExternalId": "cand-0001"},
    ],
)
def test_each_widget_has_its_subject(ats: httpx.Client, said: dict[str, str]) -> None:
    claims = _claims(ats.post("/widget-token", json=said).json()["token"])
    assert claims["widget"].get("widget") == said["widget"]
    assert claims["widget"].get("job") == said.get("jobExternalId")
    assert "candidate" not in claims["widget"]


def test_nobody_and_those_with_a_cookie_of_their_own_making_get_none(ats: httpx.Client) -> None:
    _switch(ats, "nobody")
    signed_out = ats.post("/widget-token", json=PROFILE)
    ats.cookies.clear()
    without = ats.post("/widget-token", json=PROFILE)
    forged = ats.post(
        "/widget-token", json=PROFILE, headers={"Cookie": f"pretend_ats=owner.auto.1.{'0' * 64}"}
    )
    for answer in (signed_out, without, forged):
        assert answer.status_code == 401
        assert answer.json() == {"message": "You are signed out of the ATS. Sign in again."}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_other_pages_get_none_and_switch_nobody(ats: httpx.Client, headers: dict[str, str]) -> None:
    assert ats.post("/widget-token", json=PROFILE, headers=headers).status_code == 403
    assert ats.post("/session", data={"user": "owner"}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b'{"widget": "PROFILES"}',
        b'{"widget": ["PROFILE"]}',
        b'{"widget": "PROFILE", "candidateExternalId": 1}',
        b'{"widget": "PROFILE", "candidateExternalId": "' + b"x" * 5_000 + b'"}',
    ],
)
def test_what_names_no_widget_is_refused(ats: httpx.Client, body: bytes) -> None:
    assert ats.post("/widget-token", content=body).status_code == 400


def test_what_the_gateway_refuses_is_said_in_its_words(ats: httpx.Client) -> None:
    answer = ats.post("/widget-token", json={"widget": "PROFILE"})
    assert answer.status_code == 403
    assert answer.json() == {"message": "The widget PROFILE needs candidateExternalId."}


@pytest.mark.parametrize(
    "back", ["//elsewhere.example", "http://elsewhere.example", "/\\elsewhere.example", ""]
)
def test_the_switch_leads_back_to_this_ats_only(ats: httpx.Client, back: str) -> None:
    assert ats.post("/session", data={"user": "admin", "back": back}).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/candidates/nobody", 404),
        ("/candidates/%00", 502),
        ("/candidates/%3Cscript%3E", 404),
        ("/jobs/nothing", 404),
        ("/candidates?after=nowhere", 502),
        ("/candidates?state=NEVER&name=%22%3E%3Cb%3E", 200),
        ("/assets/server.py", 404),
        ("/assets/..%2Fserver.py", 404),
        ("/nowhere", 404),
    ],
)
def test_strange_addresses_have_an_answer(ats: httpx.Client, path: str, status: int) -> None:
    answer = ats.get(path)
    assert answer.status_code == status
    assert "<b>" not in answer.text


def test_another_name_that_leads_here_is_refused(ats: httpx.Client) -> None:
    assert ats.get("/", headers={"Host": "elsewhere.example"}).status_code == 400
