"""How the ATS's records came in."""

from datetime import datetime

import strawberry

from app.engine.mapping import Order
from loaders.tables import RECORD_RESULT, SYNC_RUN
from resolvers.arguments import argument
from resolvers.connection import Connection
from resolvers.enums import RecordOutcome
from resolvers.fields import column, embedded, entity, item, own_id, page
from resolvers.node import Node


@entity(table=RECORD_RESULT, public=True)
class RecordResult:
    """What became of one record that a sync sent. It names the record and never repeats its content."""

    external_id: str = column(says="The ATS's own id of the record.")
    entity: str = column(says="What kind of record it is: candidate, application, job, note and so on.")
    outcome: RecordOutcome = column(says="What became of it.")
    message: str | None = column(says="Why, in a sentence for a person; null where nothing needs saying.")
    path: list[str] | None = column(says="Where in the record the trouble is, from the outside in.")


@entity(public=True)
class SyncCount:
    """How many records of one kind had one outcome."""

    entity: str = item("entity", says="What kind of record: candidate, application, job, note and so on.")
    outcome: RecordOutcome = item("outcome", says="What became of them.")
    count: int = item("count", says="How many they are.")


@entity(table=SYNC_RUN, public=True)
class SyncRun(Node):
    """One run of records from the ATS, with its progress and the outcome of each record."""

    id: strawberry.ID = own_id("sync-run")
    started_at: datetime = column(says="When the run began.")
    finished_at: datetime | None = column(says="When it was complete; null while it goes on.")
    expected: int | None = column(says="How many records are to come, if the ATS has said so.")
    done: int = column(says="How many records have been handled, refused ones included.")
    refused: int = column(says="How many records were refused.")
    counts: list[SyncCount] = embedded(
        "{t}.counts",
        says="How many records of each kind had each outcome; what there was none of is left out.",
    )
    outcomes: Connection[RecordResult] = page(
        RECORD_RESULT,
        key="{t}.sync_run_id",
        parent="{p}.id",
        order=(Order("{t}.id", "uuid", True),),
        filters={"outcome": "{t}.outcome = {v:text}"},
        arguments={"outcome": argument(RecordOutcome | None, "Only records with this outcome.")},
        says="What became of each record, the last handled first. Kept for 90 days; of calls of the wire API "
        "without what changed nothing.",
    )
