"""One search over LinkedIn's members and the company's candidates."""

import strawberry

from loaders.search import FACET_COLUMNS, FACET_HITS_MAX, FACETS, HITS_COUNTED_MAX, MATCHED_ON, PLACES
from loaders.tables import CANDIDATE, MEMBER
from resolvers.arguments import optional_field
from resolvers.candidate import Candidate
from resolvers.connection import PageInfo
from resolvers.fields import column, cursor, edges, embedded_item, entity, facets, item, one, page_info, total
from resolvers.member import Member


@strawberry.input(description="Which of the people found to list; every condition that is given must hold.")
class UnifiedSearchFilter:
    """The argument `filter` of the search."""

    location: str | None = optional_field(
        "Words of where the person is, or their beginnings, without regard to case and accents."
    )
    job_title: str | None = optional_field(
        "Words of the current job title, or their beginnings, without regard to case and accents."
    )
    in_ats: bool | None = optional_field("Whether the company's ATS knows the person.")
    open_to_work: bool | None = optional_field("Whether the member says that they are open to a new job.")
    tag: str | None = optional_field("Labelled in the ATS with the tag of this name, spelled as there.")
    stage: str | None = optional_field("With an application at this stage, spelled as in the ATS.")


@entity()
class FacetValue:
    """One value that the people found have in common."""

    value: str = item("value", says="The value, as the filter of the same name takes it.")
    count: int = item("count", says="How many of the people found have it.")


@entity()
class Facet:
    """One way to narrow the search down."""

    name: str = item("name", says="The field of UnifiedSearchFilter that narrows by it.")
    values: list[FacetValue] = embedded_item("values", says="The ten most frequent values, in that order.")


@entity()
class UnifiedSearchEdge:
    """One person who was found, as a member, as a candidate, or as both at once."""

    cursor: str = cursor()
    score: float = column(
        says="From 0 to 1, the mean over the words of the query: one of the name counts 1, of the current "
        "title 0.9, of company and place 0.8, any other 0.6; less if only begun or with a letter wrong."
    )
    member: Member | None = one(MEMBER, "{p}.member_urn", says="The person as a member, if known.")
    candidate: Candidate | None = one(
        CANDIDATE, "{p}.candidate_id", says="The person as a candidate, if known."
    )
    matched_on: list[str] = column(
        MATCHED_ON,
        says=f"Where the words of the query count most: {', '.join(PLACES)}. The last is all the "
        "rest that is searched: headline, industry, skills, earlier positions.",
    )


@entity()
class UnifiedSearchConnection:
    """One page of the people found, the best first.

    At most 2,000 members who are not in the ATS and 2,000 candidates are found; filters narrow the search
    down before that.
    """

    edges: list[UnifiedSearchEdge] = edges(says="The people of this page, the best first.")
    page_info: PageInfo = page_info()
    total_count: int = total(HITS_COUNTED_MAX)
    facets: list[Facet] = facets(
        FACETS,
        columns=FACET_COLUMNS,
        limit=FACET_HITS_MAX,
        says="What the first thousand people found have in common, to narrow the search down.",
    )
