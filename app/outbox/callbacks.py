"""Where a company's ATS is called, and the secret by which it knows that the call is ours."""

import base64
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import httpx
from asyncpg import Connection

from app.errors import CallerError, ErrorCode
from app.outbox.addresses import is_public

SECRET_OVERLAP: Final = timedelta(hours=24)
"""After a change of the secret, calls carry a signature by the old one too for this long."""
URL_LENGTH_MAX: Final = 2_000
_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """`secrets` are those that sign now, the present one first, in Standard Webhooks' spelling."""

    url: str
    secrets: tuple[str, ...]


async def set_callback(
    connection: Connection,
    company_id: UUID,
    partner_name: str,
    url: str,
    *,
    new_secret: bool = False,
    allow_private: bool = False,
    now: datetime | None = None,
) -> Callback:
    """Say where the partner is called for this company, in the caller's transaction.

    The secret is made the first time and stays, or is made anew with `new_secret`. What waits to be
    delivered is tried at once. The URL may come in angle brackets.
    Raises: CallerError (BAD_USER_INPUT) for a URL that may not be called.
    """
    at = now or datetime.now(UTC)
    row = await connection.fetchrow(
        """
        insert into callback as known (company_id, partner_name, url, secret, set_at)
        values ($1, $2, $3, $4, $5)
        on conflict (company_id, partner_name) do update
        set
          url = excluded.url,
          set_at = excluded.set_at,
          secret = case when $6 then excluded.secret else known.secret end,
          previous_secret = case when $6 then known.secret else known.previous_secret end,
          previous_until = case when $6 then $7 else known.previous_until end
        returning url, secret, case when previous_until > $5 then previous_secret end as previous_secret
        """,
        company_id,
        partner_name,
        callable_url(url, allow_private=allow_private),
        f"whsec_{base64.b64encode(os.urandom(_SECRET_BYTES)).decode()}",
        at,
        new_secret,
        at + SECRET_OVERLAP,
    )
    assert row is not None
    await connection.execute(
        """
        update outbox
        set next_attempt_at = least(next_attempt_at, $3)
        where company_id = $1 and partner_name = $2 and state = 'PENDING'
        """,
        company_id,
        partner_name,
        at,
    )
    return _callback(row["url"], row["secret"], row["previous_secret"])


async def callback_of(connection: Connection, company_id: UUID, partner_name: str) -> Callback | None:
    """Where the partner is called for this company; None if it has not said."""
    row = await connection.fetchrow(
        """
        select url, secret, case when previous_until > now() then previous_secret end as previous_secret
        from callback
        where company_id = $1 and partner_name = $2
        """,
        company_id,
        partner_name,
    )
    return None if row is None else _callback(row["url"], row["secret"], row["previous_secret"])


async def remove_callback(connection: Connection, company_id: UUID, partner_name: str) -> None:
    """Call there no more. What waits goes on waiting, for as long as it would be tried."""
    await connection.execute(
        "delete from callback where company_id = $1 and partner_name = $2", company_id, partner_name
    )


def callable_url(text: str, *, allow_private: bool) -> str:
    """The URL as it is kept, if it may be called; a name's addresses are checked at each call.

    Raises: CallerError (BAD_USER_INPUT) saying what is wrong with it.
    """
    spelled = text.strip().removeprefix("<").removesuffix(">").strip()
    try:
        url = httpx.URL(spelled)
    except (httpx.InvalidURL, UnicodeError):
        raise _refused("is not a URL") from None
    if not 0 < (url.port or 443) < 65536:
        raise _refused("is not a URL")
    if len(str(url)) > URL_LENGTH_MAX:
        raise _refused(f"is longer than {URL_LENGTH_MAX} characters")
    if url.scheme != "https" and not (allow_private and url.scheme == "http"):
        raise _refused("must begin with https://")
    if not url.host:
        raise _refused("names no host")
    if url.userinfo or url.fragment:
        raise _refused("must have neither a user name nor a fragment")
    if not allow_private and not _may_be_public(url.host):
        raise _refused("must lead to a public address")
    return str(url)


def _callback(url: str, secret: str, previous: str | None) -> Callback:
    return Callback(url=url, secrets=(secret,) if previous is None else (secret, previous))


def _may_be_public(host: str) -> bool:
    if host.lower().rstrip(".") == "localhost":
        return False
    try:
        return is_public(host)
    except ValueError:
        return True


def _refused(why: str) -> CallerError:
    return CallerError(ErrorCode.BAD_USER_INPUT, f"The callback URL {why}.")
