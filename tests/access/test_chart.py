"""The feature chart, cell by cell: who × which access × the export setting, for every feature.

The chart is written by hand from the rules, as a reviewer would check them:

  C  granted through contract access        W  granted through company-wide access
  n  CONTRACT_NOT_ENABLED                   r  CONTRACT_ACCESS_REQUIRED
  s  NO_SEAT                                i  SEAT_INACTIVE

Columns: In-ATS indicator, Profile widget, one-click Export, inMail history, Notes history, stub (U),
Recommended matches, unified Search.
"""

from itertools import product

import pytest

from app.access.decide import Decision, decide
from app.access.features import AccessPath, DenialReason, Feature, ProductTier, Role, SeatState
from app.access.viewer import SeatFacts
from tests.access.companies import company, contract, integration, seat, viewer

CHART = """
                                  I P E M N U R S
active seat          neither      n n n n n n n n
active seat          contract     C C C C C C C C
active seat          company-wide W W r r r r W W
active seat          both         C C C C C C C C
active seat          neither+x    n n n n n n n n
active seat          contract+x   C C C C C C C C
active seat          company-wide+x W W W r r r W W
active seat          both+x       C C C C C C C C
inactive seat        neither      n n n n n n n n
inactive seat        contract     i i i i i i i i
inactive seat        company-wide i i r r r r i i
inactive seat        both         i i i i i i i i
inactive seat        neither+x    n n n n n n n n
inactive seat        contract+x   i i i i i i i i
inactive seat        company-wide+x i i i r r r i i
inactive seat        both+x       i i i i i i i i
acts for the ATS     neither      n n n n n n n n
acts for the ATS     contract     s s s C C C s s
acts for the ATS     company-wide s s r r r r s s
acts for the ATS     both         s s s C C C s s
acts for the ATS     neither+x    n n n n n n n n
acts for the ATS     contract+x   s s s C C C s s
acts for the ATS     company-wide+x s s s r r r s s
acts for the ATS     both+x       s s s C C C s s
nobody of the two    neither      n n n n n n n n
nobody of the two    contract     s s s s s s s s
nobody of the two    company-wide s s r r r r s s
nobody of the two    both         s s s s s s s s
nobody of the two    neither+x    n n n n n n n n
nobody of the two    contract+x   s s s s s s s s
nobody of the two    company-wide+x s s s r r r s s
nobody of the two    both+x       s s s s s s s s
"""

COLUMNS = (
    Feature.IN_ATS_INDICATOR,
    Feature.PROFILE_WIDGET,
    Feature.ONE_CLICK_EXPORT,
    Feature.INMAIL_HISTORY,
    Feature.NOTES_HISTORY,
    Feature.INMAIL_STUB_PROFILE,
    Feature.RECOMMENDED_MATCHES,
    Feature.UNIFIED_SEARCH,
)

LEGEND: dict[str, AccessPath | DenialReason] = {
    "C": AccessPath.CONTRACT,
    "W": AccessPath.COMPANY_WIDE,
    "n": DenialReason.CONTRACT_NOT_ENABLED,
    "r": DenialReason.CONTRACT_ACCESS_REQUIRED,
    "s": DenialReason.NO_SEAT,
    "i": DenialReason.SEAT_INACTIVE,
}

# Everybody whom a line of the chart speaks of: their roles, and the state of their seat if they have one.
PEOPLE: dict[str, list[tuple[set[Role], SeatState | None]]] = {
    "active seat": [
        ({Role.RECRUITER}, SeatState.ACTIVE),
        ({Role.RECRUITER, Role.RECRUITER_ADMIN}, SeatState.ACTIVE),
        ({Role.ATS_USER}, SeatState.ACTIVE),  # a widget that acts for the seat the ATS user is connected to
        ({Role.SUPPORT, Role.RECRUITER}, SeatState.ACTIVE),
    ],
    "inactive seat": [
        *(({Role.RECRUITER}, state) for state in (SeatState.INACTIVE, SeatState.INVITED, SeatState.PARKED)),
        ({Role.ATS_USER, Role.RECRUITER}, SeatState.PARKED),
    ],
    "acts for the ATS": [
        ({Role.ATS_USER}, None),
        ({Role.ATS_USER, Role.ATS_ADMIN}, None),
        ({Role.PARTNER}, None),
        ({Role.STAFF, Role.ATS_USER}, None),
    ],
    "nobody of the two": [
        ({Role.RECRUITER}, None),
        ({Role.SUPPORT}, None),
        ({Role.STAFF}, None),
        (set(), None),
    ],
}

ACTS_FOR_ATS = {Role.ATS_USER, Role.ATS_ADMIN, Role.PARTNER}

WITH_RSC = (
    ProductTier.RECRUITER_CORPORATE,
    ProductTier.RECRUITER_SMB,
    ProductTier.RECRUITER_PROFESSIONAL_SERVICES,
)


def rows() -> list[tuple[str, str, str]]:
    """Who, which access, and the eight cells."""
    lines = CHART.strip().splitlines()[1:]
    return [(line[:21].strip(), line[21:-16].strip(), line[-15:].replace(" ", "")) for line in lines]


def people(who: str) -> list[tuple[set[Role], SeatFacts | None]]:
    return [(roles, seat(state=state) if state else None) for roles, state in PEOPLE[who]]


def verdict(decision: Decision) -> AccessPath | DenialReason | None:
    return decision.through if decision.granted else decision.reason


def test_the_chart_has_every_kind_of_viewer_with_every_combination_of_access() -> None:
    accesses = [a + x for x, a in product(("", "+x"), ("neither", "contract", "company-wide", "both"))]
    assert [(who, access) for who, access, _ in rows()] == list(product(PEOPLE, accesses))
    assert {len(cells) for _, _, cells in rows()} == {len(Feature)}
    assert tuple(Feature) == COLUMNS


@pytest.mark.parametrize(("who", "access", "cells"), rows())
@pytest.mark.parametrize("tier", WITH_RSC)
def test_each_cell_is_decided_as_charted(who: str, access: str, cells: str, tier: ProductTier) -> None:
    name, setting, _ = access.partition("+")
    of = company(
        integration(company_wide=name in {"company-wide", "both"}, export_setting=bool(setting)),
        contract(tier=tier, activated=name in {"contract", "both"}),
    )
    for roles, on in people(who):
        decided = {f: verdict(decide(f, viewer(of, *roles, on=on))) for f in Feature}
        assert decided == {f: LEGEND[cell] for f, cell in zip(COLUMNS, cells, strict=True)}, roles


SUPPORTED = [
    # What the partner declares, and the columns that it takes away where it declares nothing.
    ((), "RS"),
    ((Feature.RECOMMENDED_MATCHES,), "S"),
    ((Feature.UNIFIED_SEARCH,), "R"),
    # It declares what needs no declaring: nothing changes.
    ((Feature.INMAIL_HISTORY, Feature.IN_ATS_INDICATOR, *COLUMNS[6:]), ""),
]


@pytest.mark.parametrize(("who", "access", "cells"), rows())
@pytest.mark.parametrize(("supports", "unsupported"), SUPPORTED)
@pytest.mark.parametrize("tier", WITH_RSC)
def test_what_the_partner_does_not_support_of_the_last_two_columns_is_refused_for_it(
    who: str, access: str, cells: str, supports: tuple[Feature, ...], unsupported: str, tier: ProductTier
) -> None:
    name, setting, _ = access.partition("+")
    of = company(
        integration(
            company_wide=name in {"company-wide", "both"}, export_setting=bool(setting), supports=supports
        ),
        contract(tier=tier, activated=name in {"contract", "both"}),
    )
    expected = {f: LEGEND[cell] for f, cell in zip(COLUMNS, cells, strict=True)}
    expected |= {COLUMNS["IPEMNURS".index(one)]: DenialReason.PARTNER_UNSUPPORTED for one in unsupported}
    for roles, on in people(who):
        assert {f: verdict(decide(f, viewer(of, *roles, on=on))) for f in Feature} == expected, roles


@pytest.mark.parametrize(("who", "access", "cells"), rows())
@pytest.mark.parametrize("supports", [tuple(Feature), ()])
def test_on_recruiter_lite_every_cell_is_refused_for_it(
    who: str, access: str, cells: str, supports: tuple[Feature, ...]
) -> None:
    name, setting, _ = access.partition("+")
    of = company(
        integration(
            company_wide=name in {"company-wide", "both"}, export_setting=bool(setting), supports=supports
        ),
        contract(tier=ProductTier.RECRUITER_LITE, activated=name in {"contract", "both"}),
    )
    for roles, on in people(who):
        reasons = {decide(f, viewer(of, *roles, on=on)).reason for f in Feature}
        assert reasons == {DenialReason.RECRUITER_LITE}, roles


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("state", [*SeatState, None])
def test_every_single_role_with_every_state_of_a_seat_is_on_a_line_of_the_chart(
    role: Role, state: SeatState | None
) -> None:
    """With a seat it is the seat's line, whatever the role; without one it is the role's."""
    if state is not None:
        who = "active seat" if state is SeatState.ACTIVE else "inactive seat"
    else:
        who = "acts for the ATS" if role in ACTS_FOR_ATS else "nobody of the two"
    for _, access, cells in [row for row in rows() if row[0] == who]:
        name, setting, _ = access.partition("+")
        of = company(
            integration(company_wide=name in {"company-wide", "both"}, export_setting=bool(setting)),
            contract(activated=name in {"contract", "both"}),
        )
        asked = viewer(of, role, on=seat(state=state) if state else None)
        decided = {f: verdict(decide(f, asked)) for f in Feature}
        assert decided == {f: LEGEND[cell] for f, cell in zip(COLUMNS, cells, strict=True)}, access
