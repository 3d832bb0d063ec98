"""What a partner hands to the page that embeds a widget, and what the widget's page makes of it.

A *widget token* is signed by us for the partner, lives a minute and is exchanged once; nothing of it is
written before that. A *page token* is the exchange's answer: it runs the widget's trusted documents for one
subject.
"""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from app.access.features import Role
from app.access.viewer import CompanyFacts
from app.access.widget import Widget, WidgetClaim
from app.auth.issue import AUDIENCE, WIDGET_AUDIENCE, issue_token
from app.auth.issuers import OWN_ISSUER
from app.auth.keys import SigningKey
from app.auth.tokens import ATS_ID_LENGTH_MAX
from app.refused import WriteRefused

WIDGET_TOKEN_LIFETIME_S: Final = 60
PAGE_TOKEN_LIFETIME_S: Final = 300

_UNSAYABLE: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_NEEDED: Final = {Widget.PROFILE: "candidateExternalId", Widget.RECOMMENDED: "jobExternalId"}
_POSSIBLE: Final = {**_NEEDED, Widget.SEARCH: "jobExternalId"}


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token in the clear, and until when it counts."""

    token: str
    expires_at: datetime


def create_widget_token(
    key: SigningKey,
    company: CompanyFacts,
    partner: str | None,
    claim: WidgetClaim,
    ats_user_id: str,
    *,
    is_ats_admin: bool,
) -> IssuedToken:
    """A widget token for this user of the partner's ATS. Whether the subject exists is not asked.

    Raises: WriteRefused (INVALID, NO_INTEGRATION) with the path of the argument.
    """
    if partner is None or (company.integration is None and claim.widget is not Widget.ONBOARDING):
        raise WriteRefused(
            "NO_INTEGRATION",
            "The company has no integration; an ATS admin asks for it in the onboarding widget.",
            *("input", "widget"),
        )
    if not _is_ats_id(ats_user_id) or not ats_user_id.isprintable():
        raise WriteRefused(
            "INVALID",
            f"An ATS user's id has 1 to {ATS_ID_LENGTH_MAX} printable characters, no blank at either end.",
            *("input", "atsUserId"),
        )
    _check_subject(claim)
    roles = [Role.ATS_USER, Role.ATS_ADMIN] if is_ats_admin else [Role.ATS_USER]
    return _issue(
        key,
        claim,
        lifetime_s=WIDGET_TOKEN_LIFETIME_S,
        audience=WIDGET_AUDIENCE,
        client=None,
        subject=ats_user_id,
        roles=roles,
        company=company.company_urn,
        partner=partner,
    )


def issue_page_token(
    key: SigningKey, claim: WidgetClaim, *, subject: str, roles: Iterable[Role], company: str, partner: str
) -> IssuedToken:
    """The page's own token; `claim` names the application and the origin. Roles are the widget token's."""
    return _issue(
        key,
        claim,
        lifetime_s=PAGE_TOKEN_LIFETIME_S,
        audience=AUDIENCE,
        client=claim.widget.client,
        subject=subject,
        roles=roles,
        company=company,
        partner=partner,
    )


def _issue(
    key: SigningKey,
    claim: WidgetClaim,
    *,
    lifetime_s: int,
    audience: str,
    client: str | None,
    subject: str,
    roles: Iterable[Role],
    company: str,
    partner: str,
) -> IssuedToken:
    now = int(time.time())
    said = {
        "widget": claim.widget.value,
        "candidate": claim.candidate,
        "job": claim.job,
        "app": claim.app,
        "origin": claim.origin,
    }
    token = issue_token(
        key,
        subject=subject,
        roles=roles,
        company=company,
        partner=partner,
        client=client,
        widget={name: value for name, value in said.items() if value is not None},
        issued_at=now,
        lifetime_s=lifetime_s,
        issuer=OWN_ISSUER,
        audience=audience,
    )
    return IssuedToken(token, datetime.fromtimestamp(now + lifetime_s, UTC))


def _check_subject(claim: WidgetClaim) -> None:
    """A widget has the subject that it is about, and no other."""
    for name, value in (("candidateExternalId", claim.candidate), ("jobExternalId", claim.job)):
        if value is None:
            if _NEEDED.get(claim.widget) == name:
                message = f"The widget {claim.widget.value} needs {name}."
                raise WriteRefused("INVALID", message, *("input", name))
        elif _POSSIBLE.get(claim.widget) != name:
            message = f"The widget {claim.widget.value} takes no {name}."
            raise WriteRefused("INVALID", message, *("input", name))
        elif not _is_ats_id(value):
            raise WriteRefused(
                "INVALID",
                f"An id of the ATS has 1 to {ATS_ID_LENGTH_MAX} characters, no control character, no blank "
                "at either end.",
                *("input", name),
            )


def _is_ats_id(text: str) -> bool:
    return 0 < len(text) <= ATS_ID_LENGTH_MAX and text == text.strip() and not _UNSAYABLE.search(text)
