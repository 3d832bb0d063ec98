"""Keys of atsIntegrations: which parts an integration has, and what each is called in the feature matrix."""

from collections.abc import Mapping
from typing import Final

from app.access.features import Feature
from app.ids import linkedin_kind
from app.wire.codes import WireRefused
from app.wire.keys import CONTEXT, Key, KeyForm

KEY: Final = KeyForm(frozenset({CONTEXT, "integrationType", "tenantType", "dataProvider"}))
TENANT_TYPE: Final = "RECRUITER"

OF_COMPANY: Final[Mapping[str, Feature]] = {
    "ONE_CLICK_EXPORT": Feature.ONE_CLICK_EXPORT,
    "IN_ATS_INDICATOR": Feature.IN_ATS_INDICATOR,
    "PROFILE_PLUGIN": Feature.PROFILE_WIDGET,
    "RECOMMENDED_MATCHES": Feature.RECOMMENDED_MATCHES,
    "UNIFIED_SEARCH": Feature.UNIFIED_SEARCH,
}
"""Types whose context is an organization."""

OF_CONTRACT: Final[Mapping[str, Feature]] = {"CSA_API": Feature.INMAIL_HISTORY}
"""Types whose context is a contract: InMails, notes and stub profiles are switched on together."""


def check_integration_key(key: Key) -> None:
    """Raises: WireRefused (CONTEXT_MISMATCH) saying which part does not fit."""
    kind = key["integrationType"]
    if kind not in OF_COMPANY and kind not in OF_CONTRACT:
        known = ", ".join((*OF_COMPANY, *OF_CONTRACT))
        raise WireRefused("CONTEXT_MISMATCH", f"integrationType must be one of {known}.")
    wanted = "contract" if kind in OF_CONTRACT else "organization"
    if linkedin_kind(key[CONTEXT]) != wanted:
        raise WireRefused("CONTEXT_MISMATCH", f"The integrationContext of {kind} must be a {wanted}'s URN.")
    if key["tenantType"] != TENANT_TYPE:
        raise WireRefused("CONTEXT_MISMATCH", f"tenantType must be {TENANT_TYPE}.")


def integration_key(context: str, kind: str) -> Key:
    """The key of one part."""
    parts = {
        CONTEXT: context,
        "integrationType": kind,
        "tenantType": TENANT_TYPE,
        "dataProvider": "ATS",
    }
    return Key(tuple(sorted(parts.items())))
