"""Arguments as the schema prints them: their type and what they mean."""

from typing import Annotated, Any

import strawberry


def argument(of: Any, says: str) -> Any:
    """An argument of type `of`; it may be left out unless the field names it in `required`."""
    return Annotated[of, strawberry.argument(description=says)]


def optional_field(says: str) -> Any:
    """A field of an input object that may be left out; null is the same as leaving it out."""
    return strawberry.field(default=strawberry.UNSET, description=says)
