"""How the fields of our records are spelled on the wire; the paths of refusals use this spelling."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from app.sync.records import RecordEntity

# Only the names that are not the plain camelCase of ours stand here.
_SPELLED_OTHERWISE: Final[Mapping[RecordEntity, Mapping[str, str]]] = {
    RecordEntity.JOB: {"external_id": "externalJobPostingId"},
    RecordEntity.CANDIDATE: {
        "external_id": "atsCandidateId",
        "linkedin_profile_url": "linkedInProfileUrl",
    },
    RecordEntity.APPLICATION: {
        "external_id": "atsJobApplicationId",
        "candidate_external_id": "atsCandidateId",
        "job_external_id": "atsJobPostingId",
        "job_name": "atsJobPostingName",
    },
    RecordEntity.STAGE: {
        "external_id": "atsStageId",
        "application_external_id": "atsJobApplicationId",
        "name": "stage",
        "entered_at": "atsCreatedAt",
    },
    RecordEntity.NOTE: {
        "external_id": "atsNoteId",
        "candidate_external_id": "atsCandidateId",
        "application_external_id": "atsJobApplicationId",
        "body": "note",
        "author_name": "author",
    },
    RecordEntity.INTERVIEW_FEEDBACK: {
        "external_id": "atsInterviewFeedbackId",
        "application_external_id": "atsJobApplicationId",
        "interviewer_name": "interviewer",
    },
}


@cache
def wire_name(entity: RecordEntity, field: str) -> str:
    """The wire API's name of a record's field: `wire_name(STAGE, "entered_at")` is `atsCreatedAt`."""
    return _SPELLED_OTHERWISE[entity].get(field) or camel_case(field)


@cache
def camel_case(name: str) -> str:
    """`postal_code` as `postalCode`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
