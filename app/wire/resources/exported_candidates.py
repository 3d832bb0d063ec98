"""`/v2/exportedCandidates?q=request`: the member whom a recruiter sent, by the id of the notification."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from asyncpg import Record

from app.ids import split_own
from app.wire.answers import Handled, PageAnswer
from app.wire.codes import WireRefused
from app.wire.registry import Resource
from app.wire.request import WireRequest
from app.wire.statements import batch, epoch_ms
from app.wire.windows import allow, context_of, fields_named, projected
from loaders.access import READS_EXPORTED_PROFILES, READS_EXPORTS
from loaders.tables import EXPORT, EXPORTED_PROFILE

_EXPORTED: Final = batch(
    EXPORT,
    {
        "requestId": "{t}.id::text",
        "exportedAt": epoch_ms("{t}.requested_at"),
        "member": "exported.urn",
        "firstName": "exported.first_name",
        "lastName": "exported.last_name",
        "headline": "exported.headline",
        "location": "exported.location",
        "industry": "exported.industry",
        "publicProfileUrl": "exported.public_profile_url",
        "positions": "exported.positions",
        "job": "wanted.external_id",
        "jobName": "wanted.title",
        "seat": "sender.urn",
        "recruiter": "sender.member_urn",
        "recruiterFirstName": "sender.first_name",
        "recruiterLastName": "sender.last_name",
        "contract": "sending.urn",
        "candidate": "made.external_id",
    },
    joins="""join job wanted on wanted.company_id = {company} and wanted.id = {t}.job_id
join seat sender on sender.company_id = {company} and sender.id = {t}.seat_id
join contract sending on sending.company_id = {company} and sending.id = sender.contract_id
left join candidate made on made.company_id = {company} and made.id = {t}.candidate_id
left join known_member exported on exported.urn = {t}.member_urn and """
    + str(EXPORTED_PROFILE.rows).replace("{t}", "exported"),
    where=(
        "{reads_exports}",
        "{t}.id = {arg.request:uuid}",
        "wanted.partner_name = {partner_name}",
    ),
)


async def by_request(request: WireRequest) -> Handled:
    """The export that a notification tells of, with the profile that the recruiter sent."""
    context, said = context_of(request), request.query.required("requestId")
    allow(context.check(READS_EXPORTS.guard))
    allow(context.check(READS_EXPORTED_PROFILES.guard))
    rows = await _EXPORTED.rows(context, {"request": _key(said)}) if _key(said) else []
    if not rows:
        raise WireRefused("NOT_FOUND", "There is no export with this request id.")
    (row,) = rows
    element = projected(_element(row, request.company.company_urn), fields_named(request.query))
    return PageAnswer(elements=[element], start=0, count=1, total=1)


def _key(said: str) -> UUID | None:
    """The id as notifications spell it, or as GraphQL does."""
    own = split_own(said)
    try:
        return UUID(own[1] if own and own[0] == "export" else said) if len(said) <= 100 else None
    except ValueError:
        return None


def _element(row: Record, organization: str) -> Mapping[str, Any]:
    return {
        "requestId": row["requestId"],
        "integrationContext": organization,
        "exportedAt": row["exportedAt"],
        "externalJobPostingId": row["job"],
        "jobPostingName": row["jobName"],
        "atsCandidateId": row["candidate"],
        "contract": row["contract"],
        "recruiter": projected(
            {
                "seat": row["seat"],
                "member": row["recruiter"],
                "firstName": row["recruiterFirstName"],
                "lastName": row["recruiterLastName"],
            },
            frozenset(),
        ),
        "candidate": _profile(row),
    }


def _profile(row: Record) -> Mapping[str, Any] | None:
    """The profile as it was sent: what is shown on a business card; None once the account is closed."""
    if row["member"] is None:
        return None
    position: dict[str, Any] = next(iter(orjson.loads(row["positions"])), {})
    return projected(
        {
            "member": row["member"],
            "firstName": row["firstName"],
            "lastName": row["lastName"],
            "headline": row["headline"],
            "location": row["location"],
            "industry": row["industry"],
            "currentCompanyName": position.get("companyName"),
            "currentJobTitle": position.get("title"),
            "publicProfileUrl": row["publicProfileUrl"],
        },
        frozenset(),
    )


RESOURCE: Final = Resource(path="exportedCandidates", finders={"request": by_request})
