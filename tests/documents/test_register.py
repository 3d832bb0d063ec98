"""Registering trusted documents: by staff, all or none, and for good."""

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from graphql import build_schema, validate_schema

from app.access.features import Role
from tests.cli.program import run
from tests.documents.conftest import SEAT, WHO, Trusting
from tests.http.conftest import RECRUITER, bearer


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def stored(owner: asyncpg.Connection) -> list[Any]:
    return await owner.fetch("select * from trusted_operation order by client_name, document_id")


async def test_a_registered_document_is_known_by_its_hash_and_its_operation(trusting: Trusting) -> None:
    answer = await trusting.register("profile.widget", [WHO, SEAT])
    assert answer["data"]["registerOperations"] == {
        "client": {
            "name": "profile.widget",
            "operations": [
                {"documentId": sha256(SEAT), "name": "Seat", "document": SEAT},
                {"documentId": sha256(WHO), "name": "Who", "document": WHO},
            ],
        },
        "userErrors": [],
    }


async def test_registering_again_changes_nothing(trusting: Trusting, owner: asyncpg.Connection) -> None:
    await trusting.register("a", [WHO])
    before = await stored(owner)
    answer = await trusting.register("a", [WHO, WHO])
    assert answer["data"]["registerOperations"]["userErrors"] == []
    assert await stored(owner) == before


async def test_a_new_version_leaves_the_earlier_one_valid(trusting: Trusting) -> None:
    await trusting.register("a", ["query Who { viewer { roles } }"])
    client = (await trusting.register("a", [WHO]))["data"]["registerOperations"]["client"]
    assert [one["name"] for one in client["operations"]] == ["Who", "Who"]
    assert client["operations"][0]["document"] == WHO


async def test_callers_at_once_register_each_document_once(
    trusting: Trusting, owner: asyncpg.Connection
) -> None:
    answers = await asyncio.gather(
        *(trusting.register("a", documents) for documents in ([WHO, SEAT], [SEAT, WHO], [WHO, SEAT]))
    )
    assert [one["data"]["registerOperations"]["userErrors"] for one in answers] == [[], [], []]
    assert len(await stored(owner)) == 2


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("query Broken {", "Syntax Error: Expected Name, found <EOF>. (line 1, column 15)"),
        ("query Odd { nothing }", "Cannot query field 'nothing' on type 'Query'. (line 1, column 13)"),
        ("{ viewer { roles } }", "A document holds one operation, and that has a name."),
        (f"{WHO} {SEAT}", "A document holds one operation, and that has a name."),
        ("fragment F on Viewer { roles }", "Fragment 'F' is never used. (line 1, column 1)"),
        ("query Long { viewer { roles } } #" + "x" * 100_000, "A document has at most 100,000 characters."),
    ],
)
async def test_what_could_not_run_is_refused_with_its_place_and_nothing_is_registered(
    trusting: Trusting, owner: asyncpg.Connection, document: str, said: str
) -> None:
    payload = (await trusting.register("a", [WHO, document]))["data"]["registerOperations"]
    assert payload == {
        "client": None,
        "userErrors": [{"code": "INVALID", "message": said, "path": ["input", "documents", "1"]}],
    }
    assert await stored(owner) == []
    assert await owner.fetchval("select count(*) from client") == 0


async def test_the_limits_hold_at_registration(trusting: Trusting, owner: asyncpg.Connection) -> None:
    costly = (
        "query Costly { candidates(first: 200) { edges { node { applications(first: 200) { edges { node { "
        "notes(first: 200) { edges { node { body } } } } } } } } } }"
    )
    deep = "query Deep " + "{ viewer " * 16 + "{ roles }" + " }" * 16
    payload = (await trusting.register("a", [costly, deep]))["data"]["registerOperations"]
    assert [error["path"][-1] for error in payload["userErrors"]] == ["0", "1"]
    assert "costs" in payload["userErrors"][0]["message"]
    assert await stored(owner) == []


@pytest.mark.parametrize("client", ["", "A", "-a", "a b", "a/b", "x" * 101])
async def test_a_client_has_a_plain_name(trusting: Trusting, owner: asyncpg.Connection, client: str) -> None:
    payload = (await trusting.register(client, [WHO]))["data"]["registerOperations"]
    assert [(one["code"], one["path"]) for one in payload["userErrors"]] == [("INVALID", ["input", "client"])]
    assert await stored(owner) == []


@pytest.mark.parametrize(("count", "code"), [(0, "INVALID"), (201, "TOO_MANY")])
async def test_a_call_registers_a_bounded_number(trusting: Trusting, count: int, code: str) -> None:
    payload = (await trusting.register("a", [WHO] * count))["data"]["registerOperations"]
    assert [(one["code"], one["path"]) for one in payload["userErrors"]] == [(code, ["input", "documents"])]


@pytest.mark.parametrize(
    "headers",
    [RECRUITER, *({"Authorization": bearer(role)} for role in (Role.PARTNER, Role.SUPPORT, Role.ATS_ADMIN))],
)
async def test_only_staff_registers_and_reads_them(
    trusting: Trusting, owner: asyncpg.Connection, headers: dict[str, str]
) -> None:
    answer = await trusting.register("a", [WHO], headers)
    assert answer["data"] == {"registerOperations": None}
    assert answer["errors"][0]["extensions"]["code"] == "ROLE_REQUIRED"
    assert await stored(owner) == []
    listed = (await trusting.gateway.ask("{ clients { name } }", headers)).json()
    assert listed["errors"][0]["extensions"]["code"] == "ROLE_REQUIRED"


async def test_the_command_registers_files_and_the_schema_shows_what_they_reach(
    database: str, tmp_path: Path, owner: asyncpg.Connection
) -> None:
    settings = {"DATABASE_URL": database}
    who, seat = tmp_path / "who.graphql", tmp_path / "seat.graphql"
    who.write_text(WHO + "\n")
    seat.write_text(SEAT)
    registering = ("operations", "register", "profile.widget", str(who), str(seat))
    done = await asyncio.to_thread(run, *registering, settings=settings)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [f"{sha256(who.read_text())}  Who", f"{sha256(SEAT)}  Seat"]
    again = await asyncio.to_thread(run, *registering, settings=settings)
    assert [line.endswith("  (was registered before)") for line in again.stdout.splitlines()] == [True, True]
    assert len(await stored(owner)) == 2

    printed = await asyncio.to_thread(run, "schema", "--client", "profile.widget", settings=settings)
    assert printed.returncode == 0, printed.stderr
    schema = build_schema(printed.stdout)
    assert validate_schema(schema) == []
    assert schema.query_type is not None
    assert set(schema.query_type.fields) == {"viewer", "node"}
    assert schema.mutation_type is None
    assert "Candidate" not in schema.type_map


async def test_the_command_says_which_file_is_wrong_and_registers_none(
    database: str, tmp_path: Path, owner: asyncpg.Connection
) -> None:
    good, bad = tmp_path / "good.graphql", tmp_path / "bad.graphql"
    good.write_text(WHO)
    bad.write_text("query Odd { nothing }")
    done = await asyncio.to_thread(
        run, "operations", "register", "a", str(good), str(bad), settings={"DATABASE_URL": database}
    )
    assert done.returncode == 2
    assert done.stderr == f"Error: {bad}: Cannot query field 'nothing' on type 'Query'. (line 1, column 13)\n"
    assert await stored(owner) == []
