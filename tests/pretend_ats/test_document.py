"""docs/widgets.md: its examples run, and its tables are the loader's."""

import json
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.cli.program import ROOT, RSC, Demo, environment, run

DOCUMENT = (ROOT / "docs/widgets.md").read_text("utf-8")
LOADER = (ROOT / "app/http/widgets/page/loader.js").read_text("utf-8")
SESSION = {"Cookie": "session=of-somebody"}


@contextmanager
def _endpoint(demo: Demo, folder: Path) -> Iterator[str]:
    """The document's server, beside the demo; answers its own origin."""
    (program,) = re.findall(r"```python\n(.+?)```", DOCUMENT, re.DOTALL)
    file = folder / "token_endpoint.py"
    file.write_text(program)
    words = run(
        "token", "--persona", "partner", "--client-credentials", settings=demo.settings
    ).stdout.split()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    own = f"http://127.0.0.1:{port}"
    settings = {"GATEWAY": demo.url, "OWN_ORIGIN": own, "PORT": str(port)}
    with subprocess.Popen(
        [str(RSC.with_name("python")), str(file)],
        env=environment(CLIENT_ID=words[0], CLIENT_SECRET=words[1], **settings),
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            for _ in range(200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield own
        finally:
            server.terminate()


def test_the_documents_server_gives_tokens_that_the_gateway_takes(demo: Demo, tmp_path: Path) -> None:
    asked = {"widget": "PROFILE", "candidateExternalId": "cand-0001"}
    with _endpoint(demo, tmp_path) as own, httpx.Client(base_url=own, headers={"Origin": own}) as page:
        given = page.post("/", json=asked, headers=SESSION)
        assert given.status_code == 200
        key = re.findall("api_key: (.+)", httpx.get(f"{demo.ats_url}/settings").text)[0]
        exchanged = httpx.post(
            f"{demo.url}/widgets/token",
            json={**given.json(), "widget": "PROFILE", "app": key, "origin": demo.ats_url},
            headers={"Origin": demo.url, "Sec-Fetch-Site": "same-origin"},
        )
        assert exchanged.status_code == 200
        assert exchanged.json()["seatConnected"] is True

        refused = page.post("/", json={"widget": "PROFILE"}, headers=SESSION)
        assert (refused.status_code, refused.json()["message"]) == (
            403,
            "The widget PROFILE needs candidateExternalId.",
        )
        assert page.post("/", json=asked).status_code == 401
        elsewhere = {**SESSION, "Origin": "http://elsewhere.example"}
        assert page.post("/", json=asked, headers=elsewhere).status_code == 403
        assert page.post("/", json={"widget": "NONE"}, headers=SESSION).status_code == 403


def test_the_documents_calls_answer_what_is_shown(demo: Demo) -> None:
    if shutil.which("curl") is None:
        pytest.skip("The document's calls need curl.")
    ((command, answer),) = re.findall(r"```sh\n(.+?)```\n\n```json\n(.+?)```", DOCUMENT, re.DOTALL)
    command = command.replace("http://localhost:8000", demo.url).replace(".venv/bin/rsc", str(RSC))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        env=environment(**demo.settings),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout) == json.loads(answer)


def _first_cells(heading: str) -> set[str]:
    section = DOCUMENT.split(f"\n### {heading}\n")[1].split("\n## ")[0].split("\n### ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall("`([^`]+)`", row.split("|")[1])}


def test_every_attribute_callback_and_event_is_in_its_table() -> None:
    observed = re.search(r"observedAttributes\(\) \{\s+return (\[[^\]]+\])", LOADER)
    assert observed is not None
    attributes = set(json.loads(observed[1]))
    events = dict(re.findall(r'\["([a-z-]+)", \["(on[a-z]+)"', LOADER))
    assert len(events) == 8
    assert _first_cells("Attributes of `rsc-widget`") == attributes | set(events.values())
    told = DOCUMENT.split("\n### What the page is told\n")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `(on[a-z]+)` \| `rsc-([a-z-]+)` \|", told, re.MULTILINE))
    assert rows == {attribute: kind for kind, attribute in events.items()}


def test_every_attribute_of_linkedins_tag_is_named() -> None:
    theirs = set(re.findall(r'"(data-(?:ats|integration|show|confirm|on|width|theme|lang)[a-z-]*)"', LOADER))
    assert len(theirs) == 9
    assert {name for name in theirs if f"`{name}" not in DOCUMENT} == set()


def test_the_policy_lines_are_those_that_the_ats_of_the_demo_has(demo: Demo) -> None:
    (shown,) = re.findall(r"\n```\n(script-src .+)\n```", DOCUMENT)
    policy = httpx.get(f"{demo.ats_url}/settings").headers["Content-Security-Policy"]
    for directive in shown.replace("https://gateway.example", demo.url).split("; "):
        name, *sources = directive.split()
        has = next(one.split()[1:] for one in policy.split("; ") if one.split()[0] == name)
        assert set(sources) <= set(has)
