"""Notes of the ATS."""

from datetime import datetime

import strawberry

from loaders.access import READS_ATS_RECORDS
from loaders.tables import NOTE
from resolvers.fields import column, entity, own_id
from resolvers.node import Node


@entity(table=NOTE, guards=(READS_ATS_RECORDS,))
class Note(Node):
    """A note that was written in the ATS, about a candidate or an application.

    Notes that the ATS keeps private are there for its own users and backend only.
    """

    id: strawberry.ID = own_id("note")
    body: str = column(says="What the note says, as the ATS has it.")
    author_name: str | None = column(says="Who wrote it, if the ATS says so.")
    created_at: datetime = column(says="When it was written, as the ATS says.")
