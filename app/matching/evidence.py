"""From evidence to a decision, without a database: who a candidate is, who it may be, or nobody known.

Evidence is ranked, not added up: one profile URL outweighs any number of equal names. A wrong match (an
InMail to the wrong person) costs more than a missing one, so what another person could have just as well (a
family's e-mail address, a namesake's job) is *doubtful*: it never makes a match, it makes the candidate
AMBIGUOUS, for a person to look at. So do two members with the same best evidence.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import prod
from typing import Any, Final

from rapidfuzz import fuzz

from app.ids import MemberUrn
from app.matching.keys import company_words, region_of
from app.matching.names import Compared, Fit, compare
from app.matching.people import POSITIONS_MAX, KnownMember, Person
from app.matching.titles import level_of, work_words


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
FIT_FACTOR: Final[Mapping[Fit, float]] = {
    Fit.UNKNOWN: 1.0,
    Fit.SAME: 1.0,
    Fit.ALIKE: 0.97,
    Fit.NEAR: 0.95,
    Fit.LOOSE: 0.9,
    Fit.GIVEN_ONLY: 0.8,
    Fit.FAMILY_ONLY: 0.5,
    Fit.DIFFERENT: 0.4,
}
"""By how much less a URL or an e-mail weighs where the names differ."""
DOUBT_FACTOR: Final = 0.6
CONFIDENCE_MAX: Final = 0.999
SIMILAR_TITLE_MIN: Final = 85
SIMILAR_COMPANY_MIN: Final = 88
ALTERNATIVES_MAX: Final = 20
"""More members than these with the same evidence help nobody to decide."""
ROLE_MAILBOXES: Final = frozenset(
    (
        *("admin", "apply", "bewerbung", "careers", "contact", "hello", "hi", "hiring", "hr", "info", "jobs"),
        *("kontakt", "mail", "noreply", "no-reply", "office", "recruiting", "recruitment", "recruiter"),
        *("reception", "sales", "service", "staff", "staffing", "support", "talent", "team", "work"),
    )
)
"""Mailboxes that more than one person reads."""


@dataclass(frozen=True, slots=True)
class MatchEvidence:
    """Why a candidate may be a member; `detail` repeats only what the ATS itself knows."""

    method: MatchMethod
    detail: str


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


@dataclass(frozen=True, slots=True)
class _Found:
    """A piece of evidence, and whether it is enough for a match."""

    evidence: MatchEvidence
    is_sure: bool


@dataclass(frozen=True, slots=True)
class _Supported:
    """A member for whom something speaks. `rank` is of what is sure, if anything is."""

    member: MemberUrn
    evidence: tuple[MatchEvidence, ...]
    is_sure: bool
    rank: tuple[int, ...]
    fit: Fit
    confidence: float

    def has(self, method: MatchMethod) -> bool:
        return any(one.method is method for one in self.evidence)


NOBODY: Final = MatchDecision(state=MatchState.UNMATCHED)


def decide(candidate: Person, members: Iterable[KnownMember]) -> MatchDecision:
    """Who the candidate is among these members; the order in which they come does not matter."""
    weighed = (_weigh(candidate, member) for member in members if not member.is_closed)
    supported = [one for one in weighed if one is not None]
    if not supported:
        return NOBODY
    sure = [one for one in supported if one.is_sure]
    if not sure:
        return _ambiguous(supported)
    best = max(one.rank for one in sure)
    rivals = [one for one in sure if one.rank == best]
    [first, *others] = rivals
    others += [one for one in supported if one not in rivals and _contradicts(one, first)]
    if others:
        return _ambiguous([first, *others])
    return MatchDecision(
        state=MatchState.MATCHED, member=first.member, confidence=first.confidence, evidence=first.evidence
    )


def _contradicts(other: _Supported, best: _Supported) -> bool:
    """Whether a weaker member is a reason not to match the best one without a person's looking at it.

    A profile URL is outweighed by nothing, except where the name is another and other sure evidence leads to
    somebody of the candidate's name. What is no URL is contradicted by a URL, doubtful or not, because
    somebody wrote down that very profile; by sure evidence of a kind that the best member lacks, because then
    the record leads to two people; and a job alone by a namesake with nearly the same job.
    """
    if best.has(MatchMethod.PROFILE_URL):
        return best.fit < Fit.LOOSE and other.is_sure and other.fit >= Fit.NEAR
    if other.has(MatchMethod.PROFILE_URL):
        return True
    if other.is_sure and any(not best.has(one.method) for one in other.evidence):
        return True
    only_a_job = all(one.method is MatchMethod.NAME_TITLE_COMPANY for one in best.evidence)
    return only_a_job and other.has(MatchMethod.NAME_TITLE_COMPANY)


def _ambiguous(rivals: Sequence[_Supported]) -> MatchDecision:
    ordered = sorted(rivals, key=lambda one: (-one.confidence, one.member))[:ALTERNATIVES_MAX]
    alternatives = tuple(
        Alternative(
            member=one.member, confidence=round(one.confidence / len(rivals), 4), evidence=one.evidence
        )
        for one in ordered
    )
    return MatchDecision(
        state=MatchState.AMBIGUOUS,
        confidence=alternatives[0].confidence,
        evidence=tuple(dict.fromkeys(piece for one in alternatives for piece in one.evidence)),
        alternatives=alternatives,
    )


def _weigh(candidate: Person, member: KnownMember) -> _Supported | None:
    named = compare(candidate.name, member.name)
    found = [
        one
        for one in (
            _by_url(candidate, member, named),
            _by_email(candidate, member, named),
            _by_phone(candidate, member, named),
            _by_position(candidate, member, named),
        )
        if one is not None
    ]
    if not found:
        return None
    is_sure = any(one.is_sure for one in found)
    counting = {one.evidence.method for one in found if one.is_sure or not is_sure}
    confidence = min(1 - prod(1 - CONFIDENCE[method] for method in counting), CONFIDENCE_MAX)
    confidence *= FIT_FACTOR[named.fit] * (1 if is_sure else DOUBT_FACTOR)
    return _Supported(
        member=member.urn,
        evidence=tuple(one.evidence for one in found),
        is_sure=is_sure,
        rank=(*(method in counting for method in STRENGTH), named.fit >= Fit.LOOSE),
        fit=named.fit,
        confidence=round(confidence, 4),
    )


def _by_url(candidate: Person, member: KnownMember, named: Compared) -> _Found | None:
    if candidate.slug is None or candidate.slug != member.slug:
        return None
    detail = f"The same profile: linkedin.com/in/{candidate.slug}"
    return _found(MatchMethod.PROFILE_URL, (detail, named.remark), is_sure=named.fit is not Fit.DIFFERENT)


def _by_email(candidate: Person, member: KnownMember, named: Compared) -> _Found | None:
    key = next((key for key in candidate.email_keys if key in member.email_keys), None)
    if key is None:
        return None
    is_of_many = key.partition("@")[0] in ROLE_MAILBOXES
    return _found(
        MatchMethod.EMAIL,
        (
            f"The same e-mail address: {candidate.email_keys[key]}",
            named.remark,
            "which several people may read" if is_of_many else "",
        ),
        is_sure=named.fit >= (Fit.NEAR if is_of_many else Fit.GIVEN_ONLY),
    )


def _by_phone(candidate: Person, member: KnownMember, named: Compared) -> _Found | None:
    if named.fit < Fit.GIVEN_ONLY or named.fit is Fit.UNKNOWN:
        return None
    said = next((said for key, said in candidate.phone_keys.items() if key in member.phone_keys), None)
    if said is None:
        return None
    detail = f"The same phone number and name: {said}, {candidate.full_name}"
    return _found(MatchMethod.PHONE_AND_NAME, (detail, named.remark), is_sure=named.fit >= Fit.NEAR)


def _by_position(candidate: Person, member: KnownMember, named: Compared) -> _Found | None:
    if named.fit < Fit.LOOSE or named.fit is Fit.UNKNOWN or not (candidate.title and candidate.company):
        return None
    titles = [
        title
        for title, company in member.positions[:POSITIONS_MAX]
        if _is_same_company(candidate.company, company) and _is_same_work(candidate.title, title)
    ]
    if not titles:
        return None
    doubts = []
    if all(level_of(candidate.title) != level_of(title) for title in titles):
        doubts.append("but another level")
    if candidate.slug is not None and member.slug is not None and candidate.slug != member.slug:
        doubts.append("but another profile than the ATS names")
    country = region_of(candidate.country)
    if country is not None and member.country is not None and country != member.country:
        doubts.append("but in another country")
    detail = (
        f"The same name, title and company: {candidate.full_name}, {candidate.title} at {candidate.company}"
    )
    is_sure = named.fit >= Fit.ALIKE and not doubts
    return _found(MatchMethod.NAME_TITLE_COMPANY, (detail, named.remark, *doubts), is_sure=is_sure)


def _found(method: MatchMethod, said: Iterable[str], *, is_sure: bool) -> _Found:
    return _Found(MatchEvidence(method, ", ".join(part for part in said if part)), is_sure)


@lru_cache(maxsize=20_000)
def _is_same_company(name: str, other: str) -> bool:
    """But for the legal form, a slip, and what one of the two adds at the end: Halden, Halden Europe."""
    ours, theirs = company_words(name), company_words(other)
    shorter = min(len(ours), len(theirs))
    if not shorter:
        return False
    if ours[:shorter] == theirs[:shorter] or "".join(ours) == "".join(theirs):
        return True
    return fuzz.token_sort_ratio(" ".join(ours), " ".join(theirs)) >= SIMILAR_COMPANY_MIN


@lru_cache(maxsize=20_000)
def _is_same_work(title: str, other: str) -> bool:
    """The same work by the title's words, whatever the level."""
    ours, theirs = work_words(title), work_words(other)
    if not (ours and theirs):
        return title.casefold() == other.casefold()
    return fuzz.token_sort_ratio(" ".join(ours), " ".join(theirs)) >= SIMILAR_TITLE_MIN


def as_json(evidence: Iterable[MatchEvidence]) -> list[dict[str, Any]]:
    """Evidence as it stands in `candidate.match_evidence`."""
    return [{"method": one.method.value, "detail": one.detail} for one in evidence]
