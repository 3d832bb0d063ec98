"""Greenhouse's answers as they are: what is stored, what is reported, whom a feed belongs to."""

import json
from pathlib import Path

import asyncpg
import pytest

from app.database.pool import Pool
from app.ids import CompanyUrn
from app.sync.importing import ImportOptions, import_files
from tests.sync.companies import PARTNER, live_company, urn_of
from tests.sync.loads import FILES, GREENHOUSE, add_member, counted, reasons

pytestmark = pytest.mark.usefixtures("in_folder")

NO_OWNER = (
    "Belongs to a candidate whom the feed does not name: none of its e-mails went to or came from exactly "
    "one known candidate, and neither the file's name nor the caller says the candidate's id "
    "(as candidate_id)."
)


async def test_greenhouse_answers_are_taken_as_they_are(pool: Pool, urn: CompanyUrn) -> None:
    report = await import_files(pool, FILES, urn, PARTNER)
    assert counted(report) == {
        "job CREATED": 1,
        "candidate CREATED": 1,
        "application WAITING": 4,
        "stage CREATED": 2,
        "interviewFeedback WAITING": 2,
    }
    assert [(one.external_id, one.message) for one in report.waiting] == [
        ("69306314", "Waits for candidate 57683957 and job 107761, not arrived yet."),
        ("69306509", "Waits for candidate 57683957 and job 224587, not arrived yet."),
        ("69103370", "Waits for job 87752, not arrived yet."),
        ("65153308", "Waits for job 299100, not arrived yet."),
        ("123", "Waits for application 3456, not arrived yet."),
        ("3414169", "Waits for application 23558552, not arrived yet."),
    ]
    assert list(report.remarks) == [
        "Application 69306509 names 2 jobs; only the first is kept, not Web Developer."
    ]


async def test_each_greenhouse_record_that_cannot_be_taken_is_reported_with_its_reason(
    pool: Pool, urn: CompanyUrn
) -> None:
    report = await import_files(pool, FILES, urn, PARTNER)
    only_notes = "Is not taken: of an activity feed only notes are synced, not {}."
    feed = "activity_feed.json"
    assert reasons(report) == [
        (feed, "line 1.notes[0]", "123456", NO_OWNER),
        (feed, "line 1.emails[0]", "234675", only_notes.format("emails")),
        (feed, "line 1.activities[0]", "6756789", only_notes.format("activities")),
        (feed, "line 1.activities[1]", "6757869", only_notes.format("activities")),
    ]


async def test_a_second_run_changes_nothing(pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection) -> None:
    first = await import_files(pool, FILES, urn, PARTNER)
    tables = ("job", "candidate", "application", "application_stage", "tag", "candidate_tag")
    before = [await owner.fetch(f"select xmin, * from {table}") for table in tables]
    second = await import_files(pool, FILES, urn, PARTNER)
    assert second.changed == 0
    assert counted(second) == {
        "job UNCHANGED": 1,
        "candidate UNCHANGED": 1,
        "application UNCHANGED": 4,
        "stage UNCHANGED": 2,
        "interviewFeedback UNCHANGED": 2,
    }
    assert reasons(second) == reasons(first)
    assert [await owner.fetch(f"select xmin, * from {table}") for table in tables] == before


async def test_everything_of_a_greenhouse_candidate_that_has_a_place_is_stored(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection
) -> None:
    await import_files(pool, FILES, urn, PARTNER)
    row = await owner.fetchrow("select * from candidate")
    assert row is not None
    assert (row["external_id"], row["first_name"], row["last_name"]) == ("53883394", "John", "Locke")
    assert (row["current_company_name"], row["current_job_title"]) == (
        "The Tustin Box Company",
        "Customer Success Representative",
    )
    assert row["email_addresses"] == ["test@work.com"]
    assert json.loads(row["phone_numbers"]) == [{"number": "555-555-5555"}]
    assert json.loads(row["addresses"]) == [
        {
            "line1": "123 City Street",
            "city": "New York",
            "geographicArea": "NY",
            "geographicAreaType": "STATE",
            "postalCode": "10001",
        }
    ]
    assert json.loads(row["custom_fields"]) == {
        "desired_salary": "1000000000",
        "work_remotely": True,
        "graduation_year_1": "2018",
    }
    assert row["created_at"].isoformat() == "2017-08-15T03:31:46.591000+00:00"
    assert not row["do_not_contact"]
    tags = await owner.fetch("select name from tag order by name")
    assert [tag["name"] for tag in tags] == ["Python", "Ruby"]
    stages = await owner.fetch(
        """
        select a.external_id, a.stage, a.status, s.entered_at::text
        from application a left join application_stage s on s.application_id = a.id
        order by a.external_id
        """
    )
    assert [tuple(stage) for stage in stages] == [
        ("65153308", "Face to Face", "ACTIVE", "2017-09-28 12:29:30.481+00"),
        ("69103370", None, "ACTIVE", None),
        ("69306314", "Application Review", "ACTIVE", "2017-09-29 13:00:28.038+00"),
        ("69306509", None, "HIRED", None),
    ]
    job = await owner.fetchrow("select * from job")
    assert job is not None
    assert (job["title"], job["state"], job["requisition_code"]) == ("Archaeologist", "CLOSED", "abc123")
    assert (job["location"], job["department"]) == ("New York, United States", "Second-Level department")
    assert job["description"] == "Resistance to electro-magnetic radiation a plus!"
    assert len(json.loads(job["hiring_team"])) == 7


async def test_the_imported_candidate_is_matched_where_the_e_mail_says_so(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection
) -> None:
    member = await add_member(owner, "john-locke", "John", "Locke", emails=["Test@Work.com"])
    report = await import_files(pool, FILES, urn, PARTNER)
    assert report.matches.matched == 1
    row = await owner.fetchrow("select match_state, match_member_urn, match_evidence from candidate")
    assert row is not None
    assert (row["match_state"], row["match_member_urn"]) == ("MATCHED", member)
    assert json.loads(row["match_evidence"]) == [
        {"method": "EMAIL", "detail": "The same e-mail address: test@work.com"}
    ]


async def test_an_activity_feed_is_attributed_by_caller_file_name_or_e_mail(
    pool: Pool, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    feed = json.loads((GREENHOUSE / "activity_feed.json").read_text())
    named = tmp_path / "activity_feed_53883394.json"
    named.write_text(json.dumps(feed))
    feed["emails"][0]["to"] = "Test@work.com"
    by_email = tmp_path / "feed.json"
    by_email.write_text(json.dumps(feed))
    candidates = GREENHOUSE / "candidates.json"
    for files, candidate in (
        ([FILES[0], candidates], "53883394"),
        ([named, candidates], None),
        ([by_email, candidates], None),
    ):
        company = await urn_of(owner, await live_company(owner))
        report = await import_files(pool, files, company, PARTNER, ImportOptions(candidate=candidate))
        assert counted(report)["note CREATED"] == 1
        assert [one.external_id for one in report.refused] == ["234675", "6756789", "6757869"]
    note = await owner.fetchrow("select * from note limit 1")
    assert note is not None
    assert (note["body"], note["author_name"], note["is_private"]) == (
        "Very mysterious.",
        "Sayid Jarrah",
        False,
    )


async def test_scorecards_become_feedback_once_their_application_is_known(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    application = {"id": 3456, "candidate_id": 1234, "applied_at": "2016-08-01", "status": "rejected"}
    application |= {
        "rejection_reason": {"id": 1, "name": "Lacking hustle"},
        "rejected_at": "2016-09-01 10:00:00 UTC",
    }
    applications = tmp_path / "a.json"
    applications.write_text(json.dumps([application]))
    report = await import_files(pool, [GREENHOUSE / "scorecards.json", applications], urn, PARTNER)
    assert (counted(report)["interviewFeedback WAITING"], report.joined) == (2, 1)
    assert [one.external_id for one in report.waiting] == ["3414169", "3456"]
    row = await owner.fetchrow("select * from interview_feedback")
    assert row is not None
    assert row["interviewer_name"] == "Robert Robertson"
    assert row["feedback"].splitlines()[:2] == [
        "Interview: Application Review",
        "Key Take-Aways: Seems like a decent candidate.",
    ]
    assert "Private Notes" not in row["feedback"]
    evaluations = json.loads(row["evaluations"])
    assert evaluations[:3] == [
        {"attribute": "Overall recommendation", "result": "yes"},
        {"attribute": "Communication", "result": "yes: What a great communicator!"},
        {"attribute": "Adaptable", "result": "yes"},
    ]
    assert len(evaluations) == 7
    rejected = await owner.fetchrow("select status, disposition_reason, rejected_at from application")
    assert rejected is not None
    assert (rejected["status"], rejected["disposition_reason"]) == ("REJECTED", "Lacking hustle")
