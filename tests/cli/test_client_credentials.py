"""`rsc token --persona partner --client-credentials` and `rsc application`: credentials for the wire API."""

from pathlib import Path

import httpx

from tests.cli.program import Demo, run

CANDIDATE = (
    "/v2/atsCandidates?ids[0].atsCandidateId=cand-0001&ids[0].dataProvider=ATS"
    "&ids[0].integrationContext=urn:li:organization:1001"
)


def _token(demo: Demo, client_id: str, secret: str) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return httpx.post(f"{demo.url}/oauth/v2/accessToken", data=form)


def _words(demo: Demo) -> list[str]:
    asked = run(
        "token", "--persona", "partner", "--client-credentials", settings={"RSC_DATA_DIR": str(demo.data)}
    )
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.count("\n") == 1
    return asked.stdout.split()


def test_four_words_are_northwinds_credentials_and_then_the_partners_own(demo: Demo) -> None:
    words = _words(demo)
    assert len(words) == 4
    assert _words(demo) == words
    northwind = _token(demo, words[0], words[1]).json()["access_token"]
    read = httpx.get(f"{demo.url}{CANDIDATE}", headers={"Authorization": f"Bearer {northwind}"})
    assert read.status_code == 200
    assert len(read.json()["results"]) == 1
    own = {"Authorization": f"Bearer {_token(demo, words[2], words[3]).json()['access_token']}"}
    assert httpx.get(f"{demo.url}{CANDIDATE}", headers=own).status_code == 403
    found = httpx.get(
        f"{demo.url}/v2/provisionedApplications?q=credentialsByUniqueForeignId&uniqueForeignId=northwind",
        headers=own,
    )
    assert found.json()["elements"][0]["credentials"] == {"clientId": words[0], "clientSecret": words[1]}
    assert _token(demo, words[0], words[3]).status_code == 401


def test_a_partners_secret_can_be_changed(demo: Demo) -> None:
    settings = {"RSC_DATA_DIR": str(demo.data), "RSC_DEVELOPMENT_TOKENS": "1"}
    before = run("application", "--partner", "Demo ATS", settings=settings).stdout.split()
    assert before == _words(demo)[2:]
    after = run("application", "--partner", "Demo ATS", "--rotate", settings=settings).stdout.split()
    assert after[0] == before[0]
    assert after[1] != before[1]
    assert _token(demo, *before).status_code == 401
    assert _token(demo, *after).status_code == 200
    assert _words(demo)[2:] == after
    unknown = run("application", "--partner", "No ATS", settings=settings)
    assert (unknown.returncode, unknown.stderr) == (2, "Error: There is no partner 'No ATS'.\n")


def test_credentials_are_for_the_partner_and_where_the_development_key_is_on(tmp_path: Path) -> None:
    settings = {"RSC_DATA_DIR": str(tmp_path)}
    asked = run("token", "--persona", "staff", "--client-credentials", settings=settings)
    assert "--persona partner" in asked.stderr
    off = run("token", "--persona", "partner", "--client-credentials", settings=settings)
    assert off.returncode == 2
    assert "Development tokens are off here" in off.stderr
