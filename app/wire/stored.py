"""Records of the ATS as they are kept, in the shape in which the wire sends them.

What is null is left out, as in rest.li; a list is there even if it is empty. A person's name that was sent in
two parts is kept as one text, so it comes back split before its last word.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import orjson
from asyncpg import Record

from app.engine.mapping import Table
from app.sync.records import RecordEntity
from app.wire.answers import BatchAnswer
from app.wire.keys import Key
from app.wire.request import WireRequest
from app.wire.statements import Statement, batch, epoch_ms
from app.wire.windows import allow, context_of
from loaders.access import READS_ATS_RECORDS
from loaders.tables import APPLICATION, CANDIDATE, FEEDBACK, NOTE, STAGE

_PARTNERS_OWN: Final = "{t}.partner_name = {partner_name}"
_NAMED: Final = "{t}.external_id = any({arg.ids:text[]})"


@dataclass(frozen=True, slots=True)
class Stored:
    """How one kind of record is read; `read` makes a value of those columns that are not yet one."""

    statement: Statement
    read: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)

    async def answer(
        self, request: WireRequest, ids: Mapping[Key, str], parent: str | None = None
    ) -> BatchAnswer:
        """The records of these ids, each under its key.

        Raises: CallerError (403) where GraphQL refuses them.
        """
        context = context_of(request)
        allow(context.check(READS_ATS_RECORDS.guard))
        values = {"ids": list(ids.values()), "parent": parent}
        rows = {row["external_id"]: row for row in await self.statement.rows(context, values)}
        answer = BatchAnswer()
        for key, external_id in ids.items():
            if external_id in rows:
                answer.found(key, self._shaped(rows[external_id]))
        return answer

    def _shaped(self, row: Record) -> dict[str, Any]:
        shaped = {}
        for name, value in row.items():
            if name != "external_id" and value is not None:
                read = self.read.get(name)
                told = read(value) if read else value
                if told is not None:
                    shaped[name] = told
        return shaped


def person(name: str) -> dict[str, str]:
    """A name as first and last; one word alone is the last name's place left empty."""
    first, _, last = name.rpartition(" ")
    return {"firstName": first, "lastName": last} if first else {"firstName": last}


def _not_empty(said: str) -> Any:
    return orjson.loads(said) or None


def _child(parent: Table, column: str) -> tuple[str, Sequence[str]]:
    """The join to the record that a child belongs to, and what must hold of it."""
    return (
        f"join {parent.name} owner on owner.company_id = {{company}} and owner.id = {{t}}.{column}",
        (_NAMED, "owner.partner_name = {partner_name}", "owner.external_id = {arg.parent:text}"),
    )


def _notes(parent: Table, column: str) -> Stored:
    joins, where = _child(parent, column)
    columns = {
        "external_id": "{t}.external_id",
        "note": "{t}.body",
        "author": "{t}.author_name",
        "isPrivate": "case when {t}.is_private then true end",
        "atsCreatedAt": epoch_ms("{t}.created_at"),
        "atsLastModifiedAt": epoch_ms("{t}.last_modified_at"),
    }
    return Stored(batch(NOTE, columns, joins=joins, where=where), MappingProxyType({"author": person}))


def _of_application(table: Table, columns: Mapping[str, str], **read: Callable[[Any], Any]) -> Stored:
    joins, where = _child(APPLICATION, "application_id")
    return Stored(batch(table, {"external_id": "{t}.external_id", **columns}, joins=joins, where=where), read)


CANDIDATES: Final = Stored(
    batch(
        CANDIDATE,
        {
            "external_id": "{t}.external_id",
            "firstName": "{t}.first_name",
            "lastName": "{t}.last_name",
            "middleInitial": "{t}.middle_initial",
            "prefix": "{t}.prefix",
            "suffix": "{t}.suffix",
            "emailAddresses": "{t}.email_addresses",
            "phoneNumbers": "{t}.phone_numbers",
            "addresses": "{t}.addresses",
            "currentCompanyName": "{t}.current_company_name",
            "currentJobTitle": "{t}.current_job_title",
            "externalProfileUrl": "{t}.ats_profile_url",
            "linkedInProfileUrl": "{t}.linkedin_profile_url",
            "source": "{t}.source",
            "isPrivate": "case when {t}.is_private then true end",
            "doNotContact": "case when {t}.own_do_not_contact then true end",
            "customFields": "{t}.custom_fields",
            "tags": "(select array_agg(tagged.name order by tagged.name) from candidate_tag tagging "
            "join tag tagged on tagged.company_id = {company} and tagged.id = tagging.tag_id "
            "where tagging.company_id = {company} and tagging.candidate_id = {t}.id)",
            "atsCreatedAt": epoch_ms("{t}.created_at"),
            "atsLastModifiedAt": epoch_ms("{t}.last_modified_at"),
            "matchedMembers": "case when {t}.match_state = 'MATCHED' then array[{t}.match_member_urn] "
            "else array[]::text[] end",
            "manualMatchedMember": "case when {t}.match_state = 'MANUAL' then {t}.match_member_urn end",
        },
        where=(_NAMED, _PARTNERS_OWN),
    ),
    MappingProxyType({"phoneNumbers": orjson.loads, "addresses": orjson.loads, "customFields": _not_empty}),
)
APPLICATIONS: Final = Stored(
    batch(
        APPLICATION,
        {
            "external_id": "{t}.external_id",
            "atsCandidateId": "{t}.candidate_external_id",
            "atsJobPostingId": "{t}.job_external_id",
            "atsJobPostingName": "{t}.job_name",
            "candidateEmail": "{t}.candidate_email",
            "firstName": "applicant.first_name",
            "lastName": "applicant.last_name",
            "source": "{t}.source",
            "status": "{t}.status",
            "stage": "{t}.stage",
            "dispositionReason": "{t}.disposition_reason",
            "rejectedAt": epoch_ms("{t}.rejected_at"),
            "atsCreatedAt": epoch_ms("{t}.applied_at"),
            "atsLastModifiedAt": epoch_ms("{t}.last_modified_at"),
        },
        joins="left join candidate applicant "
        "on applicant.company_id = {company} and applicant.id = {t}.candidate_id",
        where=(_NAMED, _PARTNERS_OWN),
    )
)
CANDIDATE_NOTES: Final = _notes(CANDIDATE, "candidate_id")
APPLICATION_NOTES: Final = _notes(APPLICATION, "application_id")
STAGES: Final = _of_application(
    STAGE,
    {
        "stage": "{t}.name",
        "atsCreatedAt": epoch_ms("{t}.entered_at"),
        "rank": "case when {t}.rank <> 0 then {t}.rank end",
    },
)
FEEDBACK_OF: Final = _of_application(
    FEEDBACK,
    {
        "interviewer": "{t}.interviewer_name",
        "feedback": "{t}.feedback",
        "evaluations": "{t}.evaluations",
        "atsCreatedAt": epoch_ms("{t}.created_at"),
    },
    interviewer=person,
    evaluations=orjson.loads,
)
CHILDREN: Final[Mapping[tuple[RecordEntity, RecordEntity], Stored]] = MappingProxyType(
    {
        (RecordEntity.CANDIDATE, RecordEntity.NOTE): CANDIDATE_NOTES,
        (RecordEntity.APPLICATION, RecordEntity.NOTE): APPLICATION_NOTES,
        (RecordEntity.APPLICATION, RecordEntity.STAGE): STAGES,
        (RecordEntity.APPLICATION, RecordEntity.INTERVIEW_FEEDBACK): FEEDBACK_OF,
    }
)
"""By what they belong to and what they are."""
