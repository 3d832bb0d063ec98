"""How the demo's rows get in and out of the database, as its owner: whole tables of a company at a time."""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.auth.personas import DEMO_PARTNER, NORTHWIND
from app.demo.ats_users import CONNECTED_SEATS
from app.demo.casting import Link
from app.demo.history import decided_at
from app.demo.organizations import (
    ENABLED,
    FOUNDED,
    ORGANIZATIONS,
    REQUESTED,
    Organization,
    Seat,
    member_number_of,
    member_urn,
    partner_rows,
)
from app.demo.processes import Family

_MEMBER_URNS: Final = r"^urn:li:person:m\d{4}$"


async def remove(connection: asyncpg.Connection) -> None:
    """Take away every row of the demo's companies and members; other companies stay as they are."""
    companies = [organization.id for organization in ORGANIZATIONS]
    # A re-sync's run and its integration point at each other.
    await connection.execute(
        "update integration set resync_run_id = null where company_id = any($1::uuid[])", companies
    )
    # They are the service's own, and are made anew where they are missing.
    await connection.execute(
        "delete from provisioned_application where for_company = any($1::uuid[])", companies
    )
    for table in await _tables_of_companies(connection):
        # The name comes from the catalogue; a statement cannot take it as a parameter.
        await connection.execute(f'delete from "{table}" where company_id = any($1::uuid[])', companies)
    await connection.execute("delete from member_contact where member_urn ~ $1", _MEMBER_URNS)
    await connection.execute("delete from member where urn ~ $1", _MEMBER_URNS)


async def _tables_of_companies(connection: asyncpg.Connection) -> list[str]:
    """The tables that have a company_id, those that refer to others before those."""
    tables = await connection.fetch(
        """
        select c.oid, c.relname
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'company_id'
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
        """
    )
    references = await connection.fetch(
        "select conrelid, confrelid from pg_constraint where contype = 'f' and conrelid <> confrelid"
    )
    names = {row["oid"]: row["relname"] for row in tables}
    referring: dict[str, set[str]] = {name: set() for name in names.values()}
    for row in references:
        table, target = names.get(row["conrelid"]), names.get(row["confrelid"])
        if table and target and (table, target) != ("integration", "sync_run"):
            referring[target].add(table)
    return list(TopologicalSorter(referring).static_order())


async def copy(
    connection: asyncpg.Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Append rows to a table."""
    await connection.copy_records_to_table(table, columns=list(columns), records=rows)


async def add_partners(connection: asyncpg.Connection) -> None:
    """Bring the partners to what the demo needs of them; others stay."""
    for row in partner_rows():
        await connection.execute(
            """
            insert into partner (name, supported_features, optional_fields, must_be_asked_first)
            values ($1, $2, $3, $4)
            on conflict (name) do update
            set supported_features = excluded.supported_features, optional_fields = excluded.optional_fields,
              must_be_asked_first = excluded.must_be_asked_first
            """,
            *row.values(),
        )


async def add_organization(connection: asyncpg.Connection, organization: Organization) -> None:
    """The company, its contracts and seats, and its integration, which is SYNCING from now on."""
    company = organization.id
    await copy(
        connection, "company", ("company_id", "urn", "name"), [(company, organization.urn, organization.name)]
    )
    await copy(
        connection, "company_urn", ("company_id", "urn", "since"), [(company, organization.urn, FOUNDED)]
    )
    await copy(
        connection,
        "contract",
        ("company_id", "id", "urn", "name", "product_tier", "activated"),
        [
            (
                company,
                contract.id,
                contract.urn,
                contract.name,
                contract.product_tier.value,
                contract.activated,
            )
            for contract in organization.contracts
        ],
    )
    await copy(
        connection,
        "seat",
        (
            *("company_id", "id", "contract_id", "urn", "first_name", "last_name", "state", "is_admin"),
            *("member_urn", "created_at"),
        ),
        [_seat_row(organization, seat) for seat in organization.seats],
    )
    await copy(
        connection,
        "integration",
        (
            *("company_id", "id", "partner_name", "state", "company_wide_access", "job_posting_viewers"),
            *("application_viewers", "requested_at", "enabled_at"),
        ),
        [
            (
                *(
                    company,
                    organization.integration_id,
                    DEMO_PARTNER,
                    "SYNCING",
                    organization.company_wide_access,
                ),
                *("ALL_PRODUCT_USERS", "ALL_PRODUCT_USERS", REQUESTED, ENABLED),
            )
        ],
    )
    if organization.urn == NORTHWIND:
        await _connect_ats_users(connection, organization)


async def _connect_ats_users(connection: asyncpg.Connection, organization: Organization) -> None:
    """Those users of the demo's ATS who hold a seat too: the widgets show them what the seat may see."""
    seats = {seat.urn: seat.id for seat in organization.seats}
    await copy(
        connection,
        "seat_connection",
        ("company_id", "partner_name", "ats_user_id", "seat_id", "connected_at"),
        [
            (organization.id, DEMO_PARTNER, user, seats[seat], ENABLED)
            for user, seat in CONNECTED_SEATS.items()
        ],
    )


def _seat_row(organization: Organization, seat: Seat) -> tuple[Any, ...]:
    return (
        *(organization.id, seat.id, organization.contract_id(seat.contract), seat.urn),
        *(seat.first_name, seat.last_name, seat.state.value, seat.is_admin),
        *(member_urn(member_number_of(seat)), FOUNDED),
    )


async def go_live(connection: asyncpg.Connection, organization: Organization) -> None:
    """The first sync is complete."""
    await connection.execute(
        "update integration set state = 'LIVE' where company_id = $1 and id = $2",
        organization.id,
        organization.integration_id,
    )


async def keys(connection: asyncpg.Connection, organization: Organization, table: str) -> dict[str, UUID]:
    """Our keys of the company's candidates or jobs, by the ATS's ids."""
    statements = {
        "candidate": "select external_id, id from candidate where company_id = $1",
        "job": "select external_id, id from job where company_id = $1",
    }
    rows = await connection.fetch(statements[table], organization.id)
    return {row["external_id"]: row["id"] for row in rows}


async def decide_by_hand(
    connection: asyncpg.Connection,
    organization: Organization,
    families: Sequence[Family],
    candidate_keys: Mapping[str, UUID],
) -> None:
    """What recruiters decided about matches: who somebody is, and who somebody is not."""
    recruiter = organization.seats[0]
    for family in families:
        role = family.role
        if role.link is Link.BY_HAND and role.member_number is not None:
            state, urn, confidence = "MANUAL", member_urn(role.member_number), 1.0
            evidence = '[{"method": "MANUAL", "detail": "Linked by a recruiter."}]'
        elif role.link is Link.REFUSED:
            state, urn, confidence, evidence = "UNLINKED", None, None, "[]"
        else:
            continue
        await connection.execute(
            """
            update candidate
            set match_state = $3, match_member_urn = $4, match_confidence = $5, match_evidence = $6,
              match_linked_by = $7, match_linked_at = $8
            where company_id = $1 and id = $2
            """,
            *(organization.id, candidate_keys[role.external_id], state, urn, confidence, evidence),
            *(recruiter.id, decided_at(family)),
        )
