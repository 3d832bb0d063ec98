"""Who sees a job or an application, said anew: the lists as sets, whatever the engine makes of them."""

from collections.abc import Callable
from typing import Any

from app.access.features import Role

Bind = Callable[[Any, str], str]


def seen(rule: str, alias: str, context: Any, bind: Bind) -> str:
    """The condition that the rule of this name stands for, on the row `alias`; nothing is left out of it."""
    viewer = context.viewer
    unrestricted = viewer.seat is None and bool(viewer.roles & {Role.ATS_USER, Role.ATS_ADMIN, Role.PARTNER})
    if unrestricted:
        return "true"
    match rule:
        case "sees_job":
            return _job(alias, "external_id", context, bind)
        case "sees_job_of":
            return _job(alias, "job_external_id", context, bind)
        case "sees_application":
            return _application(alias, context, bind)
        case "sees_note":
            company = bind(context.company_id, "uuid")
            return (
                f"({alias}.application_id is null or {alias}.application_id in (select below.id "
                f"from application below where below.company_id = {company} "
                f"and {_application('below', context, bind)}))"
            )
    raise AssertionError(f"nothing is known of the rule {rule}")


def _job(alias: str, key: str, context: Any, bind: Bind) -> str:
    own = _own("JOB_POSTING", alias, key, context, bind)
    if not _is_open("JOB_POSTING", context):
        return own
    return f"({own} or not {_listed('JOB_POSTING', alias, key, context, bind)})"


def _application(alias: str, context: Any, bind: Bind) -> str:
    own = _own("APPLICATION", alias, "external_id", context, bind)
    if not _is_open("APPLICATION", context):
        return own
    listed = _listed("APPLICATION", alias, "external_id", context, bind)
    of_job = _listed("JOB_POSTING", alias, "job_external_id", context, bind)
    by_job = _own("JOB_POSTING", alias, "job_external_id", context, bind)
    return f"({own} or (not {listed} and ({by_job} or not {of_job})))"


def _is_open(kind: str, context: Any) -> bool:
    """Whether everybody sees what is on no list."""
    integration = context.viewer.integration
    return integration is not None and kind in integration.unlisted_open_to_all


def _listed(kind: str, alias: str, key: str, context: Any, bind: Bind) -> str:
    return _among(
        alias,
        key,
        f"select partner_name, entity_id from entity_acl "
        f"where company_id = {bind(context.company_id, 'uuid')} and entity_type = {bind(kind, 'text')}",
    )


def _own(kind: str, alias: str, key: str, context: Any, bind: Bind) -> str:
    viewer = context.viewer
    member = viewer.seat.member_urn if viewer.seat is not None else None
    partner = viewer.integration.partner_name if viewer.integration is not None else None
    return _among(
        alias,
        key,
        f"select l.partner_name, l.entity_id from entity_acl l "
        f"left join entity_acl_assignee a using (company_id, partner_name, entity_type, acl_id) "
        f"where l.company_id = {bind(context.company_id, 'uuid')} and l.entity_type = {bind(kind, 'text')} "
        f"and l.partner_name = {bind(partner, 'text')} "
        f"and (l.acl_id = 'ALL_PRODUCT_USERS' or a.member_urn = {bind(member, 'text')})",
    )


def _among(alias: str, key: str, rows: str) -> str:
    return f"coalesce(({alias}.partner_name, {alias}.{key}) in ({rows}), false)"
