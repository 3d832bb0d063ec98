"""Greenhouse's Harvest API answers (v1), read as they are: candidates, applications, jobs, scorecards, feeds.

What becomes of what:

- Times are read in any form. A candidate's `keyed_custom_fields` keep their keys; `can_email: false` becomes
  do-not-contact. A LinkedIn URL is looked for among the social media and website addresses.
- An application has one job: the first it names. Its `current_stage` has no time of its own, so it counts as
  entered at the last activity, which is never before it was.
- A scorecard's attributes are evaluations, as is its overall recommendation; its other questions are the
  feedback's text. "Private Notes" are left out: Greenhouse shows them to the hiring team only.
- An activity feed does not say whose it is. Of what is in it only notes have a place here.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from app.sync.html_text import plain_text
from app.sync.records import (
    Address,
    ApplicationRecord,
    ApplicationStatus,
    CandidateRecord,
    Evaluation,
    FeedbackRecord,
    HiringTeamMember,
    JobAvailability,
    JobRecord,
    JobState,
    NoteRecord,
    PhoneNumber,
    RecordRefusedError,
    StageRecord,
    TagName,
)
from app.sync.said import Said

_STATUSES: Final[Mapping[str, ApplicationStatus]] = {
    "active": ApplicationStatus.ACTIVE,
    "rejected": ApplicationStatus.REJECTED,
    "hired": ApplicationStatus.HIRED,
    # A prospect that was turned into another application: this one is over.
    "converted": ApplicationStatus.WITHDRAWN,
}
_TEAM_ROLES: Final[Mapping[str, str]] = {
    "hiring_managers": "Hiring manager",
    "recruiters": "Recruiter",
    "coordinators": "Coordinator",
    "sourcers": "Sourcer",
}
PRIVATE_QUESTION: Final = "private notes"
OVERALL: Final = "Overall recommendation"
_EXTENSION: Final = re.compile(r"^(.*\d)\s*(?:x|ext\.?|extension)\s*(\d{1,10})$", re.IGNORECASE)
_US_CITY_LINE: Final = re.compile(r"(.+),\s*([A-Za-z]{2})\.?\s+(\d{5}(?:-\d{4})?)")


class GreenhouseKind(StrEnum):
    JOB = "job"
    CANDIDATE = "candidate"
    APPLICATION = "application"
    SCORECARD = "scorecard"
    ACTIVITY_FEED = "activity feed"


def greenhouse_kind(said: Mapping[str, Any]) -> GreenhouseKind | None:
    """What an object of a Harvest answer is, by the fields that only its kind has."""
    names = said.keys()
    if "id" not in names and {"notes", "activities"} <= names:
        return GreenhouseKind.ACTIVITY_FEED
    if "overall_recommendation" in names or {"interview", "application_id"} <= names:
        return GreenhouseKind.SCORECARD
    if "candidate_id" in names and names & {"applied_at", "jobs", "current_stage"}:
        return GreenhouseKind.APPLICATION
    if names & {"first_name", "last_name"} and names & {"email_addresses", "phone_numbers", "applications"}:
        return GreenhouseKind.CANDIDATE
    if "name" in names and names & {"hiring_team", "openings", "requisition_id", "opened_at"}:
        return GreenhouseKind.JOB
    return None


def job(said: Said) -> JobRecord:
    if said.flag("is_template"):
        raise RecordRefusedError("is set: a template is no job", said.path("is_template"))
    created, modified = _times(said, "created_at", "updated_at")
    is_open = said.text("status") == "open"
    places = [office.inner("location").text("name") or office.text("name") for office in said.each("offices")]
    departments = [department.text("name") for department in said.each("departments")]
    return JobRecord(
        external_id=said.required("id"),
        title=said.required("name"),
        description=plain_text(said.text("notes")),
        location=_first(places),
        department=_first(departments),
        requisition_code=said.text("requisition_id"),
        state=JobState.LISTED if is_open else JobState.CLOSED,
        availability=JobAvailability.PRIVATE_TO_ATS_INTEGRATION
        if said.flag("confidential")
        else JobAvailability.PUBLIC,
        listed_at=said.moment("opened_at"),
        closed_at=said.moment("closed_at"),
        hiring_team=_hiring_team(said.inner("hiring_team")),
        ats_created_at=created,
        ats_last_modified_at=modified,
    )


def candidate(said: Said) -> CandidateRecord:
    created, modified = _times(said, "created_at", "updated_at")
    return CandidateRecord(
        external_id=said.required("id"),
        first_name=said.required("first_name"),
        last_name=said.text("last_name"),
        email_addresses=tuple(_values(said, "email_addresses")),
        phone_numbers=tuple(_phone(value) for value in _values(said, "phone_numbers")),
        addresses=tuple(_address(value) for value in _values(said, "addresses")),
        current_company_name=said.text("company"),
        current_job_title=said.text("title"),
        linkedin_profile_url=_first(
            value
            for name in ("social_media_addresses", "website_addresses")
            for value in _values(said, name)
            if "linkedin.com/" in value.lower()
        ),
        is_private=bool(said.flag("is_private")),
        custom_fields=_custom_fields(said),
        tags=tuple(TagName(tag) for tag in said.list("tags") if isinstance(tag, str)),
        do_not_contact=said.flag("can_email") is False,
        ats_created_at=created,
        ats_last_modified_at=modified,
    )


def application(said: Said) -> ApplicationRecord:
    applied, modified = _times(said, "applied_at", "last_activity_at")
    named = next(said.each("jobs"), Said({}))
    status = said.text("status") or "active"
    if status not in _STATUSES:
        raise RecordRefusedError(f"must be one of {', '.join(_STATUSES)}", said.path("status"))
    return ApplicationRecord(
        external_id=said.required("id"),
        candidate_external_id=said.required("candidate_id"),
        job_external_id=named.text("id"),
        job_name=named.text("name"),
        source=said.inner("source").text("public_name"),
        status=_STATUSES[status],
        rejected_at=said.moment("rejected_at"),
        disposition_reason=said.inner("rejection_reason").text("name"),
        ats_created_at=applied,
        ats_last_modified_at=modified,
    )


def application_remarks(said: Said) -> tuple[str, ...]:
    """What an application says that its record cannot."""
    names = [one.text("name") or one.text("id") for one in said.each("jobs")]
    if len(names) < 2:
        return ()
    left = ", ".join(name for name in names[1:] if name)
    return (f"Application {said.text('id')} names {len(names)} jobs; only the first is kept, not {left}.",)


def current_stage(said: Said) -> StageRecord | None:
    """The stage that an application is in, if it is in one."""
    stage = said.inner("current_stage")
    name = stage.text("name")
    if name is None:
        return None
    entered = _times(said, "applied_at", "last_activity_at")[1]
    if entered is None:
        raise RecordRefusedError("has no time, nor has its application", said.path("current_stage"))
    return StageRecord(
        external_id=stage.text("id") or name,
        application_external_id=said.required("id"),
        name=name,
        entered_at=entered,
    )


def scorecard(said: Said) -> FeedbackRecord:
    if "submitted_at" not in said:
        raise RecordRefusedError("is missing: a draft is not taken", said.path("submitted_at"))
    created = said.moment("created_at") or said.moment("interviewed_at") or said.moment("submitted_at")
    if created is None:
        raise RecordRefusedError("is required", said.path("created_at"))
    evaluations = [
        Evaluation(attribute=name, result=f"{rating}: {note}" if note else rating)
        for attribute in said.each("attributes")
        if (name := attribute.text("name")) and (rating := attribute.text("rating"))
        for note in (attribute.text("note"),)
    ]
    if overall := said.text("overall_recommendation"):
        evaluations.insert(0, Evaluation(attribute=OVERALL, result=overall))
    answers = [
        f"{question}: {answer}"
        for one in said.each("questions")
        if (question := one.text("question")) and (answer := one.text("answer"))
        if question.casefold() != PRIVATE_QUESTION
    ]
    interview = said.text("interview")
    return FeedbackRecord(
        external_id=said.required("id"),
        application_external_id=said.required("application_id"),
        interviewer_name=said.inner("interviewer").own_name() or said.inner("submitted_by").own_name(),
        feedback="\n".join(([f"Interview: {interview}"] if interview else []) + answers) or None,
        evaluations=tuple(evaluations),
        ats_created_at=created,
    )


def feed_note(said: Said, candidate_id: str) -> NoteRecord:
    created = said.moment("created_at")
    if created is None:
        raise RecordRefusedError("is required", said.path("created_at"))
    # The key is spelled `visiblity` in some answers.
    visibility = said.text("visibility") or said.text("visiblity") or "public"
    return NoteRecord(
        external_id=said.required("id"),
        candidate_external_id=candidate_id,
        body=said.required("body"),
        author_name=said.inner("user").own_name(),
        is_private=bool(said.flag("private")) or visibility != "public",
        ats_created_at=created,
    )


def feed_addresses(said: Said) -> Iterator[str]:
    """The e-mail addresses that a feed's e-mails went to or came from; one of them is the candidate's."""
    for email in said.each("emails"):
        for name in ("to", "from"):
            if address := email.text(name):
                yield address


def _times(said: Said, created: str, modified: str) -> tuple[datetime | None, datetime | None]:
    """When something was made and last changed; a change that is said to come before counts as then."""
    first, last = said.moment(created), said.moment(modified)
    if first is not None and last is not None:
        last = max(first, last)
    return first, last or first


def _values(said: Said, name: str) -> Iterator[str]:
    """The `value`s of a list like `[{"value": "555-555-5555", "type": "mobile"}]`."""
    for one in said.each(name):
        if value := one.text("value"):
            yield value


def _phone(value: str) -> PhoneNumber:
    found = _EXTENSION.match(value)
    return PhoneNumber(number=found[1], extension=found[2]) if found else PhoneNumber(number=value)


def _address(value: str) -> Address:
    """One text with lines. A last line like "New York, NY 10001" is taken apart, any other stays in line1."""
    lines = [line.strip() for line in value.splitlines() if line.strip()]
    found = _US_CITY_LINE.fullmatch(lines[-1]) if lines else None
    if found is None:
        return Address(line1=", ".join(lines) or None)
    return Address(
        line1=", ".join(lines[:-1]) or None,
        city=found[1],
        geographic_area=found[2].upper(),
        geographic_area_type="STATE",
        postal_code=found[3],
    )


def _hiring_team(team: Said) -> tuple[HiringTeamMember, ...]:
    return tuple(
        HiringTeamMember(name=name, role=role)
        for key, role in _TEAM_ROLES.items()
        for person in team.each(key)
        if (name := person.own_name())
    )


def _custom_fields(said: Said) -> Mapping[str, Any]:
    keyed = said.values("keyed_custom_fields")
    if not keyed:
        return said.values("custom_fields")
    return {
        key: field.get("value") if isinstance(field, dict) else field
        for key, field in keyed.items()
        if field is not None
    }


def _first(values: Any) -> str | None:
    return next((value for value in values if value), None)
