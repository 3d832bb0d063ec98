"""LinkedIn members, and what the viewer's company knows of them."""

from datetime import date, datetime

import strawberry

from app.access.directives import requires
from app.access.features import Feature
from app.engine.mapping import Form, Order
from loaders.tables import CANDIDATE, MEMBER, TAG
from resolvers.federation import BY_ID
from resolvers.fields import column, embedded, entity, item, linkedin_id, many, same_row
from resolvers.node import Node
from resolvers.orders import newest_first
from resolvers.references import CandidateRef
from resolvers.tag import Tag

# The applications of all the company's candidates that are matched to this member, if the viewer sees them.
_APPLIED = (
    "from candidate matched "
    "join application applied "
    "on applied.company_id = matched.company_id and applied.candidate_id = matched.id "
    "where matched.company_id = {company} and applied.company_id = {company} "
    "and matched.match_member_urn = {t}.urn and {sees_application:applied}"
)
_IN_ATS = "from candidate matched where matched.company_id = {company} and matched.match_member_urn = {t}.urn"
_TAGS = (
    "(select distinct matched.match_member_urn as member_urn, tagging.tag_id "
    "from candidate matched "
    "join candidate_tag tagging "
    "on tagging.company_id = matched.company_id and tagging.candidate_id = matched.id "
    "where matched.company_id = {company} and tagging.company_id = {company} "
    "and matched.match_member_urn is not null) tagged "
    "join tag {t} on {t}.company_id = {company} and {t}.id = tagged.tag_id"
)


@entity()
class Position:
    """One job that the member has or had."""

    title: str = item("title", says="What the member works or worked as.")
    company_name: str = item("companyName", says="For whom the member works or worked there.")
    start_date: date | None = item("startDate", says="When it began, if the member says so.")
    end_date: date | None = item("endDate", says="When it ended; null for a current position.")
    description: str | None = item("description", says="What the member says of it.")


@entity()
class Education:
    """One school that the member went to."""

    school_name: str = item("schoolName", says="The school's name, as the member gives it.")
    degree: str | None = item("degree", says="What was achieved there.")
    field_of_study: str | None = item("fieldOfStudy", says="What was studied there.")
    start_year: int | None = item("startYear", says="The year in which it began.")
    end_year: int | None = item("endYear", says="The year in which it ended, or is to end.")


@entity()
class Skill:
    """One thing that the member is good at."""

    name: str = item("name", says="What the skill is called on LinkedIn.")
    endorsement_count: int = item("endorsementCount", says="How many other members confirm it.")


@entity()
class InAtsIndicator:
    """What the viewer's company knows of a member in its ATS, over all candidates matched to the member."""

    candidates: list[CandidateRef] = many(
        CANDIDATE,
        key="{t}.match_member_urn",
        key_type="text",
        parent="{p}.urn",
        order=newest_first("created_at"),
        says="The candidates that are this member, newest first; none if the ATS does not know the member.",
    )
    application_count: int = column(
        f"(select count(*) {_APPLIED})", form=Form.NUMBER, says="How often this person has applied."
    )
    last_applied_at: datetime | None = column(
        f"(select max(applied.applied_at) {_APPLIED})", says="When this person applied last."
    )
    do_not_contact: bool = column(
        f"exists (select {_IN_ATS} and matched.do_not_contact)",
        says="Whether this person must not be contacted nor exported, by any of the candidates.",
    )
    tags: list[Tag] = many(
        TAG,
        key="tagged.member_urn",
        key_type="text",
        parent="{p}.urn",
        source=_TAGS,
        order=(Order("{t}.name", "text"), Order("{t}.id", "uuid")),
        says="The labels of all the candidates, each once, by name.",
    )


@entity(
    table=MEMBER,
    guards=(
        requires(
            Feature.PROFILE_WIDGET,
            Feature.UNIFIED_SEARCH,
            Feature.RECOMMENDED_MATCHES,
            Feature.ONE_CLICK_EXPORT,
        ),
    ),
    keys=(BY_ID,),
)
class Member(Node):
    """A LinkedIn profile. It belongs to no company; a closed one is gone from every answer."""

    id: strawberry.ID = linkedin_id("person", "member")
    first_name: str = column(says="The member's given name.")
    last_name: str = column(says="The member's family name.")
    headline: str | None = column(says="What the member says of themselves in one line.")
    location: str | None = column(says="Where the member lives or works.")
    industry: str | None = column(says="The line of business that the member works in.")
    summary: str | None = column(says="What the member says of themselves at length.")
    picture_url: str | None = column(says="The profile photo, if it may be shown.")
    public_profile_url: str | None = column(says="The profile's address on linkedin.com.")
    connection_count: int | None = column(says="How many connections the member has, if shown.")
    open_to_work: bool = column(says="Whether the member says that they are open to a new job.")
    positions: list[Position] = embedded("{t}.positions", says="Current and past jobs, the latest first.")
    education: list[Education] = embedded("{t}.education", says="Schools, the latest first.")
    skills: list[Skill] = embedded("{t}.skills", says="Skills, in the member's own order.")
    in_ats: InAtsIndicator | None = same_row(
        says="What the viewer's company knows of this person in its ATS.",
        guards=(requires(Feature.IN_ATS_INDICATOR),),
    )
