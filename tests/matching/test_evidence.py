"""Who a candidate is: the strength of evidence, when it is ambiguous, and what never matters."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ids import MemberUrn
from app.matching.evidence import ALTERNATIVES_MAX, KnownMember, MatchMethod, MatchState, Person, decide

JOHN = Person(
    first_name="John",
    last_name="Locke",
    profile_url="linkedin.com/in/john-locke",
    emails=("john@example.com", "jl@work.example"),
    phones=("555-555-5555",),
    title="Box Engineer",
    company="Tustin Box Inc.",
)


def member(name: str, first: str = "John", last: str = "Locke", **known: object) -> KnownMember:
    made = KnownMember(urn=MemberUrn(f"urn:li:person:{name}"), first_name=first, last_name=last)
    return replace(made, **known)  # type: ignore[arg-type]


BY_URL = member("url", profile_url="https://www.linkedin.com/in/John-Locke/")
BY_EMAIL = member("email", email_keys=frozenset({"jl@work.example"}))
BY_PHONE = member("phone", phone_keys=frozenset({"+15555555555"}))
BY_POSITION = member("position", positions=(("Baker", "Else"), ("box engineer", "The Tustin Box Company")))
STRONGEST_FIRST = [BY_URL, BY_EMAIL, BY_PHONE, BY_POSITION]
METHODS = [
    MatchMethod.PROFILE_URL,
    MatchMethod.EMAIL,
    MatchMethod.PHONE_AND_NAME,
    MatchMethod.NAME_TITLE_COMPANY,
]


@pytest.mark.parametrize("rank", range(4))
def test_the_strongest_evidence_decides(rank: int) -> None:
    decision = decide(JOHN, STRONGEST_FIRST[rank:])
    assert (decision.state, decision.member) == (MatchState.MATCHED, STRONGEST_FIRST[rank].urn)
    assert [one.method for one in decision.evidence] == [METHODS[rank]]


def test_stronger_evidence_has_more_confidence() -> None:
    confidences = [decide(JOHN, [one]).confidence or 0 for one in STRONGEST_FIRST]
    assert confidences == sorted(confidences, reverse=True)
    both = replace(BY_URL, email_keys=BY_EMAIL.email_keys)
    assert (decide(JOHN, [both]).confidence or 0) > confidences[0]


def test_two_members_with_the_same_evidence_are_ambiguous() -> None:
    twin = replace(BY_EMAIL, urn=MemberUrn("urn:li:person:twin"))
    decision = decide(JOHN, [twin, BY_EMAIL, BY_POSITION])
    assert (decision.state, decision.member) == (MatchState.AMBIGUOUS, None)
    assert [one.member for one in decision.alternatives] == [BY_EMAIL.urn, twin.urn]
    assert decision.alternatives[0].evidence == decision.evidence


def test_further_evidence_decides_between_equals() -> None:
    twin = replace(BY_EMAIL, urn=MemberUrn("urn:li:person:twin"), phone_keys=BY_PHONE.phone_keys)
    decision = decide(JOHN, [BY_EMAIL, twin])
    assert (decision.state, decision.member) == (MatchState.MATCHED, twin.urn)


def test_an_e_mail_that_one_member_has_decides_even_under_another_name_but_weighs_less() -> None:
    married = replace(BY_EMAIL, last_name="Abaddon")
    decision = decide(JOHN, [married])
    assert decision.state is MatchState.MATCHED
    assert (decision.confidence or 0) < (decide(JOHN, [BY_EMAIL]).confidence or 0)


@pytest.mark.parametrize(
    "stranger",
    [
        member("name-only"),
        replace(BY_PHONE, first_name="Helen"),
        replace(BY_POSITION, last_name="Rom"),
        replace(BY_POSITION, positions=(("Box Engineer", "Dharma"),)),
        replace(BY_POSITION, positions=(("Baker", "Tustin Box"),)),
        replace(BY_URL, profile_url="https://example.com/in/john-locke"),
    ],
)
def test_less_than_that_is_no_evidence(stranger: KnownMember) -> None:
    assert decide(JOHN, [stranger]).state is MatchState.UNMATCHED


def test_a_closed_member_is_nobody() -> None:
    assert decide(JOHN, [replace(BY_URL, is_closed=True), BY_EMAIL]).member == BY_EMAIL.urn


@pytest.mark.parametrize(
    ("first", "last", "agrees"),
    [
        ("JOHN", "LOCKE", True),
        ("Jöhn", "Locké", True),
        ("John Terry", "Locke", True),
        ("Jon", "Locke", True),
        ("Locke", "John", True),
        ("James", "Locke", False),
        ("John", "Lockwood", False),
    ],
)
def test_names_agree_without_case_accents_and_middle_names(first: str, last: str, agrees: bool) -> None:
    decision = decide(JOHN, [replace(BY_PHONE, first_name=first, last_name=last)])
    assert (decision.state is MatchState.MATCHED) == agrees


def test_many_equals_are_cut_to_what_a_person_can_look_at() -> None:
    crowd = [replace(BY_POSITION, urn=MemberUrn(f"urn:li:person:{n:03}")) for n in range(60)]
    decision = decide(JOHN, crowd)
    assert len(decision.alternatives) == ALTERNATIVES_MAX
    assert decision.alternatives[0].member == "urn:li:person:000"


_members = st.builds(
    lambda number, url, email, phone, position, closed: member(
        str(number),
        profile_url=BY_URL.profile_url if url else None,
        email_keys=BY_EMAIL.email_keys if email else frozenset(),
        phone_keys=BY_PHONE.phone_keys if phone else frozenset(),
        positions=BY_POSITION.positions if position else (),
        is_closed=closed,
    ),
    st.integers(0, 99),
    *[st.booleans()] * 5,
)


@given(
    st.lists(_members, max_size=6, unique_by=lambda one: one.urn).flatmap(
        lambda members: st.tuples(st.just(members), st.permutations(members))
    )
)
def test_the_decision_does_not_hang_on_the_order_and_never_picks_the_weaker(
    both: tuple[list[KnownMember], list[KnownMember]],
) -> None:
    members, shuffled = both
    decision = decide(JOHN, members)
    assert decide(JOHN, shuffled) == decision

    def strength(one: KnownMember) -> tuple[bool, ...]:
        return (bool(one.profile_url), bool(one.email_keys), bool(one.phone_keys), bool(one.positions))

    open_members = [one for one in members if not one.is_closed and any(strength(one))]
    best = [one.urn for one in open_members if strength(one) == max(map(strength, open_members))]
    if decision.state is MatchState.MATCHED:
        assert best == [decision.member]
    else:
        assert {one.member for one in decision.alternatives} == set(best)
        assert len(best) != 1
