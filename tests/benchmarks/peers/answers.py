"""What the servers are asked, and that they all answer the same.

The gateway, the hand-written SQL, plain Strawberry, Mercurius and Apollo Server have one schema and are sent
one document; their answers must be equal as parsed JSON. PostGraphile's schema follows from the tables, so
its documents give its fields our names by aliases (`operations/postgraphile-*.graphql`), and two things in
its answers are read before they are compared: an instant has six digits of a second (the same instant), and
a cursor is its own (the same creation time and row).
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

import httpx

from tests.benchmarks.facts import Facts
from tests.benchmarks.peers.servers import OURS, POSTGRAPHILE, Server

OPERATIONS: Final = {"single": "Widget", "list": "CandidateList"}
LIST_SIZE: Final = 50
_HERE: Final = Path(__file__).parent
_SHARED: Final = _HERE.parent / "operations"
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")
_FIRST: Final = f"first: {LIST_SIZE}"

Variables = dict[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One operation: single, or a list of so many candidates a page."""

    operation: str
    size: int = LIST_SIZE

    def document(self, server: str) -> str:
        """Its document for a server."""
        name = f"postgraphile-{self.operation}" if server == POSTGRAPHILE else self.operation
        text = ((_HERE / "operations") if server == POSTGRAPHILE else _SHARED) / f"{name}.graphql"
        return text.read_text().replace(_FIRST, f"first: {self.size}")


SINGLE: Final = Question("single")
LIST: Final = Question("list")


class Asker:
    """Asks servers, as the viewer of the facts."""

    def __init__(self, servers: Mapping[str, Server], facts: Facts) -> None:
        self._servers, self._facts = servers, facts
        self._client = httpx.Client(headers={"Authorization": f"Bearer {facts.token}"}, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def ask(self, server: str, question: Question, variables: Variables) -> Any:
        """The parsed answer. Raises: AssertionError if it has errors."""
        asked = {
            "query": question.document(server),
            "operationName": OPERATIONS[question.operation],
            "variables": variables,
        }
        response = self._client.post(self._servers[server].url, json=asked)
        answer = response.json()
        assert response.status_code == 200, (server, response.text[:500])
        assert "errors" not in answer, (server, answer["errors"])
        return answer

    def variables(self, server: str, question: Question, count: int) -> list[Variables]:
        """Those of `count` requests: candidates at random, or the pages behind each other.

        Pages are walked by each kind of cursor for itself; behind one place they are the same pages.
        """
        is_own = server == POSTGRAPHILE
        company = {"company": str(self._facts.company_id)} if is_own else {}
        if question.operation == "single":
            ids = self._facts.candidates[:count]
            return [{**company, "id": one.rsplit(":", 1)[1] if is_own else one} for one in ids]
        walked: list[Variables] = []
        variables = dict(company)
        # A page of 50 a step whatever the question's size: the places are the same for all sizes.
        for _ in range(count):
            page = self.ask(server, LIST, variables)["data"]["candidates"]
            if not page["pageInfo"]["hasNextPage"]:
                break
            variables = {**company, "after": page["pageInfo"]["endCursor"]}
            walked.append(variables)
        return walked


def variables_of(
    asker: Asker, names: Sequence[str], question: Question, count: int
) -> dict[str, list[Variables]]:
    """The variables of up to `count` requests by server: at each place of the lists all ask for the same."""
    own = asker.variables(OURS, question, count)
    theirs = asker.variables(POSTGRAPHILE, question, count)
    assert len(own) == len(theirs), "The lists of pages have different lengths."
    return {name: theirs if name == POSTGRAPHILE else own for name in names}


def compare(asker: Asker, question: Question, variables: Mapping[str, list[Variables]], at_most: int) -> Any:
    """Ask each server the first `at_most` of its variables, and us the same; answers our last answer.

    Raises: AssertionError naming the server that answers differently.
    """
    expected = None
    for number, own in enumerate(variables[OURS][:at_most]):
        expected = asker.ask(OURS, question, own)
        for name, theirs in variables.items():
            got = asker.ask(name, question, theirs[number])
            its_own = name == POSTGRAPHILE
            wrong = difference(read(expected), read(got)) if its_own else difference(expected, got)
            assert wrong is None, f"{name} answers {question} {theirs[number]} differently: {wrong}"
    return expected


def difference(expected: Any, got: Any, place: str = "$") -> str | None:
    """Where two answers differ first, and how; None if they are equal."""
    if expected == got:
        return None
    if isinstance(expected, dict) and isinstance(got, dict) and expected.keys() == got.keys():
        return next(filter(None, (difference(expected[key], got[key], f"{place}.{key}") for key in expected)))
    if isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        pairs = enumerate(zip(expected, got, strict=True))
        return next(filter(None, (difference(*pair, f"{place}[{number}]") for number, pair in pairs)))
    return f"{place} is {str(got)[:200]}, not {str(expected)[:200]}"


def read(value: Any, name: str = "") -> Any:
    """An answer with its instants and cursors as what they say, however they are written."""
    if isinstance(value, dict):
        return {key: read(one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [read(one) for one in value]
    if isinstance(value, str):
        if name == "endCursor":
            _, created_at, key, *_ = json.loads(base64.urlsafe_b64decode(value + "=="))
            return (read(created_at), key)
        if _INSTANT.fullmatch(value):
            return datetime.fromisoformat(value).astimezone(UTC)
    return value
