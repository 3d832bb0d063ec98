"""The demo's personas and what each is granted: the table that a newcomer reads first."""

import pytest

from app.access.decide import decide
from app.access.features import AccessPath, DenialReason, Feature, ProductTier, Role, SeatState
from app.access.viewer import SeatFacts
from tests.access.companies import APAC, EMEA, LITE, company, contract, integration, seat, viewer

# The features in the order of the enum. C: by contract access, W: by company-wide access; refused:
# r CONTRACT_ACCESS_REQUIRED, l RECRUITER_LITE, s NO_SEAT, i SEAT_INACTIVE.
MATRIX = """
recruiter               C C C C C C C C
recruiter-admin         C C C C C C C C
recruiter-company-wide  W W r r r r W W
recruiter-lite          l l l l l l l l
recruiter-parked        i i i i i i i i
ats-user                s s s C C C s s
ats-admin               s s s C C C s s
partner                 s s s C C C s s
support                 s s s s s s s s
staff                   s s s s s s s s
"""

LEGEND: dict[str, AccessPath | DenialReason] = {
    "C": AccessPath.CONTRACT,
    "W": AccessPath.COMPANY_WIDE,
    "r": DenialReason.CONTRACT_ACCESS_REQUIRED,
    "l": DenialReason.RECRUITER_LITE,
    "s": DenialReason.NO_SEAT,
    "i": DenialReason.SEAT_INACTIVE,
}

NORTHWIND = company(
    integration(company_wide=True),
    contract(EMEA, tier=ProductTier.RECRUITER_PROFESSIONAL_SERVICES, activated=True),
    contract(APAC, "Corporate", tier=ProductTier.RECRUITER_CORPORATE),
    contract(LITE, "Lite", tier=ProductTier.RECRUITER_LITE),
)

PERSONAS: dict[str, tuple[set[Role], SeatFacts | None]] = {
    "recruiter": ({Role.RECRUITER}, seat(EMEA)),
    "recruiter-admin": ({Role.RECRUITER, Role.RECRUITER_ADMIN}, seat(EMEA, is_admin=True)),
    "recruiter-company-wide": ({Role.RECRUITER}, seat(APAC)),
    "recruiter-lite": ({Role.RECRUITER}, seat(LITE)),
    "recruiter-parked": ({Role.RECRUITER}, seat(EMEA, SeatState.PARKED)),
    "ats-user": ({Role.ATS_USER}, None),
    "ats-admin": ({Role.ATS_USER, Role.ATS_ADMIN}, None),
    "partner": ({Role.PARTNER}, None),
    "support": ({Role.SUPPORT}, None),
    "staff": ({Role.STAFF}, None),
}


@pytest.mark.parametrize("line", MATRIX.strip().splitlines())
def test_each_persona_is_granted_what_the_table_says(line: str) -> None:
    name, *cells = line.split()
    roles, on = PERSONAS[name]
    decisions = [decide(feature, viewer(NORTHWIND, *roles, on=on)) for feature in Feature]
    assert [d.through or d.reason for d in decisions] == [LEGEND[cell] for cell in cells]
