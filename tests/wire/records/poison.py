"""Every field of every record, and what may not be in it.

The fields are taken off the records' own types, so a new field is poisoned too.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, Final

from app.sync.records import (
    ApplicationRecord,
    CandidateRecord,
    FeedbackRecord,
    JobRecord,
    NoteRecord,
    StageRecord,
)
from app.sync.wire_names import wire_name
from tests.wire.records.conftest import application, candidate

AT: Final = 1_772_452_800_000
SOUND: Final[dict[str, dict[str, Any]]] = {
    "atsCandidates": {"firstName": "Sound", "atsCreatedAt": AT, "atsLastModifiedAt": AT},
    "atsApplications": {"atsCandidateId": "c", "atsCreatedAt": AT, "atsLastModifiedAt": AT},
    f"atsCandidates/{candidate('c')}/notes": {"note": "Sound", "atsCreatedAt": AT},
    f"atsApplications/{application('a')}/notes": {"note": "Sound", "atsCreatedAt": AT},
    f"atsApplications/{application('a')}/stages": {"stage": "Sound", "atsCreatedAt": AT},
    f"atsApplications/{application('a')}/interviewFeedback": {"feedback": "Sound", "atsCreatedAt": AT},
}
"""A sound record of each resource, by its path."""
JOBS: Final = "simpleJobPostings"
SOUND_JOB: Final[dict[str, Any]] = {
    "integrationContext": "urn:li:organization:1001",
    "title": "Sound",
    "state": "LISTED",
    "listedAt": AT,
}
_RECORDS: Final[dict[str, type[Any]]] = dict(
    zip(
        SOUND,
        (CandidateRecord, ApplicationRecord, NoteRecord, NoteRecord, StageRecord, FeedbackRecord),
        strict=True,
    )
) | {JOBS: JobRecord}
# Said by the key in the URL, or by where a job came from, and so not in the object.
_IN_KEY: Final = frozenset({"external_id", "application_external_id", "posted_through_rsc"})
_CHOICES: Final[tuple[Any, ...]] = ("UNKNOWN", 7, True, [], {}, "\0", "LISTED\ud800")
_TEXT: Final[tuple[Any, ...]] = (
    "NUL \0 inside",
    "half a pair \ud800",
    "x" * 1_000_001,
    7,
    True,
    ["list"],
    {"an": "object"},
)
_TIMES: Final[tuple[Any, ...]] = (
    -1,
    0,
    3_093_527_980_800_000,  # in the year 99999
    10**400,
    -(10**18),
    1.5,
    True,
    "soon",
    "2026-03-02T12:00:00",
    "99999-01-01T00:00:00Z",
    "2026-03-02T12:00:00Z\0",
    [AT],
    {"time": AT},
)
_LISTS: Final[tuple[Any, ...]] = ("text", 7, True, {"an": "object"}, [None], ["\0"], ["\ud800"], [[]])
_FLAGS: Final[tuple[Any, ...]] = ("true", 1, [], {}, "\0")
_BY_NAME: Final[dict[str, tuple[Any, ...]]] = {
    "is_private": _FLAGS,
    "do_not_contact": _FLAGS,
    "state": _CHOICES,
    "availability": _CHOICES,
    "title": (*_TEXT, "", "   ", "x" * 201),
    "company_apply_url": (*_TEXT, "javascript:alert(1)"),
    "hiring_team": ("text", 7, {}, [7], [{}], [{"name": "x"}], [{"name": "\0", "role": "x"}]),
    "rank": ("1", 1.5, True, 2**31, -(2**40), [], {}),
    "status": ("UNKNOWN", "", 7, True, [], {}, "\0", "ACTIVE\ud800"),
    "tags": (*_LISTS, ["x" * 201], ["t"] * 201),
    "email_addresses": (*_LISTS, ["nobody"], ["a@b"], ["a b@c.d"], ["a@b.c\0"], ["a@b.c"] * 201),
    "candidate_email": (*_TEXT, "nobody", "a@b", "a b@c.d"),
    "phone_numbers": (
        *("text", 7, {"number": "1"}, [7], [[]], [{}], [{"number": None}], [{"number": ""}]),
        *([{"number": "1\0"}], [{"number": "1", "extension": 7}], [{"number": "1", "extension": "\ud800"}]),
        ["x" * 1_000],
    ),
    "addresses": (
        *("text", 7, {"city": "x"}, ["x"], [7], [[]], [{"city": 7}], [{"line1": "\0"}]),
        *([{"country": "\ud800"}], [{"postalCode": "x" * 301}], [{"city": {"deep": {}}}]),
    ),
    "custom_fields": (
        *("text", 7, [], [{}], {"a": "\0"}, {"\0": 1}, {"a": "\ud800"}, {"\ud800": 1}, {"a": 10**30}),
        *({"a": "x" * 1_000_000}, {"a": [{"b": "\0"}]}, {str(n): n for n in range(3_000)}),
    ),
    "evaluations": (
        *("text", 7, {}, [7], [{}], [{"attribute": "x"}], [{"attribute": "", "result": "1"}]),
        *([{"attribute": "x", "result": 5}], [{"attribute": "\0", "result": "1"}]),
    ),
    "author_name": (*_TEXT[:6], {"firstName": 7}, {"firstName": "\0"}, {"lastName": ["x"]}),
    "interviewer_name": (*_TEXT[:6], {"firstName": 7}, {"lastName": "\ud800"}),
    "name": (*_TEXT, "", "   ", "Not Available"),
    "body": (*_TEXT, "", "   "),
    "first_name": (*_TEXT, "", "   "),
    "external_profile_url": (*_TEXT, "javascript:alert(1)", "https://a b", "ftp://x"),
    "linkedin_profile_url": (*_TEXT, "javascript:alert(1)", "data:text/html,x"),
    # Ids may be numbers.
    "candidate_external_id": ("\0", "\ud800", "x" * 301, True, 1.5, [], {}, ""),
    "job_external_id": ("\0", "\ud800", "x" * 301, True, 1.5, [], {}),
}
_NOT_OF_NOTES: Final = frozenset({"candidate_external_id"})


@dataclass(frozen=True)
class Poison:
    """A value that a field may not have."""

    resource: str
    field: str
    value: Any


def poisons(resource: str) -> Iterator[Poison]:
    """Every field of the resource's records with everything that it may not be, nested too deep included."""
    kind = _RECORDS[resource]
    for field in fields(kind):
        if field.name in _IN_KEY or (kind is NoteRecord and field.name in _NOT_OF_NOTES):
            continue
        name = wire_name(kind.entity, field.name)
        values = _BY_NAME.get(field.name) or (_TIMES if field.name.endswith("_at") else _TEXT)
        for value in values:
            yield Poison(resource, name, value)
        # An object in the place of a list, a list in any other.
        yield Poison(resource, name, nested(201 if field.name == "addresses" else 200))


def nested(levels: int) -> Any:
    """Lists in objects in lists."""
    value: Any = {"bottom": 1}
    for level in range(levels):
        value = [value] if level % 2 else {"in": value}
    return value
