"""The commands beside the demo: what they print, and how they refuse."""

import json
import subprocess
from pathlib import Path

import pytest
from graphql import build_schema, validate_schema

from app.engine.sql_layout import laid_out
from resolvers.schema import print_federation_sdl
from tests.cli.program import ROOT, Demo, run

_GREENHOUSE = sorted(str(path) for path in (ROOT / "tests" / "fixtures" / "greenhouse").glob("*.json"))
_NORTHWIND = ("--company", "urn:li:organization:1001", "--partner", "Demo ATS")
_JOINED = """
query Joined($externalId: String!) {
  candidate(externalId: $externalId) { firstName member { headline } inMails { totalCount } }
}
"""


def _refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that a refused command says."""
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


# rsc token


def test_a_token_can_be_had_for_a_described_bearer(demo: Demo) -> None:
    made = run(
        *("token", "--role", "RECRUITER", "--company", "urn:li:organization:1001"),
        *("--contract", "urn:li:contract:5002"),
        settings=demo.settings,
    )
    assert made.returncode == 0, made.stderr
    answer = demo.ask("-", "{ viewer { seat { id } contract { id } } }", token=made.stdout.strip())
    assert answer["data"]["viewer"]["contract"]["id"] == "urn:li:contract:5002"


def test_no_token_is_made_for_a_contract_without_a_seat(demo: Demo) -> None:
    described = ("token", "--role", "RECRUITER", "--company", "urn:li:organization:1001")
    line = _refused(run(*described, "--contract", "urn:li:contract:6001", settings=demo.settings))
    assert line == "Error: urn:li:organization:1001 has no seat on urn:li:contract:6001."


def test_where_no_development_key_is_on_there_are_no_tokens(tmp_path: Path) -> None:
    line = _refused(run("token", "--persona", "staff", settings={"RSC_DATA_DIR": str(tmp_path)}))
    assert line.startswith("Error: Development tokens are off here")
    assert list(tmp_path.iterdir()) == []


# rsc import


def test_an_import_reports_every_record_and_changes_nothing_the_second_time(
    demo: Demo, tmp_path: Path
) -> None:
    asked = ("import", *_GREENHOUSE, *_NORTHWIND, "--refused")
    first = run(*asked, str(tmp_path / "first"), settings=demo.settings)
    assert first.returncode == 1, first.stderr
    assert "refused" in first.stdout
    second = run(*asked, str(tmp_path / "second"), settings=demo.settings)
    assert second.returncode == 1
    assert second.stdout.splitlines()[-1] == "Nothing changed."
    reported = [line for line in first.stdout.splitlines() if line.startswith("refused")]
    assert reported == [line for line in second.stdout.splitlines() if line.startswith("refused")]


def test_an_import_that_takes_everything_says_so_by_its_exit_code(demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "one.jsonl"
    long_ago = {"atsCreatedAt": 1_500_000_000_000, "atsLastModifiedAt": 1_500_000_000_000}
    person = {"entity": "candidate", "atsCandidateId": "cli-1", "firstName": "Ada", **long_ago}
    file.write_text(json.dumps(person) + "\n")
    asked = '{ candidate(externalId: "cli-1") { firstName } }'
    dry = run("import", str(file), *_NORTHWIND, "--dry-run", settings=demo.settings)
    assert (dry.returncode, dry.stdout.splitlines()[-1]) == (0, "A dry run: nothing was changed.")
    assert demo.ask("ats-user", '{ candidate(externalId: "cli-1") { firstName } }')["data"] == {
        "candidate": None
    }
    done = run("import", str(file), *_NORTHWIND, settings=demo.settings)
    assert done.returncode == 0, done.stdout
    assert demo.ask("ats-user", asked)["data"]["candidate"] == {"firstName": "Ada"}


def test_an_import_for_nobody_is_refused(demo: Demo) -> None:
    unknown = ("--company", "urn:li:organization:999", "--partner", "Demo ATS")
    done = run("import", *_GREENHOUSE, *unknown, settings=demo.settings)
    assert done.returncode == 2
    assert "No company is known as urn:li:organization:999" in done.stderr


# rsc explain


@pytest.fixture
def joined(tmp_path: Path) -> str:
    file = tmp_path / "joined.graphql"
    file.write_text(_JOINED)
    return str(file)


def test_explain_says_what_is_denied_and_why_and_shows_the_sql(demo: Demo, joined: str) -> None:
    asked = ("explain", joined, "--variables", '{"externalId": "cand-0001"}', "--persona")
    denied = run(*asked, "recruiter-company-wide", settings=demo.settings)
    assert denied.returncode == 0, denied.stderr
    assert "candidate.inMails: FEATURE_NOT_GRANTED, CONTRACT_ACCESS_REQUIRED." in denied.stdout
    assert "from inmail" not in denied.stdout
    granted = run(*asked, "recruiter", settings=demo.settings)
    assert "# Denied: nothing" in granted.stdout
    assert "from inmail" in granted.stdout
    assert "$1 = 'cand-0001'" in granted.stdout


def test_explain_refuses_what_the_server_would_refuse(demo: Demo, joined: str) -> None:
    line = _refused(run("explain", joined, "--persona", "recruiter", settings=demo.settings))
    assert "'$externalId'" in line


def test_laid_out_sql_differs_in_white_space_only() -> None:
    sql = (
        "select 'a  from b (' || coalesce((select x from (select 1 as x) y where x = any($1)), '') as c "
        "from t"
    )
    shown = laid_out(sql)
    assert "".join(shown.split()) == "".join(sql.split())
    assert "'a  from b ('" in shown
    assert [line.strip().split()[0] for line in shown.splitlines()] == [
        "select", "select", "from", "select", ")", "where", "),", "from",
    ]  # fmt: skip


# rsc schema


def test_schema_prints_what_the_repository_has() -> None:
    printed = run("schema")
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout == (ROOT / "schema.graphql").read_text("utf-8")
    assert validate_schema(build_schema(printed.stdout)) == []


def test_schema_as_a_subgraph_is_what_composers_are_told() -> None:
    printed = run("schema", "--subgraph")
    assert printed.returncode == 0, printed.stderr
    assert printed.stdout == print_federation_sdl()
    assert run("schema", "--subgraph", "--client", "nobody").returncode == 2


def test_schema_for_a_client_that_nobody_knows_is_refused(demo: Demo) -> None:
    line = _refused(run("schema", "--client", "nobody", settings=demo.settings))
    assert line == "Error: No client 'nobody' has registered operations."


# rsc migrate


async def test_migrate_brings_a_database_to_date_and_then_has_nothing_to_do(empty_database: str) -> None:
    settings = {"DATABASE_URL": empty_database}
    first = run("migrate", settings=settings)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("applied 0001_")
    assert run("migrate", settings=settings).stdout == "The database is up to date.\n"


def test_a_database_that_is_not_there_is_told_in_one_line() -> None:
    line = _refused(run("migrate", settings={"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}))
    assert line.startswith("Error: ")


def test_a_setting_that_cannot_be_read_is_named() -> None:
    line = _refused(run("serve", settings={"RSC_PORT": "eight"}))
    assert line == "Error: RSC_PORT must be a whole number from 0 to 65535, not 'eight'."
