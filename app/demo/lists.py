"""Who sees which of Contoso's jobs and applications, as its ATS says it.

Northwind has no lists, so all its recruiters see everything. Of Contoso's jobs one is for its admin alone and
one for two of its three recruiters; the others are on no list, so that everybody sees them. One application,
of somebody who was referred by the third recruiter, is for the other two.
"""

from collections.abc import Sequence
from typing import Final

from app.access.sight import SecurableEntity
from app.auth.personas import DEMO_PARTNER
from app.database.pool import Pool
from app.demo.openings import Opening
from app.demo.organizations import CONTOSO_ORGANIZATION, member_number_of, member_urn
from app.demo.processes import Family
from app.sync.acls import AclAssignee, EntityAcl, put_acls
from app.sync.records import ApplicationRecord

_JOB: Final = SecurableEntity.JOB_POSTING.value
_APPLICATION: Final = SecurableEntity.APPLICATION.value
OUTSIDER, ADMIN, THIRD = (member_urn(member_number_of(seat)) for seat in CONTOSO_ORGANIZATION.seats)

CONFIDENTIAL: Final = "confidential-searches"
TALENT_TEAM: Final = "talent-team"
REFERRALS: Final = "referrals"


async def restrict(pool: Pool, jobs: Sequence[Opening], families: Sequence[Family]) -> None:
    """Send Contoso's lists as its partner would."""
    company = CONTOSO_ORGANIZATION.id
    applications = [
        record for family in families for record in family.records if isinstance(record, ApplicationRecord)
    ]
    confidential, for_team = jobs[1].external_id, jobs[3].external_id
    referred = next(one for one in applications if one.job_external_id not in (confidential, for_team))
    assigned = (
        (_JOB, CONFIDENTIAL, ADMIN),
        (_JOB, TALENT_TEAM, OUTSIDER),
        (_JOB, TALENT_TEAM, THIRD),
        (_APPLICATION, REFERRALS, ADMIN),
        (_APPLICATION, REFERRALS, THIRD),
    )
    await put_acls(
        pool,
        company,
        DEMO_PARTNER,
        [AclAssignee(entity_type=of, acl_id=acl, member_urn=member) for of, acl, member in assigned],
    )
    listed = (
        (_JOB, confidential, CONFIDENTIAL),
        (_JOB, for_team, TALENT_TEAM),
        (_APPLICATION, referred.external_id, REFERRALS),
    )
    await put_acls(
        pool,
        company,
        DEMO_PARTNER,
        [EntityAcl(entity_type=of, entity_id=entity, acl_id=acl) for of, entity, acl in listed],
    )
