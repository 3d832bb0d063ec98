"""Issuers speak for what they are registered for, and for nothing else."""

import json
from collections.abc import Collection
from pathlib import Path

import pytest

from app.access.features import Role
from app.auth.issuers import (
    DEVELOPMENT_ISSUER,
    OWN_ISSUER,
    Issuer,
    IssuerRegistry,
    read_issuers,
    registry_of,
)
from app.auth.key_sources import own_keys
from app.auth.tokens import TokenVerifier
from app.errors import CallerError, ErrorCode
from app.settings import Settings
from tests.auth.forge import ISSUER, KEY, NORTHWIND, NOW, token

CONTOSO = "urn:li:organization:2002"


def issuer(
    roles: Collection[Role], companies: Collection[str] | None, partners: Collection[str] = ()
) -> Issuer:
    return Issuer(
        name=ISSUER,
        keys=own_keys(KEY),
        roles=frozenset(roles),
        companies=None if companies is None else frozenset(companies),
        partners=frozenset(partners),
    )


async def _spoken(
    by: Issuer,
    *,
    roles: str = '["RECRUITER"]',
    company: str = json.dumps(NORTHWIND),
    partner: str | None = None,
) -> str:
    """`accepted`, or why not."""
    verifier = TokenVerifier(IssuerRegistry([by]), clock=lambda: float(NOW))
    try:
        await verifier.verify(
            token(
                without=("seat",) if partner is not None else ("seat", "partner"),
                roles=roles,
                company=company,
                partner=partner or "",
            )
        )
    except CallerError as error:
        return error.message
    return "accepted"


ANYBODY = set(Role)


@pytest.mark.parametrize("role", list(Role))
async def test_an_issuer_speaks_for_its_roles_only(role: Role) -> None:
    roles, partners = json.dumps([role]), {"Demo ATS"}
    may, may_not = (issuer(some, {NORTHWIND}, partners) for some in ({role}, ANYBODY - {role}))
    assert await _spoken(may, roles=roles, partner='"Demo ATS"') == "accepted"
    assert f"the role {role}" in await _spoken(may_not, roles=roles, partner='"Demo ATS"')


async def test_one_role_too_many_refuses_the_whole_token() -> None:
    idp = issuer({Role.RECRUITER}, {NORTHWIND})
    assert "the role ATS_ADMIN" in await _spoken(idp, roles='["RECRUITER","ATS_ADMIN"]')


async def test_an_issuer_speaks_for_its_companies_only() -> None:
    idp = issuer({Role.RECRUITER}, {NORTHWIND})
    assert await _spoken(idp, company=json.dumps(NORTHWIND)) == "accepted"
    assert "that company" in await _spoken(idp, company=json.dumps(CONTOSO))
    assert "that company" in await _spoken(idp, company='"urn:li:organization:10010"')
    assert await _spoken(issuer({Role.RECRUITER}, None), company=json.dumps(CONTOSO)) == "accepted"


async def test_an_issuer_speaks_for_its_partners_only() -> None:
    idp = issuer({Role.PARTNER}, {NORTHWIND}, {"Demo ATS"})
    assert await _spoken(idp, roles='["PARTNER"]', partner='"Demo ATS"') == "accepted"
    assert "that partner" in await _spoken(idp, roles='["PARTNER"]', partner='"demo ats"')
    assert "name the partner" in await _spoken(idp, roles='["PARTNER"]')


async def test_an_issuer_registered_for_no_partner_names_none() -> None:
    assert "that partner" in await _spoken(issuer({Role.RECRUITER}, {NORTHWIND}), partner='"Demo ATS"')


async def test_a_vendor_that_serves_any_company_says_whose_ats_its_users_are_of() -> None:
    vendor = issuer({Role.ATS_USER, Role.RECRUITER}, None, {"Demo ATS"})
    assert "name the partner" in await _spoken(vendor, roles='["ATS_USER"]')
    assert await _spoken(vendor, roles='["ATS_USER"]', partner='"Demo ATS"') == "accepted"
    company = issuer({Role.ATS_USER}, {NORTHWIND}, {"Demo ATS"})
    assert await _spoken(company, roles='["ATS_USER"]') == "accepted"


def _entry(**changed: object) -> dict[str, object]:
    return {
        "issuer": "https://idp.example",
        "jwks": "https://idp.example/jwks",
        "roles": ["RECRUITER"],
        "companies": [NORTHWIND],
        "partners": ["Demo ATS"],
    } | changed


def test_issuers_are_read_from_a_text_or_a_file(tmp_path: Path) -> None:
    text = json.dumps([_entry(), _entry(issuer="any", companies="*"), _entry(issuer="list", companies=["*"])])
    (tmp_path / "issuers.json").write_text(text)
    for setting in (text, f" {text}\n", str(tmp_path / "issuers.json")):
        one, any_company, also_any = read_issuers(setting)
        assert (one.name, one.roles) == ("https://idp.example", frozenset({Role.RECRUITER}))
        assert (one.companies, one.partners) == (frozenset({NORTHWIND}), frozenset({"Demo ATS"}))
        assert any_company.companies is None
        assert also_any.companies is None
    assert read_issuers(None) == read_issuers("  ") == read_issuers("[]") == []


def test_an_issuer_without_partners_has_none() -> None:
    entry = _entry()
    del entry["partners"]
    assert read_issuers(json.dumps([entry]))[0].partners == frozenset()


async def test_a_key_file_is_found_beside_the_file_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(json.dumps(KEY.public_jwks()))
    (tmp_path / "issuers.json").write_text(json.dumps([_entry(jwks="keys.json")]))
    registry = IssuerRegistry(read_issuers(str(tmp_path / "issuers.json")))
    await registry.load_keys()
    idp = registry.get("https://idp.example")
    assert idp is not None
    assert idp.keys.get(KEY.kid) is not None


@pytest.mark.parametrize(
    ("setting", "place"),
    [
        ("[", "RSC_ISSUERS is not JSON"),
        ("nowhere.json", "RSC_ISSUERS must be"),
        ("a\0b", "RSC_ISSUERS must be"),
        ('[], "x": []', "RSC_ISSUERS"),
        ("[1]", "RSC_ISSUERS[0] "),
        ([_entry(), _entry()], "RSC_ISSUERS[1].issuer"),
        ([_entry(issuer=OWN_ISSUER)], "RSC_ISSUERS[0].issuer"),
        ([_entry(issuer=DEVELOPMENT_ISSUER)], "RSC_ISSUERS[0].issuer"),
        ([_entry(issuer="with space")], "RSC_ISSUERS[0].issuer"),
        ([_entry(issuer=None)], "RSC_ISSUERS[0].issuer"),
        ([_entry(jwks="http://idp.example/jwks")], "RSC_ISSUERS[0].jwks"),
        ([_entry(jwks="https://[")], "RSC_ISSUERS[0].jwks"),
        ([_entry(jwks=[])], "RSC_ISSUERS[0].jwks"),
        ([_entry(roles=[])], "RSC_ISSUERS[0].roles"),
        ([_entry(roles=["ROOT"])], "RSC_ISSUERS[0].roles"),
        ([_entry(roles="RECRUITER")], "RSC_ISSUERS[0].roles"),
        ([_entry(roles=[["RECRUITER"]])], "RSC_ISSUERS[0].roles"),
        ([_entry(companies=[])], "RSC_ISSUERS[0].companies"),
        ([_entry(companies=None)], "RSC_ISSUERS[0].companies"),
        ([_entry(companies=["*", NORTHWIND])], "RSC_ISSUERS[0].companies"),
        ([_entry(companies=["urn:li:seat:1"])], "RSC_ISSUERS[0].companies"),
        ([_entry(partners="Demo ATS")], "RSC_ISSUERS[0].partners"),
        ([_entry(partners=[1])], "RSC_ISSUERS[0].partners"),
        ([_entry(role=["RECRUITER"])], "RSC_ISSUERS[0].role "),
    ],
)
def test_a_registration_that_cannot_be_read_names_the_place(setting: object, place: str) -> None:
    with pytest.raises(CallerError) as refused:
        read_issuers(setting if isinstance(setting, str) else json.dumps(setting))
    assert refused.value.code is ErrorCode.BAD_USER_INPUT
    assert refused.value.message.startswith(place)


def test_our_own_issuer_is_there_with_a_key_and_the_development_one_where_switched_on() -> None:
    idp = json.dumps([_entry()])
    off = registry_of(Settings(issuers=idp), KEY)
    on = registry_of(Settings(issuers=idp, development_tokens=True), KEY)
    without_key = registry_of(Settings(issuers=idp, development_tokens=True), None)
    assert [one.name for one in off] == [OWN_ISSUER, "https://idp.example"]
    assert [one.name for one in on] == [OWN_ISSUER, DEVELOPMENT_ISSUER, "https://idp.example"]
    assert [one.name for one in without_key] == ["https://idp.example"]
