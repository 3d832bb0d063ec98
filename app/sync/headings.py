"""What the headings of CSV files mean, where no mapping file says it: English and some others.

Headings are compared in lower case without spaces and punctuation, and without a number at the end. Targets
are fields of the wire format; a dot leads into one (`addresses.city`). `fullName` is divided into first and
last name. The stage of an application becomes a record of its own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from app.sync.records import RecordEntity

FULL_NAME: Final = "fullName"
STAGE: Final = "stage"
STAGE_ENTERED: Final = "stageEnteredAt"

_CREATED: Final = (
    "createdat created createdon createddate datecreated creationdate dateadded added addedat addedon "
    "atscreatedat date erstelltam datecreation"
)
_MODIFIED: Final = (
    "updatedat updated updatedon modifiedat modified modifiedon lastmodified lastmodifiedat lastupdated "
    "lastactivity lastactivityat atslastmodifiedat geaendertam"
)
_CANDIDATE_ID: Final = "candidateid atscandidateid applicantid personid candidatenumber bewerberid"
_APPLICATION_ID: Final = "applicationid atsjobapplicationid jobapplicationid applicationnumber bewerbungsid"
_JOB_ID: Final = (
    "jobid jobpostingid atsjobpostingid externaljobpostingid postingid vacancyid stellenid jobnumber jobreqid"
)
_REQUISITION: Final = "requisitionid requisitioncode requisition reqid requisitionnumber reqnumber"
_EMAIL: Final = "email emailaddress emailaddresses emails mail personalemail workemail homeemail courriel"
_OWN_ID: Final = "id externalid"


def _words(known: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    return MappingProxyType({target: frozenset(words.split()) for target, words in known.items()})


HEADINGS: Final[Mapping[RecordEntity, Mapping[str, frozenset[str]]]] = MappingProxyType(
    {
        RecordEntity.CANDIDATE: _words(
            {
                "atsCandidateId": f"{_OWN_ID} {_CANDIDATE_ID}",
                "firstName": "firstname first givenname forename vorname prenom nombre",
                "lastName": "lastname last surname familyname nachname nom apellido apellidos",
                FULL_NAME: "name fullname candidate candidatename applicant applicantname",
                "middleInitial": "middleinitial mi",
                "prefix": "prefix salutation anrede",
                "suffix": "suffix",
                "emailAddresses": _EMAIL,
                "phoneNumbers": (
                    "phone phonenumber phonenumbers phones mobile mobilephone cell cellphone telephone tel "
                    "telefon handy mobil telefonnummer"
                ),
                "addresses.line1": "address street addressline streetaddress line strasse adresse",
                "addresses.city": "city town ort stadt ville",
                "addresses.geographicArea": "state province region geographicarea bundesland",
                "addresses.postalCode": "zip zipcode postalcode postcode plz",
                "addresses.country": "country land pays",
                "currentCompanyName": (
                    "company currentcompany employer currentemployer currentcompanyname organization firma"
                ),
                "currentJobTitle": (
                    "title jobtitle currenttitle currentjobtitle position currentposition role"
                ),
                "linkedInProfileUrl": "linkedin linkedinurl linkedinprofile linkedinprofileurl linkedinlink",
                "externalProfileUrl": "profileurl externalprofileurl atsprofileurl atsurl url",
                "source": "source origin leadsource quelle",
                "tags": "tags tag labels label",
                "doNotContact": "donotcontact dnc",
                "isPrivate": "private isprivate confidential",
                "atsCreatedAt": _CREATED,
                "atsLastModifiedAt": _MODIFIED,
            }
        ),
        RecordEntity.JOB: _words(
            {
                "externalJobPostingId": f"{_OWN_ID} {_JOB_ID}",
                "title": "title jobtitle name jobname position positiontitle jobpostingname titel",
                "description": "description jobdescription text details beschreibung",
                "location": "location office city joblocation place standort ort",
                "department": "department team division abteilung",
                "requisitionCode": _REQUISITION,
                "state": "state status jobstatus",
                "availability": "availability visibility",
                "postedThroughRsc": "postedthroughrsc",
                "companyApplyUrl": "applyurl companyapplyurl applicationurl joburl url link",
                "listedAt": "listedat openedat opened openedon opendate dateopened postedat publishedat",
                "expiresAt": "expiresat expires expirationdate deadline",
                "closedAt": "closedat closed closedon closedate dateclosed",
                "hiringTeam.Hiring manager": "hiringmanager",
                "hiringTeam.Recruiter": "recruiter",
                "atsCreatedAt": _CREATED,
                "atsLastModifiedAt": _MODIFIED,
            }
        ),
        RecordEntity.APPLICATION: _words(
            {
                "atsJobApplicationId": f"{_OWN_ID} {_APPLICATION_ID}",
                "atsCandidateId": _CANDIDATE_ID,
                "candidateEmail": f"candidateemail applicantemail {_EMAIL}",
                "atsJobPostingId": f"{_JOB_ID} {_REQUISITION}",
                "atsJobPostingName": "jobname jobtitle job position vacancy jobpostingname atsjobpostingname",
                "source": "source origin leadsource quelle",
                "status": "status applicationstatus state",
                "rejectedAt": "rejectedat rejected rejectedon rejectiondate daterejected",
                "dispositionReason": (
                    "dispositionreason rejectionreason rejectreason disposition reason reasonforrejection"
                ),
                STAGE: "stage currentstage stagename step phase",
                STAGE_ENTERED: "stageenteredat stagedate stageenteredon enteredstageat",
                "atsCreatedAt": f"appliedat applied appliedon dateapplied applicationdate {_CREATED}",
                "atsLastModifiedAt": _MODIFIED,
            }
        ),
        RecordEntity.STAGE: _words(
            {
                "atsStageId": f"{_OWN_ID} stageid atsstageid",
                "atsJobApplicationId": _APPLICATION_ID,
                "stage": "stage stagename name currentstage step phase",
                "atsCreatedAt": f"enteredat entered enteredon stagedate stageenteredat movedat {_CREATED}",
                "rank": "rank order position sequence",
            }
        ),
        RecordEntity.NOTE: _words(
            {
                "atsNoteId": f"{_OWN_ID} noteid atsnoteid commentid",
                "atsCandidateId": _CANDIDATE_ID,
                "atsJobApplicationId": _APPLICATION_ID,
                "note": "note body text comment content notetext notiz",
                "author": "author user createdby writtenby by username autor",
                "isPrivate": "private isprivate confidential",
                "atsCreatedAt": _CREATED,
                "atsLastModifiedAt": _MODIFIED,
            }
        ),
        RecordEntity.INTERVIEW_FEEDBACK: _words(
            {
                "atsInterviewFeedbackId": f"{_OWN_ID} feedbackid scorecardid atsinterviewfeedbackid",
                "atsJobApplicationId": _APPLICATION_ID,
                "interviewer": "interviewer interviewername author submittedby",
                "feedback": "feedback comments comment text interviewfeedback",
                "evaluations.Overall recommendation": "overallrecommendation recommendation rating score",
                "atsCreatedAt": f"submittedat interviewedat interviewdate submittedon {_CREATED}",
            }
        ),
    }
)
SEVERAL: Final = frozenset({"emailAddresses", "phoneNumbers", "tags"})
"""Targets that several columns may have; of others the first column counts."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column by its heading; `target` is None for one that nobody knows, empty for one that is left out."""

    heading: str
    target: str | None


def guess_entity(headings: Sequence[str]) -> RecordEntity | None:
    """The kind of record that a row with these headings is; None if that cannot be told."""
    plain = {_plain(heading) for heading in headings}

    def has(entity: RecordEntity, *targets: str) -> bool:
        return any(HEADINGS[entity][target] & plain for target in targets)

    of_person = has(RecordEntity.CANDIDATE, "firstName", "lastName", "emailAddresses")
    of_candidate = bool(plain & set(_CANDIDATE_ID.split()))
    of_application = bool(plain & set(_APPLICATION_ID.split()))
    of_job = bool(plain & set(f"{_JOB_ID} {_REQUISITION}".split()))
    if (of_candidate or of_application) and not of_person:
        if has(RecordEntity.INTERVIEW_FEEDBACK, "interviewer") and of_application:
            return RecordEntity.INTERVIEW_FEEDBACK
        if has(RecordEntity.NOTE, "note"):
            return RecordEntity.NOTE
        if of_application and not (of_candidate or of_job) and has(RecordEntity.STAGE, "stage"):
            return RecordEntity.STAGE
    with_job = of_candidate and (of_job or has(RecordEntity.APPLICATION, "atsJobPostingName"))
    if with_job or (of_application and (of_candidate or has(RecordEntity.APPLICATION, "candidateEmail"))):
        return RecordEntity.APPLICATION
    if not (of_person or of_candidate or of_application) and has(RecordEntity.JOB, "title"):
        told = has(RecordEntity.JOB, "location", "department", "description", "listedAt", "state")
        if of_job or ("name" not in plain and told):
            return RecordEntity.JOB
    if has(RecordEntity.CANDIDATE, "firstName", FULL_NAME):
        return RecordEntity.CANDIDATE
    return None


def guess_columns(entity: RecordEntity, headings: Sequence[str]) -> list[Column]:
    """What each column holds."""
    columns: list[Column] = []
    seen: set[str] = set()
    for heading in headings:
        plain = _plain(heading)
        known = HEADINGS[entity].items()
        target = next((target for target, words in known if plain in words), None)
        if target in seen and target not in SEVERAL:
            target = None
        if target is not None:
            seen.add(target)
        columns.append(Column(heading.strip(), target))
    return columns


def _plain(heading: str) -> str:
    folded = heading.casefold().translate({ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("é"): "e"})
    return re.sub(r"[\W_]+|\d+\W*$", "", folded)
