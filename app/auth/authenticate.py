"""From the Authorization header to what its bearer is granted.

A token says who, the database says what: claims are verified, then seat, contract and integration are
looked up and decided upon, once. The answer is remembered by the header's bytes for as long as neither
the token nor the facts have changed, so that most requests pay for a few dictionary look-ups.
"""

import asyncio
import contextlib
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from app.access.features import Role
from app.access.guards import Grants, grants_of
from app.access.viewer import CompanyFacts, Viewer, effective_roles
from app.auth.applications import SUBJECT, Application
from app.auth.facts import FactsCache
from app.auth.issue import WIDGET_AUDIENCE
from app.auth.issuers import IssuerRegistry
from app.auth.revocation import Revocations
from app.auth.tokens import TOKEN_BYTES_MAX, Claims, TokenVerifier, unauthenticated
from app.database.pool import Pool
from app.errors import CallerError, ErrorCode
from app.ids import CompanyUrn

_BEARER: Final = re.compile(rb"bearer +([!-~]+) *", re.IGNORECASE)


class Caller(NamedTuple):
    """Whose token it is; `application` is None for a token that no application got."""

    grants: Grants
    application: Application | None


class WidgetBearer(NamedTuple):
    """What an ATS handed to a widget: the token's claims, and whom its page would stand for."""

    claims: Claims
    viewer: Viewer


class _Known(NamedTuple):
    token: str
    claims: Claims
    generation: int
    grants: Grants
    application: Application | None


class Authenticator:
    """Turns Authorization headers into grants.

    Start it with `start` and keep `run` going as a task beside the server: it polls for revocations and
    changed facts, and refreshes the issuers' keys.
    """

    def __init__(
        self,
        issuers: IssuerRegistry,
        pool: Pool,
        *,
        watching: Pool | None = None,
        remembered_max: int = 10_000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`watching` is a pool for the polling alone (one connection is plenty): with it, a crowd of
        requests that wait for `pool` cannot delay a revocation. At most `remembered_max` headers are
        remembered; `clock` counts seconds since the epoch.
        """
        self._issuers = issuers
        self._remembered_max = remembered_max
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self.verifier = TokenVerifier(issuers, remembered_max=remembered_max, clock=clock)
        # Each is shown once, so there is next to nothing to remember.
        self._widget_verifier = TokenVerifier(
            issuers, audience=WIDGET_AUDIENCE, remembered_max=10, clock=clock
        )
        self.revocations = Revocations(watching or pool, clock=clock)
        self.facts = FactsCache(pool, watching=watching)
        self.refused: Counter[str] = Counter()
        """How many tokens were refused: `missing`, `expired`, `revoked`, of a wrong `partner`, `invalid`."""

    async def start(self) -> None:
        """Read keys, revocations and the facts' version once, so that the first request need not wait.

        Raises: CallerError (DATABASE_UNAVAILABLE). A key source that does not answer is only logged.
        """
        await asyncio.gather(
            self._issuers.load_keys(), self.revocations.watch.read_now(), self.facts.watch.read_now()
        )

    async def refresh(self) -> None:
        """Look at once whether contracts, seats or integrations have changed, as after a write to them.

        A database that is away just then is left to the watch.
        """
        with contextlib.suppress(CallerError):
            # The first may join a reading that began before the write; the second cannot.
            await self.facts.watch.read_now()
            await self.facts.watch.read_now()

    async def run(self) -> None:
        """Everything that goes on in the background, for ever; cancel it to stop."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.revocations.watch.keep())
            tasks.create_task(self.revocations.keep_purged())
            tasks.create_task(self.facts.watch.keep())
            tasks.create_task(self._issuers.keep_keys_fresh())

    def cached(self, header: bytes | None) -> Grants | None:
        """The grants of a header that was seen before, in a few microseconds and without waiting.

        None if anything at all must be looked up or refused: then ask `grants`.
        """
        known = self._known.get(header) if header is not None else None
        if known is None or header is None:
            return None
        if (
            known.generation != self.facts.generation
            or not self.facts.watch.is_fresh
            or not self.revocations.watch.is_fresh
            or self.verifier.remembered(known.token) is not known.claims
            or self.revocations.is_revoked(known.claims)
        ):
            return None
        self._known.move_to_end(header)
        return known.grants

    async def grants(self, header: bytes | None) -> Grants:
        """What the bearer of this header's token is granted. `header` is the value of Authorization.

        Raises: CallerError: UNAUTHENTICATED (401) if there is no token, or it is wrong, revoked, without a
        company, or names a company or seat that do not exist (a seat of another company does not exist
        for it); FORBIDDEN (403) if its partner is not the one that serves the company;
        DATABASE_UNAVAILABLE (503) if the facts cannot be read.
        """
        found = self.cached(header)
        if found is not None:
            return found
        with self._counting_refusals():
            grants = (await self._look_up(header)).grants
            if grants.viewer.company is None:
                raise unauthenticated("it names no company to act for")
            return grants

    async def caller(self, header: bytes | None) -> Caller:
        """The same for the wire API, where a partner's own application calls too, which acts for no company.

        Raises: CallerError as `grants`.
        """
        if header is not None and self.cached(header) is not None:
            known = self._known[header]
            return Caller(known.grants, known.application)
        with self._counting_refusals():
            return await self._look_up(header)

    async def widget(self, token: str) -> WidgetBearer:
        """What a widget token says, which is good for an exchange and nothing else.

        Raises: CallerError as `grants`.
        """
        with self._counting_refusals():
            claims = await self._believed(self._widget_verifier, token)
            return WidgetBearer(claims, await self._viewer(claims))

    @contextlib.contextmanager
    def _counting_refusals(self) -> Iterator[None]:
        try:
            yield
        except CallerError as error:
            if error.status in (401, 403):
                self.refused[_why(error)] += 1
            raise

    async def _believed(self, verifier: TokenVerifier, token: str) -> Claims:
        claims = await verifier.verify(token)
        await self.revocations.watch.ensure_fresh()
        if self.revocations.is_revoked(claims):
            raise unauthenticated("it was revoked")
        await self.facts.watch.ensure_fresh()
        return claims

    async def _look_up(self, header: bytes | None) -> Caller:
        token = _token_of(header)
        claims = await self._believed(self.verifier, token)
        generation = self.facts.generation
        if claims.credential is None:
            caller = Caller(grants_of(await self._viewer(claims)), None)
        else:
            caller = await self._application(claims)
        # What acts for no company is nobody for GraphQL, which answers whatever is remembered.
        if header is not None and caller.grants.viewer.company is not None:
            self._known[header] = _Known(token, claims, generation, *caller)
            if len(self._known) > self._remembered_max:
                self._known.popitem(last=False)
        return caller

    async def _application(self, claims: Claims) -> Caller:
        """The token says which application it is, and the database all the rest."""
        found = await self.facts.application(claims.subject.removeprefix(SUBJECT))
        if found is None or found[0].credential != claims.credential:
            raise unauthenticated("its application or the secret that it was had by counts no more")
        application, urn = found
        company = await self.facts.company(CompanyUrn(urn)) if urn is not None else None
        if company is not None and company.integration is not None:
            _check_partner(application.partner, company.integration.partner_name)
        viewer = Viewer(
            subject=application.subject,
            roles=frozenset({Role.PARTNER}),
            company=company,
            seat=None,
            partner=application.partner,
            client=None,
        )
        return Caller(grants_of(viewer), application)

    async def _viewer(self, claims: Claims) -> Viewer:
        if claims.company is None:
            raise unauthenticated("it names no company to act for (claim company)")
        company = await self.facts.company(claims.company)
        if company is None:
            raise unauthenticated("its company is not known here (claim company)")
        partner = _partner(claims, company)
        roles, seat = claims.roles, None
        if claims.seat is not None:
            seat = await self.facts.seat(company, claims.seat)
            if seat is None:
                raise unauthenticated("its company has no such seat (claim seat)")
        elif claims.widget is not None and partner is not None:
            # The ATS's records are seen as its user sees them, features are granted as to the user's seat.
            seat = await self.facts.seat_of_ats_user(company, partner, claims.subject)
            roles |= {Role.RECRUITER} if seat is not None else set()
        return Viewer(
            subject=claims.subject,
            roles=effective_roles(roles, seat),
            company=company,
            seat=seat,
            partner=partner,
            client=claims.client,
            widget=claims.widget,
        )


def _why(refusal: CallerError) -> str:
    """Which kind of refusal it is, for those who count them."""
    if refusal.status == 403:
        return "partner"
    if "error=" not in refusal.headers.get("WWW-Authenticate", ""):
        return "missing"
    if "(claim exp)" in refusal.message:
        return "expired"
    return "revoked" if "revoked" in refusal.message else "invalid"


def _partner(claims: Claims, company: CompanyFacts) -> str | None:
    """The partner that the viewer belongs to. One that serves another company is nobody here.

    A company without an integration has no partner yet: there the claim stands as it is, and opens
    nothing. A backend's own token may leave it out and then belongs to the company's partner; outside
    issuers cannot (`Issuer.objection`).
    """
    serves = company.integration.partner_name if company.integration is not None else None
    if claims.partner is None:
        return serves if Role.PARTNER in claims.roles else None
    if serves is not None:
        _check_partner(claims.partner, serves)
    return claims.partner


def _check_partner(partner: str, serves: str) -> None:
    if partner != serves:
        raise CallerError(
            ErrorCode.FORBIDDEN,
            "The token's partner is not the one that serves this company (claim partner).",
            status=403,
        )


def _token_of(header: bytes | None) -> str:
    if header is None or not header.strip():
        raise unauthenticated(None)
    if len(header) > TOKEN_BYTES_MAX + len("Bearer "):
        raise unauthenticated(f"it is longer than {TOKEN_BYTES_MAX} bytes")
    found = _BEARER.fullmatch(header)
    if found is None:
        raise unauthenticated("the Authorization header is not `Bearer` and a token")
    return found[1].decode("ascii")
