"""All resources of the wire API."""

from typing import Final

from app.wire.registry import Resource
from app.wire.resources import (
    access_lists,
    ats_applications,
    ats_candidates,
    ats_integrations,
    configurations,
    conversation_events,
    exported_candidates,
    mail_stubs,
    prospect_notes,
    provisioned_applications,
    seats,
    simple_job_postings,
)

RESOURCES: Final[tuple[Resource, ...]] = (
    provisioned_applications.RESOURCE,
    ats_integrations.RESOURCE,
    configurations.RESOURCE,
    *simple_job_postings.RESOURCES,
    *access_lists.RESOURCES,
    *ats_candidates.RESOURCES,
    *ats_applications.RESOURCES,
    seats.RESOURCE,
    conversation_events.RESOURCE,
    mail_stubs.RESOURCE,
    prospect_notes.RESOURCE,
    exported_candidates.RESOURCE,
)
