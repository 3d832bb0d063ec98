"""Members whom recruiters sent into the ATS."""

from datetime import datetime

import strawberry

from loaders.tables import CANDIDATE, EXPORT, JOB, MEMBER, SEAT
from resolvers.enums import ExportState
from resolvers.fields import column, entity, one, own_id
from resolvers.node import Node
from resolvers.references import CandidateRef, JobRef, MemberRef
from resolvers.seat import Seat


@entity(table=EXPORT, public=True)
class Export(Node):
    """A member whom a recruiter sent to a job in the ATS, and how far that has come.

    By its id it is there for whoever may list exports, and null for all others.
    """

    id: strawberry.ID = own_id("export")
    state: ExportState = column(says="How far the export has come.")
    member: MemberRef | None = one(
        MEMBER, "{p}.member_urn", says="Who was sent; null if the profile was closed."
    )
    job: JobRef | None = one(JOB, "{p}.job_id", says="For which job of the ATS.")
    seat: Seat | None = one(SEAT, "{p}.seat_id", says="The seat whose holder sent them.")
    candidate: CandidateRef | None = one(
        CANDIDATE, "{p}.candidate_id", says="The candidate that the ATS made of it; null until then."
    )
    requested_at: datetime = column(says="When the recruiter sent them.")
    attempts: int = column(says="How often the ATS has been told.")
    last_error: str | None = column(says="Why the last attempt failed, if it did.")
