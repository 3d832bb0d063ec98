"""From a header to grants: what of a token the database confirms."""

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.access.features import Role, SeatState
from app.access.guards import Grants
from app.auth.authenticate import Authenticator
from app.auth.personas import CONTOSO, DEMO_PARTNER, NORTHWIND, PERSONAS
from app.errors import CallerError, ErrorCode
from tests.auth.conftest import bearer, recruiter
from tests.auth.forge import KEY


async def _refused(authenticator: Authenticator, header: bytes | None) -> CallerError:
    with pytest.raises(CallerError) as refused:
        await authenticator.grants(header)
    assert authenticator.cached(header) is None
    return refused.value


def _seat(grants: Grants) -> str | None:
    return grants.viewer.seat.urn if grants.viewer.seat else None


async def test_the_token_says_who_and_the_database_says_what(
    authenticator: Authenticator,
) -> None:
    viewer = (await authenticator.grants(bearer(Role.RECRUITER, seat="urn:li:seat:7001", client="ui"))).viewer
    assert viewer.company is not None
    assert viewer.seat is not None
    assert viewer.integration is not None
    assert (viewer.subject, viewer.client, viewer.roles) == ("somebody", "ui", frozenset({Role.RECRUITER}))
    assert (viewer.company.company_urn, viewer.company.company_name) == (NORTHWIND, "Northwind")
    assert [contract.urn for contract in viewer.contracts] == ["urn:li:contract:5001", "urn:li:contract:5002"]
    assert viewer.seat.contract_id == viewer.contracts[0].id
    assert viewer.seat.state is SeatState.ACTIVE
    assert viewer.integration.partner_name == DEMO_PARTNER
    assert {feature.value for feature in viewer.integration.supported_features} == {"UNIFIED_SEARCH"}


async def test_an_admin_is_who_the_seat_makes_one_not_the_token(
    authenticator: Authenticator, owner: asyncpg.Connection
) -> None:
    claimed = bearer(Role.RECRUITER, Role.RECRUITER_ADMIN, seat="urn:li:seat:7001")
    assert (await authenticator.grants(claimed)).roles == {Role.RECRUITER}
    await owner.execute("update seat set is_admin = true where urn = 'urn:li:seat:7002'")
    modest = bearer(Role.RECRUITER, seat="urn:li:seat:7002")
    assert (await authenticator.grants(modest)).roles == {Role.RECRUITER, Role.RECRUITER_ADMIN}


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (None, "needs an Authorization header"),
        (b"", "needs an Authorization header"),
        (b"   ", "needs an Authorization header"),
        (b"Basic dXNlcjpwYXNz", "not `Bearer`"),
        (b"Bearer", "not `Bearer`"),
        (b"Bearer ", "not `Bearer`"),
        (b"Bearer a b", "not `Bearer`"),
        (b"Bearer \xff\xfe", "not `Bearer`"),
        (b"Bearer " + b"a" * 9000, "longer than"),
        (b"Bearer x.y.z", "not a JWT"),
    ],
)
async def test_a_header_without_a_token_is_refused(
    authenticator: Authenticator, header: bytes | None, says: str
) -> None:
    refused = await _refused(authenticator, header)
    assert (refused.code, refused.status) == (ErrorCode.UNAUTHENTICATED, 401)
    assert says in refused.message
    assert refused.headers["WWW-Authenticate"].startswith('Bearer realm="rsc-gateway"')


async def test_the_scheme_may_be_written_as_one_likes(authenticator: Authenticator) -> None:
    header = bearer(Role.STAFF)
    for written in (header.replace(b"Bearer", b"bearer"), header.replace(b"Bearer ", b"BEARER  ") + b" "):
        assert (await authenticator.grants(written)).roles == {Role.STAFF}


@pytest.mark.parametrize("role", list(Role))
async def test_every_role_acts_for_one_company(authenticator: Authenticator, role: Role) -> None:
    refused = await _refused(authenticator, bearer(role, company=None))
    assert (refused.status, refused.code) == (401, ErrorCode.UNAUTHENTICATED)
    assert "company" in refused.message


async def test_a_company_that_is_not_known_is_refused(authenticator: Authenticator) -> None:
    refused = await _refused(authenticator, bearer(Role.STAFF, company="urn:li:organization:999"))
    assert (refused.status, "not known" in refused.message) == (401, True)


async def test_a_seat_of_another_company_is_no_seat(authenticator: Authenticator) -> None:
    foreign = await _refused(authenticator, bearer(Role.RECRUITER, seat="urn:li:seat:7101"))
    missing = await _refused(authenticator, bearer(Role.RECRUITER, seat="urn:li:seat:999"))
    assert (foreign.status, foreign.message) == (missing.status, missing.message)
    assert foreign.status == 401
    at_home = await authenticator.grants(bearer(Role.RECRUITER, company=CONTOSO, seat="urn:li:seat:7101"))
    assert _seat(at_home) == "urn:li:seat:7101"


async def test_two_companies_with_a_seat_of_the_same_urn_have_each_their_own(
    authenticator: Authenticator, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        "update seat set urn = 'urn:li:seat:7001', is_admin = true where urn = 'urn:li:seat:7101'"
    )
    ours = await authenticator.grants(bearer(Role.RECRUITER, seat="urn:li:seat:7001"))
    theirs = await authenticator.grants(bearer(Role.RECRUITER, company=CONTOSO, seat="urn:li:seat:7001"))
    assert ours.viewer.seat != theirs.viewer.seat
    assert (Role.RECRUITER_ADMIN in ours.roles, Role.RECRUITER_ADMIN in theirs.roles) == (False, True)


async def test_a_partner_that_serves_another_company_is_nobody_here(authenticator: Authenticator) -> None:
    for role in (Role.PARTNER, Role.ATS_ADMIN):
        refused = await _refused(authenticator, bearer(role, partner="Another ATS"))
        assert (refused.status, refused.code) == (403, ErrorCode.FORBIDDEN)
        at_home = await authenticator.grants(bearer(role, company=CONTOSO, partner="Another ATS"))
        assert at_home.viewer.partner == "Another ATS"


async def test_a_backend_of_ours_that_names_no_partner_belongs_to_the_one_that_serves(
    authenticator: Authenticator, owner: asyncpg.Connection
) -> None:
    assert (await authenticator.grants(bearer(Role.PARTNER))).viewer.partner == DEMO_PARTNER
    assert (await authenticator.grants(bearer(Role.ATS_USER))).viewer.partner is None
    await owner.execute("update integration set state = 'ERASED'")
    await authenticator.facts.watch.read_now()
    without = (await authenticator.grants(bearer(Role.PARTNER))).viewer
    assert (without.partner, without.integration) == (None, None)
    assert (await authenticator.grants(bearer(Role.PARTNER, partner="Another ATS"))).granted == frozenset()


async def test_what_a_resync_has_not_completed_is_known(
    authenticator: Authenticator, owner: asyncpg.Connection
) -> None:
    await owner.execute(
        """with run as (
             insert into sync_run (company_id, id, integration_id, kind, entities, started_at)
             select company_id, gen_random_uuid(), id, 'RESYNC', '{candidate,job}', now() from integration
             returning company_id, id)
           update integration i set resync_run_id = run.id from run where run.company_id = i.company_id"""
    )
    during = (await authenticator.grants(bearer(Role.STAFF))).viewer.integration
    assert during is not None
    assert during.resyncing == {"candidate", "job"}
    await owner.execute("update sync_run set finished_at = now()")
    await authenticator.facts.watch.read_now()
    after = (await authenticator.grants(bearer(Role.STAFF))).viewer.integration
    assert after is not None
    assert after.resyncing == frozenset()


async def test_a_known_header_is_answered_without_waiting(authenticator: Authenticator) -> None:
    header = recruiter()
    assert authenticator.cached(header) is None
    found = await authenticator.grants(header)
    assert authenticator.cached(header) is found
    assert await authenticator.grants(bytes(bytearray(header))) is found
    assert authenticator.cached(header + b" ") is None
    assert authenticator.cached(None) is None


async def test_no_more_headers_are_remembered_than_allowed(authenticator: Authenticator) -> None:
    authenticator._remembered_max = 3
    headers = [bearer(Role.STAFF) for _ in range(5)]
    for header in headers:
        await authenticator.grants(header)
    assert [authenticator.cached(header) is not None for header in headers] == [
        False,
        False,
        True,
        True,
        True,
    ]


async def test_every_persona_whose_seat_is_there_is_let_in(authenticator: Authenticator) -> None:
    there = {None, "urn:li:seat:7001", "urn:li:seat:7002", "urn:li:seat:7003"}
    for persona in PERSONAS.values():
        if persona.company == NORTHWIND and persona.seat in there:
            grants = await authenticator.grants(f"Bearer {persona.token(KEY)}".encode())
            assert (_seat(grants), grants.viewer.partner) == (persona.seat, persona.partner)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary() | st.binary().map(lambda noise: b"Bearer " + noise))
async def test_no_header_whatever_raises_anything_but_a_refusal(
    authenticator: Authenticator, header: bytes
) -> None:
    assert authenticator.cached(header) is None
    with pytest.raises(CallerError) as refused:
        await authenticator.grants(header)
    assert refused.value.status == 401
