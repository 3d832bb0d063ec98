"""A company's use of RSC with its ATS partner."""

from datetime import datetime

import strawberry

from app.access.features import IntegrationState
from app.engine.mapping import Order
from loaders.tables import CONTRACT, INTEGRATION, JOB, PARTNER, SYNC_RUN
from resolvers.connection import Connection
from resolvers.contract import Contract
from resolvers.enums import EntityViewers
from resolvers.fields import column, entity, many, one, own_id, page
from resolvers.job import Job
from resolvers.node import Node
from resolvers.orders import newest_first
from resolvers.partner import Partner
from resolvers.sync_run import SyncRun


@entity(table=INTEGRATION, public=True)
class Integration(Node):
    """A company's use of RSC with its ATS partner: state, settings and progress.

    A company has at most one that is not ERASED; its partner is the one that decides.
    """

    id: strawberry.ID = own_id("integration")
    partner: Partner = one(PARTNER, "{p}.partner_name", says="The vendor whose ATS the company uses.")
    state: IntegrationState = column(says="Where it is in its life; features work while SYNCING and LIVE.")
    company_wide_access: bool = column(
        says="Whether a limited set of features is on for every contract of the company."
    )
    one_click_export_company_wide: bool = column(
        says="ONE_CLICK_EXPORT through company-wide access too: false as the feature chart has it, true as "
        "its prose has it."
    )
    job_posting_viewers: EntityViewers = column(
        "coalesce({t}.job_posting_viewers, 'LISTED_USERS')",
        says="Which recruiters see jobs that are on no access list. A job on a list is for those on it.",
    )
    application_viewers: EntityViewers = column(
        "coalesce({t}.application_viewers, 'LISTED_USERS')",
        says="The same of applications. One that is on no list itself is seen by nobody who is not on its "
        "job's, if that is on one.",
    )
    contracts: list[Contract] = many(
        CONTRACT,
        key="{t}.company_id",
        parent="{p}.company_id",
        where="({lists_all_contracts} or {t}.id = {contract_id})",
        order=(Order("{t}.name", "text"), Order("{t}.id", "uuid")),
        says="The company's contracts by name: all of them for admins, the ATS, the partner, support and "
        "staff; their own for other recruiters.",
    )
    enabled_at: datetime | None = column(says="When it was last enabled, by the second consent.")
    disabled_at: datetime | None = column(says="When it was last disabled; null while it is enabled.")
    acknowledged_at: datetime | None = column(
        says="When the ATS said that it has stopped calling; null until then, and while it is not disabled."
    )
    resync: SyncRun | None = one(
        SYNC_RUN,
        "{p}.resync_run_id",
        says="The run that syncs everything anew, if one is due; features answer RESYNCING until it is done.",
    )
    current_sync: SyncRun | None = one(
        SYNC_RUN,
        # As app/integration/progress.py has it: what ends it makes the integration LIVE.
        "(select open.id from sync_run open where open.company_id = {p}.company_id "
        "and open.integration_id = {p}.id and {p}.state = 'SYNCING' and open.kind in ('FIRST', 'RESYNC') "
        "and open.finished_at is null order by open.started_at desc, open.id desc limit 1)",
        says="The run of the first sync or the re-sync, while it goes on; null otherwise.",
    )
    sync_runs: Connection[SyncRun] = page(
        SYNC_RUN,
        key="{t}.integration_id",
        parent="{p}.id",
        order=newest_first("started_at"),
        says="All runs of records from the ATS, newest first.",
    )
    open_posted_jobs: list[Job] | None = many(
        JOB,
        key="{t}.company_id",
        parent="{p}.company_id",
        where="{t}.posted_through_rsc and {t}.state = 'LISTED'",
        order=newest_first("listed_order_at"),
        says="Jobs posted through RSC and still open, the last listed first: they block disabling. Those "
        "that access lists hide from the viewer are left out here, and block all the same.",
    )
