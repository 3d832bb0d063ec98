"""What a token must be to be believed."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access.features import Role
from app.auth.issue import issue_token
from app.auth.issuers import DEVELOPMENT_ISSUER, OWN_ISSUER, Issuer, IssuerRegistry, own_issuers
from app.auth.key_sources import own_keys
from app.auth.keys import new_signing_key
from app.auth.tokens import TokenVerifier
from app.errors import CallerError, ErrorCode
from tests.auth.forge import (
    CLAIMS,
    ISSUER,
    KEY,
    NORTHWIND,
    NOW,
    OTHER_ISSUER,
    OTHER_KEY,
    claims,
    header,
    object_text,
    sealed,
    token,
    with_header,
)
from tests.auth.forgeries import FORGERIES, Forgery

NORTHWIND_IDP = Issuer(
    name=ISSUER,
    keys=own_keys(KEY),
    roles=frozenset({Role.RECRUITER, Role.RECRUITER_ADMIN, Role.ATS_USER, Role.PARTNER}),
    companies=frozenset({NORTHWIND}),
    partners=frozenset({"Demo ATS"}),
)
CONTOSO_IDP = Issuer(
    name=OTHER_ISSUER,
    keys=own_keys(OTHER_KEY),
    roles=frozenset(Role),
    companies=frozenset({"urn:li:organization:2002"}),
    partners=frozenset(),
)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


def verifier(clock: Clock | None = None, *issuers: Issuer, remembered_max: int = 100) -> TokenVerifier:
    registry = IssuerRegistry(issuers or (NORTHWIND_IDP, CONTOSO_IDP))
    return TokenVerifier(registry, clock=clock or Clock(), remembered_max=remembered_max)


async def test_a_token_that_is_in_order_says_what_it_says() -> None:
    said = await verifier().verify(token(partner='"Demo ATS"', client='"widget"', more='{"of":["theirs"]}'))
    assert (said.issuer, said.subject, said.token_id) == (ISSUER, "somebody", "a-token")
    assert (said.company, said.seat) == (NORTHWIND, "urn:li:seat:7001")
    assert (said.partner, said.client) == ("Demo ATS", "widget")
    assert said.roles == {Role.RECRUITER}
    assert (said.issued_at, said.expires_at) == (NOW - 60, NOW + 600)


async def test_what_may_be_missing_may_be_missing() -> None:
    said = await verifier().verify(sealed(header(without=("typ",)), claims(without=("company", "seat"))))
    assert (said.company, said.seat, said.partner, said.client) == (None, None, None, None)


@pytest.mark.parametrize("forgery", FORGERIES, ids=[forgery.what for forgery in FORGERIES])
async def test_a_forged_or_broken_token_is_refused(forgery: Forgery) -> None:
    checked = verifier()
    with pytest.raises(CallerError) as refused:
        await checked.verify(forgery.text)
    assert (refused.value.code, refused.value.status) == (ErrorCode.UNAUTHENTICATED, 401)
    assert forgery.says in refused.value.message
    challenge = refused.value.headers["WWW-Authenticate"]
    assert challenge.startswith('Bearer realm="rsc-gateway", error="invalid_token"')
    assert challenge.isascii()
    assert challenge.count('"') == 6
    assert checked.remembered(forgery.text) is None


def test_the_forgeries_are_many_and_different() -> None:
    assert len({forgery.text for forgery in FORGERIES}) == len({forgery.what for forgery in FORGERIES}) >= 60


async def test_a_refusal_never_repeats_what_the_token_says() -> None:
    for wrong in (token(iss='"zebra"'), token(aud='"zebra"'), with_header(alg='"zebra"')):
        with pytest.raises(CallerError) as refused:
            await verifier().verify(wrong)
        assert "zebra" not in refused.value.message + str(refused.value.headers)


async def test_a_remembered_token_expires_all_the_same() -> None:
    clock = Clock()
    checked = verifier(clock)
    said = await checked.verify(token())
    clock.now = NOW + 599.9
    assert checked.remembered(token()) is said
    clock.now = NOW + 600
    assert checked.remembered(token()) is None
    with pytest.raises(CallerError, match="expired"):
        await checked.verify(token())


async def test_no_more_tokens_are_remembered_than_allowed_and_the_unused_go_first() -> None:
    checked = verifier(remembered_max=2)
    first, second, third = (token(jti=json.dumps(name)) for name in ("one", "two", "three"))
    await checked.verify(first)
    await checked.verify(second)
    assert checked.remembered(first) is not None
    await checked.verify(third)
    assert checked.remembered(second) is None
    assert checked.remembered(first) is not None
    assert checked.remembered(third) is not None


async def test_the_clocks_of_issuers_may_differ_by_half_a_minute() -> None:
    ahead = token(iat=str(NOW + 29), nbf=str(NOW + 29))
    assert (await verifier().verify(ahead)).issued_at == NOW + 29
    with pytest.raises(CallerError, match="future"):
        await verifier().verify(token(iat=str(NOW + 31)))


async def test_our_own_tokens_are_accepted_by_the_key_that_signed_them_only() -> None:
    mine, other = new_signing_key(), new_signing_key()
    text = issue_token(
        mine, subject="x", roles=[Role.STAFF], company=NORTHWIND, client="c", issuer=OWN_ISSUER, lifetime_s=60
    )
    said = await TokenVerifier(IssuerRegistry(own_issuers(mine, development_tokens=False))).verify(text)
    assert (said.issuer, said.roles, said.client) == (OWN_ISSUER, frozenset({Role.STAFF}), "c")
    assert said.expires_at - said.issued_at == 60
    with pytest.raises(CallerError, match="does not publish"):
        await TokenVerifier(IssuerRegistry(own_issuers(other, development_tokens=False))).verify(text)


async def test_development_tokens_count_only_where_they_are_switched_on() -> None:
    key = new_signing_key()
    text = issue_token(key, subject="x", roles=[Role.STAFF], company=NORTHWIND)
    on = TokenVerifier(IssuerRegistry(own_issuers(key, development_tokens=True)))
    assert (await on.verify(text)).issuer == DEVELOPMENT_ISSUER
    off = TokenVerifier(IssuerRegistry(own_issuers(key, development_tokens=False)))
    with pytest.raises(CallerError, match="not registered"):
        await off.verify(text)


async def test_a_development_token_lives_half_a_day_at_most() -> None:
    key = new_signing_key()
    text = issue_token(key, subject="x", roles=[Role.STAFF], company=NORTHWIND, lifetime_s=12 * 3600 + 1)
    with pytest.raises(CallerError, match="lifetime"):
        await TokenVerifier(IssuerRegistry(own_issuers(key, development_tokens=True))).verify(text)


async def _refusal(text: str) -> ErrorCode | None:
    """The code of the refusal, None if the token was accepted; any other exception is a failure."""
    try:
        await verifier().verify(text)
    except CallerError as error:
        return error.code
    return None


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}", fullmatch=True))
async def test_no_text_is_taken_for_a_token(text: str) -> None:
    assert await _refusal(text) is ErrorCode.UNAUTHENTICATED


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from([*CLAIMS, "nbf", "partner", "client"]), _JSON, min_size=1))
async def test_no_claim_of_any_type_breaks_the_reading(
    said: dict[str, object],
) -> None:
    body = object_text(CLAIMS | {name: json.dumps(value) for name, value in said.items()})
    assert await _refusal(sealed(header(), body)) in (None, ErrorCode.UNAUTHENTICATED)


@given(
    st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "b64", "jwk", "cty"]), _JSON, min_size=1)
)
async def test_no_header_member_of_any_type_breaks_the_reading(said: dict[str, object]) -> None:
    head = json.dumps({"alg": "Ed25519", "kid": KEY.kid} | said)
    assert await _refusal(sealed(head, claims())) in (None, ErrorCode.UNAUTHENTICATED)


@given(st.integers(min_value=0, max_value=700), st.sampled_from("AQgw_-.=%\n"))
async def test_a_token_with_one_character_exchanged_is_refused(place: int, character: str) -> None:
    text = token()
    at = place % len(text)
    changed = text[:at] + character + text[at + 1 :]
    assert (await _refusal(changed) is None) is (changed == text)
