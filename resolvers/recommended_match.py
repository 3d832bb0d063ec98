"""Members whom LinkedIn's sourcing proposes for a job."""

from loaders.access import READS_EXPORTS
from loaders.tables import EXPORT, MEMBER
from resolvers.connection import PageInfo
from resolvers.export import Export
from resolvers.fields import column, cursor, edges, entity, one, page_info, total
from resolvers.references import MemberRef

_SAVED = (
    "exists (select from recommended_match_decision decided "
    "where decided.company_id = {company} and decided.job_id = {t}.job_id "
    "and decided.member_urn = {t}.member_urn and decided.decision = 'SAVED')"
)
_EXPORTED = (
    "(select sent.id from export sent where sent.company_id = {company} and sent.job_id = {p}.job_id "
    "and sent.member_urn = {p}.member_urn)"
)


@entity()
class RecommendedMatchEdge:
    """One member who fits a job, with how well and why."""

    cursor: str = cursor()
    score: float = column(says="How well the member fits, from 0 to 1.")
    reasons: list[str] = column(says="Why the member fits, the strongest reason first.")
    is_saved: bool = column(_SAVED, says="Whether a recruiter has saved the member for the job.")
    export: Export | None = one(
        EXPORT,
        _EXPORTED,
        says="The export of the member to this job, if a recruiter has asked for one.",
        guards=(READS_EXPORTS,),
    )
    node: MemberRef = one(MEMBER, "{p}.member_urn", says="The member who fits.")


@entity()
class RecommendedMatchConnection:
    """One page of the members who fit a job, the best first."""

    edges: list[RecommendedMatchEdge] = edges(says="The members of this page, the best first.")
    page_info: PageInfo = page_info()
    total_count: int = total()
