"""Plans that were made before, bounded in number and in memory."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final, TypeAlias

from app.engine.commands import CommandPlan
from app.engine.documents import Document
from app.engine.plan import Plan

Kept: TypeAlias = Plan | tuple[CommandPlan, ...]

BYTES_MAX: Final = 32_000_000
"""What all plans together may take: whoever invents operations gets each of theirs a plan."""


class Plans:
    """The latest plans, of documents that are kept; with its document a plan goes too, which hangs on it."""

    def __init__(self, *, size: int, bytes_max: int = BYTES_MAX) -> None:
        self._size = size
        self._bytes_max = bytes_max
        self._kept: OrderedDict[Hashable, tuple[Document, Kept]] = OrderedDict()
        self._of_document: dict[Document, set[Hashable]] = {}
        self.bytes = 0
        """What the plans take, as `bytes_of` has it."""

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> Kept | None:
        """The plan, which is the last to go from now on."""
        found = self._kept.get(key)
        if found is None:
            return None
        self._kept.move_to_end(key)
        return found[1]

    def keep(self, document: Document, key: Hashable, plan: Kept) -> None:
        """Keep this plan of the document's, and let the ones go that were not used for longest."""
        if not document.is_kept:
            return
        self._remove(key)
        self._kept[key] = document, plan
        self._of_document.setdefault(document, set()).add(key)
        self.bytes += bytes_of(plan)
        while len(self._kept) > self._size or (self.bytes > self._bytes_max and len(self._kept) > 1):
            self._remove(next(iter(self._kept)))

    def forget(self, document: Document) -> None:
        """Let go of all plans of a document."""
        for key in list(self._of_document.get(document, ())):
            self._remove(key)

    def _remove(self, key: Hashable) -> None:
        found = self._kept.pop(key, None)
        if found is None:
            return
        document, plan = found
        self.bytes -= bytes_of(plan)
        keys = self._of_document[document]
        keys.remove(key)
        if not keys:
            del self._of_document[document]


def bytes_of(plan: Kept) -> int:
    """Bytes of memory that it takes, nearly."""
    if isinstance(plan, Plan):
        return plan.bytes
    return sum(one.bytes for one in plan)
