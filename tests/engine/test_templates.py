"""SQL templates, and the values that they bind."""

from collections.abc import MutableMapping
from typing import Any
from uuid import UUID

import pytest

from app.engine.binds import REMEMBERED_MAX, Binds, Parameters, check_text, render
from app.engine.mapping import Catalogue, ContextValue, Table
from app.errors import CallerError, ErrorCode


class Context:
    """A request's context with a company and a count of how often it was read."""

    def __init__(self, company: str) -> None:
        self.company = company
        self.reads = 0
        self.memory: MutableMapping[Any, Any] = {}

    def read(self) -> str:
        self.reads += 1
        return self.company


def parse_id(text: str) -> tuple[str, str] | None:
    kind, _, key = text.partition(":")
    return (kind, key) if key else None


CATALOGUE = Catalogue(
    fields={},
    types={},
    context={"company": ContextValue(type="uuid", read=lambda context: context.read())},
    tables_by_id_kind={
        "job": ("Job", Table(name="job", source="job {t}", id_kind="job")),
        "li:seat": ("Seat", Table(name="seat", source="seat {t}", id_type="text")),
    },
    guards={},
    parse_id=parse_id,
)


def test_a_template_gets_aliases_context_and_values() -> None:
    binds = Binds(CATALOGUE)
    value = lambda cast: binds.argument("x", cast, lambda variables: variables["x"], ["x"])  # noqa: E731
    sql = render(
        "{t}.a = {p}.b and {t}.c = {company} and {t}.d = any({v:text[]})",
        binds,
        {"t": "t1", "p": "t0"},
        value,
    )
    assert sql == "t1.a = t0.b and t1.c = $1::uuid and t1.d = any($2::text[])"
    assert binds.parameters.values({"x": ["y"]}, Context("c")) == ["c", ["y"]]


def test_braces_that_are_no_placeholder_stay() -> None:
    binds = Binds(CATALOGUE)
    template = "'{}'::text[] || '{\"a\": 1}' || array_fill(1, '{2,3}') || {t}.x"
    assert render(template, binds, {"t": "t1"}) == template.replace("{t}", "t1")
    assert not len(binds.parameters)


def test_a_value_that_is_named_twice_is_bound_once_and_by_another_type_again() -> None:
    binds = Binds(CATALOGUE)
    read = lambda variables: variables["x"]  # noqa: E731
    assert [binds.context("company"), binds.context("company")] == ["$1::uuid", "$1::uuid"]
    assert [binds.argument("x", cast, read, []) for cast in ("text", "text", "like", "uuid")] == [
        "$2::text",
        "$2::text",
        "$3::text",
        "$4::uuid",
    ]


def test_an_unknown_name_in_a_template_is_a_mistake_of_the_schema() -> None:
    with pytest.raises(KeyError):
        render("{nobody}", Binds(CATALOGUE), {})


@pytest.mark.parametrize(
    ("text", "pattern"),
    [("a", "%a%"), ("%", r"%\%%"), ("_", r"%\_%"), ("\\", r"%\\%"), ("a_b%c\\", r"%a\_b\%c\\%"), ("", "%%")],
)
def test_wildcards_of_the_caller_are_letters(text: str, pattern: str) -> None:
    binds = Binds(CATALOGUE)
    binds.argument("x", "like", lambda variables: variables["x"], [])
    assert binds.parameters.values({"x": text}, Context("c")) == [pattern]


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        ("job", f"job:{UUID(int=7)}", str(UUID(int=7))),
        ("job", f"candidate:{UUID(int=7)}", None),
        ("job", "nonsense", None),
        ("li:seat", "li:seat", None),
    ],
)
def test_an_id_of_another_kind_is_null(kind: str, text: str, key: str | None) -> None:
    binds = Binds(CATALOGUE)
    binds.argument("x", f"id:{kind}", lambda variables: variables["x"], [])
    assert binds.parameters.values({"x": text}, Context("c")) == [key]


def test_the_context_is_read_once_for_a_viewer_and_a_statement_and_never_for_another_viewer() -> None:
    binds = Binds(CATALOGUE)
    binds.context("company")
    binds.argument("x", "text", lambda variables: variables["x"], [])
    ours, theirs = Context("ours"), Context("theirs")
    for _ in range(3):
        for context in (ours, theirs):
            for said in "a", "b":
                assert binds.parameters.values({"x": said}, context) == [context.company, said]
    assert (ours.reads, theirs.reads) == (1, 1)


def test_what_is_remembered_of_one_viewer_is_bounded() -> None:
    context = Context("ours")
    for _ in range(3 * REMEMBERED_MAX):
        parameters = Parameters()
        parameters.from_context(lambda one: one.read())
        assert parameters.values({}, context) == ["ours"]
        assert len(context.memory) <= REMEMBERED_MAX


@pytest.mark.parametrize("bad", ["\0", "a\0b", "\ud800", "a\udfff", ["fine", "\0"], [["\ud800"]]])
def test_text_that_postgresql_cannot_hold_is_refused_with_its_place(bad: Any) -> None:
    with pytest.raises(CallerError) as caught:
        check_text(bad, ["candidates", "filter"])
    assert caught.value.code is ErrorCode.BAD_USER_INPUT
    assert caught.value.path == ["candidates", "filter"]


def test_in_an_input_object_the_field_is_named() -> None:
    with pytest.raises(CallerError) as caught:
        check_text({"records": [{"name": "fine"}, {"name": "a\0"}]}, ["sync", "input"])
    assert caught.value.path == ["sync", "input", "records", "name"]


@pytest.mark.parametrize(
    "fine", ["", "é", "\U0001f600", "\x01", None, 7, True, ["a", None], {"a": {"b": "c"}}]
)
def test_any_other_value_passes(fine: Any) -> None:
    check_text(fine, [])
