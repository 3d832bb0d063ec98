"""Counters that cost a request less than a microsecond, as Prometheus reads them.

Each worker counts into a small file of its own that it maps into memory; whichever worker is asked adds up
the files of all, those of workers that have died included, so that a counter never goes back.
"""

import mmap
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from app.errors import ErrorCode

STATUSES: Final = (200, 201, 204, 304, 400, 401, 403, 404, 405, 406, 408, 409, 413, 415, 422, 429, 500, 503)
BUCKETS_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OUTCOMES: Final = ("OK", "PARTIAL", *ErrorCode)
GAUGES: Final = ("in_flight", "connections_open", "connections_free", "connections_waiting")

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
_REQUESTS: Final = len(OUTCOMES) * (len(STATUSES) + 1)
_BUCKETS: Final = len(BUCKETS_S) + 1
_SUM_NS: Final = _REQUESTS + _BUCKETS
_WIRE: Final = _SUM_NS + 1
_WIRE_RECORDS: Final = _WIRE + len(WIRE_RESOURCES) * (len(STATUSES) + 1)
_WIRE_BUCKETS: Final = _WIRE_RECORDS + len(WIRE_RESOURCES)
_WIRE_SUM_NS: Final = _WIRE_BUCKETS + _BUCKETS
_GAUGES: Final = _WIRE_SUM_NS + 1
_CELLS: Final = _GAUGES + len(GAUGES)
_BYTES: Final = _CELLS * 8
_WIRE_AT: Final = {name: index for index, name in enumerate(WIRE_RESOURCES)}
_BUCKETS_NS: Final = tuple(round(bound * 1e9) for bound in BUCKETS_S)


class Metrics:
    """This worker's counters; with a `folder`, those of all workers that share it are exposed together."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        if folder is None:
            self._cells = memoryview(bytearray(_BYTES)).cast("Q")
        else:
            with (folder / f"{os.getpid()}.counters").open("w+b") as file:
                file.truncate(_BYTES)
                self._cells = memoryview(mmap.mmap(file.fileno(), _BYTES)).cast("Q")

    def count(self, outcome: str, status: int, took_ns: int) -> None:
        """One answered GraphQL request: `outcome` is one of `OUTCOMES`; PARTIAL is data with errors."""
        cells = self._cells
        cells[_OUTCOME_AT[outcome] + _STATUS_AT.get(status, _OTHER_STATUS)] += 1
        cells[_REQUESTS + bisect_left(_BUCKETS_NS, took_ns)] += 1
        cells[_SUM_NS] += took_ns

    def count_wire(self, resource: str, records: int, status: int, took_ns: int) -> None:
        """One answered call of the wire API, and how many records it carried or named."""
        cells, at = self._cells, _WIRE_AT.get(resource, len(WIRE_RESOURCES) - 1)
        cells[_WIRE + at * (len(STATUSES) + 1) + _STATUS_AT.get(status, _OTHER_STATUS)] += 1
        cells[_WIRE_RECORDS + at] += records
        cells[_WIRE_BUCKETS + bisect_left(_BUCKETS_NS, took_ns)] += 1
        cells[_WIRE_SUM_NS] += took_ns

    def set_gauges(self, *values: int) -> None:
        """The gauges of this worker, in the order of `GAUGES`."""
        for index, value in enumerate(values):
            self._cells[_GAUGES + index] = value

    def exposition(self) -> bytes:
        """The text format of Prometheus, version 0.0.4."""
        everybody = [list(cells) for cells in self._of_all_workers()]
        cells = [sum(column) for column in zip(*everybody, strict=True)]
        lines = ["# HELP rsc_graphql_requests_total GraphQL requests by first error code and HTTP status."]
        lines.append("# TYPE rsc_graphql_requests_total counter")
        for outcome in OUTCOMES:
            for index, status in enumerate((*STATUSES, "other")):
                if count := cells[_OUTCOME_AT[outcome] + index]:
                    labels = f'code="{outcome}",status="{status}"'
                    lines.append(f"rsc_graphql_requests_total{{{labels}}} {count}")
        lines.extend(_histogram(cells, "rsc_graphql_request_duration_seconds", _REQUESTS, _SUM_NS))
        lines.extend(_wire(cells))
        lines.extend(_histogram(cells, "rsc_wire_request_duration_seconds", _WIRE_BUCKETS, _WIRE_SUM_NS))
        for index, gauge in enumerate(GAUGES):
            lines.append(f"# TYPE rsc_{gauge} gauge")
            lines.append(f"rsc_{gauge} {cells[_GAUGES + index]}")
        lines.append("")
        return "\n".join(lines).encode("ascii")

    def _of_all_workers(self) -> Iterator[Iterable[int]]:
        if self._folder is None:
            yield self._cells
            return
        for file in sorted(self._folder.glob("*.counters")):
            content = file.read_bytes()
            if len(content) == _BYTES:
                cells = memoryview(content).cast("Q").tolist()
                if not _is_running(int(file.stem)):
                    cells[_GAUGES:] = [0] * len(GAUGES)
                yield cells


def _wire(cells: list[int]) -> Iterator[str]:
    yield "# HELP rsc_wire_requests_total Calls of the wire API by resource and HTTP status."
    yield "# TYPE rsc_wire_requests_total counter"
    for at, resource in enumerate(WIRE_RESOURCES):
        for index, status in enumerate((*STATUSES, "other")):
            if count := cells[_WIRE + at * (len(STATUSES) + 1) + index]:
                yield f'rsc_wire_requests_total{{resource="{resource}",status="{status}"}} {count}'
    yield "# HELP rsc_wire_records_total Records that calls of the wire API carried or named."
    yield "# TYPE rsc_wire_records_total counter"
    for at, resource in enumerate(WIRE_RESOURCES):
        if count := cells[_WIRE_RECORDS + at]:
            yield f'rsc_wire_records_total{{resource="{resource}"}} {count}'


def _histogram(cells: list[int], name: str, buckets: int, sum_ns: int) -> Iterator[str]:
    yield f"# HELP {name} From the head of a request to the last byte handed to the socket."
    yield f"# TYPE {name} histogram"
    total = 0
    for index, bound in enumerate((*BUCKETS_S, "+Inf")):
        total += cells[buckets + index]
        yield f'{name}_bucket{{le="{bound}"}} {total}'
    yield f"{name}_sum {cells[sum_ns] / 1e9:.6f}"
    yield f"{name}_count {total}"


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
