"""Jobs of the ATS, who applied for them, and who is recommended."""

from datetime import datetime

import strawberry

from app.access.directives import requires
from app.access.features import Feature, Role
from app.engine.mapping import Order
from loaders.access import READS_ATS_RECORDS
from loaders.tables import APPLICATION, JOB, RECOMMENDED_MATCH
from resolvers.application import APPLICATION_ARGUMENTS, APPLICATION_FILTERS, Application
from resolvers.arguments import argument, optional_field
from resolvers.connection import Connection
from resolvers.enums import JobAvailability, JobOrderField, JobState, OrderDirection
from resolvers.federation import BY_EXTERNAL_ID, BY_ID
from resolvers.fields import column, embedded, entity, item, own_id, page
from resolvers.node import Node
from resolvers.orders import newest_first
from resolvers.recommended_match import RecommendedMatchConnection


@strawberry.input(description="Which jobs to list; every condition that is given must hold.")
class JobFilter:
    """The argument `filter` of lists of jobs."""

    state: JobState | None = optional_field("Whether it takes applications.")
    title_contains: str | None = optional_field("A part of the title, without regard to case.")
    modified_since: datetime | None = optional_field("Last changed in the ATS at this moment or later.")


@strawberry.input(description="In which order to list jobs.")
class JobOrder:
    """The argument `orderBy` of lists of jobs."""

    field: JobOrderField = strawberry.field(description="What to order by; ids decide among equals.")
    direction: OrderDirection = strawberry.field(description="Which end comes first.")


JOB_FILTERS = {
    "state": "{t}.state = {v:text}",
    "titleContains": "{t}.title_key like lower({v:like})",
    "modifiedSince": "{t}.last_modified_at >= {v:timestamptz}",
}
JOB_ORDERS = {
    "LISTED_AT": Order("{t}.listed_order_at", "timestamptz"),
    "TITLE": Order('{t}.title_key collate "C"', "text"),
}
JOB_ARGUMENTS = {
    "filter": argument(JobFilter | None, "Which jobs to list."),
    "orderBy": argument(JobOrder | None, "In which order; the last listed first if left out."),
}


@entity()
class HiringTeamMember:
    """A person of the company who works on filling a job."""

    name: str = item("name", says="The person's full name, as the ATS has it.")
    role: str = item("role", says="What the person does in the hiring, a hiring manager for example.")


@entity(
    table=JOB,
    guards=(
        requires(
            Feature.IN_ATS_INDICATOR,
            Feature.RECOMMENDED_MATCHES,
            Feature.ONE_CLICK_EXPORT,
            or_role=(Role.ATS_USER, Role.ATS_ADMIN, Role.PARTNER),
        ),
    ),
    keys=(BY_ID, BY_EXTERNAL_ID),
)
class Job(Node):
    """A job of the ATS that people apply for."""

    id: strawberry.ID = own_id("job")
    external_id: str = column(says="The ATS's own id of the job.")
    requisition_code: str | None = column(says="The code by which the company approved the opening.")
    title: str = column(says="What the job is called, at most 200 characters.")
    description: str | None = column(says="What the job is about, as the ATS sends it; may have HTML in it.")
    location: str | None = column(says="Where the work is done.")
    department: str | None = column(says="Where in the company the job is.")
    state: JobState = column(says="Whether it takes applications.")
    availability: JobAvailability = column(says="Who may find its posting.")
    posted_through_rsc: bool = column(
        says="Whether the posting was made through RSC; while such a job is open, it blocks disabling."
    )
    apply_url: str | None = column(says="Where candidates apply, a page of the company or its ATS.")
    listed_at: datetime | None = column(says="When it was listed; null if it never was.")
    closed_at: datetime | None = column(says="When it was closed; null while it is open.")
    hiring_team: list[HiringTeamMember] = embedded(
        "{t}.hiring_team", says="Who works on filling it, in the order in which the ATS has them."
    )
    applications: Connection[Application] | None = page(
        APPLICATION,
        key="{t}.job_id",
        parent="{p}.id",
        order=newest_first("applied_at"),
        filters=APPLICATION_FILTERS,
        arguments=APPLICATION_ARGUMENTS,
        says="Who applied for it, the latest application first.",
        guards=(READS_ATS_RECORDS,),
    )
    recommended_matches: RecommendedMatchConnection | None = page(
        RECOMMENDED_MATCH,
        key="{t}.job_id",
        parent="{p}.id",
        order=(
            Order("{t}.score", "double precision", True),
            Order("{t}.member_urn", "text", True),
        ),
        says="Members that fit the job, the best first. They are chosen among those that the gateway keeps "
        "itself, also where members come live from LinkedIn; without any, nobody is recommended.",
        guards=(requires(Feature.RECOMMENDED_MATCHES),),
    )
