"""Files as streams: what format they have, and reading that goes on from any mark as if never stopped."""

import json
from pathlib import Path

import pytest

from app.errors import CallerError
from app.sync import json_values
from app.sync.findings import Found, Mark, NotTaken, Portion
from app.sync.mapping import FileMapping
from app.sync.reading import read_portions
from app.sync.sources import FileFormat, Source, look_at

COMPANY = "urn:li:organization:1"
PEOPLE = [
    {"entity": "candidate", "atsCandidateId": f"é{n}", "firstName": 'A "quoted" \\ [{', "note": None}
    for n in range(30)
]
CSV = "Id;Vorname;Nachname;Notiz\r\n" + "".join(f'é{n};A;B{n};"two\r\nlines; ""{n}"""\r\n' for n in range(30))


def portions(source: Source, mark: Mark | None = None) -> list[Portion]:
    return list(read_portions(source, FileMapping(), mark or Mark(0, 0), company=COMPANY))


def source_of(tmp_path: Path, content: str | bytes, encoding: str = "utf-8") -> Source:
    file = tmp_path / "file"
    file.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return look_at(file)


@pytest.mark.parametrize(
    ("content", "encoding", "kind", "records"),
    [
        ("".join(json.dumps(one) + "\n" for one in PEOPLE), "utf-8", FileFormat.LINES, 30),
        (
            "\r\n\r\n".join(json.dumps(one, ensure_ascii=False) for one in PEOPLE),
            "utf-8-sig",
            FileFormat.LINES,
            30,
        ),
        (json.dumps(PEOPLE), "utf-8", FileFormat.ARRAY, 30),
        (json.dumps(PEOPLE, indent=2, ensure_ascii=False) + "\n", "utf-8-sig", FileFormat.ARRAY, 30),
        ("\n".join(json.dumps(one, indent=1) for one in PEOPLE), "utf-8", FileFormat.DOCUMENTS, 30),
        (CSV, "utf-8", FileFormat.CSV, 30),
        (CSV, "utf-8-sig", FileFormat.CSV, 30),
        (CSV, "utf-16", FileFormat.CSV, 30),
        (CSV, "cp1252", FileFormat.CSV, 30),
    ],
)
@pytest.mark.parametrize("chunk", [7, 1 << 18])
def test_reading_goes_on_from_any_mark(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: str,
    encoding: str,
    kind: FileFormat,
    records: int,
    chunk: int,
) -> None:
    monkeypatch.setattr(json_values, "_CHUNK_BYTES", chunk)
    source = source_of(tmp_path, content, encoding)
    assert source.format is kind
    whole = portions(source)
    found = [one for portion in whole for one in portion.findings]
    assert [one.record.external_id for one in found if isinstance(one, Found)] == [
        f"é{n}" for n in range(records)
    ]
    for number in range(0, len(whole), 7):
        rest = portions(source, whole[number].mark)
        assert [one.mark for one in rest] == [one.mark for one in whole[number + 1 :]]
        assert [place_and_record(one) for one in rest] == [
            place_and_record(one) for one in whole[number + 1 :]
        ]


def place_and_record(portion: Portion) -> list[object]:
    return [(one.place, getattr(one, "record", None)) for one in portion.findings]


def test_a_broken_line_breaks_nothing_else(tmp_path: Path) -> None:
    lines = [json.dumps(PEOPLE[0]), '{"entity": "candidate", ', "{}]", "7", json.dumps(PEOPLE[1])]
    (one, two, three, four, five) = (
        portion.findings[0] for portion in portions(source_of(tmp_path, "\n".join(lines)))
    )
    assert isinstance(one, Found)
    assert isinstance(five, Found)
    assert [told.said for told in (two, three, four)] == [lines[1].strip(), lines[2], {"value": 7}]
    assert five.place.position == "line 5"


def test_a_broken_element_breaks_nothing_before_it_and_nothing_behind_it_if_its_brackets_match(
    tmp_path: Path,
) -> None:
    good = json.dumps(PEOPLE[0])
    read = portions(source_of(tmp_path, f'[{good}, {{"a" 1}}, {good}, {{"entity": {good}]'))
    findings = [one.findings[0] for one in read]
    assert [type(one) for one in findings] == [Found, NotTaken, Found, NotTaken, NotTaken]
    broken = [one for one in findings if isinstance(one, NotTaken)]
    assert [one.place.position for one in broken] == ["[1]", "[3]", "[4]"]
    assert broken[-1].message == "is not JSON: the array does not end"


def test_a_value_beyond_the_limit_is_refused_and_lines_behind_it_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_values, "VALUE_BYTES_MAX", 1 << 20)
    large = json.dumps({"entity": "candidate", "atsCandidateId": "x" * (3 << 20)})
    good = json.dumps(PEOPLE[0])
    lines = portions(source_of(tmp_path, "\n".join((good, large, good))))
    assert [type(one.findings[0]) for one in lines] == [Found, NotTaken, Found]
    array = portions(source_of(tmp_path, f"[{good}, {large}, {good}]"))
    assert [type(one.findings[0]) for one in array] == [Found, NotTaken]
    for read in (lines, array):
        refused = read[1].findings[0]
        assert isinstance(refused, NotTaken)
        assert refused.message.startswith("is longer than 1 MB")


def test_a_record_of_another_company_is_refused(tmp_path: Path) -> None:
    said = {"atsCandidateId": "1", "firstName": "A"}
    foreign, own = (
        {**said, "integrationContext": urn} for urn in ("urn:li:organization:2", "urn:li:organization:1")
    )
    one, two = portions(source_of(tmp_path, json.dumps([foreign, own])))
    assert isinstance(two.findings[0], Found)
    refused = one.findings[0]
    assert isinstance(refused, NotTaken)
    assert (refused.path, refused.message) == (
        ("integrationContext",),
        "names another company than this load's",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PK\x03\x04...", "is an Excel workbook or a zip archive; save it as CSV, or unpack it first."),
        (b"\x1f\x8b\x08", "is compressed; unpack it first."),
        (b"\xd0\xcf\x11\xe0", "is a document of an old Office program; save it as CSV."),
        ('[{"id": 1}]'.encode("utf-16"), "is JSON in UTF-16; save it as UTF-8."),
        (
            '[{"id": 1}]'.encode("utf-16-le"),
            "is no text in UTF-8 (it has zero bytes); save it as UTF-8.",
        ),
    ],
)
def test_what_holds_no_records_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(CallerError) as raised:
        source_of(tmp_path, content)
    assert raised.value.message == f"file {message}"


def test_paths_that_are_no_files_are_named(tmp_path: Path) -> None:
    for path, message in (
        (tmp_path, "is a folder; name the files in it."),
        (tmp_path / "absent", "cannot be read: No such file or directory."),
        (Path("/dev/null"), "is no regular file; a load that is broken off could not go on in it."),
    ):
        with pytest.raises(CallerError) as raised:
            look_at(path)
        assert raised.value.message == f"{path.name} {message}"
