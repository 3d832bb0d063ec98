"""Sending members into the ATS, and what the ATS says of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import strawberry

from app.access.directives import requires, requires_role
from app.access.features import Feature, Role
from app.engine.mapping import Outcome
from app.exports.confirm import confirm_export
from app.exports.progress import resend_export
from app.exports.request import request_export
from app.refused import WriteRefused, not_found
from loaders.context import RequestContext
from loaders.sight import sees_job
from loaders.tables import EXPORT
from resolvers.arguments import argument
from resolvers.export import Export
from resolvers.fields import command, entity, made, reference
from resolvers.user_error import UserError
from resolvers.writes import done, enabled, own_key, refused_as, seat_of


@entity()
class ExportPayload:
    """What became of a mutation on an export."""

    export: Export | None = reference(
        EXPORT, "export", says="The export as it stands now; null where something was wrong."
    )
    user_errors: list[UserError] = made(
        "userErrors", says="What kept it from being done; empty if it was done."
    )


@strawberry.input(description="Whom to send to which job.")
class ExportMemberInput:
    member_id: strawberry.ID = strawberry.field(description="The member's person URN.")
    job_id: strawberry.ID = strawberry.field(description="Our id of an open job of the company's ATS.")


@strawberry.input(description="Which candidate the ATS made of an export.")
class ConfirmExportInput:
    export_id: strawberry.ID = strawberry.field(
        description="The export's id: `urn:rsc:export:` and the request id of the notification."
    )
    candidate_external_id: str = strawberry.field(description="The ATS's own id of the candidate.")


@strawberry.input(description="Which export to send again.")
class ResendExportInput:
    export_id: strawberry.ID = strawberry.field(description="The export's id.")


async def run_export_member(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    """A seat is there: the feature needs one."""
    company, integration = enabled(context)
    seat, given = seat_of(context), arguments["input"]
    assert seat is not None
    try:
        job = own_key(given["jobId"], "job", "job", "input", "jobId")
        if not await sees_job(context, job):
            raise not_found("job", "input", "jobId")
        member, partner = given["memberId"], integration.partner_name
        export = await request_export(context.pool, company.company_id, partner, seat, member=member, job=job)
    except WriteRefused as refusal:
        return refused_as("export", refusal)
    return done("export", export)


async def run_confirm_export(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    """By the partner, while the integration is enabled."""
    company, integration = enabled(context)
    given = arguments["input"]
    try:
        export = await confirm_export(
            context.pool,
            company.company_id,
            integration.partner_name,
            export_id=_export_key(given),
            candidate_external_id=given["candidateExternalId"],
        )
    except WriteRefused as refusal:
        return refused_as("export", refusal)
    return done("export", export)


async def run_resend_export(context: RequestContext, arguments: Mapping[str, Any]) -> Outcome:
    """By the partner its own, while the integration is enabled; by support any of the company's."""
    partner = None if context.holds(Role.SUPPORT) else enabled(context)[1].partner_name
    try:
        key = _export_key(arguments["input"])
        if context.viewer.company is None:
            raise not_found("export", "input", "exportId")
        export = await resend_export(
            context.pool, context.viewer.company.company_id, export_id=key, partner=partner
        )
    except WriteRefused as refusal:
        return refused_as("export", refusal)
    return done("export", export)


def _export_key(given: Mapping[str, Any]) -> UUID:
    return own_key(given["exportId"], "export", "export", "input", "exportId")


@entity()
class ExportMutations:
    """1-Click Export."""

    export_member: ExportPayload | None = command(
        run_export_member,
        says="Send a member to a job of the ATS. Sent before, the export that there is is answered. Refused "
        "for whom the ATS says do not contact; at most 300 a seat in a calendar month (UTC).",
        arguments={"input": argument(ExportMemberInput, "Whom to send to which job.")},
        guards=(requires(Feature.ONE_CLICK_EXPORT),),
    )
    confirm_export: ExportPayload | None = command(
        run_confirm_export,
        says="The ATS has created the candidate, or had it already: it is linked to the member by hand.",
        arguments={"input": argument(ConfirmExportInput, "Which candidate the ATS made of which export.")},
        guards=(requires_role(Role.PARTNER),),
    )
    resend_export: ExportPayload | None = command(
        run_resend_export,
        says="Tell the ATS again of an export whose delivery was given up, for another 24 hours.",
        arguments={"input": argument(ResendExportInput, "Which export to send again.")},
        guards=(requires_role(Role.PARTNER, Role.SUPPORT),),
    )
