"""Small writes on ATS records: tags, notes, links to members, verdicts on recommended matches."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import strawberry

from app.access.directives import requires, requires_role
from app.access.features import DescribedEnum, Feature, Role, graphql_enum
from app.engine.mapping import Outcome
from app.ids import CandidateId, CompanyId, JobId
from app.records.linking import link_member, unlink_member
from app.records.notes import add_note
from app.records.recommendations import MatchVerdict, decide_recommended_match
from app.records.tags import add_tag, remove_tag
from app.refused import WriteRefused, not_found
from loaders.context import RequestContext
from loaders.sight import sees_job
from loaders.tables import CANDIDATE, JOB
from resolvers.arguments import argument
from resolvers.candidate import Candidate
from resolvers.fields import command, entity, made, reference
from resolvers.job import Job
from resolvers.user_error import UserError
from resolvers.writes import done, enabled, own_key, refused_as, seat_of

Arguments = Mapping[str, Any]
CandidateWrite = Callable[[CompanyId, CandidateId], Awaitable[None]]

_WRITES_RECORDS = (requires_role(Role.ATS_USER, Role.ATS_ADMIN, Role.PARTNER),)
_LINKS = (requires(Feature.PROFILE_WIDGET, or_role=(Role.ATS_ADMIN, Role.PARTNER)),)


@graphql_enum
class MatchDecision(DescribedEnum):
    """What a recruiter decided about a member who was recommended for a job."""

    SAVED = "SAVED", "Kept for the job; stays in its recommended matches."
    NOT_INTERESTED = "NOT_INTERESTED", "Not for this job; leaves its recommended matches."


@strawberry.input(description="A tag, and the candidate whose it is or shall be.")
class TagInput:
    """The argument of `addTag` and `removeTag`."""

    candidate_id: strawberry.ID = strawberry.field(description="`urn:rsc:candidate:UUID`, of the company.")
    name: str = strawberry.field(description="The tag's name, 1 to 200 characters, spelled as in the ATS.")


@strawberry.input(description="A note, and the candidate whom it is about.")
class AddNoteInput:
    """The argument of `addNote`."""

    candidate_id: strawberry.ID = strawberry.field(description="`urn:rsc:candidate:UUID`, of the company.")
    body: str = strawberry.field(description="What the note says, 1 to 100,000 characters.")


@strawberry.input(description="A candidate, and the member that this person is.")
class LinkMemberInput:
    """The argument of `linkMember`."""

    candidate_id: strawberry.ID = strawberry.field(description="`urn:rsc:candidate:UUID`, of the company.")
    member_id: strawberry.ID = strawberry.field(description="Person URN of the member.")


@strawberry.input(description="A candidate who is not the member that was matched.")
class UnlinkMemberInput:
    """The argument of `unlinkMember`."""

    candidate_id: strawberry.ID = strawberry.field(description="`urn:rsc:candidate:UUID`, of the company.")


@strawberry.input(description="A job, a member who was recommended for it, and what was decided.")
class DecideRecommendedMatchInput:
    """The argument of `decideRecommendedMatch`."""

    job_id: strawberry.ID = strawberry.field(description="`urn:rsc:job:UUID`, of the company.")
    member_id: strawberry.ID = strawberry.field(description="Person URN of the member.")
    decision: MatchDecision = strawberry.field(description="What was decided; the last decision counts.")


@entity()
class CandidatePayload:
    """What became of a write on a candidate."""

    candidate: Candidate | None = reference(
        CANDIDATE, "candidate", says="The candidate as it is now; null if the input names none."
    )
    user_errors: list[UserError] = made("userErrors", says="What the caller must mend; empty if it was done.")


@entity()
class JobPayload:
    """What became of a write on a job."""

    job: Job | None = reference(JOB, "job", says="The job as it is now; null if the input names none.")
    user_errors: list[UserError] = made("userErrors", says="What the caller must mend; empty if it was done.")


async def run_add_tag(context: RequestContext, arguments: Arguments) -> Outcome:
    """See `app.records.tags.add_tag`."""
    name = arguments["input"]["name"]
    return await _on_candidate(context, arguments, lambda of, key: add_tag(context.pool, of, key, name))


async def run_remove_tag(context: RequestContext, arguments: Arguments) -> Outcome:
    """See `app.records.tags.remove_tag`."""
    name = arguments["input"]["name"]
    return await _on_candidate(context, arguments, lambda of, key: remove_tag(context.pool, of, key, name))


async def run_add_note(context: RequestContext, arguments: Arguments) -> Outcome:
    """See `app.records.notes.add_note`."""
    body = arguments["input"]["body"]
    return await _on_candidate(context, arguments, lambda of, key: add_note(context.pool, of, key, body))


async def run_link_member(context: RequestContext, arguments: Arguments) -> Outcome:
    """See `app.records.linking.link_member`."""
    member, seat = arguments["input"]["memberId"], seat_of(context)
    return await _on_candidate(
        context, arguments, lambda of, key: link_member(context.pool, of, key, member, seat=seat)
    )


async def run_unlink_member(context: RequestContext, arguments: Arguments) -> Outcome:
    """See `app.records.linking.unlink_member`."""
    seat = seat_of(context)
    return await _on_candidate(
        context, arguments, lambda of, key: unlink_member(context.pool, of, key, seat=seat)
    )


async def run_decide_recommended_match(context: RequestContext, arguments: Arguments) -> Outcome:
    """See `app.records.recommendations.decide_recommended_match`."""
    company, _ = enabled(context)
    said = arguments["input"]
    try:
        job = JobId(own_key(said["jobId"], "job", "job", "input", "jobId"))
        if not await sees_job(context, job):
            raise not_found("job", "input", "jobId")
        await decide_recommended_match(
            context.pool,
            company.company_id,
            job,
            said["memberId"],
            MatchVerdict(said["decision"]),
            seat=seat_of(context),
        )
    except WriteRefused as refusal:
        return refused_as("job", refusal)
    return done("job", job)


async def _on_candidate(context: RequestContext, arguments: Arguments, write: CandidateWrite) -> Outcome:
    company, _ = enabled(context)
    path = ("input", "candidateId")
    try:
        key = CandidateId(own_key(arguments["input"]["candidateId"], "candidate", "candidate", *path))
        await write(company.company_id, key)
    except WriteRefused as refusal:
        return refused_as("candidate", refusal)
    return done("candidate", key)


@entity()
class RecordMutations:
    """Small writes of ATS frontends and recruiters."""

    link_member: CandidatePayload | None = command(
        run_link_member,
        says="Say who a candidate is. It outranks every other evidence, and stays over every sync.",
        arguments={"input": argument(LinkMemberInput, "Whom to link to which member.")},
        guards=_LINKS,
    )
    unlink_member: CandidatePayload | None = command(
        run_unlink_member,
        says="Say that a candidate is not the matched member, or none of the alternatives. It stays so until "
        "a person links the candidate; the refused pairs are never matched again by themselves.",
        arguments={"input": argument(UnlinkMemberInput, "Whom to unlink.")},
        guards=_LINKS,
    )
    add_tag: CandidatePayload | None = command(
        run_add_tag,
        says="Put a tag on a candidate; one that is there already stays.",
        arguments={"input": argument(TagInput, "Which tag on whom.")},
        guards=_WRITES_RECORDS,
    )
    remove_tag: CandidatePayload | None = command(
        run_remove_tag,
        says="Take a tag off a candidate; one that is not there was taken off already.",
        arguments={"input": argument(TagInput, "Which tag off whom.")},
        guards=_WRITES_RECORDS,
    )
    add_note: CandidatePayload | None = command(
        run_add_note,
        says="Write a note on a candidate. Each call writes one.",
        arguments={"input": argument(AddNoteInput, "What to write on whom.")},
        guards=_WRITES_RECORDS,
    )
    decide_recommended_match: JobPayload | None = command(
        run_decide_recommended_match,
        says="What a recruiter decided about a recommended match, for the whole company.",
        arguments={"input": argument(DecideRecommendedMatchInput, "What was decided about whom.")},
        guards=(requires(Feature.RECOMMENDED_MATCHES),),
    )
