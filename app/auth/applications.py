"""The applications of ATS partners: their credentials, and what a token that was had by them stands for.

A partner has an application of its own and makes one for each customer (LinkedIn's provisioning). A secret is
kept as its hash only. It is made of our signing key and a random salt, so that a partner that lost the answer
can be told its customer's secret once more; with another signing key the old secrets still count, and are
told no more.
"""

import base64
import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from asyncpg import Connection

from app.auth.keys import SigningKey
from app.database.pool import Pool
from app.errors import Fault
from app.ids import CompanyId, uuid7

TOKEN_LIFETIME_S: Final = 1_800
SUBJECT: Final = "application:"
"""What the subject of an application's token begins with; its client id follows."""

_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz0123456789"
_CLIENT_ID_LENGTH: Final = 16

_FIND: Final = """
select a.id, a.client_id, a.secret_hash, a.credential, a.partner_name, a.parent_id, a.for_company
from provisioned_application a
left join provisioned_application p on p.id = a.parent_id
where a.client_id = $1 and a.revoked_at is null and p.revoked_at is null
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A partner's own application (`parent_id` is None) or a customer's; neither is revoked.

    `company` is None for the partner's own, and for a customer's until it is tied to its company.
    `credential` counts the changes of the secret.
    """

    id: UUID
    client_id: str
    partner: str
    parent_id: UUID | None
    company: CompanyId | None
    credential: int

    @property
    def subject(self) -> str:
        """The `sub` of its tokens, and its name in the audit trail."""
        return SUBJECT + self.client_id


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredentials:
    """A client id, and its secret in the clear beside what is kept of it."""

    client_id: str
    secret: str
    secret_hash: bytes
    secret_salt: bytes


def new_credentials(key: SigningKey | None) -> NewCredentials:
    """Credentials that nobody had before. Without a key the secret is random, and can be told only now."""
    client_id = "".join(secrets.choice(_ALPHABET) for _ in range(_CLIENT_ID_LENGTH))
    salt = os.urandom(16)
    secret = derived_secret(key, client_id, salt) if key is not None else secrets.token_urlsafe(32)
    return NewCredentials(client_id=client_id, secret=secret, secret_hash=hash_of(secret), secret_salt=salt)


def derived_secret(key: SigningKey, client_id: str, salt: bytes) -> str:
    """The secret that this key makes of a client id and a salt: 256 bits as URL-safe text."""
    private = str(key.jwk.as_dict(private=True)["d"]).encode("ascii")
    mixed = hmac.digest(private, b"client secret\0" + client_id.encode("ascii") + salt, "sha256")
    return base64.urlsafe_b64encode(mixed).rstrip(b"=").decode("ascii")


def hash_of(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


async def find_application(pool: Pool, client_id: str) -> tuple[Application, bytes] | None:
    """The application of this client id, and its secret's hash; None if there is none that counts."""
    if not client_id.isascii() or "\0" in client_id:
        return None
    rows = await pool.fetch(None, _FIND, [client_id])
    return (_application(rows[0]), bytes(rows[0]["secret_hash"])) if rows else None


async def application_with_secret(pool: Pool, client_id: str, secret: str) -> Application | None:
    """The application of these credentials; what is wrong with them shows neither in answer nor time."""
    found = await find_application(pool, client_id)
    kept = found[1] if found is not None else bytes(32)
    fits = hmac.compare_digest(kept, hash_of(secret))
    return found[0] if found is not None and fits else None


async def ensure_own_application(
    connection: Connection, partner: str, key: SigningKey | None
) -> tuple[str, str | None]:
    """The client id and secret of the partner's own application, made if there is none.

    The secret is None where it was made with another key: then only a new one helps (`renew_secret`).
    """
    row = await connection.fetchrow(
        """
        select id, client_id, secret_hash, secret_salt
        from provisioned_application
        where partner_name = $1 and parent_id is null and revoked_at is null
        order by created_at
        limit 1
        """,
        partner,
    )
    if row is not None:
        return str(row["client_id"]), told_secret(row, key)
    made = new_credentials(key)
    await connection.execute(
        """
        insert into provisioned_application
          (id, client_id, secret_hash, secret_salt, partner_name, name, created_at)
        values ($1, $2, $3, $4, $5, $5, now())
        """,
        uuid7(),
        made.client_id,
        made.secret_hash,
        made.secret_salt,
        partner,
    )
    return made.client_id, made.secret


async def renew_secret(
    connection: Connection, application_id: UUID, key: SigningKey | None
) -> tuple[str, str]:
    """A new secret for an application; tokens that were had by the old one stop within a second."""
    client_id = await connection.fetchval(
        "select client_id from provisioned_application where id = $1", application_id
    )
    if client_id is None:
        raise Fault("an application that does not exist was to have a new secret")
    salt = os.urandom(16)
    secret = derived_secret(key, client_id, salt) if key is not None else secrets.token_urlsafe(32)
    await connection.execute(
        """
        update provisioned_application
        set secret_hash = $2, secret_salt = $3, credential = credential + 1
        where id = $1
        """,
        application_id,
        hash_of(secret),
        salt,
    )
    return str(client_id), secret


def told_secret(row: Any, key: SigningKey | None) -> str | None:
    """The secret of a row with client_id, secret_hash and secret_salt; None if this key did not make it."""
    if key is None:
        return None
    secret = derived_secret(key, row["client_id"], bytes(row["secret_salt"]))
    return secret if hmac.compare_digest(hash_of(secret), bytes(row["secret_hash"])) else None


def _application(row: Any) -> Application:
    return Application(
        id=UUID(int=row["id"].int),
        client_id=row["client_id"],
        partner=row["partner_name"],
        parent_id=None if row["parent_id"] is None else UUID(int=row["parent_id"].int),
        company=None if row["for_company"] is None else CompanyId(UUID(int=row["for_company"].int)),
        credential=row["credential"],
    )
