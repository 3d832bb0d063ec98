"""JSON Lines of the wire format, CSV with guessed headings, and files that are broken."""

import json
from pathlib import Path

import asyncpg
import pytest

from app.database.pool import Pool
from app.ids import CompanyUrn
from app.sync.importing import import_files
from tests.sync.companies import PARTNER
from tests.sync.loads import GREENHOUSE, add_member, counted, written

pytestmark = pytest.mark.usefixtures("in_folder")

WIRE_LINES: list[object] = [
    {
        "entity": "stage",
        "atsStageId": 1,
        "atsJobApplicationId": "a1",
        "stage": "New",
        "atsCreatedAt": 1709283600000,
    },
    {
        "entity": "candidate",
        "atsCandidateId": 7,
        "firstName": "Kate",
        "emailAddresses": ["kate@example.com"],
        "phoneNumbers": [{"number": "1", "extension": None}],
        "linkedInProfileUrl": "http://de.linkedin.com/in/Kate-Austen/?trk=x",
        "atsCreatedAt": "2024-03-01T09:00:00+01:00",
        "favouriteColour": "green",
    },
    {"atsJobApplicationId": "a1", "atsCandidateId": "7", "atsCreatedAt": 1709283600000},
    {
        "entity": "note",
        "atsNoteId": "n",
        "atsCandidateId": "7",
        "note": "Hello",
        "atsCreatedAt": 1709283600000,
        "author": {"firstName": "Jack", "lastName": "Shephard"},
    },
    "",
    "{broken",
    {"entity": "candidate", "atsCandidateId": "8", "firstName": 5},
    {"entity": "candidate", "atsCandidateId": "9"},
    {"entity": "planet"},
    {"hello": "world"},
    "[1]",
    {"entity": "candidate", "atsCandidateId": "10", "firstName": "A", "atsCreatedAt": 10**18},
]


async def test_json_lines_of_the_wire_format(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    member = await add_member(owner, "kate-austen", "Kate", "Austen")
    report = await import_files(pool, [written(tmp_path / "records.jsonl", WIRE_LINES)], urn, PARTNER)
    assert counted(report) == {
        "candidate CREATED": 1,
        "application CREATED": 1,
        "stage CREATED": 1,
        "note CREATED": 1,
    }
    assert [(one.position, one.path) for one in report.refused] == [
        ("line 6", ()),
        ("line 7", ("firstName",)),
        ("line 8", ("firstName",)),
        ("line 9", ("entity",)),
        ("line 10", ()),
        ("line 11", ()),
        ("line 12", ("atsCreatedAt",)),
    ]
    assert list(report.remarks) == [
        "The field favouriteColour of candidate records is not known and was left out."
    ]
    assert await owner.fetchval("select match_member_urn from candidate") == member
    assert await owner.fetchval("select author_name from note") == "Jack Shephard"
    assert await owner.fetchval("select stage from application") == "New"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("ID,First Name,Last Name,E-Mail,Tags\n1,Zoë,Hart,zoe@example.com,a;b\n", "utf-8"),
        ('\ufeffID;First Name;Last Name;E-Mail;Tags\n1;Zoë;Hart;zoe@example.com;"a,b"\n', "utf-8"),
        ("candidate id\tname\temail 1\tlabels\n1\tZoë Hart\tzoe@example.com\ta|b\n", "utf-16"),
        ('Name,Email,Id,Labels\r\n"Hart, Zoë",zoe@example.com,1,"a, b"\r\n', "cp1252"),
    ],
)
async def test_csv_headings_delimiters_and_encodings_are_guessed(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path, content: str, encoding: str
) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(content.encode(encoding))
    report = await import_files(pool, [file], urn, PARTNER)
    assert counted(report) == {"candidate CREATED": 1}
    row = await owner.fetchrow("select * from candidate")
    assert row is not None
    assert (row["external_id"], row["first_name"], row["last_name"]) == ("1", "Zoë", "Hart")
    assert row["email_addresses"] == ["zoe@example.com"]
    assert await owner.fetchval("select count(*) from candidate_tag") == 2
    assert (await import_files(pool, [file], urn, PARTNER)).changed == 0


async def test_csv_rows_that_cannot_be_taken_and_columns_that_nobody_knows(
    pool: Pool, urn: CompanyUrn, owner: asyncpg.Connection, tmp_path: Path
) -> None:
    lines = [
        "First name,Last name,Email,DNC,Added at,Shoe size",
        "Ann,Ash,ann@example.com,yes,03/15/2024,38",
        "Bea,Bay,,no,,",
        "Cid,Cox,cid@example.com,perhaps,,",
        "Dan,Dow,dan@example.com,no,yesterday,",
        "Eve,Elm,eve@example,no,,",
        "Fay,Fox,fay@example.com,no,,41,surplus",
        "",
    ]
    report = await import_files(pool, [written(tmp_path / "people.csv", lines)], urn, PARTNER)
    assert [(one.position, one.path, one.message) for one in report.refused] == [
        ("line 3", (), "Has neither an id nor an e-mail address to know the candidate by."),
        ("line 4", ("DNC",), "DNC must be yes or no."),
        ("line 5", ("Added at",), "Added at is not a time that can be read: yesterday."),
        ("line 6", ("emailAddresses", "0"), "emailAddresses.0 does not look like an e-mail address (x@x.x)."),
        ("line 7", (), "Has more cells than there are headings."),
    ]
    row = await owner.fetchrow("select * from candidate")
    assert row is not None
    assert (row["external_id"], row["do_not_contact"]) == ("ann@example.com", True)
    assert json.loads(row["custom_fields"]) == {"Shoe size": "38"}
    assert row["created_at"].isoformat() == "2024-03-15T00:00:00+00:00"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", ""),
        (b"just some text\nand more\n", "Is no heading row that says what the records are: "),
        (b"[", "Is not JSON: the array does not end."),
        (b'[{"id": 1, ', "Is not JSON: "),
        (b'{\n "id": 1,\n', "Is not JSON: "),
        (b"\xff\xfe\x00\xd8", "Is no heading row"),
        (b"[" * 100_000, "Is not JSON: "),
        (b'[{"id": 1, "first_name": ["x"], "phone_numbers": 7}]', "first_name must be text."),
        (b'[{"id": 1, "first_name": "x", "phone_numbers": [7]}]', "phone_numbers.0 must be an object."),
        (
            b'[{"id": 1, "candidate_id": 2, "applied_at": "soon"}]',
            "applied_at is not a time that can be read",
        ),
        (b'[{"name": "x", "openings": [], "id": 1, "is_template": true}]', "is_template is set: a template"),
    ],
)
async def test_broken_files_are_reported_and_break_nothing(
    pool: Pool, urn: CompanyUrn, tmp_path: Path, content: bytes, message: str
) -> None:
    file = tmp_path / "broken"
    file.write_bytes(content)
    report = await import_files(pool, [file, GREENHOUSE / "jobs.json"], urn, PARTNER)
    assert counted(report) == {"job CREATED": 1}
    assert len(report.refused) == bool(message)
    assert all(one.message.startswith(message) for one in report.refused)
