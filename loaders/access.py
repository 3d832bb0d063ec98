"""Guards that hold in more places than the directive that prints them.

Where a list must know whether a viewer would get the things in it (a search over candidates, an export by
its id), it asks the very guard that stands on their type or list in the schema.
"""

from typing import Final

from app.access.directives import requires, requires_role
from app.access.features import Feature, Role

READS_ATS_RECORDS: Final = requires(
    Feature.IN_ATS_INDICATOR, or_role=(Role.ATS_USER, Role.ATS_ADMIN, Role.PARTNER)
)
"""Candidates, applications and notes."""

READS_EXPORTS: Final = requires(
    Feature.ONE_CLICK_EXPORT, or_role=(Role.ATS_ADMIN, Role.PARTNER, Role.SUPPORT)
)
"""What was sent from Recruiter to the ATS, and how that went."""

READS_EXPORTED_PROFILES: Final = requires(Feature.ONE_CLICK_EXPORT, or_role=(Role.PARTNER,))
"""The profile that a recruiter sent: it goes to the ATS's backend, which is what an export is for."""

READS_NOTIFICATIONS: Final = requires_role(
    Role.RECRUITER_ADMIN, Role.ATS_ADMIN, Role.PARTNER, Role.SUPPORT, Role.STAFF
)
"""What the ATS is told by calls to its callback, and how that went."""
