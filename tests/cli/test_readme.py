"""The README: what it shows is what happens, and its tables are the program's."""

import base64
import dataclasses
import inspect
import json
import re
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.auth.personas import PERSONAS
from app.cli.main import main
from app.errors import ErrorCode
from app.outbox.callbacks import Callback
from app.outbox.events import Event, EventType
from app.outbox.sending import signed_headers
from app.settings import Settings
from tests.cli.program import ROOT, RSC, Demo, environment

README = (ROOT / "README.md").read_text("utf-8")

_COMMAND_AND_ANSWER = re.compile(r"```sh\n((?:(?!```).)+)```\n\n```(?:json|text)\n(.+?)```", re.DOTALL)
_FUNCTION = re.compile(r"```sh\n(\w+\(\) \{\n(?:(?!```).)+)```", re.DOTALL)
_PROGRAM_AND_OUTPUT = re.compile(r"```python\n((?:(?!```).)+)```\n\n```text\n(.+?)```", re.DOTALL)
COMMANDS = _COMMAND_AND_ANSWER.findall(README)
FUNCTIONS = "".join(_FUNCTION.findall(README))
"""Shell functions that later commands use."""
PROGRAMS = _PROGRAM_AND_OUTPUT.findall(README)


def _here(demo: Demo, text: str) -> str:
    return text.replace("http://localhost:8000", demo.url).replace(".venv/bin/rsc", str(RSC))


def _run(demo: Demo, *command: str) -> str:
    """Run something of the README as written, but at the test's demo and with the test's environment."""
    here = [
        part.replace("http://localhost:8000", demo.url).replace(".venv/bin/rsc", str(RSC)) for part in command
    ]
    done = subprocess.run(
        here,
        env=environment(**demo.settings),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_first_command_asks_for_the_joined_answer() -> None:
    command, answer = COMMANDS[0]
    assert README.index("make demo\n```") < README.index(command)
    assert "cand-0001" in command
    candidate = json.loads(answer)["data"]["candidate"]
    assert candidate["applications"]["edges"]
    assert candidate["member"]["headline"]


_NAMES = (
    *("joined", "in-ats", "denied"),
    *("tag", "role", "link", "sync", "export", "confirm"),
    *("disable", "erase", "enable", "audit-trail"),
    *("register", "trusted"),
)


@pytest.mark.parametrize(("command", "answer"), COMMANDS, ids=_NAMES)
def test_a_command_answers_what_is_shown_below_it(demo: Demo, command: str, answer: str) -> None:
    """In the README's order, since some change what later ones ask for."""
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("The README's commands need bash and curl.")
    printed = _run(demo, "bash", "-euo", "pipefail", "-c", FUNCTIONS + command)
    assert _values(printed) == _values(answer)


def _values(text: str) -> list[Any]:
    """The JSON values that stand one behind the other; lines of anything else as they are."""
    if not text.startswith("{"):
        return text.splitlines()
    values, rest = [], text.strip()
    while rest:
        value, end = json.JSONDecoder().raw_decode(rest)
        values.append(value)
        rest = rest[end:].strip()
    return values


def test_the_receiver_takes_what_we_sign_once_and_nothing_else(tmp_path: Path) -> None:
    (program,) = re.findall(r"```python\n((?:(?!```).)+Webhook(?:(?!```).)+)```", README, re.DOTALL)
    file = tmp_path / "receiver.py"
    file.write_text(program)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    secret = f"whsec_{base64.b64encode(bytes(32)).decode()}"
    event = Event(
        company_id=uuid4(),
        id=uuid4(),
        partner_name="Demo ATS",
        type=EventType.EXPORT_CANDIDATE_PROFILE,
        payload={"id": "one", "type": "EXPORT_CANDIDATE_PROFILE"},
        attempts=1,
    )
    headers = signed_headers(event, Callback(url="", secrets=(secret,)))
    with subprocess.Popen(
        [str(RSC.with_name("python")), str(file)],
        env=environment(WEBHOOK_SECRET=secret, PORT=str(port)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as receiver:
        client = httpx.Client(transport=httpx.HTTPTransport(retries=8))
        answers = [
            client.post(f"http://127.0.0.1:{port}/", content=body, headers=headers).status_code
            for body in (event.body, event.body, event.body + b" ")
        ]
        client.close()
        receiver.terminate()
        assert receiver.stdout is not None
        assert receiver.stdout.read() == "EXPORT_CANDIDATE_PROFILE one\n"
    assert answers == [204, 204, 401]


@pytest.mark.parametrize(("program", "output"), PROGRAMS, ids=["ats-client"])
def test_a_program_prints_what_is_shown_below_it(
    demo: Demo, program: str, output: str, tmp_path: Path
) -> None:
    file = tmp_path / "client.py"
    file.write_text(_here(demo, program))
    assert _run(demo, str(RSC.with_name("python")), str(file)) == output


def _table(heading: str) -> dict[str, list[str]]:
    """The rows of the first table under a heading, by their first cell."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {row[0].strip().strip("`"): [cell.strip() for cell in row[1:]] for row in rows}


def test_every_error_code_is_explained_in_the_order_of_the_enum() -> None:
    assert list(_table("Error codes")) == [code.value for code in ErrorCode]


def test_every_setting_is_listed() -> None:
    read = set(re.findall(r'"((?:RSC|DATABASE)_[A-Z_]+)"', inspect.getsource(Settings)))
    assert set(_table("Settings")) == read
    ours = {"limits", "database_url", "database_read_url"}
    fields = {field.name for field in dataclasses.fields(Settings)} - ours
    assert {f"RSC_{name.upper()}" for name in fields} | {"DATABASE_URL", "DATABASE_READ_URL"} == read


def test_the_defaults_that_are_listed_are_those_that_hold() -> None:
    settings = Settings.from_environ({})
    listed = {
        name.removeprefix("RSC_").lower(): row[0].strip("`")
        for name, row in _table("Settings").items()
        if row[0].startswith("`")
    }
    actual = {name: _as_set(getattr(settings, name)) for name in listed}
    assert listed == actual


def _as_set(value: object) -> str:
    """A setting's value as a variable would have it."""
    if isinstance(value, tuple):
        return ",".join(value)
    return str(int(value)) if isinstance(value, bool) else str(value)


def test_every_command_and_persona_is_listed() -> None:
    commands = {name.split()[1] for name in _table("Commands") if name.startswith("rsc ")}
    assert commands == set(main.list_commands(None))  # type: ignore[arg-type]
    for persona in PERSONAS:
        assert f"`{persona}`" in README


def test_links_lead_to_files_that_exist() -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", README)
    assert [target for target in targets if not (ROOT / target).exists()] == []
