"""What is left of an erasure."""

from datetime import datetime

import strawberry

from app.access.directives import requires_role
from app.access.features import Role
from loaders.tables import ERASURE_RECEIPT
from resolvers.fields import column, embedded, entity, item, own_id
from resolvers.node import Node


@entity()
class ErasureCount:
    """How much of one kind was removed."""

    entity: str = item("entity", says="What kind of record: candidate, application, job, note and so on.")
    erased: int = item("erased", says="How many of them were removed.")


@entity(table=ERASURE_RECEIPT, guards=(requires_role(Role.RECRUITER_ADMIN, Role.SUPPORT, Role.STAFF),))
class ErasureReceipt(Node):
    """That a company's ATS data were erased: what was removed, how much of it, and when; signed.

    Access ended at `requestedAt`. Read it again by its id while `finishedAt` is null.
    """

    id: strawberry.ID = own_id("erasure-receipt")
    requested_at: datetime = column(says="When it was asked for; from then on nothing could be read.")
    finished_at: datetime | None = column(says="When the last of it was gone; null while that goes on.")
    counts: list[ErasureCount] = embedded(
        "{t}.counts", says="What was removed so far, kind by kind; what there was none of is left out."
    )
    remark: str = column(says="What the receipt covers and what it does not, for a person.")
    signature: str = column(
        says="The whole receipt, signed: a JWS in compact form by the service's key, which anybody who has "
        "its JWK set can check. While `finishedAt` is null it covers the request only."
    )
