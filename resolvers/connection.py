"""Connections: all lists that go on page by page are of one shape."""

from typing import Generic, TypeVar

from resolvers.fields import cursor, edges, entity, page_info, page_info_part, same_row, total

T = TypeVar("T")


@entity(public=True)
class PageInfo:
    """Whether there is more than this page, and where it begins and ends."""

    has_next_page: bool = page_info_part(
        "hasNextPage", says="Whether there is more behind the last edge of this page."
    )
    has_previous_page: bool = page_info_part(
        "hasPreviousPage",
        says="Whether this page began behind a cursor: there is something before it.",
    )
    start_cursor: str | None = page_info_part(
        "startCursor", says="The cursor of the first edge; null if the page is empty."
    )
    end_cursor: str | None = page_info_part(
        "endCursor", says="The cursor of the last edge: pass it as `after` for the next page. Null if empty."
    )


@entity()
class Edge(Generic[T]):
    """One entry of a page: the thing itself, and the cursor of its place."""

    cursor: str = cursor()
    node: T = same_row(says="The thing that stands here.")


@entity()
class Connection(Generic[T]):
    """One page of a list that goes on behind its last cursor, however long it gets."""

    edges: list[Edge[T]] = edges(says="The entries of this page, in the order of the list.")
    page_info: PageInfo = page_info()
    total_count: int = total()
