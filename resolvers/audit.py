"""Who did what with a company's integration and data."""

from datetime import datetime

from loaders.tables import AUDIT_ENTRY
from resolvers.connection import PageInfo
from resolvers.fields import column, cursor, edges, entity, page_info, same_row, total


@entity(table=AUDIT_ENTRY)
class AuditEntry:
    """One thing that somebody did, as it was written down then; it is never changed."""

    sequence: int = column(says="Its number in the company's trail, from 1 without gaps.")
    at: datetime = column(says="When it was done.")
    actor: str = column(says="Who did it: the subject of the token.")
    action: str = column(says="What was done, in one word or a few.")
    subject: str = column(says="To what or whom: an id.")
    detail: str | None = column(says="What else is worth knowing, without anybody's personal data.")


@entity()
class AuditEdge:
    """One entry of a page of the audit trail."""

    cursor: str = cursor()
    node: AuditEntry = same_row(says="The entry that stands here.")


@entity()
class AuditConnection:
    """One page of the audit trail, newest first."""

    edges: list[AuditEdge] = edges(says="The entries of this page, newest first.")
    page_info: PageInfo = page_info()
    total_count: int = total()
