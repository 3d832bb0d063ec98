"""Members whom recruiters sent into the ATS."""

from datetime import datetime

import strawberry

from loaders.access import READS_EXPORTED_PROFILES
from loaders.tables import CANDIDATE, EXPORT, EXPORTED_PROFILE, JOB, MEMBER, SEAT
from resolvers.enums import ExportState
from resolvers.fields import column, embedded, entity, linkedin_id, one, own_id
from resolvers.member import Education, Position, Skill
from resolvers.node import Node
from resolvers.references import CandidateRef, JobRef, MemberRef
from resolvers.seat import Seat


@entity(table=EXPORTED_PROFILE, guards=(READS_EXPORTED_PROFILES,))
class ExportedProfile:
    """What the profile of an exported member says: this is what an export brings to the ATS.

    Unlike `Member` it is there for the ATS partner's backend, and leads nowhere further.
    """

    member_id: strawberry.ID = linkedin_id("person", "member")
    first_name: str = column(says="The member's given name.")
    last_name: str = column(says="The member's family name.")
    headline: str | None = column(says="What the member says of themselves in one line.")
    location: str | None = column(says="Where the member lives or works.")
    industry: str | None = column(says="The line of business that the member works in.")
    summary: str | None = column(says="What the member says of themselves at length.")
    picture_url: str | None = column(says="The profile photo, if it may be shown.")
    public_profile_url: str | None = column(says="The profile's address on linkedin.com.")
    positions: list[Position] = embedded("{t}.positions", says="Current and past jobs, the latest first.")
    education: list[Education] = embedded("{t}.education", says="Schools, the latest first.")
    skills: list[Skill] = embedded("{t}.skills", says="Skills, in the member's own order.")


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
    profile: ExportedProfile | None = one(
        EXPORTED_PROFILE,
        "{p}.member_urn",
        says="The profile as it is now, for the ATS that it was sent to; null if it was closed.",
        guards=(READS_EXPORTED_PROFILES,),
    )
    job: JobRef | None = one(JOB, "{p}.job_id", says="For which job of the ATS.")
    seat: Seat | None = one(SEAT, "{p}.seat_id", says="The seat whose holder sent them.")
    candidate: CandidateRef | None = one(
        CANDIDATE, "{p}.candidate_id", says="The candidate that the ATS made of it; null until then."
    )
    requested_at: datetime = column(says="When the recruiter sent them.")
    attempts: int = column(says="How often the ATS has been told.")
    last_error: str | None = column(says="Why the last attempt failed, if it did.")
