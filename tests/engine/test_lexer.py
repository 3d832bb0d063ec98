"""Documents are counted, lexed and validated in fewer steps, and come out as by graphql-core alone."""

import contextlib
import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    Lexer,
    Source,
    Token,
    TokenKind,
    get_introspection_query,
    parse,
    validate,
)
from hypothesis import given
from hypothesis import strategies as st

import app.http
from app.engine.lexer import QuickLexer
from app.engine.limits import parse_document
from app.engine.tokens import check_length
from app.engine.validation import validate_document
from app.errors import CallerError, ErrorCode
from app.settings import Limits
from resolvers.schema import build_schema
from tests.engine.hostile_documents import HOSTILE

OURS = [
    path.read_text("utf-8")
    for folder in (Path(app.http.__file__).parent, Path(__file__).parents[1] / "queries")
    for path in sorted(folder.rglob("*.graphql"))
]
PIECES = st.sampled_from(
    [
        *("{", "}", "(", ")", "[", "]", ":", "!", "$", "@", "=", "|", "&", "...", "..", ".", "?", "'"),
        *("a", "_b1", "query", "on", "null", "1", "-1", "0", "00", "1.5", "-1e9", "1.5E-3", "1.", "1e", "1a"),
        *('""', '"a"', '"\\""', '"\\u00e9"', '"\\x"', '"', '"""', '"""a"b\\"""c\n  d"""', '"""a', '\\"""'),
        *(
            "\n",
            "\r",
            "\r\n",
            "\n\r",
            " ",
            "\t",
            ",",
            "\ufeff",
            "#",
            "# a, b\n",
            "#\r",
            "é",
            "\x00",
            "\u2028",
        ),
    ]
)
TOKEN = 6
"""Parts of a token as `read` tells it; a refusal has two."""

WRONG = [
    "{viewr{subject}}",
    "query($a:Int $a:Int){candidates(first:$a first:$b){totalCount}}",
    "{viewer{subject:roles subject} viewer{subject}}",
    "{...a ...b} fragment a on Query{...b} fragment b on Query{...a} fragment c on Candidate{nothing}",
    "query($f:CandidateFilter){candidates(filter:$f){edges{node @skip(if:1) @skip(if:true){id}}}}",
    "{candidates(filter:{tag:1 nothing:{a:[1]}} orderBy:X){totalCount @nothing(a:$b)}}",
    "query a{viewer{subject}} query a{viewer{subject}} {viewer} mutation {nothing}",
    "{node(id:1){... on Candidate{firstName(a:1)} ... on String{a} ...{...nowhere}}}",
    "subscription{a b} type T{a:Int} query($c:Candidate $n:Nothing=1){__typename}",
    "{" + " ".join(f"a{n}" for n in range(60)) + "}",
    "query q($a:Boolean!){...f} fragment f on Query{viewer @include(if:$a){subject @skip(if:$b)}}",
    "{__schema{types{fields{type{fields{type{fields{name}}}}}}}}",
]


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema()._schema


def read(lexer: Lexer) -> Iterator[tuple[TokenKind, int, int, int, int, str | None]]:
    """All tokens with their places, as the parser comes by them."""
    token: Token = lexer.token
    while token.kind is not TokenKind.EOF:
        ahead = lexer.lookahead()
        assert lexer.lookahead() is ahead
        token = lexer.advance()
        assert token is ahead
        yield token.kind, token.start, token.end, token.line, token.column, token.value


def outcome(lexer: Lexer) -> list[tuple[Any, ...]]:
    """The tokens, and after them what the lexer refused."""
    seen: list[tuple[Any, ...]] = []
    try:
        seen.extend(read(lexer))
    except GraphQLSyntaxError as error:
        seen.append((error.message, error.locations))
    return seen


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_has_the_tokens_that_the_library_sees(text: str) -> None:
    assert outcome(QuickLexer(Source(text))) == outcome(Lexer(Source(text)))


@pytest.mark.parametrize("text", [*OURS, *(text for text, _ in HOSTILE.values() if len(text) < 20_000)])
def test_documents_have_the_tokens_that_the_library_sees(text: str) -> None:
    assert outcome(QuickLexer(Source(text))) == outcome(Lexer(Source(text)))


@given(st.lists(PIECES, max_size=40).map("".join), st.integers(0, 20))
def test_no_text_passes_with_more_tokens_than_it_may_have(text: str, tokens_max: int) -> None:
    """Of a text that the lexer refuses those up to there count: the parser goes no further."""
    seen = outcome(Lexer(Source(text)))
    is_whole = len(seen[-1]) == TOKEN
    tokens = sum(len(one) == TOKEN and one[0] is not TokenKind.EOF for one in seen)
    refused = _refusal_of_length(text, tokens_max)
    if refused is None:
        assert tokens <= tokens_max
    else:
        assert refused is ErrorCode.TOKEN_LIMIT
        assert tokens > tokens_max or not is_whole


@pytest.mark.parametrize("text", OURS)
def test_every_document_of_ours_is_far_within_the_limit(text: str) -> None:
    check_length(text, Limits().document_tokens_max // 10)


def test_the_place_of_the_token_that_is_too_many_is_told() -> None:
    with pytest.raises(CallerError) as caught:
        check_length("{\n a b #\n  c}", 3)
    assert caught.value.locations == [{"line": 3, "column": 3}]


@pytest.mark.parametrize(
    "text", ["{" * 100_000, " " * 100_000, '"' * 100_000, "#" * 100_000, '"""' + '\\"""' * 24_000]
)
def test_nothing_is_counted_twice(text: str) -> None:
    """A pattern that steps back would take minutes for these."""
    assert _refusal_of_length(text, 3_000) in (None, ErrorCode.TOKEN_LIMIT)


def told(errors: list[GraphQLError]) -> list[object]:
    return [(error.message, error.locations) for error in errors]


@pytest.mark.parametrize("text", [*OURS, *WRONG, get_introspection_query(), "{__typename}"])
def test_validation_says_what_the_library_says(schema: GraphQLSchema, text: str) -> None:
    errors = validate(schema, parse(text), max_errors=20, hide_suggestions=True)
    assert told(validate_document(schema, parse_document(text, Limits()))) == told(errors)
    assert bool(errors) == (text in WRONG)


def test_what_was_refused_is_gone_without_the_garbage_collector(schema: GraphQLSchema) -> None:
    """Else it would pile up until that comes, which holds up everybody for tenths of a second."""
    texts = [*WRONG, "{viewer{subject}", '{viewer{subject "}', "{" + "viewer{subject} " * 200 + "}"]
    for text in texts:
        _read(schema, text)
    gc.collect()
    gc.disable()
    try:
        for text in texts:
            _read(schema, text)
        left = gc.collect()
    finally:
        gc.enable()
    assert left < 60 * len(texts)


def _read(schema: GraphQLSchema, text: str) -> None:
    with contextlib.suppress(CallerError):
        validate_document(schema, parse_document(text, Limits()))


def _refusal_of_length(text: str, tokens_max: int) -> ErrorCode | None:
    try:
        check_length(text, tokens_max)
    except CallerError as error:
        return error.code
    return None
