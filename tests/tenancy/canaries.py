"""What a canary looks like, and where one stands in what the gateway says.

A canary names its company and its column: `zq05x017q` is column 17 of company 5. The UUIDs of a company's
rows begin with `c0ca0005`, so ids, keys and cursors are canaries, too.
"""

import base64
import binascii
import re
from typing import Final

_CANARY: Final = re.compile(r"zq(\d\d)x\d{3}q|c0ca00(\d\d)-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MAY_BE_CURSOR: Final = re.compile(r"[A-Za-z0-9_-]{24,}={0,2}")


def mark(company: int, column: int) -> str:
    """The canary of one column of one company, both counted from zero."""
    return f"zq{company:02d}x{column:03d}q"


def said_in(text: str) -> frozenset[str]:
    """Every canary in the text, those inside of cursors included."""
    found = {match.group() for match in _CANARY.finditer(text)}
    for match in _MAY_BE_CURSOR.finditer(text):
        if not _CANARY.search(match.group()):
            found |= {inside.group() for inside in _CANARY.finditer(_decoded(match.group()))}
    return frozenset(found)


def company_of(canary: str) -> int:
    """Whose it is."""
    match = _CANARY.fullmatch(canary)
    assert match is not None
    return int(match.group(1) or match.group(2))


def _decoded(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)).decode()
    except (binascii.Error, ValueError):
        return ""
