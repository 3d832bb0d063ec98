"""The short form of `python -m tests.hostile`: all its families, against a gateway with the demo's data."""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random

import httpx
import orjson
import pytest

from app.auth.keys import SigningKey
from app.auth.own_key import development_key
from app.auth.personas import PERSONAS
from app.engine.documents import BYTES_KEPT_MAX, VARIABLE_VALUES_MAX
from app.errors import ErrorCode
from app.http.server import build_app
from app.http.services import Services
from app.services import make_services
from tests.conftest import TestServer
from tests.hostile.malformed_contents import FAMILIES as MALFORMED
from tests.hostile.operations import Sent, asked, listed
from tests.hostile.operations_of_size import FAMILIES as OPERATIONS
from tests.hostile.operations_of_size import WIRE
from tests.hostile.sending import send_all
from tests.hostile.serving import settings_of
from tests.hostile.tokens import register_issuers
from tests.hostile.tokens_at_work import accepted_forgeries
from tests.http.conftest import listening
from tests.widgets.gateway import fill

OF_EACH_KIND = 30
CODES = {code.value for code in ErrorCode} - {ErrorCode.INTERNAL_ERROR.value}


@dataclass(frozen=True, slots=True)
class Attacked:
    """The gateway, in this process."""

    port: int
    dsn: str
    key: SigningKey
    tokens: dict[str, str]
    services: Services
    client: httpx.AsyncClient

    async def ask(self, sent: Sent) -> httpx.Response:
        headers = sent.headers | {"Authorization": f"Bearer {self.tokens[sent.persona]}"}
        url = f"http://127.0.0.1:{self.port}{sent.target}"
        return await self.client.request(sent.method, url, content=sent.body, headers=headers)


@pytest.fixture(scope="module")
async def gateway(
    server: TestServer, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Attacked]:
    folder: Path = tmp_path_factory.mktemp("hostile")
    register_issuers(folder)
    demo = await server.fill_template("hostile_demo", partial(fill, data_dir=folder), basis=migrated)
    async with server.copy_of(demo) as dsn:
        settings = settings_of(dsn, folder)
        services = make_services(settings)
        # The demo's ATS is nowhere: whatever would be sent to it would only fail, at one moment or another.
        background = {name: job for name, job in services.background.items() if name != "delivery"}
        services = replace(services, background=background)
        key = development_key(settings)
        tokens = {name: persona.token(key) for name, persona in PERSONAS.items()}
        async with listening(build_app(services)) as port, httpx.AsyncClient(timeout=30) as client:
            yield Attacked(port, dsn, key, tokens, services, client)


@pytest.mark.parametrize("family", OPERATIONS)
async def test_a_hostile_operation_is_answered_and_is_no_fault_of_ours(
    gateway: Attacked, family: str
) -> None:
    answer = await gateway.ask(OPERATIONS[family](Random(f"short {family}")))
    assert answer.status_code < 500
    said = orjson.loads(answer.content)
    assert said.get("errors") or said["data"] is not None
    assert {error["extensions"]["code"] for error in said.get("errors", ())} <= CODES
    assert all(len(error["message"]) <= 1_000 for error in said.get("errors", ()))


@pytest.mark.parametrize("family", WIRE)
async def test_a_large_call_of_the_wire_api_is_no_fault_of_ours(gateway: Attacked, family: str) -> None:
    answer = await gateway.ask(WIRE[family](Random(f"short {family}")))
    assert answer.status_code < 500


def test_the_families_are_many() -> None:
    assert len(OPERATIONS) >= 40
    assert len(MALFORMED) >= 40


async def test_malformed_http_is_no_fault_of_ours(
    gateway: Attacked, caplog: pytest.LogCaptureFixture
) -> None:
    statuses: Counter[str] = Counter()
    for family, make in MALFORMED.items():
        some = (make(Random(f"short {family} {n}")) for n in range(OF_EACH_KIND))
        await send_all(gateway.port, gateway.tokens, some, statuses)
    assert not [status for status in statuses if status.startswith("5")]
    assert statuses.total() >= len(MALFORMED) * OF_EACH_KIND
    assert statuses["400"] > statuses["none"]
    assert not [line.message for line in caplog.records if "Exception" in line.message]
    alive = await gateway.client.get(f"http://127.0.0.1:{gateway.port}/healthz")
    assert alive.status_code == 200


async def test_no_forged_token_is_let_in_by_any_door(gateway: Attacked) -> None:
    number, accepted = await accepted_forgeries(gateway, with_old=False)
    assert number >= 60
    assert accepted == []


def test_valid_documents_are_kept_up_to_so_many_bytes(gateway: Attacked) -> None:
    """However they come to be large: by their tokens, or by what stands between them."""
    documents = gateway.services.engine.documents  # type: ignore[attr-defined]
    large: tuple[Callable[[int], str], ...] = (
        lambda n: f'{{a{n}:nodes(ids:["' + '" "'.join(map(str, range(900))) + '"]){id}}',
        lambda n: f"{{a{n}:__typename}}" + " " * 90_000,
    )
    for make in large:
        largest = max(documents.get(make(n)).bytes for n in range(BYTES_KEPT_MAX // 90_000 + 2))
        kept = sum(document.bytes for document in documents._kept.values())
        assert BYTES_KEPT_MAX - largest < kept <= BYTES_KEPT_MAX
        assert documents.bytes == kept


LARGE: dict[str, Callable[[], Sent]] = {
    "definitions": lambda: asked(listed(201, lambda n: f"query q{n}{{__typename}}")),
    "selections": lambda: asked("{" + "__typename " * 2_001 + "}"),
    "selections of a fragment that nobody spreads": lambda: asked(
        "{__typename} fragment a on Query {" + "__typename " * 2_000 + "}"
    ),
    "values in a list": lambda: asked(
        "{candidates(filter:{matchState:[" + "MATCHED " * 2_001 + "]}){totalCount}}"
    ),
}


@pytest.mark.parametrize("what", LARGE)
async def test_a_document_with_too_much_of_one_thing_is_refused_before_it_is_validated(
    gateway: Attacked, what: str
) -> None:
    answer = await gateway.ask(LARGE[what]())
    assert answer.status_code == 400
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["COST_LIMIT"]


@pytest.mark.parametrize(("more", "is_taken"), [(0, True), (1, False)])
async def test_variables_hold_only_so_many_values(gateway: Attacked, more: int, is_taken: bool) -> None:
    # The filter's one member counts too.
    states = ["MATCHED"] * (VARIABLE_VALUES_MAX - 1 + more)
    query = "query($f:CandidateFilter){candidates(filter:$f){totalCount}}"
    answer = (await gateway.ask(asked(query, {"f": {"matchState": states}}))).json()
    assert ("data" in answer) is is_taken
    if not is_taken:
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
