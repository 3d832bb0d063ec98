"""What a candidate applied for, and how it went."""

from datetime import datetime

import strawberry

from app.engine.mapping import Order
from loaders.access import READS_ATS_RECORDS
from loaders.tables import APPLICATION, CANDIDATE, FEEDBACK, JOB, NOTE, STAGE
from resolvers.arguments import argument, optional_field
from resolvers.connection import Connection
from resolvers.enums import ApplicationStatus
from resolvers.federation import BY_EXTERNAL_ID, BY_ID
from resolvers.fields import column, embedded, entity, item, many, one, own_id, page
from resolvers.node import Node
from resolvers.note import Note
from resolvers.orders import newest_first
from resolvers.references import CandidateRef, JobRef


@strawberry.input(description="Which applications to list; every condition that is given must hold.")
class ApplicationFilter:
    """The argument `filter` of lists of applications."""

    status: list[ApplicationStatus] | None = optional_field("How it stands: one of these.")
    stage: str | None = optional_field("The name of the stage that it is in now, spelled as in the ATS.")
    applied_since: datetime | None = optional_field("Applied at this moment or later.")


APPLICATION_FILTERS = {
    "status": "{t}.status = any({v:text[]})",
    "stage": "{t}.stage = {v:text}",
    "appliedSince": "{t}.applied_at >= {v:timestamptz}",
}
APPLICATION_ARGUMENTS = {"filter": argument(ApplicationFilter | None, "Which applications to list.")}


@entity(table=STAGE)
class Stage:
    """A step of the hiring process that an application has entered."""

    name: str = column(says="What the ATS calls the step.")
    entered_at: datetime = column(says="When the application entered it.")


@entity()
class Evaluation:
    """One answer on an interviewer's scorecard."""

    attribute: str = item("attribute", says="What was looked at, a skill for example.")
    result: str = item("result", says="What the interviewer found, in the words of the ATS.")


@entity(table=FEEDBACK)
class InterviewFeedback:
    """What an interviewer thought of a candidate."""

    interviewer_name: str | None = column(says="Who held the interview, if the ATS says so.")
    feedback: str | None = column(says="The interviewer's own words.")
    created_at: datetime = column(says="When the feedback was given.")
    evaluations: list[Evaluation] = embedded(
        "{t}.evaluations", says="The scorecard, in the order in which the ATS has it."
    )


@entity(table=APPLICATION, guards=(READS_ATS_RECORDS,), keys=(BY_ID, BY_EXTERNAL_ID))
class Application(Node):
    """One candidate's application for one job of the ATS."""

    id: strawberry.ID = own_id("application")
    external_id: str = column(says="The ATS's own id of the application.")
    candidate: CandidateRef | None = one(
        CANDIDATE, "{p}.candidate_id", says="Who applied; null until the ATS has sent the candidate."
    )
    job: JobRef | None = one(JOB, "{p}.job_id", says="For which job; null until the ATS has sent the job.")
    source: str | None = column(says="How the application came about, in the words of the ATS.")
    applied_at: datetime = column(says="When the candidate applied.")
    rejected_at: datetime | None = column(says="When it was turned down, if it was.")
    status: ApplicationStatus = column(says="How the application stands.")
    disposition_reason: str | None = column(says="Why it ended, in the words of the ATS.")
    stage: str | None = column(says="The stage it is in now.")
    stages: list[Stage] = many(
        STAGE,
        key="{t}.application_id",
        parent="{p}.id",
        order=(
            Order("{t}.entered_at", "timestamptz"),
            Order("{t}.rank", "integer"),
            Order("{t}.id", "uuid"),
        ),
        says="The stages it has entered, the earliest first.",
    )
    notes: Connection[Note] = page(
        NOTE,
        key="{t}.application_id",
        parent="{p}.id",
        order=newest_first("created_at"),
        says="Notes of the ATS on this application, newest first.",
    )
    interview_feedback: list[InterviewFeedback] = many(
        FEEDBACK,
        key="{t}.application_id",
        parent="{p}.id",
        order=newest_first("created_at"),
        says="What interviewers thought, newest first.",
    )
