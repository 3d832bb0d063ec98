"""What is counted besides requests: each family's name, what it says, and the values its labels can have.

The values of a label are listed, so that nothing that a client sends can become one: whatever is not listed
counts as `other`. The lists repeat enums of layers above; a test holds them together.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from math import prod
from typing import Final

from app.errors import ErrorCode

OTHER: Final = "other"
NONE: Final = "none"

FEATURES: Final = (
    *("IN_ATS_INDICATOR", "PROFILE_WIDGET", "ONE_CLICK_EXPORT", "INMAIL_HISTORY"),
    *("NOTES_HISTORY", "INMAIL_STUB_PROFILE", "RECOMMENDED_MATCHES", "UNIFIED_SEARCH"),
)
REASONS: Final = (
    *("INTEGRATION_DISABLED", "RESYNCING", "RECRUITER_LITE", "PARTNER_UNSUPPORTED", "CONTRACT_NOT_ENABLED"),
    *("CONTRACT_ACCESS_REQUIRED", "NO_SEAT", "SEAT_INACTIVE"),
)
ENTITIES: Final = ("job", "candidate", "application", "stage", "note", "interviewFeedback")
RECORD_OUTCOMES: Final = ("CREATED", "UPDATED", "UNCHANGED", "STALE", "WAITING", "REFUSED", "DELETED")
POOLS: Final = ("requests", "watching", "background", "replica")
TOKEN_REFUSALS: Final = ("missing", "expired", "revoked", "partner", "invalid")
MEMBER_CALLS: Final = ("answered", "throttled", "failed", "not_asked")
PLANS: Final = ("remembered", "kept", "compiled")
DOCUMENTS: Final = ("kept", "read")


class Kind(StrEnum):
    """COUNTER: only grows. GAUGE: of each worker, added up. SHARED: one thing seen by all; the largest."""

    COUNTER = "counter"
    GAUGE = "gauge"
    SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Family:
    """One name of the exposition. Values are whole numbers; they are shown divided by `a_unit`."""

    name: str
    kind: Kind
    says: str
    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    a_unit: int = 1
    _at: dict[tuple[str, ...], int] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._at.update({values: at for at, values in enumerate(self.every())})

    @property
    def size(self) -> int:
        """How many cells it takes."""
        return prod(len(values) for _, values in self.labels)

    def every(self) -> Iterator[tuple[str, ...]]:
        """The values of its labels, in the order of its cells."""
        return product(*(values for _, values in self.labels))

    def at(self, *values: str) -> int:
        """The cell of these values, those that are not listed as `other`."""
        found = self._at.get(values)
        if found is None:
            known = zip(values, self.labels, strict=True)
            found = self._at[tuple(value if value in listed else OTHER for value, (_, listed) in known)]
        return found


def _counter(name: str, says: str, *labels: tuple[str, tuple[str, ...]], a_unit: int = 1) -> Family:
    return Family(name, Kind.COUNTER, says, labels, a_unit)


def _gauge(name: str, says: str, *labels: tuple[str, tuple[str, ...]]) -> Family:
    return Family(name, Kind.GAUGE, says, labels)


def _shared(name: str, says: str, a_unit: int = 1) -> Family:
    return Family(name, Kind.SHARED, says, (), a_unit)


_POOL: Final = ("pool", POOLS)

IN_FLIGHT: Final = _gauge("rsc_in_flight", "Operations and calls at work.")
CONNECTIONS_MAX: Final = _gauge("rsc_connections_max", "Connections that a pool may have.", _POOL)
CONNECTIONS_OPEN: Final = _gauge("rsc_connections_open", "Connections that are open.", _POOL)
CONNECTIONS_FREE: Final = _gauge("rsc_connections_free", "Places of a pool that nobody uses.", _POOL)
CONNECTIONS_WAITING: Final = _gauge("rsc_connections_waiting", "Requests that wait for one.", _POOL)
CONNECTS: Final = _counter("rsc_connects_total", "Connections that were opened.", _POOL)
BINDS: Final = _counter("rsc_binds_total", "Times a connection was bound to another company.", _POOL)
WAITS: Final = _counter("rsc_connection_waits_total", "Times a connection had to be waited for.", _POOL)
WAIT_SECONDS: Final = _counter(
    "rsc_connection_wait_seconds_total", "How long in all.", _POOL, a_unit=1_000_000_000
)
REPLICA_READS: Final = _counter("rsc_replica_reads_total", "Statements that the replica answered.")
REPLICA_IN_USE: Final = _gauge("rsc_replica_in_use", "Workers whose reads go to the replica at the moment.")

PLANS_TOTAL: Final = _counter(
    "rsc_plans_total",
    "Operations by where their plan came from: remembered with the token's grants, kept, or compiled.",
    ("from", PLANS),
)
PLANS_KEPT: Final = _gauge("rsc_plans", "Plans that are kept.")
DOCUMENTS_TOTAL: Final = _counter(
    "rsc_documents_total", "Documents looked up: kept, or read and validated.", ("from", DOCUMENTS)
)
DOCUMENTS_KEPT: Final = _gauge("rsc_documents", "Documents that are kept.")

FIELD_ERRORS: Final = _counter(
    "rsc_field_errors_total",
    "Places of answers that got null and an error, by its code, feature and reason.",
    ("code", (*ErrorCode, OTHER)),
    ("feature", (*FEATURES, NONE, OTHER)),
    ("reason", (*REASONS, NONE, OTHER)),
)
TOKENS_REFUSED: Final = _counter(
    "rsc_tokens_refused_total", "Requests refused for their token.", ("because", TOKEN_REFUSALS)
)

HTTP_INVALID: Final = _counter(
    "rsc_http_invalid_total", "Inputs that were no HTTP request, or had a head that is too large."
)

MEMBER_CALLS_TOTAL: Final = _counter(
    "rsc_member_calls_total",
    "Calls to LinkedIn for members by what became of them.",
    ("outcome", MEMBER_CALLS),
)
MEMBER_ANSWERS: Final = _counter(
    "rsc_member_answers_total", "Answers that were read from the cache of LinkedIn's members."
)
MEMBER_BRINGS: Final = _counter(
    "rsc_member_brings_total", "Times an answer lacked members in the cache and waited for LinkedIn."
)
MEMBER_REFRESHES: Final = _counter(
    "rsc_member_refreshes_total", "Members that were answered from the cache and fetched anew behind it."
)
BREAKER_OPEN: Final = _gauge("rsc_member_breaker_open", "Workers that leave LinkedIn alone since it failed.")

RECORDS: Final = _counter(
    "rsc_sync_records_total",
    "Records of the ATS that were taken or refused.",
    ("entity", (*ENTITIES, OTHER)),
    ("outcome", RECORD_OUTCOMES),
)
OUTBOX_PENDING: Final = _shared("rsc_outbox_pending", "Events that the ATS has not taken yet.")
OUTBOX_OLDEST: Final = _shared("rsc_outbox_oldest_seconds", "Age of the oldest of them.", a_unit=1_000)
OUTBOX_DEAD: Final = _shared("rsc_outbox_dead", "Events that were given up.")
MATCHING_QUEUE: Final = _shared("rsc_matching_queue", "Candidates and members that wait for matching.")
MATCHING_OLDEST: Final = _shared("rsc_matching_oldest_seconds", "Age of the oldest of them.", a_unit=1_000)

COUNTERS: Final = (
    *(CONNECTS, BINDS, WAITS, WAIT_SECONDS, REPLICA_READS, PLANS_TOTAL, DOCUMENTS_TOTAL, FIELD_ERRORS),
    *(TOKENS_REFUSED, HTTP_INVALID, MEMBER_CALLS_TOTAL, MEMBER_ANSWERS, MEMBER_BRINGS, MEMBER_REFRESHES),
    RECORDS,
)
GAUGES: Final = (
    *(IN_FLIGHT, CONNECTIONS_MAX, CONNECTIONS_OPEN, CONNECTIONS_FREE, CONNECTIONS_WAITING, REPLICA_IN_USE),
    *(PLANS_KEPT, DOCUMENTS_KEPT, BREAKER_OPEN),
    *(OUTBOX_PENDING, OUTBOX_OLDEST, OUTBOX_DEAD, MATCHING_QUEUE, MATCHING_OLDEST),
)
