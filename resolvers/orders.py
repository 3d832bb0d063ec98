"""Orders that more than one noun lists its things in."""

from typing import Final

from app.engine.mapping import Order

BY_ID_DESCENDING: Final = Order("{t}.id", "uuid", True)


def newest_first(moment: str) -> tuple[Order, Order]:
    """By `moment`, a column that is never null; the id decides among equals."""
    return Order(f"{{t}}.{moment}", "timestamptz", True), BY_ID_DESCENDING


def oldest_first(moment: str) -> tuple[Order, Order]:
    """The other way round."""
    return Order(f"{{t}}.{moment}", "timestamptz"), Order("{t}.id", "uuid")
