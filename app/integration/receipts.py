"""The receipt of an erasure: what was removed, how much of it, and when, signed.

The signature is a JWS (RFC 7515) in compact form over the whole receipt as JSON, by the service's Ed25519
key: anybody who has our JWK set can check it, and read in it what is signed. Where the service has no
signing key, it is a keyed hash that only the service can check.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from asyncpg import Connection
from joserfc import jws
from joserfc.jws import JWSRegistry

from app.auth.keys import ALGORITHM, SigningKey
from app.ids import CompanyId, own_urn

REMARK: Final = (
    "Removed from the service's tables; nothing of it can be read through the service any more. Backups and "
    "write-ahead logs are kept and deleted by their own retention. The audit trail and tombstones hold keyed "
    "hashes only. LinkedIn's own records (InMails, recruiter notes, stub profiles) are not the ATS's data."
)
TYPE: Final = "rsc-erasure-receipt+json"
"""The JWS's `typ`: no receipt passes for a token, nor a token for a receipt."""

_REGISTRY: Final = JWSRegistry(algorithms=[ALGORITHM])


async def sign_receipt(
    connection: Connection,
    company: CompanyId,
    key: SigningKey | None,
    *,
    receipt: UUID,
    company_urn: str,
    generation: int,
    requested_at: datetime,
    finished_at: datetime | None,
    counts: Mapping[str, int],
) -> str:
    """The signature. It also binds the audit trail as it is now: no earlier entry can be changed unseen."""
    head = await connection.fetchrow("select sequence, hash from audit_head where company_id = $1", company)
    statement: dict[str, Any] = {
        "receipt": own_urn("erasure-receipt", receipt),
        "company": company_urn,
        "generation": generation,
        "requestedAt": requested_at,
        "finishedAt": finished_at,
        "counts": counts,
        "remark": REMARK,
        "auditTrail": {"length": head["sequence"], "hash": head["hash"].hex()} if head else None,
    }
    content = orjson.dumps(statement, option=orjson.OPT_SORT_KEYS)
    if key is None:
        said: str = await connection.fetchval("select keyed_hash($1, $2)", company, content.decode())
        return f"keyed-hash:{said}"
    header = {"alg": ALGORITHM, "kid": key.kid, "typ": TYPE}
    return jws.serialize_compact(header, content, key.jwk, registry=_REGISTRY)
