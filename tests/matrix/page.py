"""The matrix as a page of Markdown that a reviewer reads."""

from pathlib import Path

from app.auth.personas import PERSONAS
from tests.matrix.table import losses, rows

PAGE = Path(__file__).parent / "personas.md"

_HEAD = """\
# Who gets what

Every field and every mutation of the schema, for every persona of the demo, while the integrations are
LIVE. Written by `python -m tests.matrix`; a test compares it with the schema, so a change here is a change
of the rules.

`yes`: answered. `yes*`: decided contract by contract, and not the same on all. A word in capitals: refused
with that reason. `·`: nothing that this persona may ask leads there. Which rows are seen is a second
question: see `loaders/tables.py`.
"""

_LOSSES = """
## What goes with a feature

What is refused to those who have it otherwise, were a feature not granted to them, or none of several any of
which would do. What stands only below a refused field is gone with it and is not listed.

| without | persona | type | fields |
|---|---|---|---|"""
_LOSERS = ("recruiter-admin", "partner")


def render() -> str:
    """The whole page; personas are columns, and the fields of a type that share a line share its outcome."""
    names = list(PERSONAS)
    lines = [_HEAD, f"| type | fields | {' | '.join(names)} |", f"|{'---|' * (len(names) + 2)}"]
    lines += [f"| {row.of} | {', '.join(row.fields)} | {' | '.join(row.cells)} |" for row in rows()]
    lines.append(_LOSSES)
    for loss in (loss for persona in _LOSERS for loss in losses(persona)):
        lines.append(
            f"| {', '.join(loss.features)} | {loss.persona} | {loss.of} | {', '.join(loss.fields)} |"
        )
    return "\n".join(lines) + "\n"
