"""CSV files of candidates, one a row, whose headings are guessed.

Comma, semicolon, tab or bar between the columns; UTF-8, UTF-16 with a byte order mark, or Windows-1252. A
column whose heading means nothing here is kept as a custom field under that heading. Without a column of ids
the e-mail address names the candidate. Times without a zone are UTC; in 09/12/2017 the month comes first.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.sync.findings import Finding, Found, NotTaken, Place
from app.sync.moments import read_moment
from app.sync.records import (
    Address,
    CandidateRecord,
    PhoneNumber,
    RecordEntity,
    RecordRefusedError,
    TagName,
)

# What headings mean, in lower case without spaces and punctuation, and without a number at the end.
HEADINGS: Final[Mapping[str, frozenset[str]]] = {
    field: frozenset(headings.split())
    for field, headings in {
        "external_id": "id candidateid atscandidateid externalid applicantid personid",
        "first_name": "firstname first givenname forename vorname prenom nombre",
        "last_name": "lastname last surname familyname nachname nom apellido apellidos",
        "full_name": "name fullname candidate candidatename applicant applicantname",
        "middle_initial": "middleinitial mi",
        "prefix": "prefix salutation",
        "suffix": "suffix",
        "email": "email emailaddress emailaddresses emails mail personalemail workemail homeemail",
        "phone": "phone phonenumber phonenumbers phones mobile mobilephone cell cellphone telephone tel",
        "line1": "address street addressline streetaddress line",
        "city": "city town ort",
        "geographic_area": "state province region geographicarea",
        "postal_code": "zip zipcode postalcode postcode plz",
        "country": "country land",
        "company": "company currentcompany employer currentemployer currentcompanyname organization firma",
        "title": "title jobtitle currenttitle currentjobtitle position currentposition role",
        "linkedin": "linkedin linkedinurl linkedinprofile linkedinprofileurl linkedinlink",
        "ats_url": "profileurl externalprofileurl atsprofileurl atsurl url",
        "source": "source origin leadsource",
        "tags": "tags tag labels",
        "do_not_contact": "donotcontact dnc",
        "is_private": "private isprivate confidential",
        "created": "createdat created datecreated creationdate dateadded addedat atscreatedat",
        "modified": (
            "updatedat updated modifiedat modified lastmodified lastmodifiedat lastupdated atslastmodifiedat"
        ),
    }.items()
}
_TRUE: Final = frozenset({"1", "true", "yes", "y", "x", "ja", "oui", "si"})
_FALSE: Final = frozenset({"", "0", "false", "no", "n", "nein", "non"})
_SEVERAL: Final = re.compile(r"[;,|\n]")
DELIMITERS: Final = ",;\t|"


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its heading; `field` is a key of `HEADINGS`, None for one that nobody knows."""

    heading: str
    field: str | None


def read_spreadsheet(file: str, content: bytes) -> Iterator[Finding]:
    """The candidates of a CSV file, row by row."""
    rows = _rows(_decoded(content))
    columns: Sequence[Column] | None = None
    for line, row in rows:
        place = Place(file=file, position=f"line {line}")
        if isinstance(row, str):
            yield _not_taken(place, "", row)
        elif columns is None:
            columns = guess_columns(row)
            if not {"first_name", "full_name"} & {column.field for column in columns}:
                yield _not_taken(place, "", "is no heading row: no column is a first or full name")
                return
        elif any(cell.strip() for cell in row):
            yield _candidate(place, columns, row)


def guess_columns(headings: Sequence[str]) -> list[Column]:
    """What each column holds. Only e-mails, phones and tags may have several; else the first one counts."""
    columns: list[Column] = []
    seen: set[str] = set()
    for heading in headings:
        plain = re.sub(r"[\W_]+|\d+\W*$", "", heading.casefold())
        field = next((field for field, known in HEADINGS.items() if plain in known), None)
        if field in seen and field not in {"email", "phone", "tags"}:
            field = None
        if field is not None:
            seen.add(field)
        columns.append(Column(heading.strip(), field))
    return columns


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _rows(text: str) -> Iterator[tuple[int, list[str] | str]]:
    """Rows with the number of their last line; a row that cannot be read is its error instead."""
    first_line = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, f"cannot be read: {error}"
        else:
            yield reader.line_num, row


def _candidate(place: Place, columns: Sequence[Column], row: Sequence[str]) -> Finding:
    cells: dict[str, list[tuple[str, str]]] = {}
    custom: dict[str, str] = {}
    for column, cell in zip(columns, row, strict=False):
        if not cell.strip():
            continue
        if column.field is None:
            custom[column.heading or "(no heading)"] = cell.strip()
        else:
            cells.setdefault(column.field, []).append((column.heading, cell.strip()))
    one = {field: said[0][1] for field, said in cells.items()}
    external_id = one.get("external_id") or next(iter(_several(cells, "email")), "").casefold()
    if len(row) > len(columns):
        return _not_taken(place, external_id, "has more cells than there are headings")
    if not external_id:
        return _not_taken(place, "", "has neither an id nor an e-mail address to know the candidate by")
    try:
        record = _record(external_id, cells, one, custom)
    except RecordRefusedError as refusal:
        return _not_taken(place, external_id, refusal.message, refusal.path)
    return Found(place=place, record=record)


def _record(
    external_id: str,
    cells: Mapping[str, list[tuple[str, str]]],
    one: Mapping[str, str],
    custom: Mapping[str, str],
) -> CandidateRecord:
    def moment(field: str) -> Any:
        heading, cell = cells.get(field, [("", "")])[0]
        return read_moment(cell, (heading,))

    def flag(field: str) -> bool | None:
        heading, cell = cells.get(field, [("", "")])[0]
        word = cell.casefold()
        if word not in _TRUE | _FALSE:
            raise RecordRefusedError("must be yes or no", (heading,))
        return word in _TRUE if field in cells else None

    given, family = one.get("first_name"), one.get("last_name")
    if given is None and "full_name" in one:
        given, family = _divided(one["full_name"])
    address = Address(
        line1=one.get("line1"),
        city=one.get("city"),
        geographic_area=one.get("geographic_area"),
        postal_code=one.get("postal_code"),
        country=one.get("country"),
    )
    return CandidateRecord(
        external_id=external_id,
        first_name=given or "",
        last_name=family,
        middle_initial=one.get("middle_initial"),
        prefix=one.get("prefix"),
        suffix=one.get("suffix"),
        email_addresses=tuple(_several(cells, "email")),
        phone_numbers=tuple(PhoneNumber(number=number) for number in _several(cells, "phone")),
        addresses=() if address == Address() else (address,),
        current_company_name=one.get("company"),
        current_job_title=one.get("title"),
        external_profile_url=one.get("ats_url"),
        linkedin_profile_url=one.get("linkedin"),
        source=one.get("source"),
        is_private=flag("is_private") or False,
        custom_fields=custom or None,
        tags=tuple(TagName(tag) for tag in _several(cells, "tags")) if "tags" in cells else None,
        do_not_contact=flag("do_not_contact"),
        ats_created_at=moment("created"),
        ats_last_modified_at=moment("modified"),
    )


def _divided(name: str) -> tuple[str, str | None]:
    """A full name as given and family name: `Locke, John` and `John Locke` are the same."""
    family, comma, given = name.partition(",")
    if comma and given.strip():
        return given.strip(), family.strip() or None
    given, _, family = name.rpartition(" ")
    return (given, family) if given else (name, None)


def _several(cells: Mapping[str, list[tuple[str, str]]], field: str) -> Iterator[str]:
    for _, cell in cells.get(field, ()):
        for part in _SEVERAL.split(cell):
            if part.strip():
                yield part.strip()


def _not_taken(place: Place, external_id: str, message: str, path: tuple[str, ...] = ()) -> NotTaken:
    return NotTaken(
        place=place, entity=RecordEntity.CANDIDATE, external_id=external_id, path=path, message=message
    )
