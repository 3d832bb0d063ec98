"""Our signing key, and which of somebody else's published keys count."""

import asyncio
import json
import stat
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey, thumbprint

from app.auth.keys import SigningKey, ensure_signing_key, load_signing_key, new_signing_key, parse_jwks
from app.errors import CallerError, ErrorCode


def _secret(key: SigningKey) -> str:
    return json.dumps(key.jwk.as_dict(private=True))


def test_a_key_is_read_from_a_jwk_a_pem_and_a_file_with_either(tmp_path: Path) -> None:
    key = new_signing_key()
    pem = key.jwk.as_pem(private=True).decode()
    (tmp_path / "key.json").write_text(_secret(key))
    (tmp_path / "key.pem").write_text(pem)
    for setting in (_secret(key), pem, str(tmp_path / "key.json"), str(tmp_path / "key.pem")):
        assert load_signing_key(setting).kid == key.kid


def test_the_kid_is_the_thumbprint_whatever_the_jwk_claims() -> None:
    key = new_signing_key()
    jwk = key.jwk.as_dict(private=True) | {"kid": "chosen", "key_ops": ["verify"]}
    public = key.public_jwks()["keys"][0]
    assert load_signing_key(json.dumps(jwk)).kid == key.kid
    assert key.kid == thumbprint({name: public[name] for name in ("kty", "crv", "x")})


def test_the_public_half_is_derived_from_the_secret_not_believed() -> None:
    key, other = new_signing_key(), new_signing_key()
    mixed = key.jwk.as_dict(private=True) | {"x": other.jwk.as_dict(private=False)["x"]}
    assert load_signing_key(json.dumps(mixed)).kid == key.kid


@pytest.mark.parametrize(
    "setting",
    [
        json.dumps(new_signing_key().jwk.as_dict(private=False)),
        json.dumps(OKPKey.generate_key("Ed448").as_dict(private=True)),
        json.dumps(OKPKey.generate_key("X25519").as_dict(private=True)),
        json.dumps(OctKey.generate_key(256).as_dict(private=True)),
        ECKey.generate_key("P-256").as_pem(private=True).decode(),
        new_signing_key().public.as_pem().decode(),
        '{"kty":"OKP","crv":"Ed25519","x":"AA","d":"AA"}',
        '{"kty":"OKP","crv":"Ed25519","x":1,"d":[]}',
        "{",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        "nowhere/to/be/found.json",
        "with\0nul",
    ],
    # The keys are drawn anew each time, and a test has one name.
    ids=lambda setting: f"{len(setting)} characters",
)
def test_what_is_not_a_private_ed25519_key_is_refused_without_being_repeated(setting: str) -> None:
    with pytest.raises(CallerError) as refused:
        load_signing_key(setting)
    assert refused.value.code is ErrorCode.BAD_USER_INPUT
    assert "RSC_SIGNING_KEY" in refused.value.message
    assert setting not in refused.value.message
    assert refused.value.__suppress_context__


def test_a_key_shows_its_secret_neither_in_its_repr_nor_in_what_is_published() -> None:
    key = new_signing_key()
    secret = key.jwk.as_dict(private=True)["d"]
    assert str(secret) not in repr(key) + json.dumps(key.public_jwks())


def test_a_key_is_made_once_readable_by_its_owner_only_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "data" / "signing-key.json"
    made = ensure_signing_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert ensure_signing_key(path).kid == made.kid


async def test_all_who_make_a_key_at_once_get_the_same(tmp_path: Path) -> None:
    path = tmp_path / "signing-key.json"
    keys = await asyncio.gather(*(asyncio.to_thread(ensure_signing_key, path) for _ in range(16)))
    assert len({key.kid for key in keys}) == 1


def _set(*keys: object) -> bytes:
    return json.dumps({"keys": keys}).encode()


def _public(**more: object) -> dict[str, object]:
    return {**new_signing_key().jwk.as_dict(private=False), **more}


def test_a_published_key_is_found_by_its_kid_or_its_thumbprint() -> None:
    key = new_signing_key()
    assert set(parse_jwks(_set(_public(kid="one"), key.jwk.as_dict(private=False)))) == {"one", key.kid}


def test_a_published_key_may_say_that_it_is_for_this_algorithm_by_either_name() -> None:
    named = [_public(kid="a", alg="Ed25519", use="sig"), _public(kid="b", alg="EdDSA", key_ops=["verify"])]
    assert set(parse_jwks(_set(*named))) == {"a", "b"}


@pytest.mark.parametrize(
    "entry",
    [
        RSAKey.generate_key(2048).as_dict(private=False, kid="x"),
        ECKey.generate_key("P-256").as_dict(private=False, kid="x"),
        OctKey.generate_key(256).as_dict(private=True, kid="x"),
        OKPKey.generate_key("Ed448").as_dict(private=False, kid="x"),
        _public(kid="x", use="enc"),
        _public(kid="x", alg="HS256"),
        _public(kid="x", key_ops=["encrypt"]),
        _public(kid="x", key_ops="verify"),
        _public(kid=5),
        _public(kid=""),
        _public(kid="k" * 201),
        _public(kid="x", x="AAAA"),
        _public(kid="x", x="%%%"),
        _public(kid="x", x=None),
        "a text",
        None,
    ],
)
def test_keys_that_cannot_be_used_are_passed_over_and_the_others_count(entry: object) -> None:
    assert set(parse_jwks(_set(entry, _public(kid="good")))) == {"good"}


def test_a_kid_that_two_keys_bear_means_neither() -> None:
    assert set(parse_jwks(_set(_public(kid="twice"), _public(kid="twice"), _public(kid="once")))) == {"once"}


def test_a_secret_that_somebody_published_is_not_taken_over() -> None:
    taken = parse_jwks(_set({**new_signing_key().jwk.as_dict(private=True), "kid": "x"}))["x"]
    assert not taken.is_private


@pytest.mark.parametrize(
    "document",
    [b"", b"[]", b"{}", b'{"keys":{}}', b'{"keys":[],"keys":[]}', b"\xff", b"[" * 100_000, _set(*[1] * 101)],
)
def test_what_is_no_key_set_is_refused(document: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any ValueError is a refusal here
        parse_jwks(document)
