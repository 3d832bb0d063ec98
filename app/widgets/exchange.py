"""A widget token for a page's own: once, only for the widget, application and origin that it belongs to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from app.access.features import Role
from app.access.viewer import Viewer
from app.access.widget import Widget
from app.auth.authenticate import WidgetBearer
from app.auth.keys import SigningKey
from app.auth.tokens import unauthenticated
from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.widgets.apps import WidgetApp
from app.widgets.tokens import IssuedToken, issue_page_token

KEPT: Final = timedelta(minutes=5)
"""How long an exchange is remembered after its token's end: longer than any two clocks of ours differ."""
_PURGED_A_TIME: Final = 100

_TAKE: Final = """
insert into widget_token_exchange (company_id, token_id, expires_at)
values ($1, $2, $3)
on conflict do nothing
returning true
"""
_PURGE: Final = """
delete from widget_token_exchange
where company_id = $1 and token_id = any(array(
  select token_id
  from widget_token_exchange
  where company_id = $1 and expires_at < $2
  limit $3
  for update skip locked))
"""


async def exchange(
    pool: Pool,
    key: SigningKey,
    bearer: WidgetBearer,
    *,
    widget: Widget,
    app: WidgetApp | None,
    origins: frozenset[str],
    origin: str,
    present: Viewer | None,
    now: datetime | None = None,
) -> IssuedToken:
    """The page token. `origins` are all that may embed a page of `app`'s; `present` is the viewer of the
    page's present token, where there is one: it must be for the same.

    Raises: CallerError, UNAUTHENTICATED (401) for a token that was exchanged before, FORBIDDEN (403) for what
    it is not for. Nothing depends on whether the subject exists.
    """
    claims, viewer = bearer
    company, partner = viewer.company, viewer.partner
    assert claims.widget is not None
    assert company is not None
    assert partner is not None
    if claims.widget.widget is not widget:
        raise _forbidden("The widget token is for another widget.")
    if app is None or app.partner != partner or app.company_id not in (None, company.company_id):
        raise _forbidden("The widget token is not for a page of this application (app).")
    if origin not in origins:
        raise _forbidden("The page that embeds the widget is of no origin registered for the application.")
    claim = replace(claims.widget, app=app.client_id, origin=origin)
    if present is not None and (_company_id(present), present.partner, present.subject, present.widget) != (
        *(company.company_id, partner, viewer.subject),
        claim,
    ):
        raise _forbidden("The widget token is for another user or subject than the page's present token.")
    issued = issue_page_token(
        key,
        claim,
        subject=claims.subject,
        roles=claims.roles & {Role.ATS_USER, Role.ATS_ADMIN},
        company=company.company_urn,
        partner=partner,
    )
    await _take(pool, company.company_id, claims.token_id, claims.expires_at, now or datetime.now(UTC))
    return issued


async def _take(pool: Pool, company_id: UUID, token_id: str, expires_at: int, now: datetime) -> None:
    async with pool.transaction(company_id) as connection:
        await connection.execute(_PURGE, company_id, now - KEPT, _PURGED_A_TIME)
        ends = datetime.fromtimestamp(expires_at, UTC)
        # Of two at once the later waits here for the first, and gets no row.
        if not await connection.fetchval(_TAKE, company_id, token_id, ends):
            raise unauthenticated("it was exchanged before")


def _company_id(viewer: Viewer) -> UUID | None:
    return viewer.company.company_id if viewer.company is not None else None


def _forbidden(message: str) -> CallerError:
    return CallerError(ErrorCode.FORBIDDEN, message, status=403)
