"""Who may issue tokens, and for whom: the registry that `RSC_ISSUERS` and our own key make.

An issuer speaks only for the roles, companies and partners that it is registered for. Our own two share
the signing key: `rsc-gateway` for what the service issues to its clients, and, where development tokens
are switched on, `rsc-gateway-development` for what `rsc token` and the demo make.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from app.access.features import Role
from app.access.viewer import ATS_SIDE
from app.auth.key_sources import KeySource, keys_from_file, keys_from_url, own_keys
from app.auth.keys import SigningKey
from app.auth.strict_json import strict_json
from app.errors import CallerError, ErrorCode
from app.ids import linkedin_kind
from app.settings import Settings

OWN_ISSUER: Final = "rsc-gateway"
DEVELOPMENT_ISSUER: Final = "rsc-gateway-development"
LIFETIME_MAX_S: Final = 24 * 3600
DEVELOPMENT_LIFETIME_MAX_S: Final = 12 * 3600
ISSUERS_MAX: Final = 1_000
BACKGROUND_EVERY_S: Final = 5.0

_NAME: Final = re.compile(r"[!-~]{1,200}")

_PARTNER: Final = frozenset({Role.PARTNER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """One registered issuer. `companies` None means any company, `partners` None any partner."""

    name: str
    keys: KeySource = field(repr=False)
    roles: frozenset[Role]
    companies: frozenset[str] | None
    partners: frozenset[str] | None
    lifetime_max_s: int = LIFETIME_MAX_S

    def objection(self, roles: frozenset[Role], company: str | None, partner: str | None) -> str | None:
        """Why this issuer may not say this, in words that may be sent; None if it may.

        Who is registered for certain partners and speaks for a partner's backend, or for the ATS side of
        *any* company, must name the partner: whether it serves the company is then for the database to say.
        """
        if not roles <= self.roles:
            return f"its issuer may not speak for the role {min(roles - self.roles)}"
        if company is not None and self.companies is not None and company not in self.companies:
            return "its issuer may not speak for that company"
        if partner is not None:
            if self.partners is not None and partner not in self.partners:
                return "its issuer may not speak for that partner"
        elif self.partners is not None and roles & (ATS_SIDE if self.companies is None else _PARTNER):
            return "it must name the partner that it speaks for (claim partner)"
        return None


class IssuerRegistry:
    """The issuers by their exact name. Closed: what is not in it does not exist."""

    def __init__(self, issuers: Sequence[Issuer]) -> None:
        self._by_name = {issuer.name: issuer for issuer in issuers}

    def get(self, name: str) -> Issuer | None:
        """The issuer of this name."""
        return self._by_name.get(name)

    def __iter__(self) -> Iterator[Issuer]:
        return iter(self._by_name.values())

    async def load_keys(self) -> None:
        """Read every key source once. A source that does not answer is logged and tried again later."""
        await asyncio.gather(*(issuer.keys.refresh() for issuer in self))

    async def keep_keys_fresh(self) -> None:
        """Refresh key sources for ever; run it as a task of the server, cancel it to stop."""
        while True:
            await asyncio.gather(*(issuer.keys.refresh_if_due() for issuer in self))
            await asyncio.sleep(BACKGROUND_EVERY_S)


def own_issuers(key: SigningKey, *, development_tokens: bool) -> list[Issuer]:
    """Our own issuers: the service's, and the development one where that is switched on."""
    keys = own_keys(key)
    issuers = [
        Issuer(name=OWN_ISSUER, keys=keys, roles=frozenset(Role), companies=None, partners=None),
    ]
    if development_tokens:
        issuers.append(
            Issuer(
                name=DEVELOPMENT_ISSUER,
                keys=keys,
                roles=frozenset(Role),
                companies=None,
                partners=None,
                lifetime_max_s=DEVELOPMENT_LIFETIME_MAX_S,
            )
        )
    return issuers


def registry_of(settings: Settings, key: SigningKey | None) -> IssuerRegistry:
    """The registry that the settings describe. Keys are not read yet: see `load_keys`.

    Raises: CallerError (BAD_USER_INPUT) naming the place in RSC_ISSUERS.
    """
    own = own_issuers(key, development_tokens=settings.development_tokens) if key is not None else []
    return IssuerRegistry([*own, *read_issuers(settings.issuers)])


def read_issuers(setting: str | None) -> list[Issuer]:
    """`RSC_ISSUERS`: a JSON list, or the path of a file with one, whose JWKS paths are relative to it.

    Each entry: `issuer`, `jwks` (path or https URL), `roles`, `companies` (organization URNs or "*"),
    `partners` (names). Our own names are not free.

    Raises: CallerError (BAD_USER_INPUT) naming the place.
    """
    if setting is None or not setting.strip():
        return []
    text, folder = setting.strip(), Path()
    if not text.startswith("["):
        file = Path(text)
        try:
            text, folder = file.read_text("utf-8"), file.parent
        except (OSError, ValueError):
            raise _unusable("", "must be a JSON list, or the path of a readable file with one") from None
    try:
        entries = strict_json(text.encode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise _unusable("", f"is not JSON ({error})") from None
    if not isinstance(entries, list) or len(entries) > ISSUERS_MAX:
        raise _unusable("", f"must be a list of at most {ISSUERS_MAX} issuers")
    issuers = [_read_issuer(entry, f"[{place}]", folder) for place, entry in enumerate(entries)]
    names = [OWN_ISSUER, DEVELOPMENT_ISSUER]
    for place, issuer in enumerate(issuers):
        if issuer.name in names:
            raise _unusable(f"[{place}].issuer", "is registered twice, or is the service's own name")
        names.append(issuer.name)
    return issuers


def _read_issuer(entry: object, place: str, folder: Path) -> Issuer:
    if not isinstance(entry, dict):
        raise _unusable(place, "must be an object")
    unknown = sorted(entry.keys() - {"issuer", "jwks", "roles", "companies", "partners"})
    if unknown:
        raise _unusable(f"{place}.{unknown[0][:50]}", "is not a member of an issuer")
    name = entry.get("issuer")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _unusable(f"{place}.issuer", "must be a text of 1 to 200 visible ASCII characters")
    roles = _texts(entry, "roles", place)
    if not roles or not roles <= set(Role):
        raise _unusable(f"{place}.roles", f"must be a list of these, at least one: {', '.join(Role)}")
    any_company = entry.get("companies") in ("*", ["*"])
    companies = frozenset() if any_company else _texts(entry, "companies", place)
    for urn in sorted(companies):
        if linkedin_kind(urn) != "organization":
            raise _unusable(f"{place}.companies", f'must be organization URNs or "*", not {urn[:60]!r}')
    if not any_company and not companies:
        raise _unusable(f"{place}.companies", 'must name at least one company, or be "*"')
    return Issuer(
        name=name,
        keys=_key_source(entry.get("jwks"), name, place, folder),
        roles=frozenset(Role[role] for role in roles),
        companies=None if any_company else companies,
        partners=_texts(entry, "partners", place) if "partners" in entry else frozenset(),
    )


def _key_source(jwks: object, issuer: str, place: str, folder: Path) -> KeySource:
    if not isinstance(jwks, str) or not jwks or "\0" in jwks:
        raise _unusable(f"{place}.jwks", "must be an https URL or the path of a file")
    if "://" not in jwks:
        return keys_from_file(issuer, folder / jwks)
    try:
        return keys_from_url(issuer, jwks)
    except ValueError as error:
        raise _unusable(f"{place}.jwks", f"cannot be used: {error}") from None


def _texts(entry: dict[str, Any], member: str, place: str) -> frozenset[str]:
    values = entry.get(member)
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise _unusable(f"{place}.{member}", "must be a list of texts")
    return frozenset(values)


def _unusable(place: str, what: str) -> CallerError:
    return CallerError(ErrorCode.BAD_USER_INPUT, f"RSC_ISSUERS{place} {what}.")
