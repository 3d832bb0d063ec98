"""From a document's signs to its tokens: graphql-core's lexer, which looks at most of them all at once.

The library's takes one sign after the other, and ties each token to the one before it and the one behind.
Such a ring lives until the garbage collector comes, and when it comes everybody waits; tokens that know no
other token go with the document that they were read from.
"""

import re
from typing import Final

from graphql import Lexer, Location, Token, TokenKind
from graphql.language.parser import Parser

# Names and signs: nearly all of any document. Whatever else it is, the library knows it.
_PLAIN: Final = re.compile(r"([ \t\n\r,\ufeff]*+)(?:([_A-Za-z][_0-9A-Za-z]*+)|([!$&():=@\[\]{|}]|\.\.\.))")
_NAME: Final = 2
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_SIGNS: Final = {kind.value: kind for kind in TokenKind if len(kind.value) in (1, 3)}


class QuickParser(Parser):
    """graphql-core's parser, whose places in the text know their source and no token.

    What is made of a document is kept, and tokens are a third of it that nobody looks at again.
    """

    def loc(self, start_token: Token) -> Location:
        """Where something stands that began with this token and ends with the last one."""
        location = Location(start_token, self._lexer.last_token, self._lexer.source)
        del location.start_token, location.end_token
        return location


class QuickLexer(Lexer):
    """Reads the same tokens as the library's lexer, and refuses the same signs with the same words."""

    def lookahead(self) -> Token:
        """The next token that is no comment, which stays the next one."""
        token = self.token
        if token.kind is not TokenKind.EOF:
            while True:
                after = token.next
                if after is None:
                    after = token.next = self.read_next_token(token.end)
                token = after
                if token.kind is not TokenKind.COMMENT:
                    break
        return token

    def read_next_token(self, start: int) -> Token:
        """The token that begins at `start`, or behind the blanks that stand there."""
        found = _PLAIN.match(self.source.body, start)
        if found is None:
            return super().read_next_token(start)
        blanks = found[1]
        if "\n" in blanks or "\r" in blanks:
            ends = [end.end() for end in _LINE_END.finditer(self.source.body, start, found.end(1))]
            self.line += len(ends)
            self.line_start = ends[-1]
        begins, ends_at = found.end(1), found.end()
        column = begins - self.line_start + 1
        if found.lastindex == _NAME:
            return Token(TokenKind.NAME, begins, ends_at, self.line, column, found[_NAME])
        return Token(_SIGNS[found[3]], begins, ends_at, self.line, column)
