"""Keys: the one that signs our own tokens, and the public ones that others publish as a JWK set.

One algorithm only: `Ed25519` (RFC 9864). A key that cannot be used with it does not exist for us, so no
header of a token can choose another.
"""

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from app.auth.strict_json import strict_object
from app.errors import CallerError, ErrorCode

ALGORITHM: Final = "Ed25519"
KEYS_IN_A_SET_MAX: Final = 100
KEY_ID_LENGTH_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private Ed25519 key; `kid` is its RFC 7638 thumbprint. Neither repr nor JWKS shows the secret."""

    kid: str
    jwk: OKPKey = field(repr=False)

    @property
    def public(self) -> OKPKey:
        """The half that verifies."""
        return OKPKey.import_key(self.jwk.as_dict(private=False))

    def public_jwks(self) -> dict[str, Any]:
        """The JWK set (RFC 7517) to publish for those who verify our tokens."""
        numbers = self.jwk.as_dict(private=False)
        return {"keys": [{**numbers, "kid": self.kid, "use": "sig", "alg": ALGORITHM}]}


def new_signing_key() -> SigningKey:
    """A fresh random key."""
    return _signing_key(OKPKey.generate_key("Ed25519"))


def load_signing_key(setting: str) -> SigningKey:
    """The key that `RSC_SIGNING_KEY` gives: a JWK as JSON, a PEM text, or the path of a file with either.

    Raises: CallerError (BAD_USER_INPUT) which never repeats the setting, since it may be the secret.
    """
    text = setting.strip()
    try:
        if not text.startswith(("{", "-----BEGIN")):
            text = Path(text).read_text("utf-8").strip()
        return _signing_key(_private_key(text))
    except OSError as error:
        raise CallerError(
            ErrorCode.BAD_USER_INPUT,
            f"The file that RSC_SIGNING_KEY names cannot be read ({error.strerror}).",
        ) from None
    except (JoseError, ValueError, TypeError, KeyError):
        raise CallerError(
            ErrorCode.BAD_USER_INPUT,
            "RSC_SIGNING_KEY must be a private Ed25519 key: a JWK as JSON, a PEM text without a password, "
            "or the path of a file with one of these.",
        ) from None


def ensure_signing_key(path: Path) -> SigningKey:
    """The key kept at `path`, made (readable by its owner only) if there is none yet.

    Safe if several processes start at once: all of them get the key of the first. The file is complete
    from the moment that it has its name.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        secret = new_signing_key().jwk.as_dict(private=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(secret, file)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # Unlike a rename, this fails if another process was first.
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return load_signing_key(str(path.absolute()))


def parse_jwks(document: bytes) -> dict[str, OKPKey]:
    """The usable keys of a JWK set, by kid (a key without one goes by its thumbprint).

    Keys of other types, curves, uses or algorithms are passed over (RFC 7517, 5), and so is a kid that
    two different keys bear: nobody could say which one is meant. Only the public half is taken.

    Raises: ValueError if this is no JWK set, or one of more than `KEYS_IN_A_SET_MAX` keys.
    """
    entries = strict_object(document).get("keys")
    if not isinstance(entries, list) or len(entries) > KEYS_IN_A_SET_MAX:
        raise ValueError(f"a JWK set has a list of at most {KEYS_IN_A_SET_MAX} keys")
    keys: dict[str, OKPKey] = {}
    ambiguous: set[str] = set()
    for entry in entries:
        key = _public_key(entry)
        if key is None:
            continue
        kid = entry.get("kid", key.thumbprint())
        if not isinstance(kid, str) or not 0 < len(kid) <= KEY_ID_LENGTH_MAX:
            continue
        if kid in keys and keys[kid].thumbprint() != key.thumbprint():
            ambiguous.add(kid)
        keys[kid] = key
    return {kid: key for kid, key in keys.items() if kid not in ambiguous}


def _public_key(entry: object) -> OKPKey | None:
    if not isinstance(entry, dict) or entry.get("kty") != "OKP" or entry.get("crv") != "Ed25519":
        return None
    # Some publish the older, wider name of the algorithm (RFC 8037); the curve already says which it is.
    if entry.get("use", "sig") != "sig" or entry.get("alg", ALGORITHM) not in (ALGORITHM, "EdDSA"):
        return None
    operations = entry.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations or not isinstance(entry.get("x"), str):
        return None
    try:
        return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": entry["x"]})
    except (JoseError, ValueError, TypeError):
        return None


def _private_key(text: str) -> OKPKey:
    if text.startswith("-----BEGIN"):
        return OKPKey.import_key(text)
    jwk = strict_object(text.encode("utf-8"))
    return OKPKey.import_key({name: jwk[name] for name in ("kty", "crv", "x", "d")})


def _signing_key(key: OKPKey) -> SigningKey:
    if not key.is_private or key.curve_name != "Ed25519":
        raise ValueError("not a private Ed25519 key")
    # From the numbers alone, so that a `use`, `key_ops` or `kid` written beside them has no say; and the
    # public half is derived anew, because a JWK may claim one that does not belong to the secret.
    bare = OKPKey.import_key(key.private_key) if key.private_key is not None else key
    return SigningKey(bare.thumbprint(), bare)
