"""From evidence to a decision, without a database: who a candidate is, who it may be, or nobody known.

Evidence is ranked, not added up: one profile URL outweighs any number of equal names. Within the same best
evidence more than one member makes the match AMBIGUOUS, for a person to look at, since a wrong match (an
InMail to the wrong person) costs more than a missing one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import prod
from typing import Any, Final

from rapidfuzz import fuzz

from app.ids import MemberUrn
from app.matching.keys import company_words, email_key, phone_key, profile_slug, words


class MatchState(StrEnum):
    UNMATCHED = "UNMATCHED"
    MATCHED = "MATCHED"
    AMBIGUOUS = "AMBIGUOUS"
    MANUAL = "MANUAL"
    UNLINKED = "UNLINKED"


class MatchMethod(StrEnum):
    """Ways to know who a candidate is, the strongest first."""

    MANUAL = "MANUAL"
    PROFILE_URL = "PROFILE_URL"
    EMAIL = "EMAIL"
    PHONE_AND_NAME = "PHONE_AND_NAME"
    NAME_TITLE_COMPANY = "NAME_TITLE_COMPANY"


CONFIDENCE: Final[Mapping[MatchMethod, float]] = {
    MatchMethod.PROFILE_URL: 0.99,
    MatchMethod.EMAIL: 0.95,
    MatchMethod.PHONE_AND_NAME: 0.9,
    MatchMethod.NAME_TITLE_COMPANY: 0.75,
}
STRENGTH: Final = tuple(CONFIDENCE)
NAME_DISAGREES_FACTOR: Final = 0.8
"""A URL or an e-mail still decides where the names differ (people marry), but weighs less."""
CONFIDENCE_MAX: Final = 0.999
SIMILAR_NAME_MIN: Final = 90
SIMILAR_TITLE_MIN: Final = 85
SIMILAR_COMPANY_MIN: Final = 88
ALTERNATIVES_MAX: Final = 20
"""More members than these with the same evidence help nobody to decide."""


@dataclass(frozen=True, slots=True)
class MatchEvidence:
    """Why a candidate may be a member; `detail` repeats only what the ATS itself knows."""

    method: MatchMethod
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A candidate, as far as matching looks at it. `phones` come with the country of the address."""

    first_name: str
    last_name: str | None = None
    profile_url: str | None = None
    emails: Sequence[str] = ()
    phones: Sequence[str] = ()
    country: str | None = None
    title: str | None = None
    company: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMember:
    """A member, with the contact keys that LinkedIn knows. `positions` are pairs of title and company."""

    urn: MemberUrn
    first_name: str = ""
    last_name: str = ""
    profile_url: str | None = None
    email_keys: frozenset[str] = frozenset()
    phone_keys: frozenset[str] = frozenset()
    positions: Sequence[tuple[str, str]] = ()
    is_closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    member: MemberUrn
    confidence: float
    evidence: tuple[MatchEvidence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchDecision:
    """MATCHED has a member; AMBIGUOUS has alternatives, at most `ALTERNATIVES_MAX`, in a stable order."""

    state: MatchState
    member: MemberUrn | None = None
    confidence: float | None = None
    evidence: tuple[MatchEvidence, ...] = ()
    alternatives: tuple[Alternative, ...] = ()


NOBODY: Final = MatchDecision(state=MatchState.UNMATCHED)


def decide(candidate: Person, members: Iterable[KnownMember]) -> MatchDecision:
    """Who the candidate is among these members; the order in which they come does not matter."""
    supported = [
        (member, evidence)
        for member in members
        if not member.is_closed and (evidence := evidence_for(candidate, member))
    ]
    if not supported:
        return NOBODY
    best = max(_rank(evidence) for _, evidence in supported)
    rivals = sorted(
        ((member, evidence) for member, evidence in supported if _rank(evidence) == best),
        key=lambda rival: (-_confidence(candidate, *rival), rival[0].urn),
    )
    member, evidence = rivals[0]
    if len(rivals) == 1:
        return MatchDecision(
            state=MatchState.MATCHED,
            member=member.urn,
            confidence=_confidence(candidate, member, evidence),
            evidence=evidence,
        )
    alternatives = tuple(
        Alternative(
            member=rival.urn,
            confidence=round(_confidence(candidate, rival, why) / len(rivals), 4),
            evidence=why,
        )
        for rival, why in rivals[:ALTERNATIVES_MAX]
    )
    return MatchDecision(
        state=MatchState.AMBIGUOUS,
        confidence=alternatives[0].confidence,
        evidence=tuple(dict.fromkeys(one for rival in alternatives for one in rival.evidence)),
        alternatives=alternatives,
    )


def evidence_for(candidate: Person, member: KnownMember) -> tuple[MatchEvidence, ...]:
    """What speaks for this member, the strongest first; empty if nothing does."""
    found: list[MatchEvidence] = []
    slug = profile_slug(candidate.profile_url)
    if slug is not None and slug == profile_slug(member.profile_url):
        found.append(MatchEvidence(MatchMethod.PROFILE_URL, f"The same profile: linkedin.com/in/{slug}"))
    for email in candidate.emails:
        if email_key(email) in member.email_keys:
            found.append(MatchEvidence(MatchMethod.EMAIL, f"The same e-mail address: {email}"))
            break
    if names_agree(candidate, member):
        for phone in candidate.phones:
            if phone_key(phone, candidate.country) in member.phone_keys:
                detail = f"The same phone number and name: {phone}, {_full_name(candidate)}"
                found.append(MatchEvidence(MatchMethod.PHONE_AND_NAME, detail))
                break
        if any(_position_agrees(candidate, title, company) for title, company in member.positions):
            detail = f"{_full_name(candidate)}, {candidate.title} at {candidate.company}"
            found.append(
                MatchEvidence(MatchMethod.NAME_TITLE_COMPANY, f"The same name, title and company: {detail}")
            )
    return tuple(found)


def names_agree(candidate: Person, member: KnownMember) -> bool:
    """The same given and family name without case and accents, or nearly; middle names do not matter."""
    given, family = words(candidate.first_name), words(candidate.last_name)
    given_there, family_there = words(member.first_name), words(member.last_name)
    if not (given and family and given_there and family_there):
        return False
    if given[0] == given_there[0] and family[-1] == family_there[-1]:
        return True
    ours, theirs = " ".join((*given, *family)), " ".join((*given_there, *family_there))
    return fuzz.token_sort_ratio(ours, theirs) >= SIMILAR_NAME_MIN


def _position_agrees(candidate: Person, title: str, company: str) -> bool:
    if not (candidate.title and candidate.company):
        return False
    ours, theirs = company_words(candidate.company), company_words(company)
    if not ours or fuzz.token_sort_ratio(" ".join(ours), " ".join(theirs)) < SIMILAR_COMPANY_MIN:
        return False
    our_title, their_title = " ".join(words(candidate.title)), " ".join(words(title))
    return bool(our_title) and fuzz.token_sort_ratio(our_title, their_title) >= SIMILAR_TITLE_MIN


def _rank(evidence: Iterable[MatchEvidence]) -> tuple[bool, ...]:
    methods = {one.method for one in evidence}
    return tuple(method in methods for method in STRENGTH)


def _confidence(candidate: Person, member: KnownMember, evidence: Iterable[MatchEvidence]) -> float:
    doubt = prod(1 - CONFIDENCE[one.method] for one in evidence)
    confidence = min(1 - doubt, CONFIDENCE_MAX)
    if member.first_name and not names_agree(candidate, member):
        confidence *= NAME_DISAGREES_FACTOR
    return round(confidence, 4)


def _full_name(candidate: Person) -> str:
    return " ".join(part for part in (candidate.first_name, candidate.last_name) if part)


def as_json(evidence: Iterable[MatchEvidence]) -> list[dict[str, Any]]:
    """Evidence as it stands in `candidate.match_evidence`."""
    return [{"method": one.method.value, "detail": one.detail} for one in evidence]
