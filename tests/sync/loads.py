"""The Greenhouse files, and what the tests of bulk loads have in common."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg

from app.ids import MemberUrn
from app.matching.contacts import MemberContact, store_contacts
from app.sync.import_report import ImportReport

GREENHOUSE = Path(__file__).parent.parent / "fixtures" / "greenhouse"
FILES = [
    GREENHOUSE / f"{n}.json" for n in ("activity_feed", "applications", "candidates", "jobs", "scorecards")
]


async def add_member(
    owner: asyncpg.Connection, slug: str, first: str, last: str, **contact: Any
) -> MemberUrn:
    urn = MemberUrn(f"urn:li:person:{slug}")
    await owner.execute(
        "insert into member (urn, first_name, last_name, public_profile_url) values ($1, $2, $3, $4)",
        urn,
        first,
        last,
        f"https://www.linkedin.com/in/{slug}",
    )
    await store_contacts(owner, {urn: MemberContact(**contact)})
    return urn


def counted(report: ImportReport) -> dict[str, int]:
    return {f"{entity} {outcome}": count for (entity, outcome), count in report.outcomes.items()}


def reasons(report: ImportReport) -> list[tuple[str, str, str, str]]:
    return [(one.file, one.position, one.external_id, one.message) for one in report.refused]


def written(path: Path, lines: Sequence[object]) -> Path:
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return path
