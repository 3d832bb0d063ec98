"""SQL for a reader: a line for each clause, deeper in each sub-select."""

import re
from typing import Final

_CLAUSES: Final = (
    "select", "from", "left join", "cross join lateral", "cross join", "join", "where", "group by",
    "order by", "limit", "union all",
)  # fmt: skip
_TOKEN: Final = re.compile(
    r"(?P<text>'(?:[^']|'')*')"
    r"|(?P<open>\()"
    r"|(?P<close>\))"
    rf"|\b(?P<clause>{'|'.join(_CLAUSES)})\b"
    r"|(?P<space>\s+)"
    r"|(?P<word>\w+)"
    r"|(?P<other>.)",
    re.DOTALL,
)


def laid_out(sql: str) -> str:
    """The same statement with other white space. Texts stay as they are, and so do calls of functions."""
    lines = [""]
    # For each parenthesis that is open, whether it holds a sub-select.
    opened: list[bool] = []
    for token in _TOKEN.finditer(sql):
        kind, text = token.lastgroup, token[0]
        if kind == "clause" and text == "select" and opened and lines[-1].endswith("("):
            opened[-1] = True
        if kind == "clause" and lines[-1].strip() and all(opened[-1:]):
            lines.append("  " * sum(opened))
        elif kind == "close" and opened and opened[-1]:
            lines.append("  " * (sum(opened) - 1))
        if kind == "open":
            opened.append(False)
        elif kind == "close" and opened:
            opened.pop()
        if kind == "space":
            text = " " if lines[-1].strip() else ""
        lines[-1] += text
    return "\n".join(line.rstrip() for line in lines)
