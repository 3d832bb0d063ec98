"""From the text of a bearer token to claims that may be believed.

Everything that is not exactly right is refused in the same way, with HTTP 401 and a sentence that says
what is wrong; nothing that a token contains is ever repeated in it.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, NoReturn

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry
from joserfc.util import urlsafe_b64decode

from app.access.features import Role
from app.access.widget import Widget, WidgetClaim
from app.auth.issue import AUDIENCE
from app.auth.issuers import OWN_ISSUER, Issuer, IssuerRegistry
from app.auth.key_sources import KeySource
from app.auth.keys import ALGORITHM, KEY_ID_LENGTH_MAX
from app.auth.strict_json import strict_object
from app.errors import CallerError, ErrorCode
from app.ids import CompanyUrn, SeatUrn, linkedin_kind

TOKEN_BYTES_MAX: Final = 8 * 1024
TEXT_LENGTH_MAX: Final = 200
ATS_ID_LENGTH_MAX: Final = 300
"""Of the ATS's own ids in a widget's token: as long as ids of records and of its users may be."""
CLOCK_SKEW_S: Final = 30
EPOCH_S_MAX: Final = 253_402_300_799
"""The last second of the year 9999."""

_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{1,512}\.[A-Za-z0-9_-]{1,8000}\.[A-Za-z0-9_-]{86}")
_JWS: Final = JWSRegistry(algorithms=[ALGORITHM])
_RECRUITING: Final = frozenset({Role.RECRUITER, Role.RECRUITER_ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What a verified token says. `issued_at` and `expires_at` are seconds since the epoch.

    `roles` are as claimed; which of them hold is decided with the seat's row (`effective_roles`).
    With a `credential` the subject is an application of a partner's, and its row says all the rest. With a
    `widget` the subject is a user of the partner's ATS.
    """

    issuer: str
    subject: str
    roles: frozenset[Role]
    company: CompanyUrn | None
    seat: SeatUrn | None
    partner: str | None
    client: str | None
    token_id: str
    issued_at: int
    expires_at: int
    credential: int | None = None
    widget: WidgetClaim | None = None


class _Verified(NamedTuple):
    claims: Claims
    keys: KeySource
    keys_version: int


def unauthenticated(what: str | None) -> CallerError:
    """The 401 of RFC 6750: `what` completes "The token is refused: …"; None if there was no token at all."""
    if what is None:
        message = "This needs an Authorization header with a bearer token."
        challenge = 'Bearer realm="rsc-gateway"'
    else:
        message = f"The token is refused: {what}."
        challenge = f'Bearer realm="rsc-gateway", error="invalid_token", error_description="{message}"'
    return CallerError(
        ErrorCode.UNAUTHENTICATED, message, status=401, headers={"WWW-Authenticate": challenge}
    )


class TokenVerifier:
    """Verifies tokens against the registered issuers, and remembers those that passed.

    At most `remembered_max` are remembered, the least recently used one goes first. One is believed again
    only while it has not expired and its issuer's keys are the ones that it was verified with. Revocation
    is not looked at here.
    """

    def __init__(
        self,
        issuers: IssuerRegistry,
        *,
        audience: str = AUDIENCE,
        remembered_max: int = 10_000,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._issuers = issuers
        self._audience = audience
        self._clock = clock
        self._remembered_max = remembered_max
        self._remembered: OrderedDict[str, _Verified] = OrderedDict()

    def remembered(self, token: str) -> Claims | None:
        """The claims of a token that was verified before and still counts, without waiting."""
        found = self._remembered.get(token)
        if found is None:
            return None
        if found.claims.expires_at <= self._clock() or found.keys.version != found.keys_version:
            del self._remembered[token]
            return None
        self._remembered.move_to_end(token)
        return found.claims

    async def verify(self, token: str) -> Claims:
        """What `token` says, if it is one of a registered issuer and in order.

        Waits (2 s at most) only where the token names a key that the issuer may just have added.

        Raises: CallerError (UNAUTHENTICATED, 401) for whatever is wrong with it.
        """
        claims = self.remembered(token)
        if claims is not None:
            return claims
        kid = _key_id(token)
        issuer = self._issuer_of(token)
        key = await issuer.keys.find(kid)
        if key is None:
            raise unauthenticated("it is signed with a key that its issuer does not publish")
        version = issuer.keys.version
        claims = _claims(_signed_payload(token, key), issuer, self._audience, self._clock())
        self._remembered[token] = _Verified(claims, issuer.keys, version)
        if len(self._remembered) > self._remembered_max:
            self._remembered.popitem(last=False)
        return claims

    def _issuer_of(self, token: str) -> Issuer:
        # Nothing is signed so far: the name only says whose keys to ask, and whoever is named there is
        # also the one whose registration the claims are held against.
        name = _read_part(token, 1).get("iss")
        issuer = self._issuers.get(name) if isinstance(name, str) else None
        if issuer is None:
            raise unauthenticated("its issuer is not registered here (claim iss)")
        return issuer


def _key_id(token: str) -> str:
    """The kid, after the header was found to ask for nothing but the one algorithm."""
    if len(token) > TOKEN_BYTES_MAX:
        raise unauthenticated(f"it is longer than {TOKEN_BYTES_MAX} bytes")
    if not _SHAPE.fullmatch(token):
        raise unauthenticated("it is not a JWT signed with Ed25519")
    header = _read_part(token, 0)
    if header.get("alg") != ALGORITHM:
        raise unauthenticated(f"its algorithm is not {ALGORITHM} (header alg)")
    if not header.keys() <= {"alg", "kid", "typ"}:
        raise unauthenticated("its header has members other than alg, kid and typ")
    kind = header.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in {"jwt", "at+jwt"}:
        raise unauthenticated("it is not an access token (header typ)")
    kid = header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= KEY_ID_LENGTH_MAX:
        raise unauthenticated("it does not name its key (header kid)")
    return kid


def _read_part(token: str, place: int) -> dict[str, Any]:
    try:
        return strict_object(urlsafe_b64decode(token.split(".", 2)[place].encode("ascii")))
    except ValueError:
        raise unauthenticated("its header or its claims cannot be read in one way only") from None


def _signed_payload(token: str, key: OKPKey) -> bytes:
    try:
        payload = jws.deserialize_compact(token, key, registry=_JWS).payload
    except (JoseError, ValueError):
        payload = None
    if payload is None:
        raise unauthenticated("its signature is wrong")
    return payload


def _claims(payload: bytes, issuer: Issuer, audience: str, now: float) -> Claims:
    said = strict_object(payload)  # Read once before the signature was checked, from the same text.
    if said.get("aud") != audience:
        raise unauthenticated(f"it is not for {audience} (claim aud)")
    issued_at, expires_at = _times(said, issuer, now)
    roles = _roles(said)
    company = _urn(said, "company", "organization")
    seat = _urn(said, "seat", "seat")
    partner = _text(said, "partner")
    if seat is not None and roles.isdisjoint(_RECRUITING):
        raise unauthenticated("only a recruiter's token names a seat (claims seat and roles)")
    objection = issuer.objection(roles, company, partner)
    if objection is not None:
        raise unauthenticated(objection)
    client = _text(said, "client")
    widget = _widget(said, issuer, audience, client)
    subject_length_max = TEXT_LENGTH_MAX if widget is None else ATS_ID_LENGTH_MAX
    return Claims(
        issuer=issuer.name,
        subject=_text(said, "sub", subject_length_max) or _missing("sub"),
        roles=roles,
        company=None if company is None else CompanyUrn(company),
        seat=None if seat is None else SeatUrn(seat),
        partner=partner,
        client=client,
        token_id=_text(said, "jti") or _missing("jti"),
        issued_at=issued_at,
        expires_at=expires_at,
        credential=_credential(said, issuer),
        widget=widget,
    )


def _times(said: dict[str, Any], issuer: Issuer, now: float) -> tuple[int, int]:
    expires_at = _second(said, "exp")
    issued_at = _second(said, "iat")
    if expires_at is None or issued_at is None:
        _missing("exp" if expires_at is None else "iat")
    if expires_at <= now:
        raise unauthenticated("it has expired (claim exp)")
    if issued_at > now + CLOCK_SKEW_S:
        raise unauthenticated("it was issued in the future (claim iat)")
    if not 0 < expires_at - issued_at <= issuer.lifetime_max_s:
        raise unauthenticated(f"its lifetime is not 1 to {issuer.lifetime_max_s} s (claims iat and exp)")
    not_before = _second(said, "nbf")
    if not_before is not None and not_before > now + CLOCK_SKEW_S:
        raise unauthenticated("it is not valid yet (claim nbf)")
    return issued_at, expires_at


def _second(said: dict[str, Any], claim: str) -> int | None:
    value = said.get(claim)
    if value is None and claim not in said:
        return None
    # A bool is an int to Python, and a float can be infinite.
    if type(value) is not int or not 0 < value <= EPOCH_S_MAX:
        raise unauthenticated(f"a time in it is not a whole number of seconds (claim {claim})")
    return value


def _roles(said: dict[str, Any]) -> frozenset[Role]:
    values = said.get("roles")
    if not isinstance(values, list) or not 0 < len(values) <= len(Role):
        raise unauthenticated("it has no list of roles (claim roles)")
    roles = {Role[value] for value in values if isinstance(value, str) and value in Role.__members__}
    if len(roles) != len(values):
        raise unauthenticated("it claims a role twice, or one that does not exist (claim roles)")
    return frozenset(roles)


def _credential(said: dict[str, Any], issuer: Issuer) -> int | None:
    """By which of its secrets an application got this token; only we give tokens to applications."""
    value = said.get("credential")
    if value is None:
        return None
    if type(value) is not int or value < 1 or issuer.name != OWN_ISSUER:
        raise unauthenticated("only an application's token names a credential (claim credential)")
    return value


def _widget(said: dict[str, Any], issuer: Issuer, audience: str, client: str | None) -> WidgetClaim | None:
    """What a widget's token is bound to. Only we give those, so little can be wrong with one that is signed.

    One for pages runs its widget's documents and no others: it must name their client.
    """
    value = said.get("widget")
    if value is None and audience == AUDIENCE:
        return None
    names = {"widget", "candidate", "job"} | ({"app", "origin"} if audience == AUDIENCE else set())
    if (
        issuer.name != OWN_ISSUER
        or not isinstance(value, dict)
        or not value.keys() <= names
        or not all(isinstance(text, str) and 0 < len(text) <= ATS_ID_LENGTH_MAX for text in value.values())
        or value.get("widget") not in Widget.__members__
    ):
        raise unauthenticated("only a widget's token names a widget (claim widget)")
    claim = WidgetClaim(**{**value, "widget": Widget[value["widget"]]})
    if audience == AUDIENCE and (client != claim.widget.client or None in (claim.app, claim.origin)):
        raise unauthenticated("it is not a page's own token (claims client and widget)")
    return claim


def _text(said: dict[str, Any], claim: str, length_max: int = TEXT_LENGTH_MAX) -> str | None:
    if claim not in said:
        return None
    value = said[claim]
    if not isinstance(value, str) or not 0 < len(value) <= length_max or not value.isprintable():
        raise unauthenticated(f"it has a text that is empty, too long or not printable (claim {claim})")
    return value


def _urn(said: dict[str, Any], claim: str, kind: str) -> str | None:
    value = _text(said, claim)
    if value is not None and linkedin_kind(value) != kind:
        raise unauthenticated(f"it does not name a LinkedIn {kind} where it should (claim {claim})")
    return value


def _missing(claim: str) -> NoReturn:
    raise unauthenticated(f"it lacks a claim that every token has (claim {claim})")
