"""`rsc demo`: one command, and everything answers; however it ends, nothing is left running."""

import re
import signal
import socket
from pathlib import Path

import httpx
import psutil
import pytest

from app.auth.personas import PERSONAS
from app.cli.demo import listen_beside
from app.errors import CallerError
from app.http.server import listen
from app.settings import Settings
from tests.cli.program import Demo, run

_JOINED = '{ candidate(externalId: "cand-0001") { externalId member { firstName } } }'


def test_prints_its_urls_and_a_token_for_each_persona_and_then_ready(demo: Demo) -> None:
    assert demo.printed[0] == f"graphql:  {demo.url}/graphql"
    assert demo.printed[1] == f"graphiql: {demo.url}/graphiql"
    assert demo.printed[2].startswith("ats:      http://127.0.0.1:")
    assert demo.printed[-1] == "ready"
    assert list(demo.tokens()) == list(PERSONAS)


@pytest.mark.parametrize("persona", PERSONAS)
def test_every_printed_token_is_the_persona_it_stands_beside(demo: Demo, persona: str) -> None:
    answer = demo.ask(persona, "{ viewer { subject roles company { id } seat { id } } }")
    expected = PERSONAS[persona]
    viewer = answer["data"]["viewer"]
    assert viewer["subject"] == expected.subject
    assert set(viewer["roles"]) == set(expected.roles)
    assert viewer["company"]["id"] == expected.company
    assert (viewer["seat"] or {}).get("id") == expected.seat


def test_the_demo_answers_a_question_that_joins_both_systems(demo: Demo) -> None:
    answer = demo.ask("recruiter", _JOINED)
    assert "errors" not in answer
    assert answer["data"]["candidate"]["member"]["firstName"]


def test_the_demo_is_ready_and_has_graphiql(demo: Demo) -> None:
    assert httpx.get(f"{demo.url}/readyz").json() == {"status": "ready"}
    assert "GraphiQL" in httpx.get(f"{demo.url}/graphiql").text


def test_anybody_may_read_the_schema_in_the_demo(demo: Demo) -> None:
    answer = demo.ask("recruiter-lite", "{ __schema { queryType { name } } }")
    assert answer == {"data": {"__schema": {"queryType": {"name": "Query"}}}}


def test_the_ats_is_on_another_origin_that_may_frame_the_widgets(demo: Demo) -> None:
    assert demo.ats_url != demo.url
    assert f"{demo.url}/widgets/loader.js" in httpx.get(f"{demo.ats_url}/candidates/cand-0001").text
    key = re.findall("api_key: (.+)", httpx.get(f"{demo.ats_url}/settings").text)[0]
    policy = httpx.get(f"{demo.url}/widgets/profile?app={key}").headers["Content-Security-Policy"]
    assert demo.ats_url in policy.partition("frame-ancestors")[2].split()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that these tests start demos on, one after another."""
    return tmp_path_factory.mktemp("stopped") / "demo"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_cleanly_on_a_signal_and_leaves_no_postgresql(data: Path, number: signal.Signals) -> None:
    with Demo(data) as demo:
        servers = demo.servers()
        assert servers
        assert httpx.get(demo.ats_url).status_code == 200
        assert demo.stop(number) == 0
        assert "Traceback" not in demo.errors()
    assert not any(server.is_running() for server in servers)


def test_killed_it_takes_postgresql_along_and_the_next_start_has_the_data(data: Path) -> None:
    with Demo(data) as demo:
        before = demo.ask("recruiter", _JOINED)
        servers = demo.servers()
        demo.stop(signal.SIGKILL)
    _, alive = psutil.wait_procs(servers, timeout=20)
    assert alive == []
    with Demo(data) as demo:
        assert demo.ask("recruiter", _JOINED) == before
        assert "Adding members" not in demo.errors()


def test_a_second_demo_on_the_same_folder_is_told_so_in_one_line(demo: Demo) -> None:
    second = run("demo", "--port", "0", "--data", str(demo.data))
    assert second.returncode == 2
    assert second.stdout == ""
    assert "is in use by another process" in second.stderr
    assert len(second.stderr.splitlines()) == 1


def test_a_port_that_is_taken_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        refused = run("demo", "--port", str(port), "--data", str(tmp_path / "demo"))
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"Error: Port {port} of 127.0.0.1 cannot be had")
    assert not (tmp_path / "demo").exists()


def _with_a_free_neighbour() -> socket.socket:
    """A listening socket whose next port nobody has."""
    while True:
        one = listen("127.0.0.1", 0)
        try:
            listen("127.0.0.1", one.getsockname()[1] + 1).close()
        except CallerError:
            one.close()
        else:
            return one


def test_the_ats_is_at_the_next_port_or_at_a_free_one_if_that_is_taken() -> None:
    with _with_a_free_neighbour() as one:
        port = one.getsockname()[1]
        named = Settings(port=port)
        with listen_beside(one, named) as beside, listen_beside(one, named) as other:
            assert beside.getsockname()[1] == port + 1
            assert other.getsockname()[1] not in {port, port + 1}
        with listen_beside(one, Settings(port=0)) as anywhere:
            assert anywhere.getsockname()[1] != port


def test_fresh_makes_the_database_anew(data: Path) -> None:
    tag = '{ candidates(filter: {nameContains: "Ephemeral"}) { totalCount } }'
    with Demo(data) as demo:
        extra = data.parent / "extra.jsonl"
        extra.write_text('{"entity": "candidate", "atsCandidateId": "x-1", "firstName": "Ephemeral"}\n')
        company = ("--company", PERSONAS["recruiter"].company, "--partner", "Demo ATS")
        assert run("import", str(extra), *company, settings=demo.settings).returncode == 0
        assert demo.ask("recruiter", tag)["data"]["candidates"]["totalCount"] == 1
    with Demo(data, "--fresh") as demo:
        assert demo.ask("recruiter", tag)["data"]["candidates"]["totalCount"] == 0
        assert "Adding members" in demo.errors()
