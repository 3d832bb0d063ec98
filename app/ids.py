"""Identifiers: their types, their spelling towards clients, and how ours are made.

LinkedIn's things keep LinkedIn's URNs (`urn:li:person:…`); ours are `urn:rsc:<type>:<uuid>`. An id that
is unknown, malformed or somebody else's is null to a client, without an error, so parsing answers None
instead of raising.
"""

import os
import re
import time
from typing import Final, NewType
from uuid import UUID

CompanyId = NewType("CompanyId", UUID)
ContractId = NewType("ContractId", UUID)
SeatId = NewType("SeatId", UUID)
CandidateId = NewType("CandidateId", UUID)
JobId = NewType("JobId", UUID)
ApplicationId = NewType("ApplicationId", UUID)

CompanyUrn = NewType("CompanyUrn", str)
ContractUrn = NewType("ContractUrn", str)
SeatUrn = NewType("SeatUrn", str)
MemberUrn = NewType("MemberUrn", str)

URN_LENGTH_MAX: Final = 200
_LINKEDIN_URN: Final = re.compile(r"urn:li:(organization|contract|seat|person):([A-Za-z0-9_-]{1,100})")
_OWN_URN: Final = re.compile(
    r"urn:rsc:([a-z][a-z-]{1,30}):([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
)


_latest = 0


def uuid7(at_ms: int | None = None, random: bytes | None = None) -> UUID:
    """A version 7 UUID (RFC 9562, 5.7): 48 bits of epoch milliseconds, then random bits.

    Those that one process makes without arguments grow, also within a millisecond. `at_ms` and ten bytes of
    `random` make it reproducible, for demo data and tests.
    """
    millis = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    noise = int.from_bytes(os.urandom(10) if random is None else random, "big")
    value = (millis & 0xFFFF_FFFF_FFFF) << 80 | noise
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    if at_ms is None and random is None:
        # Of two made within a millisecond the later one is the greater: what ties in time is told by its id.
        global _latest
        value = _latest = max(value, _latest + 1)
    return UUID(int=value)


def linkedin_kind(urn: str) -> str | None:
    """`organization`, `contract`, `seat` or `person` for a well-formed LinkedIn URN, else None."""
    found = _LINKEDIN_URN.fullmatch(urn) if len(urn) <= URN_LENGTH_MAX else None
    return found[1] if found else None


def split_own(urn: str) -> tuple[str, str] | None:
    """The type and the key, as text, of `urn:rsc:<type>:<uuid>` (lower case); None for anything else."""
    found = _OWN_URN.fullmatch(urn) if len(urn) <= URN_LENGTH_MAX else None
    return (found[1], found[2]) if found else None


def own_urn(kind: str, key: UUID) -> str:
    """`urn:rsc:<kind>:<key>`."""
    return f"urn:rsc:{kind}:{key}"
