"""Counters that cost a request less than a microsecond, as Prometheus reads them.

Each worker counts into a small file of its own that it maps into memory; whichever worker is asked adds up
the files of all, those of workers that have died included, so that a counter never goes back. What others
count for themselves (`app.telemetry.families`) is put there once a second.
"""

import mmap
import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from app.errors import ErrorCode
from app.telemetry.families import COUNTERS, GAUGES, NONE, OTHER, Family, Kind

STATUSES: Final = (200, 201, 204, 304, 400, 401, 403, 404, 405, 406, 408, 409, 413, 415, 422, 429, 500, 503)
BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OUTCOMES: Final = ("OK", "PARTIAL", *ErrorCode)
OPERATIONS: Final = (NONE, "query", "mutation")
"""`none` for a request that was refused before its document was looked at."""
CLIENTS_MAX: Final = 16
"""Clients with a name of their own in the metrics, those that came first; further ones count as `other`."""

CONTENT_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"

WIRE_RESOURCES: Final = (
    "accessToken",
    "provisionedApplications",
    "atsIntegrations",
    "atsIntegrations/configurations",
    "simpleJobPostings",
    "simpleJobPostingTasks",
    "atsCandidates",
    "atsCandidates/notes",
    "atsApplications",
    "atsApplications/notes",
    "atsApplications/interviewFeedback",
    "atsApplications/stages",
    "atsEntityAcls",
    "atsEntityAclAssignees",
    "seats",
    "conversationEvents",
    "mailStubs",
    "prospectNotes",
    "exportedCandidates",
    "other",
)
"""The wire API's resources; a call of none of them, or one that was refused before, counts as `other`."""

_OTHER_STATUS: Final = len(STATUSES)
_STATUS_AT: Final = {status: index for index, status in enumerate(STATUSES)}
_OUTCOME_AT: Final = {outcome: index * (len(STATUSES) + 1) for index, outcome in enumerate(OUTCOMES)}
_BUCKETS: Final = len(BUCKETS_S) + 1
_BUCKETS_NS: Final = tuple(round(bound * 1e9) for bound in BUCKETS_S)
_WIRE_AT: Final = {name: index for index, name in enumerate(WIRE_RESOURCES)}

# The file, in cells of eight bytes.
_DURATIONS: Final = 0
_DURATION_CELLS: Final = _BUCKETS + 1
_WIRE: Final = _DURATIONS + len(OPERATIONS) * _DURATION_CELLS
_WIRE_RECORDS: Final = _WIRE + len(WIRE_RESOURCES) * (len(STATUSES) + 1)
_WIRE_DURATIONS: Final = _WIRE_RECORDS + len(WIRE_RESOURCES)
_BY_CLIENT: Final = _WIRE_DURATIONS + _DURATION_CELLS
_OF_OPERATION: Final = len(OUTCOMES) * (len(STATUSES) + 1)
_OF_CLIENT: Final = len(OPERATIONS) * _OF_OPERATION
_FAMILIES: Final = _BY_CLIENT + (CLIENTS_MAX + 2) * _OF_CLIENT

_FAMILY_AT: Final[dict[str, int]] = {}
_cells = _FAMILIES
for _family in (*COUNTERS, *GAUGES):
    _FAMILY_AT[_family.name] = _cells
    _cells += _family.size
_FIRST_GAUGE: Final = _FAMILY_AT[GAUGES[0].name]
_CELLS: Final = _cells
_NAME_BYTES: Final = 128
_BYTES: Final = _CELLS * 8 + CLIENTS_MAX * _NAME_BYTES

_OPERATION_AT: Final = {
    operation: (_DURATIONS + index * _DURATION_CELLS, index * _OF_OPERATION)
    for index, operation in enumerate(OPERATIONS)
}
_OTHER_CLIENT: Final = _BY_CLIENT + CLIENTS_MAX * _OF_CLIENT
_NO_CLIENT: Final = _OTHER_CLIENT + _OF_CLIENT


class Metrics:
    """This worker's counters; with a `folder`, those of all workers that share it are exposed together."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        if folder is None:
            self._bytes = memoryview(bytearray(_BYTES))
        else:
            with (folder / f"{os.getpid()}.counters").open("w+b") as file:
                file.truncate(_BYTES)
                self._bytes = memoryview(mmap.mmap(file.fileno(), _BYTES))
        self._cells = self._bytes[: _CELLS * 8].cast("Q")
        self._client_at: dict[str | None, int] = {None: _NO_CLIENT}

    def count(
        self, outcome: str, status: int, took_ns: int, client: str | None = None, operation: str = NONE
    ) -> None:
        """One answered GraphQL request: `outcome` is one of `OUTCOMES`; PARTIAL is data with errors.

        `client` must be the name of one that is registered: it becomes a label.
        """
        cells = self._cells
        durations, of_operation = _OPERATION_AT[operation]
        at = self._client_at.get(client)
        if at is None:
            at = self._learn(client)
        cells[at + of_operation + _OUTCOME_AT[outcome] + _STATUS_AT.get(status, _OTHER_STATUS)] += 1
        cells[durations + bisect_left(_BUCKETS_NS, took_ns)] += 1
        cells[durations + _BUCKETS] += took_ns

    def count_wire(self, resource: str, records: int, status: int, took_ns: int) -> None:
        """One answered call of the wire API, and how many records it carried or named."""
        cells, at = self._cells, _WIRE_AT.get(resource, len(WIRE_RESOURCES) - 1)
        cells[_WIRE + at * (len(STATUSES) + 1) + _STATUS_AT.get(status, _OTHER_STATUS)] += 1
        cells[_WIRE_RECORDS + at] += records
        cells[_WIRE_DURATIONS + bisect_left(_BUCKETS_NS, took_ns)] += 1
        cells[_WIRE_DURATIONS + _BUCKETS] += took_ns

    def put(self, family: Family, value: int, *values: str) -> None:
        """What this worker's part of a family is now, at these values of its labels."""
        self._cells[_FAMILY_AT[family.name] + family.at(*values)] = max(0, value)

    def exposition(self) -> bytes:
        """The text format of Prometheus, version 0.0.4."""
        workers = list(self._of_all_workers())
        cells = [sum(column) for column in zip(*(of_one for of_one, _ in workers), strict=True)]
        lines = list(_requests(workers))
        lines += _head("rsc_graphql_request_duration_seconds", "histogram", _TOOK)
        for operation in OPERATIONS:
            name, at = "rsc_graphql_request_duration_seconds", _OPERATION_AT[operation][0]
            lines += _histogram(cells, name, at, f'operation="{operation}",')
        lines += _wire(cells)
        lines += _head("rsc_wire_request_duration_seconds", "histogram", _TOOK)
        lines += _histogram(cells, "rsc_wire_request_duration_seconds", _WIRE_DURATIONS)
        for family in (*COUNTERS, *GAUGES):
            lines += _of_family(family, cells, [of_one for of_one, _ in workers])
        return ("\n".join(lines) + "\n").encode("utf-8")

    def _learn(self, client: str | None) -> int:
        """Give the client a name in the file; those beyond what there is room for share one."""
        known = len(self._client_at) - 1
        name = (client or "").encode("utf-8")
        if known >= CLIENTS_MAX or not 0 < len(name) < _NAME_BYTES:
            return _OTHER_CLIENT
        begins = _CELLS * 8 + known * _NAME_BYTES
        self._bytes[begins : begins + len(name)] = name
        at = self._client_at[client] = _BY_CLIENT + known * _OF_CLIENT
        return at

    def _of_all_workers(self) -> Iterator[tuple[list[int], list[str]]]:
        """Each worker's cells and the names of its clients; of those that have died, without gauges."""
        if self._folder is None:
            yield self._cells.tolist(), _names(bytes(self._bytes[_CELLS * 8 :]))
            return
        for file in sorted(self._folder.glob("*.counters")):
            content = file.read_bytes()
            if len(content) == _BYTES:
                cells: list[int] = memoryview(content)[: _CELLS * 8].cast("Q").tolist()
                if not _is_running(int(file.stem)):
                    cells[_FIRST_GAUGE:] = [0] * (_CELLS - _FIRST_GAUGE)
                yield cells, _names(content[_CELLS * 8 :])


_TOOK: Final = "From the head of a request to the last byte handed to the socket."


def _names(content: bytes) -> list[str]:
    places = (content[at : at + _NAME_BYTES] for at in range(0, len(content), _NAME_BYTES))
    return [place.rstrip(b"\0").decode("utf-8", "replace") for place in places]


def _head(name: str, kind: str, says: str) -> list[str]:
    return [f"# HELP {name} {says}", f"# TYPE {name} {kind}"]


def _requests(workers: list[tuple[list[int], list[str]]]) -> Iterator[str]:
    """By code and status, and by client and kind of operation.

    Workers number their clients in the order in which these came, so they are joined by their names.
    """
    by_status: Counter[tuple[int, int]] = Counter()
    by_client: Counter[tuple[str, str, int]] = Counter()
    for cells, names in workers:
        for number, client in enumerate((*names, OTHER, NONE)):
            begins = _BY_CLIENT + number * _OF_CLIENT
            for at, count in enumerate(cells[begins : begins + _OF_CLIENT] if client else ()):
                if count:
                    operation, rest = divmod(at, _OF_OPERATION)
                    outcome, status = divmod(rest, len(STATUSES) + 1)
                    by_status[outcome, status] += count
                    by_client[client, OPERATIONS[operation], outcome] += count
    yield from _head(
        "rsc_graphql_requests_total", "counter", "GraphQL requests by first error code and HTTP status."
    )
    for (outcome, status), count in sorted(by_status.items()):
        labels = f'code="{OUTCOMES[outcome]}",status="{(*STATUSES, OTHER)[status]}"'
        yield f"rsc_graphql_requests_total{{{labels}}} {count}"
    yield from _head(
        "rsc_graphql_operations_total",
        "counter",
        "GraphQL requests by the token's client, kind of operation and first error code.",
    )
    for (client, kind, outcome), count in sorted(by_client.items()):
        labels = f'client="{_escaped(client)}",operation="{kind}",code="{OUTCOMES[outcome]}"'
        yield f"rsc_graphql_operations_total{{{labels}}} {count}"


def _wire(cells: list[int]) -> Iterator[str]:
    yield from _head(
        "rsc_wire_requests_total", "counter", "Calls of the wire API by resource and HTTP status."
    )
    for at, resource in enumerate(WIRE_RESOURCES):
        for index, status in enumerate((*STATUSES, OTHER)):
            if count := cells[_WIRE + at * (len(STATUSES) + 1) + index]:
                yield f'rsc_wire_requests_total{{resource="{resource}",status="{status}"}} {count}'
    yield from _head(
        "rsc_wire_records_total", "counter", "Records that calls of the wire API carried or named."
    )
    for at, resource in enumerate(WIRE_RESOURCES):
        if count := cells[_WIRE_RECORDS + at]:
            yield f'rsc_wire_records_total{{resource="{resource}"}} {count}'


def _of_family(family: Family, cells: list[int], workers: list[list[int]]) -> Iterator[str]:
    kind = "counter" if family.kind is Kind.COUNTER else "gauge"
    yield from _head(family.name, kind, family.says)
    begins = _FAMILY_AT[family.name]
    for at, values in enumerate(family.every(), start=begins):
        value = max(of_one[at] for of_one in workers) if family.kind is Kind.SHARED else cells[at]
        if not value and family.labels and family.kind is Kind.COUNTER:
            continue
        labels = ",".join(f'{name}="{said}"' for (name, _), said in zip(family.labels, values, strict=True))
        shown = value if family.a_unit == 1 else f"{value / family.a_unit:.6f}"
        yield f"{family.name}{f'{{{labels}}}' if labels else ''} {shown}"


def _histogram(cells: list[int], name: str, begins: int, labels: str = "") -> Iterator[str]:
    total = 0
    for index, bound in enumerate((*BUCKETS_S, "+Inf")):
        total += cells[begins + index]
        yield f'{name}_bucket{{{labels}le="{bound}"}} {total}'
    alone = f"{{{labels.rstrip(',')}}}" if labels else ""
    yield f"{name}_sum{alone} {cells[begins + _BUCKETS] / 1e9:.6f}"
    yield f"{name}_count{alone} {total}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
