"""Who a candidate is: the strength of evidence, when it is ambiguous, and what never matters."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ids import MemberUrn
from app.matching.evidence import ALTERNATIVES_MAX, MatchMethod, MatchState, decide
from app.matching.people import KnownMember, Person

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
def test_each_kind_of_evidence_is_enough_by_itself(rank: int) -> None:
    decision = decide(JOHN, [STRONGEST_FIRST[rank], member("other", last="Rom")])
    assert (decision.state, decision.member) == (MatchState.MATCHED, STRONGEST_FIRST[rank].urn)
    assert [one.method for one in decision.evidence] == [METHODS[rank]]


def test_a_profile_url_decides_whatever_else_there_is() -> None:
    assert decide(JOHN, STRONGEST_FIRST).member == BY_URL.urn


def test_other_evidence_that_leads_to_two_people_is_left_to_a_person_the_strongest_first() -> None:
    decision = decide(JOHN, [BY_POSITION, BY_PHONE, BY_EMAIL])
    assert decision.state is MatchState.AMBIGUOUS
    assert [one.member for one in decision.alternatives] == [BY_EMAIL.urn, BY_PHONE.urn, BY_POSITION.urn]


def test_weaker_evidence_for_another_does_not_matter_where_the_best_has_that_too() -> None:
    best = replace(BY_EMAIL, phone_keys=BY_PHONE.phone_keys)
    assert decide(JOHN, [best, BY_PHONE]).member == best.urn


SHARED = frozenset({"jl@work.example"})


@pytest.mark.parametrize(
    ("first", "last", "state"),
    [
        ("John", "Locke", MatchState.MATCHED),
        ("Johnny", "Locke", MatchState.MATCHED),
        ("J.", "Locke", MatchState.MATCHED),
        ("Локке", "Джон", MatchState.AMBIGUOUS),
        ("John", "Abaddon", MatchState.MATCHED),
        ("Helen", "Locke", MatchState.AMBIGUOUS),
        ("Helen", "Abaddon", MatchState.AMBIGUOUS),
        ("John", "Locke Jr.", MatchState.MATCHED),
    ],
)
def test_a_shared_e_mail_is_enough_for_the_person_and_not_for_relatives(
    first: str, last: str, state: MatchState
) -> None:
    decision = decide(JOHN, [member("m", first, last, email_keys=SHARED)])
    assert decision.state is state


def test_a_mailbox_of_many_is_enough_with_the_whole_name_only() -> None:
    applicant = replace(JOHN, emails=("jobs@agency.example",), phones=(), profile_url=None)
    theirs = frozenset({"jobs@agency.example"})
    assert decide(applicant, [member("m", email_keys=theirs)]).state is MatchState.MATCHED
    for first, last in (("John", "Abaddon"), ("J.", "Locke"), ("Helen", "Rom")):
        decision = decide(applicant, [member("m", first, last, email_keys=theirs)])
        assert decision.state is MatchState.AMBIGUOUS


def test_the_member_of_the_name_is_taken_where_a_family_shares_an_address() -> None:
    family = [member("h", "Helen", email_keys=SHARED), member("j", email_keys=SHARED)]
    assert decide(JOHN, family).member == "urn:li:person:j"


@pytest.mark.parametrize(
    ("namesake", "doubt"),
    [
        (replace(BY_POSITION, positions=(("Senior Box Engineer", "Tustin Box"),)), "another level"),
        (replace(BY_POSITION, profile_url="https://linkedin.com/in/jl2"), "another profile"),
        (replace(BY_POSITION, location="Sydney, Australia"), "another country"),
        (replace(BY_POSITION, last_name="Lovke"), "a letter of the family name"),
        (replace(BY_POSITION, first_name="J"), "an initial"),
    ],
)
def test_a_job_alone_is_no_match_where_anything_speaks_against_it(namesake: KnownMember, doubt: str) -> None:
    decision = decide(replace(JOHN, country="US"), [namesake])
    assert decision.state is MatchState.AMBIGUOUS
    assert doubt in decision.evidence[0].detail


def test_a_namesake_with_nearly_the_same_job_makes_it_ambiguous_and_one_with_another_job_does_not() -> None:
    senior = member("senior", positions=(("Senior Box Engineer", "Tustin Box"),))
    cook = member("cook", positions=(("Cook", "Tustin Box"),))
    assert decide(JOHN, [BY_POSITION, senior]).state is MatchState.AMBIGUOUS
    assert decide(JOHN, [BY_POSITION, cook]).member == BY_POSITION.urn


def test_a_profile_of_another_name_is_no_match_by_itself() -> None:
    stranger = replace(BY_URL, first_name="Helen", last_name="Rom")
    assert decide(JOHN, [stranger]).state is MatchState.AMBIGUOUS
    decision = decide(JOHN, [stranger, BY_EMAIL])
    assert decision.state is MatchState.AMBIGUOUS
    assert {one.member for one in decision.alternatives} == {stranger.urn, BY_EMAIL.urn}


def test_evidence_is_told_in_words_of_the_ats_and_says_what_differs() -> None:
    married = replace(BY_EMAIL, last_name="Abaddon")
    [told] = decide(JOHN, [married]).evidence
    assert (
        told.detail
        == "The same e-mail address: jl@work.example, but another family name, as after a marriage"
    )
    assert "Abaddon" not in told.detail


def test_stronger_evidence_has_more_confidence() -> None:
    confidences = [decide(JOHN, [one]).confidence or 0 for one in STRONGEST_FIRST]
    assert confidences == sorted(confidences, reverse=True)
    both = replace(BY_URL, email_keys=BY_EMAIL.email_keys)
    assert (decide(JOHN, [both]).confidence or 0) > confidences[0]


def test_two_members_with_the_same_evidence_are_ambiguous() -> None:
    twin = replace(BY_EMAIL, urn=MemberUrn("urn:li:person:twin"))
    decision = decide(JOHN, [twin, BY_EMAIL, BY_POSITION])
    assert (decision.state, decision.member) == (MatchState.AMBIGUOUS, None)
    assert [one.member for one in decision.alternatives] == [BY_EMAIL.urn, twin.urn, BY_POSITION.urn]
    assert decision.evidence[0] == decision.alternatives[0].evidence[0]


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
    best = {one.urn for one in open_members if strength(one) == max(map(strength, open_members))}
    if decision.state is MatchState.MATCHED:
        assert best == {decision.member}
    else:
        assert best <= {one.member for one in decision.alternatives}
        assert len(best) != 1 or len(decision.alternatives) > 1
