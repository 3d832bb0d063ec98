"""Members whom LinkedIn's sourcing proposes for a job."""

from loaders.tables import MEMBER
from resolvers.connection import PageInfo
from resolvers.fields import column, cursor, edges, entity, one, page_info, total
from resolvers.references import MemberRef


@entity()
class RecommendedMatchEdge:
    """One member who fits a job, with how well and why."""

    cursor: str = cursor()
    score: float = column(says="How well the member fits, from 0 to 1.")
    reasons: list[str] = column(says="Why the member fits, the strongest reason first.")
    node: MemberRef = one(MEMBER, "{p}.member_urn", says="The member who fits.")


@entity()
class RecommendedMatchConnection:
    """One page of the members who fit a job, the best first."""

    edges: list[RecommendedMatchEdge] = edges(says="The members of this page, the best first.")
    page_info: PageInfo = page_info()
    total_count: int = total()
