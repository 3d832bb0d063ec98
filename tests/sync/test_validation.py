"""What is refused, with which path; and that whatever is not refused can be stored."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.database.pool import Pool
from app.ids import CompanyId
from app.sync.ingest import ingest
from app.sync.records import (
    Address,
    ApplicationRecord,
    CandidateRecord,
    Evaluation,
    FeedbackRecord,
    HiringTeamMember,
    JobRecord,
    NoteRecord,
    PhoneNumber,
    Record,
    RecordEntity,
    RecordOutcome,
    RecordRefusedError,
    StageRecord,
    TagName,
)
from app.sync.validate import normalise
from tests.sync.companies import PARTNER, T0

CANDIDATE = CandidateRecord(external_id="c1", first_name="John", ats_created_at=T0)
JOB = JobRecord(external_id="j1", title="Engineer")
APPLICATION = ApplicationRecord(external_id="a1", candidate_external_id="c1")
STAGE = StageRecord(external_id="s1", application_external_id="a1", name="New", entered_at=T0)
NOTE = NoteRecord(external_id="n1", candidate_external_id="c1", body="x", ats_created_at=T0)
FEEDBACK = FeedbackRecord(external_id="f1", application_external_id="a1", ats_created_at=T0)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR_EAST = timezone(timedelta(hours=-12))

REFUSED: list[tuple[Record, Mapping[str, Any], str]] = [
    (CANDIDATE, {"external_id": "  "}, "atsCandidateId"),
    (CANDIDATE, {"external_id": "x" * 301}, "atsCandidateId"),
    (CANDIDATE, {"first_name": ""}, "firstName"),
    (CANDIDATE, {"first_name": "Jo\x00hn"}, "firstName"),
    (CANDIDATE, {"last_name": "half a pair \ud800"}, "lastName"),
    (CANDIDATE, {"last_name": "x" * 301}, "lastName"),
    (CANDIDATE, {"email_addresses": ("john",)}, "emailAddresses.0"),
    (CANDIDATE, {"email_addresses": ("a@b.c", "john@localhost")}, "emailAddresses.1"),
    (CANDIDATE, {"email_addresses": ("a@b.c",) * 201}, "emailAddresses"),
    (CANDIDATE, {"phone_numbers": (PhoneNumber(number=" "),)}, "phoneNumbers.0.number"),
    (CANDIDATE, {"addresses": (Address(city="\x00"),)}, "addresses.0.city"),
    (CANDIDATE, {"external_profile_url": "javascript:alert(1)"}, "externalProfileUrl"),
    (CANDIDATE, {"external_profile_url": "java\tscript:alert(1)"}, "externalProfileUrl"),
    (CANDIDATE, {"tags": (TagName("x" * 201),)}, "tags.0"),
    (CANDIDATE, {"custom_fields": {"a": {"b": ["\x00"]}}}, "customFields.a.b.0"),
    (CANDIDATE, {"custom_fields": {"a\x00": 1}}, "customFields"),
    (CANDIDATE, {"custom_fields": {"a": 2**63}}, "customFields.a"),
    (CANDIDATE, {"custom_fields": {"a": float("nan")}}, "customFields.a"),
    (CANDIDATE, {"custom_fields": {"a": list(range(3_000))}}, "customFields"),
    (CANDIDATE, {"ats_created_at": EPOCH}, "atsCreatedAt"),
    (CANDIDATE, {"ats_created_at": T0.replace(tzinfo=None)}, "atsCreatedAt"),
    (CANDIDATE, {"ats_last_modified_at": T0 - timedelta(seconds=1)}, "atsLastModifiedAt"),
    (CANDIDATE, {"ats_last_modified_at": datetime(9999, 12, 31, 23, tzinfo=FAR_EAST)}, "atsLastModifiedAt"),
    (JOB, {"title": ""}, "title"),
    (JOB, {"title": "x" * 201}, "title"),
    (JOB, {"listed_at": datetime(1899, 1, 1, tzinfo=UTC)}, "listedAt"),
    (JOB, {"hiring_team": (HiringTeamMember(name="", role="Recruiter"),)}, "hiringTeam.0.name"),
    (JOB, {"company_apply_url": "data:text/html,x"}, "companyApplyUrl"),
    (APPLICATION, {"candidate_external_id": ""}, "atsCandidateId"),
    (APPLICATION, {"candidate_email": "x"}, "candidateEmail"),
    (STAGE, {"name": " "}, "stage"),
    (STAGE, {"name": "not available"}, "stage"),
    (STAGE, {"name": "Not Available"}, "stage"),
    (STAGE, {"entered_at": EPOCH}, "atsCreatedAt"),
    (STAGE, {"rank": 2**31}, "rank"),
    (NOTE, {"body": ""}, "note"),
    (NOTE, {"candidate_external_id": None}, "atsCandidateId"),
    (NOTE, {"application_external_id": "a1"}, "atsCandidateId"),
    (FEEDBACK, {"evaluations": (Evaluation(attribute="", result="yes"),)}, "evaluations.0.attribute"),
]


@pytest.mark.parametrize(("record", "change", "path"), REFUSED)
def test_refused_with_the_path_of_the_field(record: Record, change: Mapping[str, Any], path: str) -> None:
    with pytest.raises(RecordRefusedError) as raised:
        normalise(replace(record, **change))
    assert ".".join(raised.value.path) == path


def test_the_longest_of_everything_is_taken() -> None:
    normalise(replace(JOB, title="x" * 200, description="x" * 100_000))
    normalise(replace(CANDIDATE, external_id="x" * 300, custom_fields={"a": 2**63 - 1, "b": None}))
    normalise(replace(CANDIDATE, ats_last_modified_at=datetime(9999, 12, 31, tzinfo=UTC)))


def test_text_is_trimmed_and_times_are_utc() -> None:
    moment = datetime(2024, 1, 1, 12, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    record = normalise(replace(CANDIDATE, first_name=" John\n", last_name=" ", ats_created_at=moment))
    assert (record.first_name, record.last_name) == ("John", None)
    assert record.ats_created_at == moment
    assert record.ats_created_at.tzinfo is UTC


_text = st.text(max_size=40) | st.sampled_from(
    ["", " ", "\x00", "\ud800", "x" * 301, "é", "👩‍💻", "' or 1=1 --"]
)
_maybe = st.none() | _text
_time = st.none() | st.datetimes(timezones=st.just(UTC) | st.just(FAR_EAST))
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=6,
)
_candidates = st.builds(
    CandidateRecord,
    external_id=_text,
    first_name=_text,
    last_name=_maybe,
    email_addresses=st.lists(_text | st.just("a@b.c"), max_size=2).map(tuple),
    phone_numbers=st.lists(st.builds(PhoneNumber, number=_text, extension=_maybe), max_size=2).map(tuple),
    addresses=st.lists(st.builds(Address, line1=_maybe, city=_maybe), max_size=2).map(tuple),
    external_profile_url=_maybe,
    custom_fields=st.none() | st.dictionaries(_text, _json, max_size=3),
    tags=st.none() | st.lists(_text, max_size=3).map(tuple),
    ats_created_at=_time,
    ats_last_modified_at=_time,
)
_jobs = st.builds(
    JobRecord,
    external_id=_text,
    title=_text,
    description=_maybe,
    listed_at=_time,
    hiring_team=st.lists(st.builds(HiringTeamMember, name=_text, role=_text), max_size=2).map(tuple),
    ats_created_at=_time,
    ats_last_modified_at=_time,
)
_applications = st.builds(
    ApplicationRecord,
    external_id=_text,
    candidate_external_id=_text,
    job_external_id=_maybe,
    rejected_at=_time,
    ats_created_at=_time,
    ats_last_modified_at=_time,
)
_stages = st.builds(
    StageRecord,
    external_id=_text,
    application_external_id=st.just("a1") | _text,
    name=_text,
    entered_at=_time.filter(lambda moment: moment is not None),
    rank=st.integers(-(2**40), 2**40),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.lists(_candidates | _jobs | _applications | _stages, max_size=6))
async def test_whatever_comes_is_stored_or_refused_and_never_breaks_the_batch(
    pool: Pool, company: CompanyId, owner: asyncpg.Connection, batch: list[Record]
) -> None:
    results = await ingest(pool, company, PARTNER, [APPLICATION, *batch, CANDIDATE])
    assert len(results) == len(batch) + 2
    assert results[0].outcome is not RecordOutcome.REFUSED
    assert results[-1].outcome is not RecordOutcome.REFUSED
    for result in results:
        refused = result.outcome is RecordOutcome.REFUSED
        # A stage that waits has no key of ours before its application is there.
        assert result.entity is RecordEntity.STAGE or (result.id is None) == refused
        assert refused <= (result.message is not None and result.path is not None)
