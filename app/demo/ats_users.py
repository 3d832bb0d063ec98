"""The users of Northwind's ATS, and who of them holds which seat of LinkedIn Recruiter."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.auth.personas import PERSONAS, RECRUITER_ADMIN_SEAT, RECRUITER_SEAT
from app.ids import SeatUrn

ATS_RECRUITER: Final = PERSONAS["ats-user"].subject
ATS_ADMIN: Final = PERSONAS["ats-admin"].subject
ATS_COLLEAGUE: Final = "demo:ats-colleague"
"""Has no seat."""
ATS_OWNER: Final = "demo:ats-owner"
"""Administers both systems, and so can give both consents."""

CONNECTED_SEATS: Final[Mapping[str, SeatUrn]] = MappingProxyType(
    {ATS_RECRUITER: RECRUITER_SEAT, ATS_OWNER: RECRUITER_ADMIN_SEAT}
)
