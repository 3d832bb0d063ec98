"""`rsc simulate` as a program."""

import signal
import subprocess

import httpx
import pytest

from tests.cli.program import ROOT, RSC, environment, run

SECRETS = {"RSC_LINKEDIN_CLIENT_ID": "ours", "RSC_LINKEDIN_CLIENT_SECRET": "a secret of the test"}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_stops_at_a_signal(number: signal.Signals) -> None:
    with subprocess.Popen(
        [RSC, "simulate", "--port", "0", "--closed", "m0001", "--closed", "m0002", "--retry-after-s", "9"],
        env=environment(**SECRETS),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        printed: dict[str, str] = {}
        for line in process.stdout:
            if line == "ready\n":
                break
            name, _, value = line.strip().partition(":")
            printed[name] = value.strip()
        try:
            knobs = httpx.get(printed["knobs"]).json()
            form = {
                "grant_type": "client_credentials",
                "client_id": "ours",
                "client_secret": "a secret of the test",
            }
            token = httpx.post(f"{printed['linkedin']}/oauth/v2/accessToken", data=form).json()
        finally:
            process.send_signal(number)
        assert process.wait(10) == 0
    assert (knobs["closed"], knobs["retry_after_s"]) == (["m0001", "m0002"], 9)
    assert token["expires_in"] == 1800
    assert "secret" not in printed


def test_an_option_that_cannot_be_so_is_refused_in_one_line() -> None:
    refused = run("simulate", "--error-rate", "2")
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1] == "Error: error_rate is a number from 0 to 1."
