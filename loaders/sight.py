"""Who sees a job or an application, as a condition on its row: the ATS's access lists in SQL.

The rules stand on the tables (`loaders.tables`), so they hold on whichever way a row is reached; where a
statement asks about rows that it does not show (a count, a filter, a facet), it names them itself. Which
condition a rule becomes is decided by the viewer's `Sight` alone, which is part of every plan's key: whoever
sees everything gets a statement that knows no lists. `application_is_seen` of migration 0022 says the same of
one row.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from app.access.sight import ALL_PRODUCT_USERS, SecurableEntity, Sight
from app.engine.mapping import Rule
from loaders.context import RequestContext

_JOB: Final = SecurableEntity.JOB_POSTING
_APPLICATION: Final = SecurableEntity.APPLICATION
EVERY_ROW: Final = "true"


# Most rows are on no list. Each is looked up as it is met, so that the company's lists are never read whole.
_FOR_EACH_ROW: Final = "offset 0"


def _on_any_list(kind: SecurableEntity, entity_id: str) -> str:
    """That `entity_id`, a column of the row, is on some list."""
    return (
        "exists (select from entity_acl listed where listed.company_id = {company} "
        f"and listed.partner_name = {{row}}.partner_name and listed.entity_type = '{kind}' "
        f"and listed.entity_id = {{row}}.{entity_id} {_FOR_EACH_ROW})"
    )


def _on_own_list(kind: SecurableEntity, entity_id: str, how: str = "") -> str:
    """That it is on a list that the viewer is on too; lists count while the company uses their partner.

    Without `how`, the rows may also be looked up from the lists, where those are short.
    """
    return (
        "exists (select from entity_acl listed where listed.company_id = {company} "
        "and listed.partner_name = {row}.partner_name and listed.partner_name = {partner_name} "
        f"and listed.entity_type = '{kind}' and listed.entity_id = {{row}}.{entity_id} "
        # Not correlated, so the viewer's lists are looked up once a statement.
        "and listed.acl_id = any(array(select assigned.acl_id from entity_acl_assignee assigned "
        "where assigned.company_id = {company} and assigned.member_urn = {member_urn} "
        f"and assigned.partner_name = {{partner_name}} and assigned.entity_type = '{kind}' "
        f"union all select '{ALL_PRODUCT_USERS}')) {how})"
    )


def _job_rule(entity_id: str) -> Mapping[Sight, str]:
    unlisted = f"(not {_on_any_list(_JOB, entity_id)} or {_on_own_list(_JOB, entity_id, _FOR_EACH_ROW)})"
    return {Sight.ALL: EVERY_ROW, Sight.UNLISTED: unlisted, Sight.LISTED: _on_own_list(_JOB, entity_id)}


def _application_rule() -> Mapping[Sight, str]:
    # What is on no list of its own stays behind its job's.
    unlisted = (
        f"case when {_on_any_list(_APPLICATION, 'external_id')} "
        f"then {_on_own_list(_APPLICATION, 'external_id', _FOR_EACH_ROW)} "
        f"else {_job_rule('job_external_id')[Sight.UNLISTED]} end"
    )
    listed = _on_own_list(_APPLICATION, "external_id")
    return {Sight.ALL: EVERY_ROW, Sight.UNLISTED: unlisted, Sight.LISTED: listed}


_SEES_JOB: Final = _job_rule("external_id")
_SEES_JOB_OF: Final = _job_rule("job_external_id")
_SEES_APPLICATION: Final = _application_rule()
_SEES_NOTE: Final = {
    sight: EVERY_ROW
    if rule == EVERY_ROW
    else "({row}.application_id is null or exists (select from application about "
    "where about.company_id = {company} and about.id = {row}.application_id and "
    f"{rule.replace('{row}', 'about')}))"
    for sight, rule in _SEES_APPLICATION.items()
}


def _by_sight_of_jobs(rule: Mapping[Sight, str]) -> Rule:
    def choose(context: RequestContext) -> str:
        return rule[context.grants.sights.jobs]

    return Rule(choose)


def _by_sight_of_applications(rule: Mapping[Sight, str]) -> Rule:
    def choose(context: RequestContext) -> str:
        return rule[context.grants.sights.applications]

    return Rule(choose)


_SEES_ONE_JOB: Final = """
select 1
from job j
where j.company_id = $1
  and j.id = $2
  and job_is_seen(j.company_id, j.partner_name, j.external_id, $3, $4)
"""


async def sees_job(context: RequestContext, job: UUID) -> bool:
    """Whether the viewer may act on this job of the company, as far as lists go; asked before a write."""
    sight = context.grants.sights.jobs
    if sight is Sight.ALL:
        return True
    seat = context.viewer.seat
    arguments = [context.company_id, job, sight.value, seat.member_urn if seat else None]
    return bool(await context.pool.fetch(context.company_id, _SEES_ONE_JOB, arguments))


RULES: Final[Mapping[str, Rule]] = {
    "sees_job": _by_sight_of_jobs(_SEES_JOB),
    # The same of an application's row: whether the viewer sees its job.
    "sees_job_of": _by_sight_of_jobs(_SEES_JOB_OF),
    "sees_application": _by_sight_of_applications(_SEES_APPLICATION),
    # Of a note's row: what is written on an application is seen with it.
    "sees_note": _by_sight_of_applications(_SEES_NOTE),
}
"""Every rule that SQL may name as `{name:alias}`."""
