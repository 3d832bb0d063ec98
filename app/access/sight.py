"""How far a viewer sees among jobs and applications: what the ATS's access lists are asked for, and of whom.

The ATS itself is never restricted. Everybody else is a person on a seat, and sees what that person's lists
have; what is on no list is seen if the integration's setting says so. One `Sight` for jobs and one for
applications stand in the key of a plan, so where nothing is hidden no list is read at all.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from app.access.viewer import Viewer


class SecurableEntity(StrEnum):
    """What can be on a list; the wire API's `atsEntityType`."""

    JOB_POSTING = "JOB_POSTING"
    APPLICATION = "APPLICATION"


VIEWERS_SETTING: Final = {
    SecurableEntity.JOB_POSTING: "JOB_POSTING_VIEWERS",
    SecurableEntity.APPLICATION: "APPLICATION_VIEWERS",
}
"""The integration's configuration that says who sees what is on no list."""

ALL_PRODUCT_USERS: Final = "ALL_PRODUCT_USERS"
"""The one value of those settings. Also the id of a list that everybody is on."""


class Sight(StrEnum):
    """ALL: everything. UNLISTED: what is on no list, and what the viewer's lists have. LISTED: the latter."""

    ALL = "ALL"
    UNLISTED = "UNLISTED"
    LISTED = "LISTED"


class Sights(NamedTuple):
    """Of jobs and of applications."""

    jobs: Sight
    applications: Sight


def sights_of(viewer: Viewer) -> Sights:
    """Whoever acts for the ATS without a seat sees everything; whoever acts for a seat, what its holder may.

    An application that is on no list of its own stays behind its job's list.
    """
    if viewer.acts_for_ats and viewer.seat is None:
        return Sights(Sight.ALL, Sight.ALL)
    integration = viewer.integration
    if integration is None:
        return Sights(Sight.LISTED, Sight.LISTED)
    open_to_all, on_lists = integration.unlisted_open_to_all, integration.on_lists
    jobs, applications = SecurableEntity.JOB_POSTING, SecurableEntity.APPLICATION
    return Sights(
        _sight(jobs in open_to_all, jobs in on_lists),
        _sight(applications in open_to_all, not on_lists.isdisjoint((jobs, applications))),
    )


def _sight(unlisted_is_open: bool, lists_hide: bool) -> Sight:
    if not unlisted_is_open:
        return Sight.LISTED
    return Sight.UNLISTED if lists_hide else Sight.ALL
