"""How the files look: their size, their names, and what may not stand in them."""

import re

from tests.architecture.checkout import functions, name_of, python_files, text_files

LINES_MAX = 400
FUNCTION_LINES_MAX = 60

_VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}

# Spelled in pieces, so that this file does not carry what it looks for.
_PLACES_OF_ONE_MACHINE = re.compile(
    "|".join(rf"(?<![\w.\-])/{name}/\w" for name in ("work", "root", "farm", "tmp"))
)
_REGISTRY_HOSTS = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"),
            ("debian", "org"), ("crates", "io"), ("proxy", "golang"),
        )
    )
)  # fmt: skip
_UNFINISHED = re.compile(
    "|".join(
        ("TO" + "DO", "FIX" + "ME", r"\bXX" + r"X\b", "not " + "implemented", "NotImplemented" + "Error")
    )
)


def test_no_python_file_is_longer_than_400_lines() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in python_files()}
    assert {name: length for name, length in lengths.items() if length > LINES_MAX} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    found = [
        f"{name_of(path)}: {name} has {length} lines"
        for path in python_files()
        for name, length in functions(path)
        if length > FUNCTION_LINES_MAX
    ]
    assert found == []


def test_every_file_and_folder_says_what_it_is_about() -> None:
    vague = [
        name_of(path)
        for path in text_files()
        if {part.split(".")[0] for part in path.parts[-4:]} & _VAGUE_NAMES
    ]
    assert vague == []


def _lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name_of(path)}:{number}: {line.strip()[:100]}"
        for path in text_files()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_file_names_a_place_of_one_machine() -> None:
    assert _lines_with(_PLACES_OF_ONE_MACHINE) == []


def test_no_file_names_a_package_registry() -> None:
    assert _lines_with(_REGISTRY_HOSTS) == []


def test_no_file_confesses_something_unfinished() -> None:
    assert _lines_with(_UNFINISHED) == []
