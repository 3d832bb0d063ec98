"""What is compared in `make bench-peers` is the same: every peer's answers are ours, on a small database."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.demo.scale import load_scale
from tests.benchmarks.__main__ import viewer_token
from tests.benchmarks.facts import Facts, look_up
from tests.benchmarks.peers import servers
from tests.benchmarks.peers.answers import (
    LIST,
    SINGLE,
    Asker,
    Question,
    compare,
    difference,
    read,
    variables_of,
)
from tests.benchmarks.peers.install import CannotRun, installed
from tests.conftest import TestServer
from tests.npm import cannot

MEMBERS, CANDIDATES = 700, 600
COMPARED = 12
EVERYBODY = (servers.OURS, *servers.OF_NODE, *servers.OF_PYTHON)
ANY_SIZE = (servers.OURS, *servers.OF_NODE, "plain")


@pytest.fixture(scope="module")
def packages() -> tuple[Path, Path]:
    try:
        return installed()
    except CannotRun as error:
        cannot(str(error))
        raise


@pytest.fixture(scope="module")
async def facts(
    server: TestServer, migrated: str, packages: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Facts]:
    async def fill(dsn: str) -> None:
        await load_scale(dsn, members=MEMBERS, candidates=CANDIDATES)

    template = await server.fill_template("peers_data", fill, basis=migrated)
    key_file = tmp_path_factory.mktemp("peers") / "signing-key.json"
    token = viewer_token(key_file)
    async with server.copy_of(template) as dsn:
        yield await look_up(dsn, token=token, key_file=str(key_file), sample=60)


@pytest.fixture(scope="module")
def asker(facts: Facts, packages: tuple[Path, Path]) -> Iterator[Asker]:
    with ExitStack() as stack:
        file = Path(facts.key_file).with_name("facts.json")
        facts.write(file)
        collector = stack.enter_context(servers.collecting())
        running = [stack.enter_context(servers.ours(facts, collector))]
        running += [stack.enter_context(servers.of_node(name, file, packages)) for name in servers.OF_NODE]
        running += [stack.enter_context(servers.of_python(name, file)) for name in servers.OF_PYTHON]
        yield stack.enter_context(Asker({one.name: one for one in running}, facts))


@pytest.mark.parametrize("question", [SINGLE, LIST], ids=["single", "list"])
def test_every_peer_answers_as_we_do(asker: Asker, question: Question) -> None:
    variables = variables_of(asker, EVERYBODY, question, COMPARED)
    answer = compare(asker, question, variables, COMPARED)
    assert answer is not None


@pytest.mark.parametrize("size", [10, 200])
def test_lists_of_every_size_are_the_same(asker: Asker, size: int) -> None:
    variables = variables_of(asker, ANY_SIZE, Question("list", size), 2)
    answer = compare(asker, Question("list", size), variables, 2)
    assert len(answer["data"]["candidates"]["edges"]) == size


def test_a_difference_is_found_and_its_place_is_told() -> None:
    ours = {"data": [{"at": "2026-01-01T00:00:00+00:00"}, {"at": None}]}
    written_otherwise = {"data": [{"at": "2026-01-01T01:00:00.000000+01:00"}, {"at": None}]}
    other = {"data": [{"at": "2026-01-01T00:00:00+00:00"}, {"at": "2026-01-01T00:00:00+00:00"}]}
    assert difference(ours, ours) is None
    assert difference(read(ours), read(written_otherwise)) is None
    assert (difference(ours, written_otherwise) or "").startswith("$.data[0].at is 2026-01-01T01")
    assert (difference(ours, other) or "").startswith("$.data[1].at is 2026-01-01")
    assert difference({"data": None}, {"data": None, "errors": []}) is not None
