"""Which LinkedIn member a candidate is, and how that is known."""

from datetime import datetime

import strawberry

from app.access.directives import requires
from app.access.features import Feature
from app.engine.mapping import Order
from loaders.tables import CANDIDATE, MEMBER, SEAT
from resolvers.enums import MatchMethod, MatchState
from resolvers.fields import column, embedded, entity, item, many, one
from resolvers.references import MemberRef
from resolvers.seat import Seat


@entity()
class MatchEvidence:
    """One thing that speaks for a match."""

    method: MatchMethod = item("method", says="What kind of evidence it is.")
    detail: str = item("detail", says="What agrees, in words for a person who reviews the match.")


@entity(table=CANDIDATE)
class CandidateMatch:
    """Which LinkedIn member a candidate of the ATS is, and how that is known."""

    state: MatchState = column("{t}.match_state", says="Whether it is known who the candidate is.")
    member_id: strawberry.ID | None = column(
        "{t}.match_member_urn", says="Person URN of the matched member, where state is MATCHED or MANUAL."
    )
    confidence: float | None = column("{t}.match_confidence", says="How sure the match is, from 0 to 1.")
    evidence: list[MatchEvidence] = embedded(
        "{t}.match_evidence", says="What speaks for the match, the strongest first."
    )
    linked_by: Seat | None = one(
        SEAT, "{p}.match_linked_by", says="The seat whose holder linked or unlinked them by hand, if one did."
    )
    linked_at: datetime | None = column("{t}.match_linked_at", says="When the match was made or undone.")
    alternatives: list[MemberRef] | None = many(
        MEMBER,
        key="possible.candidate_id",
        parent="{p}.id",
        source="candidate_alternative possible join member {t} on {t}.urn = possible.member_urn",
        where="possible.company_id = {company}",
        order=(Order("possible.rank", "integer"), Order("possible.member_urn", "text")),
        says="Where state is AMBIGUOUS: who it may be, the likeliest first. Empty in every other state.",
        guards=(requires(Feature.PROFILE_WIDGET),),
    )
