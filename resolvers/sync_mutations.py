"""Records of the ATS by GraphQL, by the rules of the wire API."""

from collections.abc import Mapping
from typing import Any

from app.access.directives import requires_role
from app.access.features import Role
from app.engine.mapping import Outcome
from app.records.syncing import sync_records
from app.refused import WriteRefused
from app.sync.records import RecordEntity, SyncRunId
from app.sync.records import RecordResult as Result
from loaders.context import RequestContext
from loaders.tables import SYNC_RUN
from resolvers.arguments import argument
from resolvers.fields import command, entity, made, reference
from resolvers.sync_inputs import SyncApplicationsInput, SyncCandidatesInput, SyncJobsInput
from resolvers.sync_run import RecordResult, SyncRun
from resolvers.user_error import UserError, user_error
from resolvers.writes import enabled, own_key

Arguments = Mapping[str, Any]
_PARTNER = (requires_role(Role.PARTNER),)
_RECORDS = "The records, each of them whole, and the run that they belong to."


@entity()
class SyncPayload:
    """What became of the records of one call."""

    run: SyncRun | None = reference(
        SYNC_RUN, "run", says="The run that they were added to; null if nothing was taken at all."
    )
    results: list[RecordResult] = made(
        "results", says="What became of each record, in the order of the input."
    )
    user_errors: list[UserError] = made(
        "userErrors",
        says="What is wrong with the call; what is wrong with a record is in its result.",
    )


async def run_sync_jobs(context: RequestContext, arguments: Arguments) -> Outcome:
    """See `app.records.syncing.sync_records`."""
    return await _sync(context, arguments["input"], RecordEntity.JOB)


async def run_sync_candidates(context: RequestContext, arguments: Arguments) -> Outcome:
    """See `app.records.syncing.sync_records`."""
    said = arguments["input"]
    records = [{**one, "customFields": _by_name(one.get("customFields"))} for one in said["records"]]
    return await _sync(context, {**said, "records": records}, RecordEntity.CANDIDATE)


async def run_sync_applications(context: RequestContext, arguments: Arguments) -> Outcome:
    """See `app.records.syncing.sync_records`."""
    return await _sync(context, arguments["input"], RecordEntity.APPLICATION)


async def _sync(context: RequestContext, said: Mapping[str, Any], entity: RecordEntity) -> Outcome:
    company, integration = enabled(context)
    run_id = said.get("runId")
    try:
        run = None if run_id is None else SyncRunId(own_key(run_id, "sync-run", "run", "input", "runId"))
        synced = await sync_records(
            context.pool, company.company_id, integration.partner_name, entity, said["records"], run=run
        )
    except WriteRefused as refusal:
        errors = [user_error(refusal.code, refusal.message, *refusal.path)]
        return Outcome(references={"run": None}, values={"results": [], "userErrors": errors})
    results = [_told(result) for result in synced.results]
    return Outcome(references={"run": synced.run}, values={"results": results, "userErrors": []})


def _told(result: Result) -> dict[str, Any]:
    return {
        "externalId": result.external_id,
        "entity": result.entity.value,
        "outcome": result.outcome.value,
        "message": result.message,
        "path": None if result.path is None else list(result.path),
    }


def _by_name(custom_fields: list[dict[str, Any]] | None) -> dict[str, Any] | None:
    return None if custom_fields is None else {one["name"]: one.get("value") for one in custom_fields}


@entity()
class SyncMutations:
    """At most 100 records a call, each with its own outcome; the rules of the wire API."""

    sync_jobs: SyncPayload | None = command(
        run_sync_jobs,
        says="Take at most 100 jobs, each with its own outcome. A record replaces what was known of the job.",
        arguments={"input": argument(SyncJobsInput, _RECORDS)},
        guards=_PARTNER,
    )
    sync_candidates: SyncPayload | None = command(
        run_sync_candidates,
        says="Take at most 100 candidates, each with its own outcome, and match them. A record replaces what "
        "was known of the candidate; what people decided about the match stays.",
        arguments={"input": argument(SyncCandidatesInput, _RECORDS)},
        guards=_PARTNER,
    )
    sync_applications: SyncPayload | None = command(
        run_sync_applications,
        says="Take at most 100 applications, each with its own outcome. A record replaces what was known of "
        "the application.",
        arguments={"input": argument(SyncApplicationsInput, _RECORDS)},
        guards=_PARTNER,
    )
