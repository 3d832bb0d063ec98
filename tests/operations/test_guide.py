"""The operations guide, the README, the alerts and the dashboard speak of what there is, and of all of it."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from app.settings import Settings
from app.telemetry.metrics import Metrics

_CHECKOUT = Path(__file__).parents[2]
_GUIDE = (_CHECKOUT / "docs/operations.md").read_text("utf-8")
_README = (_CHECKOUT / "README.md").read_text("utf-8")
_ALERTS = (_CHECKOUT / "docs/alerts.yml").read_text("utf-8")
_DASHBOARD = json.loads((_CHECKOUT / "docs/grafana/dashboard.json").read_text("utf-8"))

_NAME = re.compile(r"\brsc_[a-z_]+")
_SELECTOR = re.compile(r"\b(rsc_[a-z_]+)\{([^}]*)\}")
_OF_EVERY_SERIES = {"instance", "job"}


class _Asked(Mapping[str, str]):
    """An environment without variables that remembers which ones were asked for."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __getitem__(self, name: str) -> str:
        self.names.append(name)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _asked_for() -> set[str]:
    asked = _Asked()
    Settings.from_environ(asked)
    return set(asked.names)


def _settings_table(text: str) -> dict[str, list[str]]:
    """The rows of the table below the heading Settings, by variable; links are those of the README."""
    section = text.split("\n## Settings\n", 1)[1].split("\n## ", 1)[0]
    rows = re.findall(r"^\| `([A-Z_]+)` \|(.*)\|$", section, re.MULTILINE)
    return {name: rest.replace("](docs/", "](").split("|") for name, rest in rows}


@pytest.mark.parametrize("text", [_GUIDE, _README], ids=["guide", "README"])
def test_the_table_of_settings_has_each_variable_that_is_read(text: str) -> None:
    assert set(_settings_table(text)) == _asked_for()


def test_guide_and_readme_tell_the_same_of_each_setting() -> None:
    assert _settings_table(_GUIDE) == _settings_table(_README)


def test_the_defaults_in_the_table_are_those_of_the_settings() -> None:
    """A variable that is set to the default that the table tells changes nothing."""
    rows = _settings_table(_GUIDE)
    told = {name: cells[0].strip() for name, cells in rows.items()}
    environ = {name: default.strip("`") for name, default in told.items() if default.startswith("`")}
    assert len(environ) > 20
    assert Settings.from_environ(environ) == Settings.from_environ({})


def _exposed() -> dict[str, set[str]]:
    """The names in /metrics, with the labels of those that have any before something was counted."""
    text = Metrics().exposition().decode()
    names = re.findall(r"^# TYPE (\w+) (\w+)$", text, re.MULTILINE)
    found: dict[str, set[str]] = {}
    for name, kind in names:
        for one in [f"{name}_bucket", f"{name}_sum", f"{name}_count"] if kind == "histogram" else [name]:
            found[one] = set()
    for name, labels in re.findall(r"^(rsc_\w+)\{(.*)\} ", text, re.MULTILINE):
        found[name] |= set(re.findall(r'(\w+)="', labels))
    return found


def _expressions() -> list[str]:
    of_alerts = re.findall(r"^ +expr: (.+)$", _ALERTS, re.MULTILINE)
    of_panels = [target["expr"] for panel in _DASHBOARD["panels"] for target in panel.get("targets", [])]
    assert len(of_alerts) > 10
    assert len(of_panels) > 20
    return [*of_alerts, *of_panels]


def _in_table() -> dict[str, set[str]]:
    """The metrics that the guide explains, with their labels."""
    section = _GUIDE.split("\n## Metrics\n", 1)[1].split("\n## ", 1)[0]
    cells = re.findall(r"^\| (`rsc_.*?) \|", section, re.MULTILINE)
    named = re.findall(r"`(rsc_\w+)(?:\{([a-z,]+)\})?`", " ".join(cells))
    return {name: set(labels.split(",")) if labels else set() for name, labels in named}


def test_alerts_and_panels_ask_for_metrics_that_exist() -> None:
    exposed = _exposed()
    for expression in _expressions():
        assert set(_NAME.findall(expression)) <= set(exposed), expression


def test_alerts_and_panels_select_by_labels_that_exist() -> None:
    labels = _in_table()
    for expression in _expressions():
        for name, selected in _SELECTOR.findall(expression):
            used = set(re.findall(r"(\w+)\s*[=!]~?", selected)) - _OF_EVERY_SERIES
            assert used <= labels[name.removesuffix("_bucket")], expression


def test_every_metric_is_explained_with_its_labels() -> None:
    told = _in_table()
    names = {re.sub(r"(_seconds)_(bucket|sum|count)$", r"\1", name) for name in _exposed()}
    assert set(told) == names
    for name, labels in _exposed().items():
        explained = re.sub(r"(_seconds)_(bucket|sum|count)$", r"\1", name)
        assert labels - {"le"} <= told[explained], name


def test_every_alert_is_explained_and_every_explanation_has_its_alert() -> None:
    section = _GUIDE.split("\n## Alerts\n", 1)[1]
    told = re.findall(r"^\| `(Rsc\w+)` \| \S.* \| \S.* \|$", section, re.MULTILINE)
    assert told == re.findall(r"^ +- alert: (\w+)$", _ALERTS, re.MULTILINE)
