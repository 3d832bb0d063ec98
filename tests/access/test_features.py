"""Names and order that clients and the wire rely on, and the matrix as data."""

import json
from enum import StrEnum
from pathlib import Path

import pytest

import app.http.widgets
from app.access.features import (
    FEATURE_TITLES,
    MATRIX,
    PARTNERS_TO_BE_ASKED_FIRST,
    AccessPath,
    DenialReason,
    DescribedEnum,
    Feature,
    IntegrationState,
    ProductTier,
    Role,
    SeatState,
    must_be_asked_first,
)

# As the schema promises them to clients, in this order.
PROMISED: dict[type[DescribedEnum], str] = {
    Feature: "IN_ATS_INDICATOR PROFILE_WIDGET ONE_CLICK_EXPORT INMAIL_HISTORY NOTES_HISTORY "
    "INMAIL_STUB_PROFILE RECOMMENDED_MATCHES UNIFIED_SEARCH",
    DenialReason: "INTEGRATION_DISABLED RESYNCING RECRUITER_LITE PARTNER_UNSUPPORTED CONTRACT_NOT_ENABLED "
    "CONTRACT_ACCESS_REQUIRED NO_SEAT SEAT_INACTIVE",
    AccessPath: "CONTRACT COMPANY_WIDE",
    Role: "RECRUITER RECRUITER_ADMIN ATS_USER ATS_ADMIN PARTNER SUPPORT STAFF",
    ProductTier: "RECRUITER_CORPORATE RECRUITER_SMB RECRUITER_PROFESSIONAL_SERVICES RECRUITER_LITE",
    SeatState: "ACTIVE INACTIVE INVITED PARKED",
    IntegrationState: "REQUESTED PARTNER_READY SYNCING LIVE DISABLED ERASED",
}

WIDGETS_TEXTS = Path(app.http.widgets.__file__).parent / "texts" / "en.json"

# Company-wide, contract, needs a seat, partner must support it, scope.
MATRIX_BY_HAND = """
IN_ATS_INDICATOR     yes         yes  yes  -    COMPANY
PROFILE_WIDGET       yes         yes  yes  -    COMPANY
ONE_CLICK_EXPORT     -           yes  yes  -    COMPANY
INMAIL_HISTORY       -           yes  -    -    CONTRACT
NOTES_HISTORY        -           yes  -    -    CONTRACT
INMAIL_STUB_PROFILE  -           yes  -    -    CONTRACT
RECOMMENDED_MATCHES  yes         yes  yes  yes  COMPANY
UNIFIED_SEARCH       yes         yes  yes  yes  COMPANY
"""


@pytest.mark.parametrize("enum", PROMISED)
def test_members_are_named_spelled_and_ordered_as_promised(enum: type[DescribedEnum]) -> None:
    assert [member.name for member in enum] == PROMISED[enum].split()
    assert all(isinstance(m, StrEnum) and m.value == m.name == str(m) and enum(m.name) is m for m in enum)


@pytest.mark.parametrize("enum", PROMISED)
def test_each_member_is_described_in_sentences(enum: type[DescribedEnum]) -> None:
    for member in enum:
        assert member.description.endswith(".")
        assert member.description[0].isupper()
    assert len({member.description for member in enum}) == len(enum)


def test_the_matrix_is_the_chart() -> None:
    rows = [
        [
            feature.value,
            *(
                "yes" if cell else "-"
                for cell in (rule.company_wide, rule.contract, rule.needs_seat, rule.needs_partner_support)
            ),
            rule.scope.value,
        ]
        for feature, rule in MATRIX.items()
    ]
    assert rows == [line.split() for line in MATRIX_BY_HAND.strip().splitlines()]


def test_export_alone_has_a_setting_for_company_wide_access() -> None:
    assert {f: rule.company_wide_setting for f, rule in MATRIX.items() if rule.company_wide_setting} == {
        Feature.ONE_CLICK_EXPORT: "oneClickExportCompanyWide"
    }


def test_seven_partners_are_asked_first_however_they_are_spelled() -> None:
    assert len(PARTNERS_TO_BE_ASKED_FIRST) == 7
    for name in ("ICIMS", " bullhorn  for salesforce ", "Avature", "Saba Lumesse", "Bullhorn Connexys"):
        assert must_be_asked_first(name)
    for name in ("Greenhouse", "Bull", "", "Bullhorn Two"):
        assert not must_be_asked_first(name)


def test_people_read_one_name_of_a_feature_wherever_it_is_told() -> None:
    told = json.loads(WIDGETS_TEXTS.read_text("utf-8"))["onboarding"]["feature"]
    assert {feature.value: title for feature, title in FEATURE_TITLES.items()} == {
        name: texts["name"] for name, texts in told.items()
    }
