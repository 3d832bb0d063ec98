"""How long a document is, by its signs alone: the first question to it, and the cheapest.

The lexer of graphql-core looks at each sign by itself and makes an object of each token, the parser a few
more. One regular expression says here, in a tenth of the time, how many tokens those would be, and stops at
the first that is too many.
"""

import re
from typing import Final

from app.errors import CallerError, ErrorCode

LENGTH_MAX: Final = 100_000
"""Characters of a document. Texts that are longer belong into variables, which are not read sign by sign."""

LINES_MAX: Final = 5_000
"""Each error counts the lines before its place."""

COMMENTS_MAX: Final = 1_000
"""Comments are no tokens to a client, but each is one to the lexer."""

_NESTED_MAX: Final = 200
"""Deeper than this the parser does not go, and says so better than a number of tokens does."""

# It never steps back. What it does not know the lexer refuses, so up to there both see the same tokens.
_TOKEN: Final = re.compile(
    r"""[ \t\n\r,\ufeff]*+(?:
      (\#[^\n\r]*+)
    | ([\[{(])
    | ([\]})])
    | [_A-Za-z][_0-9A-Za-z]*+
    | "{3}(?:[^"\\]++|\\"{3}|\\|"(?!""))*+(?:"{3})?
    | "(?:[^"\\\n\r]++|\\.)*+"?
    | -?[0-9]++(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?
    | \.{3}
    | .
    | (\Z))""",
    re.DOTALL | re.VERBOSE,
)
_COMMENT, _OPENS, _CLOSES, _END = 1, 2, 3, 4


def check_length(text: str, tokens_max: int) -> None:
    """Raises: CallerError TOKEN_LIMIT if the document is longer than it may be, in any of the ways."""
    if len(text) > LENGTH_MAX:
        raise _too_long(f"more than {LENGTH_MAX} characters; send long texts in variables.")
    if text.count("\n") + text.count("\r") > LINES_MAX:
        raise _too_long(f"more than {LINES_MAX} lines.")
    tokens = comments = nested = 0
    for token in _TOKEN.finditer(text):
        kind = token.lastindex
        if kind == _COMMENT:
            comments += 1
            if comments > COMMENTS_MAX:
                raise _too_long(f"more than {COMMENTS_MAX} comments.", text, token.start(kind))
            continue
        if kind == _END:
            return
        tokens += 1
        if tokens > tokens_max:
            raise _too_long(f"more than {tokens_max} tokens.", text, token.end() - 1)
        if kind == _OPENS:
            nested += 1
            if nested > _NESTED_MAX:
                return
        elif kind == _CLOSES:
            nested -= 1


def _too_long(how: str, text: str = "", at: int = 0) -> CallerError:
    line_begins = text.rfind("\n", 0, at) + 1
    place = {"line": text.count("\n", 0, at) + 1, "column": at - line_begins + 1}
    return CallerError(ErrorCode.TOKEN_LIMIT, f"The document has {how}", locations=[place])
