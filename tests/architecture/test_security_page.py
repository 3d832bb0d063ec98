"""SECURITY.md names a test for each thing that it promises, and each of them is there."""

import re
from pathlib import Path

from tests.architecture.checkout import ROOT

_ROW = re.compile(r"^\| (?!against)(?!---)(.+?) \| (.+) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[a-z_/]+\.py)`")


def test_every_row_is_held_by_tests_that_exist() -> None:
    rows = _ROW.findall((ROOT / "SECURITY.md").read_text("utf-8"))
    assert len(rows) > 20
    for threat, _, tests in rows:
        named = _TEST.findall(tests)
        assert named, threat
        for name in named:
            assert "def test_" in _read(ROOT / name), name


def _read(file: Path) -> str:
    return file.read_text("utf-8") if file.exists() else ""
