"""CSV files of any kind of record: columns that are guessed, and mapping files that say what they are."""

import json
from pathlib import Path

import asyncpg
import pytest

from app.database.pool import Pool
from app.errors import CallerError
from app.ids import CompanyUrn
from app.sync.headings import guess_columns, guess_entity
from app.sync.importing import ImportOptions, import_files
from app.sync.mapping import Mappings, read_mappings
from app.sync.records import RecordEntity
from tests.sync.companies import PARTNER
from tests.sync.loads import counted, written

pytestmark = pytest.mark.usefixtures("in_folder")

EXPORT = {
    "applications.csv": [
        "Application ID,Candidate ID,Job ID,Stage,Status,Applied on,Rejection reason",
        "a1,c1,j1,Phone screen,Active,2024-03-02 09:00,",
        "a2,c2,j1,,Rejected,3/4/2024 1:30 PM,No reply",
    ],
    "candidates.csv": [
        "Candidate ID,First name,Last name,E-mail,Phone 1,Phone 2,City",
        "c1,Ann,Ash,ann@example.com,555-1,555-2,Oslo",
        "c2,Bea,Bay,bea@example.com,,,",
    ],
    "feedback.csv": ["Application ID,Interviewer,Feedback,Rating,Date", "a1,Jo Doe,Good,4,2024-03-05"],
    "jobs.csv": ["Job ID,Job title,Department,Status,Hiring manager", "j1,Engineer,R&D,Open,Max Moss"],
    "notes.csv": ["Candidate ID,Note,Author,Created at", "c2,Called her.,Jo Doe,2024-03-06T10:00:00Z"],
    "stages.csv": ["Application ID,Stage,Entered at", "a2,New,2024-03-04", "a1,Offer,2024-04-04"],
}


async def test_every_kind_of_record_comes_from_csv_by_its_headings_in_any_order_of_the_files(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    files = [written(tmp_path / name, lines) for name, lines in EXPORT.items()]
    report = await import_files(pool, files, urn, PARTNER)
    assert report.refused == []
    assert (report.waiting_count, report.joined) == (0, 2)
    assert counted(report) == {
        "candidate CREATED": 2,
        "application WAITING": 2,
        "stage CREATED": 3,
        "interviewFeedback CREATED": 1,
        "job CREATED": 1,
        "note CREATED": 1,
    }
    rows = await owner.fetch(
        """
        select a.external_id, a.stage, a.status, a.disposition_reason, c.first_name, j.title,
          a.applied_at::text
        from application a
        join candidate c on c.company_id = a.company_id and c.id = a.candidate_id
        join job j on j.company_id = a.company_id and j.id = a.job_id
        order by a.external_id
        """
    )
    assert [tuple(row) for row in rows] == [
        ("a1", "Offer", "ACTIVE", None, "Ann", "Engineer", "2024-03-02 09:00:00+00"),
        ("a2", "New", "REJECTED", "No reply", "Bea", "Engineer", "2024-03-04 13:30:00+00"),
    ]
    job = await owner.fetchrow("select state, hiring_team from job")
    assert job is not None
    assert (job["state"], json.loads(job["hiring_team"])) == (
        "LISTED",
        [{"name": "Max Moss", "role": "Hiring manager"}],
    )
    feedback = await owner.fetchrow("select interviewer_name, evaluations from interview_feedback")
    assert feedback is not None
    assert (feedback["interviewer_name"], json.loads(feedback["evaluations"])) == (
        "Jo Doe",
        [{"attribute": "Overall recommendation", "result": "4"}],
    )
    again = await import_files(pool, files, urn, PARTNER)
    assert again.changed == 0


@pytest.mark.parametrize(
    ("headings", "entity"),
    [
        ("Name,Email,Job ID", RecordEntity.CANDIDATE),
        ("id,first name,application id", RecordEntity.CANDIDATE),
        ("Requisition ID,Title,Location", RecordEntity.JOB),
        ("Title,Location,Department", RecordEntity.JOB),
        ("Name,Location", RecordEntity.CANDIDATE),
        ("Candidate ID,Job title,Applied at", RecordEntity.APPLICATION),
        ("Application ID,Candidate email,First name", RecordEntity.APPLICATION),
        ("Application ID,Note", RecordEntity.NOTE),
        ("Shoe size,Colour", None),
    ],
)
def test_headings_tell_the_kind_of_record(headings: str, entity: RecordEntity | None) -> None:
    assert guess_entity(headings.split(",")) is entity


def test_of_two_columns_for_one_field_the_first_counts_unless_there_may_be_several() -> None:
    columns = guess_columns(RecordEntity.CANDIDATE, ["Title", "Position", "E-Mail 1", "E-Mail 2", "Straße"])
    assert [column.target for column in columns] == [
        "currentJobTitle",
        None,
        "emailAddresses",
        "emailAddresses",
        "addresses.line1",
    ]


MAPPING = """
day_first = true
time_zone = "Europe/Berlin"
delimiter = ";"

[columns]
"Nr." = "atsCandidateId"
"Rufname" = "firstName"
"Gehalt" = "customFields.salary"
"Intern" = ""
"Angelegt" = "atsCreatedAt"
"Sperre" = "doNotContact"

[constants]
source = "Old ATS"

[values.doNotContact]
"gesperrt" = true
"""


async def test_a_mapping_file_says_what_columns_are(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    file = written(
        tmp_path / "people.csv",
        [
            "Nr.;Rufname;Nachname;Gehalt;Intern;Angelegt;Sperre;Farbe",
            "7;Zoë;Hart;50000;secret;01/07/2024 12:00;gesperrt;rot",
        ],
    )
    report = await import_files(pool, [file], urn, PARTNER, ImportOptions(mappings=mapped(tmp_path, MAPPING)))
    assert counted(report) == {"candidate CREATED": 1}
    assert list(report.remarks) == [
        'The column "Farbe" means nothing known for candidate records and is kept as a custom field.'
    ]
    row = await owner.fetchrow("select *, created_at::text as at from candidate")
    assert row is not None
    assert (row["external_id"], row["first_name"], row["last_name"], row["source"]) == (
        "7",
        "Zoë",
        "Hart",
        "Old ATS",
    )
    assert (row["at"], row["own_do_not_contact"]) == ("2024-07-01 10:00:00+00", True)
    assert json.loads(row["custom_fields"]) == {"salary": "50000", "Farbe": "rot"}


def mapped(tmp_path: Path, text: str) -> Mappings:
    path = tmp_path / "mapping.toml"
    path.write_text(text)
    return read_mappings(path)


async def test_a_mapping_file_may_speak_of_several_files(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    mappings = mapped(
        tmp_path,
        '[[files]]\nmatch = "p*.csv"\n[files.columns]\nWer = "fullName"\nX = "atsCandidateId"\n'
        '[[files]]\nmatch = "*"\nentity = "job"\n[files.columns]\nX = "externalJobPostingId"\nY = "title"\n',
    )
    files = [
        written(tmp_path / "posten.csv", ["X,Wer", "1,Ann Ash"]),
        written(tmp_path / "other.csv", ["X,Y", "1,Engineer"]),
    ]
    report = await import_files(pool, files, urn, PARTNER, ImportOptions(mappings=mappings))
    assert counted(report) == {"candidate CREATED": 1, "job CREATED": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('entity = "person"', "mapping.toml: entity must be one of job, candidate, application, stage, "),
        ("[columns", "mapping.toml is not TOML: "),
        ('colums = "x"', 'mapping.toml: colums is not known (is "columns" meant?).'),
        (
            'entity = "candidate"\n[columns]\nName = "fistName"',
            'mapping.toml: columns."Name" "fistName" is no field that candidate records have '
            '(is "firstName" meant?).',
        ),
        ("[columns]\nName = 7", 'mapping.toml: columns."Name" must be the name of a field, or '),
        ('encoding = "klingon"', "mapping.toml: encoding is not known; usual are "),
        ('delimiter = "::"', "mapping.toml: delimiter must be one character."),
        ('time_zone = "Middle/Earth"', 'mapping.toml: time_zone is not known; write it as "Europe/Berlin".'),
        ("[[files]]", "mapping.toml: files[0].match must be a file's name, or a pattern like "),
        (
            '[[files]]\nmatch = "*"\n[files.columns]\nName = "nothing"',
            'mapping.toml: files[0].columns."Name" "nothing" is no field that any record has',
        ),
        ('day_first = true\n[[files]]\nmatch = "*"', "mapping.toml: day_first stands beside [[files]]; "),
        (
            '[columns]\nVornahme = "firstName"',
            'mapping.toml: columns."Vornahme" is no heading of people.csv (is "Vorname" meant?); '
            "it has: Vorname, Nr.",
        ),
    ],
)
async def test_a_mistake_in_a_mapping_file_names_its_place_and_nothing_is_done(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path, text: str, message: str
) -> None:
    file = written(tmp_path / "people.csv", ["Vorname,Nr", "Ann,1"])
    with pytest.raises(CallerError) as raised:
        await import_files(pool, [file], urn, PARTNER, ImportOptions(mappings=mapped(tmp_path, text)))
    assert raised.value.message.startswith(message)
    assert await owner.fetchval("select count(*) from sync_run") == 0


@pytest.mark.parametrize(
    ("cells", "path", "message"),
    [
        ("j,t,Pending", ("Status",), "Status must be one of LISTED, CLOSED, or a mapping file says in "),
        ("j,,Open", ("title",), "title is required."),
        (",t,Open", (), "Has neither an id nor a requisition code to know the job by."),
    ],
)
async def test_a_row_that_cannot_be_taken_is_refused_with_its_heading(
    pool: Pool, urn: CompanyUrn, tmp_path: Path, cells: str, path: tuple[str, ...], message: str
) -> None:
    file = written(tmp_path / "jobs.csv", ["Job ID,Title,Status", "0,Engineer,open", cells])
    report = await import_files(pool, [file], urn, PARTNER)
    assert counted(report) == {"job CREATED": 1}
    [refused] = report.refused
    assert (refused.position, refused.path) == ("line 3", path)
    assert refused.message.startswith(message)
