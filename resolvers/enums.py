"""The enums of ATS records, of LinkedIn's recruiting activity and of orders.

Those that access is decided by are in app/access/features.py. Each value may come from a column that a
CHECK constraint limits to these names.
"""

from app.access.features import DescribedEnum, graphql_enum


@graphql_enum
class MatchState(DescribedEnum):
    """Whether it is known which LinkedIn member a candidate is."""

    UNMATCHED = "UNMATCHED", "No member fits the evidence."
    MATCHED = "MATCHED", "Exactly one member fits; found by evidence."
    AMBIGUOUS = (
        "AMBIGUOUS",
        "Who fits is not certain; a person should choose, see CandidateMatch.alternatives.",
    )
    MANUAL = "MANUAL", "A person linked the member; outranks every other evidence."
    UNLINKED = "UNLINKED", "A person said that it is not this member; never matched again by itself."


@graphql_enum
class MatchMethod(DescribedEnum):
    """By what evidence a candidate was matched: the strongest first, and MANUAL outranks all of them."""

    PROFILE_URL = "PROFILE_URL", "The candidate's record names the member's LinkedIn profile URL."
    EMAIL = "EMAIL", "An e-mail address is the same."
    PHONE_AND_NAME = "PHONE_AND_NAME", "A phone number and the name are the same."
    NAME_TITLE_COMPANY = "NAME_TITLE_COMPANY", "Name, job title and company are the same."
    MANUAL = "MANUAL", "A person linked them; stronger than all the others."


@graphql_enum
class EntityViewers(DescribedEnum):
    """Which recruiters see a job or application that is on no access list of the ATS."""

    ALL_PRODUCT_USERS = "ALL_PRODUCT_USERS", "All of the company's."
    LISTED_USERS = "LISTED_USERS", "None: what is on no list is hidden from all of them."


@graphql_enum
class JobState(DescribedEnum):
    """Whether a job takes applications."""

    LISTED = "LISTED", "Open: candidates can apply."
    CLOSED = "CLOSED", "No longer open to applications."


@graphql_enum
class JobAvailability(DescribedEnum):
    """Who may find the job's posting."""

    PUBLIC = "PUBLIC", "Posted where everybody can find it."
    PRIVATE_TO_ATS_INTEGRATION = (
        "PRIVATE_TO_ATS_INTEGRATION",
        "Known to the integration only, as a target of exports and recommendations.",
    )


@graphql_enum
class ApplicationStatus(DescribedEnum):
    """How an application stands."""

    ACTIVE = "ACTIVE", "Still in the hiring process."
    REJECTED = "REJECTED", "Turned down by the company."
    HIRED = "HIRED", "The candidate got the job."
    WITHDRAWN = "WITHDRAWN", "Taken back by the candidate."


@graphql_enum
class InMailDirection(DescribedEnum):
    """Who wrote an InMail: the recruiter or the member."""

    SENT = "SENT", "From the recruiter's seat to the member."
    RECEIVED = "RECEIVED", "From the member to the recruiter's seat."


@graphql_enum
class InMailState(DescribedEnum):
    """What became of an InMail's conversation."""

    SENT = "SENT", "No answer yet."
    ACCEPTED = "ACCEPTED", "The member showed interest."
    DECLINED = "DECLINED", "The member is not interested."
    REPLIED = "REPLIED", "The member wrote back."


@graphql_enum
class NoteVisibility(DescribedEnum):
    """Who may read a recruiter's note."""

    SHARED = "SHARED", "Everybody with the notes history on its contract."
    PRIVATE = "PRIVATE", "Its author's seat alone."


@graphql_enum
class ExportState(DescribedEnum):
    """How far the export of a member into the ATS has come."""

    REQUESTED = "REQUESTED", "Asked for by a recruiter; the ATS has not been told yet."
    DELIVERED = "DELIVERED", "The ATS has been told and has not created the candidate yet."
    CREATED = "CREATED", "The candidate exists in the ATS."
    FAILED = "FAILED", "Given up after several attempts; see Export.lastError."


@graphql_enum
class RecordOutcome(DescribedEnum):
    """What became of one record that a sync sent."""

    CREATED = "CREATED", "It was new."
    UPDATED = "UPDATED", "It replaced an earlier version."
    UNCHANGED = "UNCHANGED", "It was known with the same content."
    STALE = "STALE", "A later version is known already, so it was left alone."
    WAITING = "WAITING", "Kept; what it refers to has not arrived yet, and is joined when it does."
    REFUSED = "REFUSED", "It breaks a rule; message and path say which."
    DELETED = "DELETED", "It was removed, as the ATS asked."


@graphql_enum
class OrderDirection(DescribedEnum):
    """Which end of an order comes first."""

    ASC = "ASC", "Smallest, earliest or alphabetically first comes first."
    DESC = "DESC", "Largest, latest or alphabetically last comes first."


@graphql_enum
class CandidateOrderField(DescribedEnum):
    """By what a list of candidates can be ordered."""

    CREATED_AT = "CREATED_AT", "When the ATS created the candidate."
    LAST_MODIFIED_AT = "LAST_MODIFIED_AT", "When the ATS last changed the candidate."
    LAST_NAME = "LAST_NAME", "Family name without regard to case; those without one stand before A."


@graphql_enum
class JobOrderField(DescribedEnum):
    """By what a list of jobs can be ordered."""

    LISTED_AT = "LISTED_AT", "When the job was listed; one never listed stands where it was created."
    TITLE = "TITLE", "Title without regard to case."
